"""Puts the n8n workflows of this repository into a running n8n, and gets them back out."""

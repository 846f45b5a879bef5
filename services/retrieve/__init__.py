"""Finds what speaks to a ticket: help documents, and how humans resolved similar ones."""

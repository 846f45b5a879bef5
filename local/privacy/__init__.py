"""Deleting what a customer wrote, everywhere."""

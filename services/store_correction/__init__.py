"""Keeps what humans taught: stored once, summarised, checked, searchable, never silently lost."""

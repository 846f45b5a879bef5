"""Plumbing every service shares: app factory, settings, logs, errors, database; no domain rules."""

"""Migrations in plain SQL, the tool that applies them, and the schema they add up to."""

"""The process manager of the local set-up."""

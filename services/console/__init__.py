"""The console: where people review drafts, see results, and set what the machine may do."""

"""The rules step: what must reach a human, and whether a draft may be sent."""

"""Measures the running system: time per ticket, memory, disk, and how fast it starts again."""

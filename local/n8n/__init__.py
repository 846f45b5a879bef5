"""The pinned n8n and the environment it runs in."""

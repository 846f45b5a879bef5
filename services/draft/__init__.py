"""The draft step: a reply that its sources carry, or findings for a human."""

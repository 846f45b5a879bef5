"""The learned answer model: which stored resolution answers a ticket, and how surely."""

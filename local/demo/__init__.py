"""The demo: a day's tickets, filed as customers would, and what becomes of them."""

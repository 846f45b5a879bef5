"""Speaks IMAP and SMTP for the workflows, which cannot."""

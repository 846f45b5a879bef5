"""Compares ledger and helpdesk ticket by ticket; shares no code with what writes either."""

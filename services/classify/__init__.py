"""The first step: category, intent, urgency, sentiment and language of a ticket."""

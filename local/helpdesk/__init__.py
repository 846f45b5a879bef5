"""The helpdesk of the local set-up: django-helpdesk, with signed webhooks and a knowledge base."""

"""Deskloop's services: small, independent, joined only by `services.contracts`."""

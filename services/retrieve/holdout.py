"""Which tickets get no corrections, so that what corrections bring can be measured."""

import hashlib


def is_held_out(ticket_id: str, share: float) -> bool | None:
    """Whether a ticket is in the hold-out; the same for all its turns. None where none runs."""
    if share <= 0:
        return None
    drawn = int.from_bytes(hashlib.sha256(f"hold-out {ticket_id}".encode()).digest()[:8])
    return drawn < share * 2**64

"""The helpdesk's API fails, before or after it stored what the workflow wanted to post."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.doubles.helpdesk_proxy import HelpdeskProxy, Trouble
from tests.faults.fault import Apply, Fault
from tests.faults.laboratory import Laboratory, wait_for

POSTING = frozenset({"POST", "PATCH"})
LONGER_THAN_N8N_WAITS = 25.0
_STRIKES_SECONDS = 120.0
_TRIES_SECONDS = 8.0
"""Long enough that n8n's three tries of the first ones all meet the trouble."""


def troubled(trouble: Trouble) -> Apply:
    """n8n reaches the helpdesk through a proxy that misbehaves."""

    @contextmanager
    def apply(lab: Laboratory) -> Iterator[None]:
        proxy = HelpdeskProxy(lab.processes.url("helpdesk"))
        # It is never stopped: whoever is under way when the fault is lifted still has its address.
        proxy.start()
        with lab.settings(helpdesk_url=proxy.url), proxy.in_trouble(trouble):
            yield
            deadline = time.monotonic() + _STRIKES_SECONDS
            wait_for(lambda: proxy.struck > 0, deadline, lambda: "the trouble never struck")
            time.sleep(_TRIES_SECONDS)

    return apply


FAULTS = [
    Fault(
        "helpdesk API answers 500",
        troubled(Trouble(500, methods=POSTING, path="/api/followups/")),
        last_end_seconds=240,
    ),
    Fault(
        "helpdesk API answers 500 after storing",
        troubled(Trouble(500, stored=True, methods=POSTING, path="/api/followups/")),
        last_end_seconds=240,
    ),
    Fault(
        "helpdesk API answers 500 once after storing",
        troubled(Trouble(500, stored=True, methods=POSTING, path="/api/followups/", times=1)),
        last_end_seconds=240,
    ),
    Fault(
        "helpdesk API answers 429 with Retry-After",
        troubled(Trouble(429, retry_after=2, path="/api/")),
        last_end_seconds=240,
    ),
    Fault(
        "helpdesk API times out before storing",
        troubled(
            Trouble(hang_seconds=LONGER_THAN_N8N_WAITS, methods=POSTING, path="/api/followups/")
        ),
        last_end_seconds=300,
        tickets=9,
    ),
    Fault(
        "helpdesk API times out after storing",
        troubled(
            Trouble(
                stored=True,
                hang_seconds=LONGER_THAN_N8N_WAITS,
                methods=POSTING,
                path="/api/followups/",
            )
        ),
        last_end_seconds=300,
        tickets=9,
    ),
]

"""Webhooks that come twice, many times at once, in the wrong order, or never."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.e2e.helpdesk import CustomerTicket
from tests.faults.fault import Apply, Fault
from tests.faults.laboratory import Laboratory
from tests.faults.load import persist

_RECEIVER = "receive-django-helpdesk-ticket"
_PATH = "django-helpdesk/ticket"
_AGAIN = "One more thing: it began after the update last week."


def delivered(times: int) -> Apply:
    """Each ticket's webhook comes so many times more, at the same moment."""

    @contextmanager
    def apply(lab: Laboratory) -> Iterator[None]:
        def again(ticket: CustomerTicket) -> None:
            with ThreadPoolExecutor(times) as pool:
                statuses = list(pool.map(lambda _: lab.system.deliver(ticket), range(times)))
            assert statuses == [200] * times

        lab.batch.on_filed.append(again)
        yield
        lab.load.wait()
        lab.batch.on_filed.remove(again)

    return apply


@contextmanager
def deaf(lab: Laboratory) -> Iterator[list[CustomerTicket]]:
    """n8n does not know the webhook's address meanwhile; yields the tickets filed since."""
    filed: list[CustomerTicket] = []
    lab.batch.on_filed.append(filed.append)
    with lab.system.n8n() as n8n:
        n8n.api("POST", f"/workflows/{_RECEIVER}/deactivate")
        try:
            lab.system.wait_for("n8n to be deaf", lambda: not n8n.webhook_exists(_PATH))
            yield filed
            lab.load.wait()
            for ticket in filed:
                _given_up(lab, ticket)
        finally:
            n8n.api("POST", f"/workflows/{_RECEIVER}/activate")
            lab.system.wait_for("n8n to hear again", lambda: n8n.webhook_exists(_PATH))
            lab.batch.on_filed.remove(filed.append)


def _given_up(lab: Laboratory, ticket: CustomerTicket) -> None:
    """Wait until the helpdesk has tried often enough."""
    line = f"webhook for ticket {ticket.id} not delivered"
    log = lab.processes.state / "logs" / "helpdesk.log"
    lab.system.wait_for("the helpdesk to give up", lambda: line in log.read_text(), 300, ticket)


@contextmanager
def never(lab: Laboratory) -> Iterator[None]:
    """No webhook arrives; only the reconciliation can find the tickets."""
    with deaf(lab):
        yield


@contextmanager
def out_of_order(lab: Laboratory) -> Iterator[None]:
    """The customer's second message arrives first, then the ticket as it was at the beginning."""
    with deaf(lab) as filed:
        yield
        lab.load.wait()
        for ticket in filed:
            persist(lambda ticket=ticket: lab.helpdesk.write_again(ticket, _AGAIN))  # type: ignore[misc]
    for ticket in filed:
        opening = lab.helpdesk.ticket(ticket)["conversation"][:1]
        assert lab.system.deliver(ticket, "ticket.customer_replied") == 200
        assert lab.system.deliver(ticket, conversation=opening, follow_ups=[]) == 200


FAULTS = [
    Fault("webhook delivered twice", delivered(1)),
    Fault("webhook five times at the same moment", delivered(4), quick=True),
    Fault("webhook out of order", out_of_order),
    Fault("webhook never delivered", never),
]

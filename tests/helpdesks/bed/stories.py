"""What tests of any helpdesk tell: how a ticket ended, what became of it, what an agent decided."""

from typing import Any

from services.contracts import Ticket, Verdict
from tests.helpdesks.bed.delivery import Delivery
from tests.helpdesks.bed.desk import Desk, Id, VendorDesk
from tests.helpdesks.bed.n8n import TOKEN
from tests.helpdesks.bed.servers import loopback
from tests.helpdesks.bed.system import System
from tests.workflows import samples
from tests.workflows.stubs import Stubs


def end_of(system: System, desk: Desk, id_: Id, turn: int = 1) -> tuple[str, list[str]]:
    """Wait for the end of a ticket; returns its route and the rules that led there."""
    end = system.ended(desk.ticket_id(id_), turn)
    return end["route"], [reason["rule"] for reason in end["reasons"]]


def known(system: System, desk: Desk, id_: Id) -> Any:
    """Return all that the ledger knows of a ticket, None where it never came."""
    return system.history(desk.ticket_id(id_))


def registered(system: System, desk: Desk, id_: Id) -> Ticket:
    """Return the ticket as every step gets it."""
    history = known(system, desk, id_)
    assert history is not None, f"{desk.ticket_id(id_)} never came"
    return Ticket.model_validate(history["ticket"])


def event(system: System, desk: Desk, id_: Id, kind: str) -> Any:
    """Wait for the newest event of a kind; returns its detail."""
    return system.event(desk.ticket_id(id_), kind)["detail"]


def outcomes(system: System, desk: Desk, id_: Id) -> list[dict[str, Any]]:
    """Return what became of a ticket, in order."""
    return list(known(system, desk, id_)["outcomes"])


def turns(system: System, desk: Desk, id_: Id) -> list[int]:
    return [turn["turn"] for turn in known(system, desk, id_)["turns"]]


def failures(system: System, desk: Desk, step: str) -> list[Any]:
    """Return what could not be taken in at a step, the newest first."""
    found = system.ledger("/webhooks/failures", source=desk.source)["failures"]
    return [failure for failure in found if failure["step"] == step]


def for_review(stubs: Stubs) -> None:
    """Let every draft wait for a human."""
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))


def for_a_human(stubs: Stubs) -> None:
    """Let every ticket go to a human at once."""
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))


def answered(system: System, desk: Desk) -> Id:
    """Return a ticket that was worked on, all of it reported."""
    [id_] = all_answered(system, desk, 1)
    return id_


def all_answered(system: System, desk: Desk, count: int) -> list[Id]:
    """Return so many tickets that were worked on side by side, all of it reported."""
    ids = [desk.customer_asks("How long does a refund take?") for _ in range(count)]
    for id_ in ids:
        end_of(system, desk, id_)
    desk.settle()
    if isinstance(desk, VendorDesk):
        desk.deliveries.clear()
    return ids


def drafted(system: System, desk: Desk, stubs: Stubs) -> Id:
    """Return a ticket whose draft waits for a human."""
    for_review(stubs)
    return answered(system, desk)


def in_review(system: System, desk: Desk, stubs: Stubs) -> tuple[Id, Any]:
    """Return a ticket whose draft waits for a human, and its review."""
    [found] = all_in_review(system, desk, stubs, 1)
    return found


def all_in_review(system: System, desk: Desk, stubs: Stubs, count: int) -> list[tuple[Id, Any]]:
    """Return so many tickets whose drafts wait for a human, each with its review."""
    for_review(stubs)
    ids = all_answered(system, desk, count)
    return [(id_, known(system, desk, id_)["reviews"][0]) for id_ in ids]


def decide(system: System, review: Any, **decision: Any) -> None:
    """Decide a review in the console."""
    url = f"{system.ledger_url}/reviews/{review['review_id']}/decision"
    body = {"agent_id": "maya", **decision}
    answer = loopback().post(url, json=body, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text


def held(desk: VendorDesk, body: str = "Where is it?") -> tuple[Id, Delivery]:
    """Return a ticket whose webhook did not leave yet, and the webhook."""
    desk.held = True
    id_ = desk.customer_asks(body)
    return id_, desk.reports("customer_wrote")[-1]


def settled(desk: VendorDesk) -> list[Delivery]:
    """Wait for all webhooks, none of which may fail; returns them."""
    desk.settle()
    last = [delivery.statuses[-1] for delivery in desk.deliveries]
    assert last == [200] * len(last)
    return desk.deliveries

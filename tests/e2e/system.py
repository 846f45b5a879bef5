"""What a test does with the running system, and what it is told when something never happens."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from local.workflows.client import N8nClient
from local.workflows.settings import DeploySettings
from local.workflows.table import TABLE_ID
from tests.e2e.helpdesk import TIMEOUT, CustomerTicket, Helpdesk
from tests.e2e.processes import Processes, short

Json = dict[str, Any]
Found = TypeVar("Found")

DECISION_SECONDS = 60.0
"""A ticket takes about two seconds; machines that run the tests may be busy."""
EASY = {
    "send_threshold": 0.3,
    "review_threshold": 0.2,
    "cold_start_threshold": 0.3,
    "min_confidence": 0.0,
    "autonomy": "manual",
}
"""These tests are about the way of a ticket; how sure the machine must be, evals measure.

By its own evidence a category would lose its leave to answer: their customers write again often.
"""


class System:
    """Helpdesk, services and n8n, with waits that say what they waited for."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self.helpdesk = Helpdesk(
            processes.url("helpdesk"),
            processes.secret("LOCAL_HELPDESK_BOT_PASSWORD"),
            processes.secret("LOCAL_HELPDESK_AGENT_PASSWORD"),
        )
        headers = {"Authorization": f"Bearer {processes.secret('DESKLOOP_TOKEN')}"}
        self._http = httpx.Client(headers=headers, timeout=TIMEOUT, trust_env=False)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()
        self.helpdesk.api.close()

    def call(self, service: str, method: str, path: str, **options: Any) -> Json:
        """Call a service; anything but success is a failure with its answer."""
        answer = self._http.request(method, f"{self.processes.url(service)}{path}", **options)
        assert answer.is_success, f"{service} {method} {path}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def wait_for(
        self,
        what: str,
        probe: Callable[[], Found | None],
        seconds: float = DECISION_SECONDS,
        ticket: CustomerTicket | None = None,
    ) -> Found:
        """Return what `probe` finds; fails with the history and the logs after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            found = probe()
            if found:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(self._never(what, seconds, ticket))
            time.sleep(0.25)

    def end(self, ticket: CustomerTicket, turn: int = 1, seconds: float = DECISION_SECONDS) -> Json:
        """Wait until the ledger holds the end of a turn; returns the ticket's whole history."""

        def finished() -> Json | None:
            history = self.history(ticket)
            turns = history["turns"] if history else []
            ended = [t for t in turns if t["turn"] == turn and t["state"] == "finished"]
            return history if ended else None

        return self.wait_for(f"the end of turn {turn}", finished, seconds, ticket)

    def taken_up(self, ticket: CustomerTicket) -> None:
        """Wait until n8n works on the ticket."""

        def works() -> bool:
            history = self.history(ticket)
            return bool(history and history["turns"][0]["execution_id"])

        self.wait_for("n8n to take it up", works, ticket=ticket)

    def history(self, ticket: CustomerTicket) -> Json | None:
        """All the ledger knows of the ticket; None where it does not know it or is away."""
        url = f"{self.processes.url('ledger')}/tickets/{ticket.ledger_id}"
        try:
            answer = self._http.get(url)
        except httpx.TransportError:
            return None
        return dict(answer.json()) if answer.is_success else None

    def deliver(self, ticket: CustomerTicket, event: str = "ticket.created", **changes: Any) -> int:
        """Send a ticket's signed webhook once more, with other values; returns the status."""
        body = {"event": event, "ticket": self.helpdesk.ticket(ticket) | changes}
        raw = json.dumps({**body, "follow_up": None}).encode()
        url = f"{self.processes.url('n8n')}/webhook/django-helpdesk/ticket"
        return httpx.post(
            url, content=raw, headers=self._signed(raw), timeout=TIMEOUT, trust_env=False
        ).status_code

    def _signed(self, raw: bytes) -> dict[str, str]:
        now = str(int(time.time()))
        secret = self.processes.secret("LOCAL_HELPDESK_WEBHOOK_SECRET").encode()
        digest = hmac.new(secret, now.encode() + b"." + raw, hashlib.sha256).hexdigest()
        signature = {"X-Deskloop-Timestamp": now, "X-Deskloop-Signature": digest}
        return {"Content-Type": "application/json", **signature}

    def n8n(self) -> N8nClient:
        """n8n's two APIs, as its owner."""
        processes = self.processes
        return N8nClient(
            DeploySettings.model_validate(
                {
                    "url": processes.url("n8n"),
                    "LOCAL_N8N_OWNER_PASSWORD": processes.secret("LOCAL_N8N_OWNER_PASSWORD"),
                    "webhook_key": processes.secret("N8N_WEBHOOK_KEY"),
                    "DESKLOOP_TOKEN": processes.secret("DESKLOOP_TOKEN"),
                    "LOCAL_HELPDESK_BOT_PASSWORD": processes.secret("LOCAL_HELPDESK_BOT_PASSWORD"),
                    "state_folder": processes.state,
                }
            )
        )

    def reconcile(self) -> None:
        """Look for tickets that were lost, without waiting for the schedule."""
        self.run_workflow("reconcile-helpdesk")

    def run_workflow(self, workflow_id: str) -> None:
        """Press `Execute workflow`: its schedule would come in minutes, or at night."""
        with self.n8n() as n8n:
            workflow = n8n.workflow(workflow_id)
            assert workflow is not None
            trigger = next(n for n in workflow["nodes"] if n["type"].endswith("scheduleTrigger"))
            body = {"workflowData": workflow, "triggerToStartFrom": {"name": trigger["name"]}}
            n8n.rest("POST", f"/workflows/{workflow_id}/run", json=body)

    def set_table(self, **values: Any) -> None:
        """Edit n8n's table `Settings`, as the support lead would."""
        where = {"columnName": "id", "condition": "eq", "value": 1}
        body = {"filter": {"type": "and", "filters": [where]}, "data": values}
        with self.n8n() as n8n:
            n8n.api("PATCH", f"/data-tables/{TABLE_ID}/rows/update", json=body)

    def set_policies(self, **values: Any) -> None:
        """Give every category these values on top of the preset `balanced`."""
        body = {"updated_by": "tests"}
        policies = self.call("rules", "POST", "/policies/preset/balanced", json=body)["policies"]
        for policy in policies:
            kept = {k: v for k, v in policy.items() if k not in ("category", "updated_at")}
            path = f"/policies/{policy['category']}"
            self.call("rules", "PUT", path, json={**kept, **values, **body})

    @contextmanager
    def policies(self, **values: Any) -> Iterator[None]:
        """Have other policies for a while."""
        self.set_policies(**EASY | values)
        try:
            yield
        finally:
            self.set_policies(**EASY)

    def _never(self, what: str, seconds: float, ticket: CustomerTicket | None) -> str:
        history = self.history(ticket) if ticket else None
        lines = [f"waited {seconds:.0f} s in vain for {what}"]
        if ticket:
            lines.append(f"ticket {ticket.id}: {outline(history)}")
        for name in ("n8n", "ledger", "helpdesk"):
            lines.append(f"--- the last lines of {name}.log\n{self.processes.log_tail(name)}")
        return "\n".join(lines)


def outline(history: Json | None) -> str:
    """A ticket's history without its texts, for a failure's message."""
    return short(_outline(history))


def _outline(history: Json | None) -> Any:
    if history is None:
        return "the ledger does not know it"
    turns = [
        {key: t[key] for key in ("turn", "state", "route", "attempt", "failures", "ended_by")}
        | {"rules": [reason["rule"] for reason in t["reasons"]]}
        for t in history["turns"]
    ]
    events = [f"{e['kind']} {e['detail']}" for e in history["events"]]
    claims = [f"{c['key']} confirmed={c['confirmed']}" for c in history["claims"]]
    return {"turns": turns, "events": events, "claims": claims}


def turn_of(history: Json, turn: int = 1) -> Json:
    """One turn's record."""
    return dict(next(t for t in history["turns"] if t["turn"] == turn))


def rules_of(history: Json, turn: int = 1) -> set[str]:
    """The ids of the rules that decided a turn."""
    return {reason["rule"] for reason in turn_of(history, turn)["reasons"]}


def decided(history: Json, turn: int = 1) -> Json:
    """What the steps had said when the last decision of a turn was made."""
    events = [e for e in history["events"] if e["kind"] == "decided" and e["turn"] == turn]
    assert events, f"no decision was recorded: {outline(history)}"
    return dict(events[-1]["decision"])

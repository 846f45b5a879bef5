"""A real helpdesk and a real ledger's database, into which tests put what should not be."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from local.check.check import check_ends
from local.check.findings import Kind
from local.postgres.embedded import EmbeddedPostgres, free_port
from local.settings import ROOT

_PASSWORDS = {
    "deskloop": "bot-password-long-enough-to-be-one",
    "maya": "Leaf-agent-1",
    "admin": "Leaf-admin-1",
}


class Both:
    """The two sides that are compared, and hands to change each."""

    def __init__(self, helpdesk: str, database: str) -> None:
        self.helpdesk = helpdesk
        self.database = database
        self.bot = self._client("deskloop")

    def _client(self, user: str) -> httpx.Client:
        login = (user, _PASSWORDS[user])
        return httpx.Client(base_url=self.helpdesk, auth=login, timeout=60, trust_env=False)

    def ticket(self) -> int:
        """A customer's new ticket in the helpdesk."""
        ticket = {"queue": 1, "title": "Question", "description": "How long?", "priority": 3}
        with self._client("admin") as http:
            answer = http.post("/api/tickets/", json=ticket | {"submitter_email": "eva@x.example"})
        return int(answer.raise_for_status().json()["id"])

    def write(
        self, ticket: int, comment: str, who: str = "deskloop", *, public: bool, solve: bool = False
    ) -> int:
        """Something the bot (`deskloop`) or the agent `maya` writes in the helpdesk."""
        body: dict[str, Any] = {"ticket": ticket, "comment": comment, "public": public}
        with self._client(who) as http:
            answer = http.post("/api/followups/", json=body | ({"new_status": 3} if solve else {}))
        return int(answer.raise_for_status().json()["id"])

    def sql(self, statement: str, *values: object) -> None:
        """Change the ledger's tables behind its back."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statement, values)

    def turn(
        self, ticket: int, state: str = "finished", route: str | None = None, turn: int = 1
    ) -> None:
        """A customer's message in the ledger; a finished one ended a minute ago."""
        ended = state == "finished"
        self.sql(
            "insert into ledger_tickets (id, source, turn) values (%s, 'django-helpdesk', %s)"
            " on conflict (id) do update set turn = excluded.turn",
            f"django-helpdesk:{ticket}",
            turn,
        )
        self.sql(
            """
            insert into ledger_turns (ticket_id, turn, source, requester_id, ticket, state, route,
                registered_at, finished_at, lease_until, ended_by)
            values (%s, %s, 'django-helpdesk', 'eva', '{}', %s, %s, now() - interval '2 minutes',
                case when %s then now() - interval '1 minute' end,
                case when %s then now() + interval '1 minute' end, %s)
            """,
            f"django-helpdesk:{ticket}", turn, state, route, ended, state == "leased",
            "workflow" if ended else None,
        )  # fmt: skip

    def decided(self, ticket: int, reply: str, turn: int = 1) -> None:
        """The draft that the ledger recorded."""
        self.sql(
            "insert into ledger_events (ticket_id, turn, kind, decision)"
            " values (%s, %s, 'decided', %s)",
            f"django-helpdesk:{ticket}", turn, json.dumps({"draft": {"reply": reply}}),
        )  # fmt: skip

    def review(self, ticket: int, decision: str, reply: str | None, *, applied: bool) -> None:
        """A human's decision about the draft."""
        self.sql(
            """
            insert into ledger_reviews (turn_id, ticket_id, state, decision, reply, agent_id,
                decided_at, applied_at)
            select id, ticket_id, 'decided', %s, %s, 'maya', now() - interval '1 minute',
                case when %s then now() end
            from ledger_turns where ticket_id = %s
            """,
            decision, reply, applied, f"django-helpdesk:{ticket}",
        )  # fmt: skip

    def answered(self, reply: str = "Two years.") -> int:
        """A ticket that was answered as it should be."""
        ticket = self.ticket()
        self.turn(ticket, route="auto_sent")
        self.decided(ticket, reply)
        self.write(ticket, reply, public=True, solve=True)
        return ticket

    def found(self, since: int, lost_after: float = 0) -> list[tuple[int, Kind]]:
        """What the checker says of tickets from number `since` on."""
        comparison = check_ends(self.database, self.bot, lost_after, since)
        return [(finding.ticket, finding.kind) for finding in comparison.findings]


@pytest.fixture(scope="session")
def helpdesk_url(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    name = f"helpdesk_check_{os.getpid()}"
    postgres.ensure_database(name)
    state = tmp_path_factory.mktemp("helpdesk-check")
    nowhere = f"http://127.0.0.1:{free_port()}"
    values = {
        "PORT": free_port(),
        "DATABASE_URL": postgres.url(name),
        "STATE": state,
        "SECRET_KEY": "a-key-that-only-the-tests-use",
        "ADMIN_PASSWORD": _PASSWORDS["admin"],
        "AGENT_PASSWORD": _PASSWORDS["maya"],
        "BOT_PASSWORD": _PASSWORDS["deskloop"],
        "WEBHOOK_SECRET": "webhook-secret-of-the-tests",
        "WEBHOOK_TICKET_URL": nowhere,
        "WEBHOOK_FOLLOW_UP_URL": nowhere,
        "WEBHOOK_OUTCOME_URL": nowhere,
        "KNOWLEDGE": ROOT / "local" / "knowledge",
    }
    with _running(f"http://127.0.0.1:{values['PORT']}", values, state / "log") as url:
        yield url


@contextmanager
def _running(url: str, values: dict[str, Any], log: Path) -> Iterator[str]:
    environment = {f"HELPDESK_PROCESS_{key}": str(value) for key, value in values.items()}
    command = [sys.executable, "-m", "local.helpdesk.serve"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output
        )
    try:
        _wait_until_ready(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/ready", timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not ready:\n{log.read_text()}")


@pytest.fixture
def both(helpdesk_url: str, database_url: str) -> Iterator[Both]:
    """An empty ledger, and the helpdesk with what earlier tests left there."""
    sides = Both(helpdesk_url, database_url)
    yield sides
    sides.bot.close()

"""One running system under load, and what a fault may do to it."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import psycopg

from local.check.check import check_ends
from local.check.compare import Comparison
from local.workflows.client import N8nError
from local.workflows.table import TABLE_ID
from tests.e2e.helpdesk import Helpdesk
from tests.e2e.processes import ROOT, SERVICES, Processes
from tests.e2e.system import EASY, System
from tests.faults.fault import Fault
from tests.faults.load import Batch, Load
from tests.faults.people import Reviewer

LEASE_SECONDS = 40
"""Two minutes in production."""
_UP_SECONDS = 240.0
_RECONCILE_SECONDS = 10.0
"""The schedule of `Reconcile helpdesk` is minutes; a test presses its button more often."""
READY = {
    "helpdesk": "/ready",
    "n8n": "/healthz/readiness",
    **{service: "/ready" for service in SERVICES},
}
_GRACE_SECONDS = 120.0
"""So much longer we look, to tell late from never."""
NO_TIME = -1e9
"""As the time after which a ticket is lost: every ticket without an end is named."""


@dataclass(frozen=True)
class Outcome:
    """What became of the tickets of one fault."""

    fault: Fault
    tickets: int
    seconds_to_last_end: float | None
    """From the lifting of the fault; None where not all ended in time."""
    comparison: Comparison
    at: datetime
    load: float
    """What else the machine did: its load average of five minutes."""

    @property
    def is_in_time(self) -> bool:
        """Whether all ended within the time that the fault allows."""
        seconds = self.seconds_to_last_end
        return seconds is not None and seconds <= self.fault.last_end_seconds


class Laboratory:
    """Applies faults to a running system, one after the other."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self.system = System(processes)
        self.helpdesk: Helpdesk = self.system.helpdesk
        self.batch = Batch()
        self.load = Load(self.helpdesk)
        self._reviewer = Reviewer(processes.url("ledger"), processes.secret("DESKLOOP_TOKEN"))
        password = processes.secret("LOCAL_POSTGRES_PASSWORD")
        server = f"postgresql://postgres:{password}@127.0.0.1:{processes.ports['postgres']}"
        self.database_server = server
        self._ready = {name: f"{processes.url(name)}{path}" for name, path in READY.items()}
        if processes.environment.get("LOCAL_N8N_EXECUTIONS_MODE") == "queue":
            first = processes.ports["n8n_worker"]
            for number in (1, 2):
                port = first + 2 * (number - 1)
                url = f"http://127.0.0.1:{port}/healthz/readiness"
                self._ready[f"n8n-worker-{number}"] = url
        self._set_policies()

    def _set_policies(self) -> None:
        """Most answers go out by themselves; those about shipping a human has to approve."""
        self.system.set_policies(**EASY)
        path = "/policies/shipping"
        policies = self.system.call("rules", "GET", "/policies")["policies"]
        own = next(policy for policy in policies if policy["category"] == "shipping")
        kept = {k: v for k, v in own.items() if k not in ("category", "updated_at")}
        body = {**kept, "send_threshold": 1.0, "cold_start_threshold": 1.0, "updated_by": "tests"}
        self.system.call("rules", "PUT", path, json=body)

    def close(self) -> None:
        """Give everything back; the system keeps running."""
        self._reviewer.stop()
        self.load.close()
        self.system.close()

    def run(self, fault: Fault, tickets: int | None = None) -> Outcome:
        """File a batch around the fault, wait for all ends, and have them checked."""
        self.wait_until_up()
        first = self._newest_ticket() + 1
        self.batch = batch = Batch()
        third = max(1, (tickets or fault.tickets) // 3)
        self.load.file(batch, third, fault.spread_seconds, people=True)
        with fault.apply(self):
            self.load.file(batch, third, fault.spread_seconds, people=True)
        lifted = time.monotonic()
        self.wait_until_up()
        self.load.file(batch, third, fault.spread_seconds, people=True)
        self.load.wait()
        last_end, comparison = self._wait_for_ends(first, lifted, fault.last_end_seconds)
        fault.verify(self)
        load = os.getloadavg()[1]
        return Outcome(fault, comparison.tickets, last_end, comparison, datetime.now(UTC), load)

    def _wait_for_ends(
        self, first: int, lifted: float, allowed: float
    ) -> tuple[float | None, Comparison]:
        next_press = time.monotonic() + 3
        while True:
            comparison = self.compare(first)
            seconds = time.monotonic() - lifted
            if comparison and not comparison.findings:
                return seconds, comparison
            if seconds > allowed + _GRACE_SECONDS and comparison:
                return None, comparison
            if time.monotonic() > next_press:
                self.reconcile()
                next_press = time.monotonic() + _RECONCILE_SECONDS
            time.sleep(0.5)

    def compare(self, first: int) -> Comparison | None:
        """Ask the checker; None while a side does not answer."""
        url = f"{self.database_server}/deskloop"
        with contextlib.suppress(psycopg.Error, httpx.HTTPError):
            return check_ends(url, self.helpdesk.api, NO_TIME, first)
        return None

    def reconcile(self) -> None:
        """Have `Reconcile helpdesk` run; nothing happens where n8n is away."""
        with contextlib.suppress(N8nError, httpx.HTTPError):
            self.system.reconcile()

    def _newest_ticket(self) -> int:
        with psycopg.connect(f"{self.database_server}/helpdesk") as connection:
            row = connection.execute("select coalesce(max(id), 0) from helpdesk_ticket").fetchone()
        assert row is not None
        return int(row[0])

    def wait_until_up(self, seconds: float = _UP_SECONDS) -> None:
        """Return when everything answers; fails with the log of what does not."""
        deadline = time.monotonic() + seconds
        wait_for(self._database_answers, deadline, lambda: self.processes.log_tail("postgres", 20))
        for name in self._ready:
            wait_for(
                lambda name=name: self.is_ready(name),  # type: ignore[misc]
                deadline,
                lambda name=name: f"{name}: {self.processes.log_tail(name, 20)}",  # type: ignore[misc]
            )
        with self.system.n8n() as n8n:
            hears = "django-helpdesk/ticket"
            wait_for(lambda: n8n.webhook_exists(hears), deadline, lambda: "n8n knows no webhook")

    def is_ready(self, name: str) -> bool:
        """Whether a process says that it is ready."""
        try:
            url = self._ready[name]
            return httpx.get(url, trust_env=False, timeout=5).is_success
        except httpx.HTTPError:
            return False

    def _database_answers(self) -> bool:
        with contextlib.suppress(psycopg.Error):
            psycopg.connect(f"{self.database_server}/deskloop", connect_timeout=3).close()
            return True
        return False

    @contextlib.contextmanager
    def changed(self, name: str, **environment: str) -> Iterator[None]:
        """Have a process run with other settings meanwhile, in place of the supervised one."""
        self.processes.stop(name)
        log = self.processes.state / "logs" / f"{name}.log"
        with log.open("ab") as output:
            other = subprocess.Popen(
                [sys.executable, "-m", "local.supervisor.run", name],
                cwd=ROOT,
                env=self.processes.environment | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self.wait_until_up()
            yield
        finally:
            other.terminate()
            try:
                other.wait(20)
            except subprocess.TimeoutExpired:
                other.kill()
                other.wait()
            self.processes.start(name)

    @contextlib.contextmanager
    def settings(self, **columns: object) -> Iterator[None]:
        """Have other values in n8n's `Settings` table meanwhile."""
        with self.system.n8n() as n8n:
            rows = n8n.api("GET", f"/data-tables/{TABLE_ID}/rows")["data"]
        before = {name: rows[0][name] for name in columns}
        self._set_settings(rows[0]["id"], columns)
        try:
            yield
        finally:
            self._set_settings(rows[0]["id"], before)

    def _set_settings(self, row: int, columns: dict[str, object]) -> None:
        where = {"columnName": "id", "condition": "eq", "value": row}
        body = {"filter": {"type": "and", "filters": [where]}, "data": columns}
        with self.system.n8n() as n8n:
            n8n.api("PATCH", f"/data-tables/{TABLE_ID}/rows/update", json=body)


def wait_for(is_so: Callable[[], bool], deadline: float, otherwise: Callable[[], str]) -> None:
    """Return when it is so; fails with what `otherwise` says at `deadline` (monotonic)."""
    while not is_so():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.25)


def is_root() -> bool:
    """Whether this process may mount and the like."""
    return os.geteuid() == 0

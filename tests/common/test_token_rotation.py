"""The service token changes under load, and nobody is refused for a moment."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

import httpx
import pytest

from local.postgres.embedded import free_port
from local.settings import ROOT
from services.common import auth
from services.common.settings import CommonSettings

OLD, NEW = "the-token-of-last-year", "the-token-of-this-year"


@dataclass
class Replica:
    """One process of the rules service, started anew with other tokens on the same port."""

    database_url: str
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, token: str, previous: str = "") -> None:
        self.stop()
        command = [sys.executable, "-m", "uvicorn", "--factory", "services.rules.main:create_app"]
        environment = {
            "PATH": "/usr/bin:/bin",
            "DESKLOOP_TOKEN": token,
            "DESKLOOP_TOKEN_PREVIOUS": previous,
            "DESKLOOP_DATABASE_URL": self.database_url,
        }
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), "--no-access-log"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 90
        while not self._is_ready():
            assert time.monotonic() < deadline, "the service did not start"
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)


@dataclass
class Caller:
    """Calls all the time; where one replica is away it asks the other, as a balancer does."""

    replicas: list[Replica]
    token: str = OLD
    statuses: list[int] = field(default_factory=list)
    unanswered: int = 0

    def call(self, http: httpx.Client) -> None:
        for replica in self.replicas:
            try:
                url = f"http://127.0.0.1:{replica.port}/policies"
                headers = {"Authorization": f"Bearer {self.token}"}
                self.statuses.append(http.get(url, headers=headers).status_code)
            except httpx.TransportError:
                continue
            return
        self.unanswered += 1

    @contextmanager
    def at_work(self) -> Iterator[None]:
        over = threading.Event()

        def work() -> None:
            with httpx.Client(trust_env=False, timeout=30) as http:
                while not over.wait(0.02):
                    self.call(http)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        yield
        over.set()
        for thread in threads:
            thread.join(60)


def test_a_rotation_refuses_nobody(database_url: str) -> None:
    replicas = [Replica(database_url), Replica(database_url)]
    with ExitStack() as stack:
        for replica in replicas:
            stack.callback(replica.stop)
            replica.start(OLD)
        caller = Caller(replicas)
        with caller.at_work():
            for replica in replicas:
                replica.start(NEW, previous=OLD)
            caller.token = NEW
            time.sleep(0.5)
            for replica in replicas:
                replica.start(NEW)
            time.sleep(0.5)
        assert len(caller.statuses) > 50
        assert set(caller.statuses) == {200}
        assert caller.unanswered == 0
        with httpx.Client(trust_env=False) as http:
            caller.token, caller.statuses = OLD, []
            caller.call(http)
        assert caller.statuses == [401], "the old token is worth nothing any more"


async def test_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every accepted token is compared, whichever fits, by the function made for it."""
    compared: list[bytes] = []

    def compare(given: bytes, token: bytes) -> bool:
        compared.append(token)
        return given == token

    monkeypatch.setattr(auth.hmac, "compare_digest", compare)
    guard = auth.token_guard(CommonSettings(token=NEW, token_previous=OLD))  # type: ignore[arg-type]
    await guard(SimpleNamespace(headers={"Authorization": f"Bearer {NEW}"}))  # type: ignore[arg-type]
    assert compared == [NEW.encode(), OLD.encode()]

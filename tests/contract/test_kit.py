"""The kit passes our own services and the example of the docs, and fails a step that is wrong."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.contract.step import STEPS

TOKEN = "a-token-that-only-the-kit-uses"
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "own_classify_step.py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, log: Path, **settings: str) -> Iterator[str]:
    """The step started by `command`, once it answers."""
    environment = {**os.environ, "DESKLOOP_TOKEN": TOKEN, **settings}
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        try:
            wait_for(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(f"{url}/health", timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not start: {log.read_text()}")


def check(step: str, url: str, token: str = TOKEN) -> tuple[int, str]:
    """The kit's exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract", "--step", step, "--url", url, "--token", token],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("step", STEPS)
def test_our_own_steps_keep_the_contract(step: str, database_url: str, tmp_path: Path) -> None:
    port = free_port()
    command = ["-m", "uvicorn", "--factory", f"services.{step}.main:create_app"]
    command += ["--port", str(port), "--log-level", "warning"]
    with running(command, port, tmp_path / "log", DESKLOOP_DATABASE_URL=database_url) as url:
        code, said = check(step, url)
    assert code == 0, said
    assert "The contract is kept." in said


def test_example_of_the_docs_keeps_the_contract(tmp_path: Path) -> None:
    port = free_port()
    with running([str(EXAMPLE), str(port)], port, tmp_path / "log") as url:
        code, said = check("classify", url)
    assert code == 0, said


FAULTS = [
    {
        ("> 1_048_576", "> 10**9"): "✗ POST /classify: A body over 1 MiB",
        ('or "\\0" in value', ""): "✗ POST /classify: NUL in a text",
        (
            '"X-Request-ID", self.headers',
            '"X-Other", self.headers',
        ): "✗ POST /classify: X-Request-ID",
        (
            '"requires_human": bool',
            '"requires_human": not bool',
        ): "✗ A ticket that asks for a human",
    },
    {
        ('"confidence": 0.7 if found else 0.2', '"confidence": 1.2'): "less than or equal to 1",
        ('"application/problem+json"', '"text/html"'): "expected application/problem+json",
    },
]


@pytest.mark.parametrize("faults", FAULTS, ids=["promises", "shapes"])
def test_wrong_step_is_found(faults: dict[tuple[str, str], str], tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    for right, wrong in faults:
        assert right in text
        text = text.replace(right, wrong)
    broken = tmp_path / "broken_step.py"
    broken.write_text(text)
    port = free_port()
    with running([str(broken), str(port)], port, tmp_path / "log") as url:
        code, said = check("classify", url)
    assert code == 1
    assert [line for line in faults.values() if line not in said] == [], said
    assert "The contract is broken." in said


def test_nothing_there_is_said_in_one_line() -> None:
    code, said = check("classify", f"http://127.0.0.1:{free_port()}")
    assert code == 2
    assert said.count("\n") == 1
    assert "Nothing answers at" in said

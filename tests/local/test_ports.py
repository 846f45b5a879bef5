"""A port in use is named, with who holds it and the setting to change."""

import socket
from collections.abc import Iterator

import pytest

from local.postgres.embedded import free_port
from local.supervisor.ports import conflicts, holder_of, is_taken
from local.supervisor.processes import Process


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def _process(name: str, port: int, **more: int) -> Process:
    return Process(name, port, f"LOCAL_{name.upper()}_PORT", ["true"], more_ports=more)


def test_taken_port_is_named_with_its_holder_and_setting(taken: int) -> None:
    (conflict,) = conflicts([_process("helpdesk", taken)])
    assert f"port {taken}, which helpdesk needs" in str(conflict)
    assert "LOCAL_HELPDESK_PORT" in str(conflict)
    assert "python" in holder_of(taken) or "pytest" in holder_of(taken)


def test_free_port_is_no_conflict() -> None:
    port = free_port()
    assert not is_taken(port)
    assert conflicts([_process("helpdesk", port)]) == []


def test_second_port_of_a_process_is_looked_at(taken: int) -> None:
    process = _process("n8n", free_port(), LOCAL_N8N_BROKER_PORT=taken)
    (conflict,) = conflicts([process])
    assert conflict.setting == "LOCAL_N8N_BROKER_PORT"


def test_two_processes_with_one_port_are_told() -> None:
    port = free_port()
    (conflict,) = conflicts([_process("rules", port), _process("draft", port)])
    assert conflict.wanted_by == "draft"
    assert "rules" in str(conflict)

"""Supervisor is told of every process, and its configuration holds no secret."""

from configparser import RawConfigParser
from pathlib import Path

import pytest

from local.environment import MARK
from local.settings import LocalSettings
from local.supervisor.config import socket_path, write_config
from local.supervisor.processes import Process, all_processes
from tests.local.conftest import SECRETS


@pytest.fixture
def processes(settings: LocalSettings) -> list[Process]:
    return all_processes(settings)


def test_every_process_is_configured(processes: list[Process], tmp_path: Path) -> None:
    config = RawConfigParser()
    config.read(write_config(processes, tmp_path / "supervisord.conf"))

    programs = {name.removeprefix("program:") for name in config if name.startswith("program:")}
    expected = {"postgres", "helpdesk", "n8n", "classify", "rules", "retrieve", "draft"}
    assert programs >= expected | {"store_correction", "ledger", "console"}
    for name in programs:
        assert config[f"program:{name}"]["autorestart"] == "true"
        assert config[f"program:{name}"]["stdout_logfile"].endswith(f"logs/{name}.log")


def test_configuration_holds_no_secret(processes: list[Process], tmp_path: Path) -> None:
    text = write_config(processes, tmp_path / "supervisord.conf").read_text()
    assert not [secret for secret in SECRETS.values() if secret in text]


def test_postgres_is_stopped_without_waiting_for_clients(processes: list[Process]) -> None:
    assert next(each for each in processes if each.name == "postgres").stop_signal == "INT"


def test_socket_path_is_short_however_deep_the_clone_is() -> None:
    assert len(str(socket_path(Path("/" + "deep/" * 60)))) < 100


def test_n8n_gets_nothing_of_ours_but_the_mark(processes: list[Process]) -> None:
    n8n = next(each for each in processes if each.name == "n8n")
    environment = n8n.environment({"DESKLOOP_TOKEN": "secret", MARK: "here"})
    assert "DESKLOOP_TOKEN" not in environment
    assert MARK in environment
    assert environment["N8N_CONCURRENCY_PRODUCTION_LIMIT"] == "20"
    assert environment["N8N_LISTEN_ADDRESS"] == "127.0.0.1"


def test_helpdesk_is_told_where_its_webhooks_go(processes: list[Process]) -> None:
    helpdesk = next(each for each in processes if each.name == "helpdesk")
    environment = helpdesk.environment({})
    url = environment["HELPDESK_PROCESS_WEBHOOK_TICKET_URL"]
    assert url == "http://127.0.0.1:5678/webhook/django-helpdesk/ticket"

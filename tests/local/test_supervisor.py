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


def test_the_mail_service_runs_where_a_mailbox_is_set(settings: LocalSettings) -> None:
    assert "mail" not in {process.name for process in all_processes(settings)}
    used = settings.model_copy(update={"mail_imap_host": "imap.example.com"})
    assert "mail" in {process.name for process in all_processes(used)}


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


def test_what_dies_is_started_again_however_often(processes: list[Process], tmp_path: Path) -> None:
    """PostgreSQL on a full disk cannot start: it must come back when there is room again."""
    config = RawConfigParser()
    config.read(write_config(processes, tmp_path / "supervisord.conf"))
    assert int(config["program:postgres"]["startretries"]) > 1000


def test_queue_mode_adds_redis_and_workers(
    local_env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    redis = tmp_path / "redis-server"
    redis.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("LOCAL_N8N_EXECUTIONS_MODE", "queue")
    found = {each.name: each for each in all_processes(LocalSettings())}
    assert found["redis"].command[0] == str(redis)
    workers = [found["n8n-worker-1"], found["n8n-worker-2"]]
    ports = [port for each in workers for port in (each.port, *each.more_ports.values())]
    assert ports == [5680, 5681, 5682, 5683]
    for process in [found["n8n"], *workers]:
        environment = process.environment({})
        assert environment["EXECUTIONS_MODE"] == "queue"
        assert environment["QUEUE_BULL_REDIS_PORT"] == "6379"
    assert workers[1].environment({})["QUEUE_HEALTH_CHECK_PORT"] == "5682"
    assert all(each.starts_last for each in workers)


def test_queue_mode_says_what_is_missing(
    local_env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("LOCAL_N8N_EXECUTIONS_MODE", "queue")
    with pytest.raises(RuntimeError, match="apt install redis-server"):
        all_processes(LocalSettings())

"""docker-compose.yml is complete and agrees with the settings and with the local n8n."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.n8n.environment import n8n_environment
from local.settings import ROOT, LocalSettings
from local.supervisor.processes import n8n_options

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = {"set-up", "deploy-workflows"}
PORTS = {
    "classify": 8101,
    "rules": 8102,
    "retrieve": 8103,
    "draft": 8104,
    "store_correction": 8105,
    "ledger": 8106,
}


def test_every_variable_is_in_the_example() -> None:
    example = set(re.findall(r"^#? ?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M))
    used = set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", TEXT))
    assert used
    assert used <= example


@pytest.mark.parametrize(("service", "port"), PORTS.items())
def test_service_listens_where_the_workflows_look(service: str, port: int) -> None:
    command = SERVICES[service]["command"]
    assert f"services.{service}.main:create_app" in command
    assert str(port) in command
    assert f":{port}/ready" in SERVICES[service]["healthcheck"]["test"][-1]
    url = SERVICES["deploy-workflows"]["environment"][f"N8N_{service.upper()}_URL"]
    assert url == f"http://{service}:{port}"


def test_console_finds_the_services_it_calls() -> None:
    console = SERVICES["console"]
    assert "services.console.main:create_app" in console["command"]
    assert ":8107/ready" in console["healthcheck"]["test"][-1]
    urls = {name: url for name, url in console["environment"].items() if name.endswith("_URL")}
    assert len(urls) == 4
    for name, url in urls.items():
        service = name.removeprefix("CONSOLE_").removesuffix("_URL").lower()
        assert url == f"http://{service}:{PORTS[service]}"


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ONCE])
def test_long_running_container_has_a_health_check_and_a_pinned_image(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert re.search(r":v?\d+\.\d+", service["image"]), service["image"]
    assert service["restart"] == "unless-stopped"


def test_n8n_is_the_version_of_the_lock_file() -> None:
    package = (ROOT / "local" / "n8n" / "package.json").read_text()
    version = re.search(r'"n8n": "([\d.]+)"', package)
    assert version
    assert SERVICES["n8n"]["image"] == f"n8nio/n8n:{version.group(1)}"
    assert SERVICES["n8n-worker"]["image"] == SERVICES["n8n"]["image"]


def test_n8n_keeps_to_itself_as_it_does_locally(settings: LocalSettings, tmp_path: Path) -> None:
    local = n8n_environment(n8n_options(settings, tmp_path))
    server = SERVICES["n8n"]["environment"]
    alike = [
        n for n in local if n.endswith("_ENABLED") or n.startswith(("EXECUTIONS_DATA", "N8N_BLOCK"))
    ]
    assert len(alike) > 8
    assert {name: _default(server.get(name)) for name in alike} == {n: local[n] for n in alike}


def _default(value: str | None) -> str | None:
    """What compose makes of `${NAME:-default}` where NAME is not set."""
    return value and re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def test_n8n_keeps_no_ticket_text_unless_it_is_told_to(
    local_env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = ("EXECUTIONS_DATA_SAVE_ON_SUCCESS", "EXECUTIONS_DATA_SAVE_ON_ERROR")
    quiet = n8n_environment(n8n_options(LocalSettings(), tmp_path))
    assert [quiet[name] for name in names] == ["none", "none"]
    assert quiet["EXECUTIONS_DATA_SAVE_MANUAL_EXECUTIONS"] == "false"
    assert quiet["EXECUTIONS_DATA_PRUNE"] == "true"
    monkeypatch.setenv("LOCAL_N8N_SAVE_FAILED", "all")
    monkeypatch.setenv("LOCAL_N8N_KEEP_HOURS", "5")
    kept = n8n_environment(n8n_options(LocalSettings(), tmp_path))
    assert [kept[name] for name in names] == ["none", "all"]
    assert kept["EXECUTIONS_DATA_MAX_AGE"] == "5"


@pytest.mark.parametrize("name", SERVICES)
def test_container_has_as_few_rights_as_it_can_do_with(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "pid", "network_mode", "devices"} & set(service)
    assert service.get("user", "its image's") not in ("0", "root", "0:0")
    assert "docker.sock" not in str(service)
    added = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"} if name == "postgres" else set()
    assert set(service.get("cap_add", [])) == added
    if not name.startswith("n8n"):  # n8n's image was never seen to run on a read-only disk
        assert service["read_only"] is True
        assert "/tmp" in service["tmpfs"]


def test_the_image_is_of_an_unprivileged_user_and_holds_no_secret() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER")] == ["USER deskloop"]
    assert lines.index("USER deskloop") > max(i for i, x in enumerate(lines) if x[:4] == "COPY")
    assert not re.findall(r"(?im)^(?:ARG|ENV).*(?:token|password|secret|key)", "\n".join(lines))
    # everything is left out of the build but what is named, and no secret is
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    assert not [line for line in ignored if line.startswith("!") and ".env" in line]


def test_what_the_image_carries_can_be_imported_there() -> None:
    copied = set(re.findall(r"(?m)^COPY (local/\w+) ", (ROOT / "Dockerfile").read_text()))
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"local/backup", "local/privacy", "local/workflows"} <= copied
    assert all(f"!{folder}" in ignored for folder in copied)


def test_secrets_come_from_the_environment_only() -> None:
    for name, service in SERVICES.items():
        for variable, value in (service.get("environment") or {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|_KEY$", variable):
                assert value.startswith(("${", '{"')), f"{name}: {variable}"


def test_only_this_machine_reaches_the_published_ports() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_queue_mode_needs_its_profile() -> None:
    assert SERVICES["redis"]["profiles"] == SERVICES["n8n-worker"]["profiles"] == ["queue"]


def test_mail_needs_its_profile() -> None:
    assert SERVICES["mail"]["profiles"] == ["mail"]


def test_volumes_and_dependencies_exist() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).exists(), volume

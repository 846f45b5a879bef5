"""`.env` is made once, with secrets of its own, and never loses what a person set."""

import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from local.env_file import EXAMPLE, GENERATED, ensure_env_file
from local.settings import LocalSettings


@pytest.fixture
def example(tmp_path: Path) -> Path:
    file = tmp_path / "example"
    file.write_text("# a comment\nDESKLOOP_TOKEN=\n# LOCAL_N8N_PORT=5678\n")
    return file


def test_new_file_keeps_the_example_and_invents_secrets(tmp_path: Path, example: Path) -> None:
    env = tmp_path / ".env"

    invented = ensure_env_file(env, example)

    assert set(invented) == set(GENERATED)
    text = env.read_text()
    assert text.startswith("# a comment\nDESKLOOP_TOKEN=")
    assert "# LOCAL_N8N_PORT=5678" in text
    assert all(dotenv_values(env)[name] for name in GENERATED)


def test_only_we_may_read_it(tmp_path: Path, example: Path) -> None:
    env = tmp_path / ".env"
    ensure_env_file(env, example)
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_second_run_changes_nothing(tmp_path: Path, example: Path) -> None:
    env = tmp_path / ".env"
    ensure_env_file(env, example)
    before = env.read_bytes()
    assert ensure_env_file(env, example) == []
    assert env.read_bytes() == before


def test_what_a_person_set_stays(tmp_path: Path, example: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("DESKLOOP_TOKEN=set-by-a-person\nANTHROPIC_API_KEY=key\n")

    invented = ensure_env_file(env, example)

    assert "DESKLOOP_TOKEN" not in invented
    assert dotenv_values(env)["DESKLOOP_TOKEN"] == "set-by-a-person"
    assert dotenv_values(env)["ANTHROPIC_API_KEY"] == "key"
    assert dotenv_values(env)["N8N_WEBHOOK_KEY"]


def test_two_clones_have_different_secrets(tmp_path: Path, example: Path) -> None:
    ensure_env_file(tmp_path / "one", example)
    ensure_env_file(tmp_path / "two", example)
    one, two = dotenv_values(tmp_path / "one"), dotenv_values(tmp_path / "two")
    assert all(one[name] != two[name] for name in GENERATED)


def test_invented_secrets_satisfy_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = tmp_path / ".env"
    ensure_env_file(env, EXAMPLE)
    for name, value in dotenv_values(env).items():
        monkeypatch.setenv(name, value or "")
    password = LocalSettings().n8n_owner_password.get_secret_value()
    assert any(letter.isupper() for letter in password)
    assert any(letter.isdigit() for letter in password)

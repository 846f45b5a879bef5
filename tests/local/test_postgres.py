"""The embedded PostgreSQL survives what happens on people's machines."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from local.postgres.embedded import EmbeddedPostgres, free_port, throwaway_postgres


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(tmp_path / "data", free_port(), "first", durable=False)
    yield postgres
    postgres.stop()


def _answers(server: EmbeddedPostgres) -> bool:
    with psycopg.connect(server.url("postgres")) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_vectors_are_there_and_databases_are_made_once(server: EmbeddedPostgres) -> None:
    server.start()
    assert server.ensure_database("shop")
    assert not server.ensure_database("shop")
    with psycopg.connect(server.url("shop")) as connection:
        connection.execute("CREATE EXTENSION vector")
        found = connection.execute("SELECT '[1,2]'::halfvec <=> '[1,2]'::halfvec").fetchone()
        assert found == (0.0,)


def test_wrong_password_is_refused_and_a_changed_one_followed(server: EmbeddedPostgres) -> None:
    server.start()
    changed = EmbeddedPostgres(server.data_dir, server.port, "second", durable=False)
    with pytest.raises(psycopg.OperationalError, match="password"):
        _answers(changed)
    server.stop()
    changed.start()
    assert _answers(changed)
    changed.stop()


def test_lock_file_of_another_process_does_not_keep_it_from_starting(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    server.stop()
    lock = f"{os.getpid()}\n{server.data_dir}\n0\n{server.port}\n\n127.0.0.1\n1 1\nready\n"
    (server.data_dir / "postmaster.pid").write_text(lock)
    server.start()
    assert _answers(server)


def test_half_made_data_folder_is_made_anew(server: EmbeddedPostgres) -> None:
    (server.data_dir / "base").mkdir(parents=True)
    server.start()
    assert _answers(server)


def test_throwaway_server_ends_with_its_killed_parent(tmp_path: Path) -> None:
    code = textwrap.dedent(
        """
        import time
        from local.postgres.embedded import throwaway_postgres
        with throwaway_postgres() as server:
            print(server._process.pid, flush=True)
            time.sleep(60)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 15
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the server outlived its parent"
        time.sleep(0.1)


def test_throwaway_server_leaves_no_folder() -> None:
    with throwaway_postgres() as server:
        folder = server.data_dir.parent
        assert folder.exists()
    assert not folder.exists()

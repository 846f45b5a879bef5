"""Write supervisor's configuration from our list of processes."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Sequence
from configparser import RawConfigParser
from pathlib import Path

from local.settings import LOGS, ROOT, STATE
from local.supervisor.processes import Process

CONFIG = STATE / "supervisord.conf"
PID_FILE = STATE / "supervisord.pid"
_LOG_BYTES = "10MB"


def socket_path(state: Path = STATE) -> Path:
    """Return supervisor's socket: in the temporary folder, as a socket's path must be short."""
    mark = hashlib.sha256(str(state).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"deskloop-{os.getuid()}-{mark}.sock"


def write_config(processes: Sequence[Process], path: Path = CONFIG) -> Path:
    """Write the configuration and make the folder of the logs; returns where it was written."""
    LOGS.mkdir(parents=True, exist_ok=True)
    config = RawConfigParser()
    config.read_dict({**_daemon(), **{f"program:{p.name}": _program(p) for p in processes}})
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        config.write(file)
    return path


def _daemon() -> dict[str, dict[str, str]]:
    socket = str(socket_path())
    daemon = {
        "logfile": _escaped(LOGS / "supervisord.log"),
        "logfile_maxbytes": _LOG_BYTES,
        "logfile_backups": "1",
        "pidfile": _escaped(PID_FILE),
        "directory": _escaped(ROOT),
        "identifier": "deskloop",
        "nocleanup": "true",
    }
    if os.geteuid() == 0:
        daemon["user"] = "root"  # says that it is meant so; PostgreSQL leaves root by itself
    interface = "supervisor.rpcinterface:make_main_rpcinterface"
    return {
        "supervisord": daemon,
        "unix_http_server": {"file": _escaped(socket), "chmod": "0700"},
        "rpcinterface:supervisor": {"supervisor.rpcinterface_factory": interface},
        "supervisorctl": {"serverurl": f"unix://{_escaped(socket)}"},
    }


def _program(process: Process) -> dict[str, str]:
    return {
        "command": f'"{_escaped(sys.executable)}" -m local.supervisor.run {process.name}',
        "directory": _escaped(ROOT),
        "autostart": "false",
        "autorestart": "true",
        "startsecs": "1",
        "startretries": "1000000",
        "stopsignal": process.stop_signal,
        "stopwaitsecs": "20",
        "stopasgroup": "false",
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": _escaped(LOGS / f"{process.name}.log"),
        "stdout_logfile_maxbytes": _LOG_BYTES,
        "stdout_logfile_backups": "2",
    }


def _escaped(value: object) -> str:
    """Double the percent signs, which supervisor would expand."""
    return str(value).replace("%", "%%")

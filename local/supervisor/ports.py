"""Find out before the start whether a port is taken, and say by whom."""

import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from local.supervisor.processes import Process

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Conflict:
    """A port that cannot be had."""

    port: int
    wanted_by: str
    setting: str
    holder: str

    def __str__(self) -> str:
        return (
            f"port {self.port}, which {self.wanted_by} needs, is in use by {self.holder}: "
            f"stop that, or set {self.setting} in .env to another port"
        )


def conflicts(processes: Sequence[Process]) -> list[Conflict]:
    """Return the ports of `processes` that others hold, or that two of them want."""
    found = []
    wanted: dict[int, str] = {}
    for process in processes:
        for setting, port in {process.port_setting: process.port, **process.more_ports}.items():
            if port in wanted:
                found.append(Conflict(port, process.name, setting, f"{wanted[port]}, too"))
            elif is_taken(port):
                found.append(Conflict(port, process.name, setting, holder_of(port)))
            wanted[port] = process.name
    return found


def is_taken(port: int) -> bool:
    """Tell whether somebody listens on 127.0.0.1:`port`, or on every address."""
    with socket.socket() as probe:
        # as servers do: a connection that has just ended does not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def holder_of(port: int) -> str:
    """Say which process listens on `port`, as far as we may see it."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            listens = connection.status == psutil.CONN_LISTEN and connection.pid
            if listens and address and address.port == port:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another process"

"""A CONNECT proxy that leads the vendors' host names to our stand-ins, and nowhere else."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
_CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_CHUNK = 65_536


@dataclass
class Proxy:
    """Where each host leads, and which hosts were asked for; an unknown one is refused."""

    routes: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """What goes into HTTPS_PROXY."""
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client: read its CONNECT, then copy bytes both ways."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b" ", 2)
            host = target.decode().rpartition(":")[0]
            self.asked.append(host if method == b"CONNECT" else f"{method.decode()} {host}")
            await self._connect(method, host, reader, writer)
        writer.close()

    async def _connect(
        self,
        method: bytes,
        host: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        if method != b"CONNECT" or host not in self.routes:
            writer.write(_FORBIDDEN)
            return
        try:
            there, out = await asyncio.open_connection("127.0.0.1", self.routes[host])
        except OSError:
            writer.write(_BAD_GATEWAY)
            return
        writer.write(_CONNECTED)
        await asyncio.gather(_copy(reader, out), _copy(there, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
    target.close()


@contextmanager
def running_proxy() -> Iterator[Proxy]:
    """Serve a proxy in a thread of its own until the block ends."""
    proxy, started = Proxy(), threading.Event()
    stops: list[Callable[[], object]] = []

    async def serve() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        server = await asyncio.start_server(proxy.handle, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(10), "the proxy did not start"
    try:
        yield proxy
    finally:
        stops[0]()
        thread.join(10)

"""Runs an ASGI application on 127.0.0.1 in a thread of its own, with or without TLS."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from local.postgres.embedded import free_port

_START_SECONDS = 30


_LOOPBACK = httpx.Client(verify=False, trust_env=False, timeout=10)


def loopback() -> httpx.Client:
    """Return the one client for servers of this machine: a new one costs 30 ms, mostly for TLS.

    Made before any thread asks for it: of two made at once, one would never be closed.
    """
    return _LOOPBACK


@contextmanager
def serving(
    app: Any, certificate: tuple[Path, Path] | None = None, port: int = 0, lifespan: str = "off"
) -> Iterator[int]:
    """Serve `app` until the block ends; yields the port."""
    port = port or free_port()
    chain, key = certificate or (None, None)
    config = uvicorn.Config(
        app,
        port=port,
        log_config=None,
        lifespan=lifespan,  # type: ignore[arg-type]
        ws="none",
        timeout_graceful_shutdown=1,
        ssl_certfile=chain,
        ssl_keyfile=key,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(10)

"""Clocks that disagree."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.faults.fault import Fault
from tests.faults.laboratory import Laboratory

_SKEWS = {"ledger": "+60s", "helpdesk": "-60s"}


def _library() -> Path | None:
    spec = find_spec("libfaketime")
    if spec is None or spec.origin is None:
        return None
    found = Path(spec.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    return found if found.exists() else None


def _cannot() -> str | None:
    return None if _library() else "libfaketime is not built for this machine"


@contextmanager
def skewed(lab: Laboratory) -> Iterator[None]:
    """The ledger is a minute ahead, the helpdesk a minute behind; n8n and PostgreSQL are right."""
    with ExitStack() as stack:
        for name, offset in _SKEWS.items():
            clock = {"LD_PRELOAD": str(_library()), "FAKETIME": offset, "DONT_FAKE_MONOTONIC": "1"}
            stack.enter_context(lab.changed(name, **clock))
        yield
        lab.load.wait()


FAULTS = [Fault("clocks of services a minute apart", skewed, cannot=_cannot)]

"""What a fault is, and how a module adds faults to the laboratory.

Every module `tests/faults/*_faults.py` is read; it offers a list `FAULTS` of `Fault`. A fault is a
function that takes the running `Laboratory` and returns a context manager: the fault holds while
the context is open, and is lifted when it is left, with everything up again
(`laboratory.wait_until_up()` waits for it). Around it the laboratory

1. files a third of the batch before the fault, a third while it holds, a third after it was lifted,
   through the real helpdesk, with customers who write again and agents who answer meanwhile;
2. waits until each ticket has its end; `last_end_seconds` counts from the lifting of the fault;
3. asks the checker (`local.check`), and adds a row to the table.

```python
from contextlib import contextmanager
from tests.faults.fault import Fault
from tests.faults.laboratory import Laboratory

@contextmanager
def overloaded(lab: Laboratory) -> Iterator[None]:
    with lab.changed("draft", DRAFT_PROVIDER="anthropic", ANTHROPIC_BASE_URL=double.url):
        yield

FAULTS = [Fault("model API answers 529", overloaded, last_end_seconds=120)]
```

What a fault may use: `lab.processes` (kill, stop, freeze, pids, ports, secrets),
`lab.changed(service, **environment)` (that service runs with other settings meanwhile),
`lab.settings(**columns)` (n8n's `Settings` table holds other values meanwhile, `helpdesk_url` for
instance), `lab.system` (helpdesk, history, reconcile, deliver), `lab.batch` (the tickets of this
run; `lab.batch.on_filed.append(f)` calls `f(ticket)` right after each filing).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.laboratory import Laboratory

Apply = Callable[["Laboratory"], AbstractContextManager[None]]


def always() -> str | None:
    """A fault that can be staged everywhere."""
    return None


def nothing_more(_: "Laboratory") -> None:
    """Nothing but the ends matters."""


@dataclass(frozen=True)
class Fault:
    """One way in which things go wrong."""

    name: str
    """Its row in the table."""
    apply: Apply
    last_end_seconds: float = 180.0
    """From the lifting of the fault to the last end; more is a failure. Machines may be busy."""
    tickets: int = 15
    quick: bool = False
    """Also part of `make test`, with few tickets."""
    cannot: Callable[[], str | None] = always
    """Why it cannot be staged on this machine; None where it can."""
    verify: Callable[["Laboratory"], None] = nothing_more
    """What else must be true at the end; fails where it is not."""
    queue_mode: bool = False
    """Needs n8n with workers: a system of its own."""
    spread_seconds: float = 6.0
    """Over how long each third of the batch is filed."""

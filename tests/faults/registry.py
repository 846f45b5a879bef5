"""Finds the faults of all modules of this folder."""

from importlib import import_module
from pathlib import Path

from tests.faults.fault import Fault

_FIRST = ("process_faults", "database_faults", "webhook_faults", "clock_faults", "incident_faults")


def all_faults() -> list[Fault]:
    """All faults, module by module; those that need a system of their own at the end."""
    names = {path.stem for path in Path(__file__).parent.glob("*_faults.py")}
    there = sorted(name for name in names if not name.startswith("test_"))
    ordered = sorted(there, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    modules = [import_module(f"tests.faults.{name}") for name in ordered]
    faults: list[Fault] = [fault for module in modules for fault in module.FAULTS]
    return sorted(faults, key=lambda fault: fault.queue_mode)

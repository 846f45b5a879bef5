"""Finds the faults of all modules of this folder."""

from importlib import import_module
from pathlib import Path

from tests.faults.fault import Fault


def all_faults() -> list[Fault]:
    """All faults, module by module in the order of their names."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*_faults.py"))
    modules = [import_module(f"tests.faults.{n}") for n in names if not n.startswith("test_")]
    return [fault for module in modules for fault in module.FAULTS]

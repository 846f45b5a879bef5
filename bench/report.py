"""The measurements as tables for a person."""

from typing import Any

from rich.console import Console
from rich.table import Table


def show(console: Console, found: dict[str, Any]) -> None:
    """Print every measurement."""
    for key in [name for name in found if name.startswith("at_once_")]:
        console.print(_title(key.removeprefix("at_once_"), found[key]), soft_wrap=True)
        console.print(_pipeline(found[key]))
    console.print()
    console.print(_memory(found["memory_mb"]))
    console.print()
    console.print(_disk(found["disk_gb"]))
    console.print()
    if again := found.get("restart"):
        down, up = again["down_seconds"], again["up_seconds"]
        console.print(f"Stopped in {down:.0f} s, ready again in {up:.0f} s.\n")


def _title(at_once: str, measures: dict[str, Any]) -> str:
    routes = ", ".join(f"{number} {name}" for name, number in measures["routes"].items())
    models = ", ".join(measures["models"])
    return (
        f"[bold]{measures['tickets']} tickets, {at_once} at once: "
        f"{measures['tickets_per_minute']} a minute[/bold] ({routes}; {models})"
    )


def _pipeline(measures: dict[str, Any]) -> Table:
    table = _table("", "p50", "p95", "longest")
    for name, key in (("inbox to verdict", "to_verdict_seconds"), ("to the end", "to_end_seconds")):
        _row(table, name, measures[key], "s")
    for name, spread in measures["steps_ms"].items():
        _row(table, f"  {name}", spread, "ms")
    return table


def _memory(measures: dict[str, dict[str, float]]) -> Table:
    table = _table("memory", "resident", "shared pages once")
    for name, values in measures.items():
        table.add_row(name, f"{values['rss']:.0f} MB", f"{values['pss']:.0f} MB")
    sums = [sum(values[kind] for values in measures.values()) for kind in ("rss", "pss")]
    table.add_row("all", *(f"{value:.0f} MB" for value in sums))
    return table


def _disk(measures: dict[str, float]) -> Table:
    table = _table("disk", "")
    for name, size in measures.items():
        table.add_row(name, f"{size:.2f} GB")
    return table


def _row(table: Table, name: str, spread: dict[str, float], unit: str) -> None:
    digits = 2 if unit == "s" else 0
    values = (f"{spread[key]:.{digits}f} {unit}" for key in ("p50", "p95", "max"))
    table.add_row(name, *values)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table

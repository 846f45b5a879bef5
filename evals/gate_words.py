"""A comparison in words, and as a page."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.gate_compare import SMALLEST_DIFFERENCE, Compared, Verdict
from evals.gate_config import PRESET, Configuration, Policies
from evals.replay_page import render
from evals.replay_plots import percent
from evals.replay_run import Record, Route
from evals.replay_words import interval

_SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_NAMES = {Verdict.BETTER: "better", Verdict.WORSE: "worse", Verdict.CANNOT_TELL: "cannot tell"}
_ROUTES = {Route.SENT: "sent", Route.REVIEW: "to review", Route.HUMAN: "to a human"}
MOST_CHANGES = 60


def name_of(verdict: Verdict) -> str:
    """`cannot_tell` → "cannot tell"."""
    return _NAMES[verdict]


def headline(verdict: Verdict, compared: Sequence[Compared], accepted: Sequence[str]) -> str:
    """The verdict and what it rests on, in one or two sentences."""
    counted = [each for each in compared if each.key not in accepted]
    deciding = [each for each in counted if each.verdict is verdict]
    if verdict is Verdict.CANNOT_TELL and any(e.verdict is Verdict.BETTER for e in counted):
        wrong = next(each for each in counted if each.key == "wrong")
        gains = "; ".join(_reason(each) for each in counted if each.verdict is Verdict.BETTER)
        return (
            f"Cannot tell whether B is better: {gains}. But it also sends {wrong.only_b} wrong "
            f"replies that A does not ({wrong.only_a} the other way), which may be chance: about "
            f"{wrong.tickets_needed} tickets would tell."
        )
    if verdict is Verdict.CANNOT_TELL:
        return f"Cannot tell whether B is better or worse than A. {_needed(counted)}"
    reasons = "; ".join(_reason(each) for each in deciding)
    return f"B is {name_of(verdict)} than A: {reasons}."


def _needed(compared: Sequence[Compared]) -> str:
    tickets = max((each.tickets for each in compared), default=0)
    needed = [each for each in compared if each.tickets_needed is not None]
    if not needed:
        return ""
    if not any(each.only_a or each.only_b for each in compared):
        return (
            f"They did the same on all {tickets} tickets; about {needed[0].tickets_needed} would "
            f"show a difference of {100 * SMALLEST_DIFFERENCE:.0f} % of them."
        )
    said = ", ".join(f"{each.name.lower()}: about {each.tickets_needed}" for each in needed)
    return f"{tickets} tickets are too few for differences this small; needed are, for {said}."


def _reason(each: Compared) -> str:
    if each.cost_a is not None and each.cost_b is not None:
        return f"a ticket costs ${each.cost_b:.5f} instead of ${each.cost_a:.5f}"
    values = f"{value(each, 'b')} instead of {value(each, 'a')}"
    counts = {
        "wrong": f"{each.only_b} wrong replies that A does not send, {each.only_a} the other way",
        "sent": f"{each.only_b} more sent, {each.only_a} fewer",
        "category": f"{each.only_b} better, {each.only_a} worse",
    }
    return f"{each.name.lower()} {values} ({counts[each.key]})"


def value(each: Compared, side: str) -> str:
    """What people read of one side."""
    cost = each.cost_a if side == "a" else each.cost_b
    if cost is not None:
        return f"${cost:.5f}"
    measure = each.a if side == "a" else each.b
    if measure is None or measure["value"] is None:
        return "nothing sent"
    return percent(measure["value"])


def lines(compared: Sequence[Compared]) -> list[dict[str, Any]]:
    """The rows of the table."""
    return [
        {
            "name": each.name,
            "meaning": _meaning(each),
            "a": value(each, "a"),
            "a_interval": interval(each.a) if each.a else "",
            "b": value(each, "b"),
            "b_interval": interval(each.b) if each.b else "",
            "measure_a": each.a,
            "measure_b": each.b,
            "only_a": each.only_a,
            "only_b": each.only_b,
            "p": "–" if each.p is None else ("< 0.001" if each.p < 0.001 else f"{each.p:.3f}"),
            "verdict": each.verdict.value,
            "verdict_name": name_of(each.verdict),
            "needed": f"about {each.tickets_needed:,} tickets" if each.tickets_needed else "",
            "tone": "wrong" if each.key == "wrong" else "plain",
        }
        for each in compared
    ]


def _meaning(each: Compared) -> str:
    if each.key == "wrong":
        return "tested on the wrong replies that only one of them sends"
    if each.difference is not None:
        low, high = each.difference
        return f"B minus A: ${low:.5f} to ${high:.5f}"
    return f"of {each.tickets} tickets"


def changes(a: Sequence[Record], b: Sequence[Record]) -> list[dict[str, Any]]:
    """Tickets that fare otherwise with B, the worst first."""
    found = []
    for one, other in zip(a, b, strict=True):
        if _fate(one) != _fate(other):
            row = one.row
            found.append(
                {"row": row.number, "id": row.id, "a": _fate(one), "b": _fate(other)}
                | {"worse": _bad(other) - _bad(one)}
            )
    return sorted(found, key=lambda each: (-each["worse"], each["row"]))


def _fate(record: Record) -> str:
    route = _ROUTES[record.route]
    if record.failed:
        return f"{route}: {record.failed}"
    if record.route is Route.SENT:
        return route + {True: ", right", False: f", wrong: {record.why}", None: ""}[record.right]
    return route


def _bad(record: Record) -> int:
    """2 a wrong reply, 1 a human's work, 0 neither."""
    if record.route is not Route.SENT:
        return 1
    return 2 if record.right is False else 0


def differing(a: Configuration, b: Configuration) -> list[tuple[str, str, str]]:
    """Settings that are not the same on both sides; secrets are not shown."""
    one, other = _settings(a), _settings(b)
    names = sorted(set(one) | set(other))
    return [
        (name, _shown(name, one.get(name)), _shown(name, other.get(name)))
        for name in names
        if one.get(name) != other.get(name)
    ]


def _settings(configuration: Configuration) -> dict[str, str]:
    workflow = {f"N8N_{k.upper()}": str(v) for k, v in vars(configuration.workflow).items()}
    return {**configuration.environment, **_policies(configuration.policies), **workflow}


def _policies(policies: Policies) -> dict[str, str]:
    found = {PRESET: policies.preset} if policies.preset else {}
    found |= {f"POLICY_{name.upper()}": value for name, value in policies.everywhere.items()}
    for category, values in policies.of_category.items():
        prefix = f"POLICY_{category.upper()}__"
        found |= {f"{prefix}{name.upper()}": value for name, value in values.items()}
    return found


def _shown(name: str, value: str | None) -> str:
    if value is None:
        return "as it is"
    return "(set)" if any(word in name for word in _SECRET) else value


def gate_page(
    report: Mapping[str, Any], compared: Sequence[Compared], changed: Sequence[Mapping[str, Any]]
) -> str:
    """The page of a comparison."""
    return render(
        "gate.html.j2",
        report=report,
        lines=lines(compared),
        changes=changed[:MOST_CHANGES],
        more=max(0, len(changed) - MOST_CHANGES),
    )

"""Where everything stands in the plots: numbers in, coordinates out; the templates draw them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 520, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 16, 56
_MOST_LABELS = 12
_OTHERS = "(others)"

Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Whisker:
    """A value with its interval; `tip` is what a pointer or a screen reader gets."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    tip: str


@dataclass
class Plot:
    """One plot between two axes, in the units of its view box."""

    title: str
    about: str
    x_label: str
    y_label: str
    x_ticks: list[Tick] = field(default_factory=list)
    y_ticks: list[Tick] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    """Class and points of each line."""
    bands: list[tuple[str, str]] = field(default_factory=list)
    whiskers: list[tuple[str, Whisker]] = field(default_factory=list)
    diagonal: str = ""
    legend: list[tuple[str, str]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    """Of the table below the plot, which says the same in numbers."""
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Cell:
    """One cell of the confusion matrix; `share` of its row, `right` on the diagonal."""

    x: float
    y: float
    count: int
    share: float
    right: bool
    tip: str


@dataclass
class Matrix:
    """The confusion matrix."""

    labels: list[str]
    cells: list[Cell]
    size: float
    left: float
    top: float
    width: float
    height: float


def percent(value: float | None, digits: int = 0) -> str:
    """0.123 → "12 %"; "–" where there is no number; small shares keep a digit."""
    if value is None:
        return "–"
    if digits == 0 and 0 < value < 0.0995:
        digits = 1
    return f"{100 * value:.{digits}f} %"


def _across(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _up(share: float) -> float:
    return round(HEIGHT - BOTTOM - min(1.0, max(0.0, share)) * (HEIGHT - TOP - BOTTOM), 1)


def _path(points: Sequence[Point]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _share_ticks(top: float) -> list[float]:
    step = next(size for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if top / size <= 5.001)
    return [round(step * number, 4) for number in range(math.floor(top / step + 1e-9) + 1)]


def confusion_matrix(confusion: Mapping[str, Any]) -> Matrix | None:
    """The matrix with at most twelve labels; rarer ones are drawn together."""
    labels, counts = _fewer(confusion["labels"], confusion["matrix"])
    if not labels:
        return None
    longest = max(len(label) for label in labels)
    left, top = min(190.0, 24 + 7.4 * longest), 44.0
    size = min(64.0, (WIDTH - left - 10) / len(labels))
    cells = []
    for down, (expected, row) in enumerate(zip(labels, counts, strict=True)):
        for right, (found, count) in enumerate(zip(labels, row, strict=True)):
            share = count / sum(row) if sum(row) else 0.0
            tip = f"{count} labelled {expected}, said to be {found}"
            x, y = left + right * size, top + down * size
            cells.append(Cell(x, y, count, round(share, 3), expected == found, tip))
    side = size * len(labels)
    bottom = top + side + (40 if size > 7 * longest else 16 + 5.6 * longest)
    return Matrix(labels, cells, size, left, top, WIDTH, bottom)


def _fewer(labels: list[str], matrix: list[list[int]]) -> tuple[list[str], list[list[int]]]:
    if len(labels) <= _MOST_LABELS:
        return labels, matrix
    order = sorted(range(len(labels)), key=lambda n: -(sum(matrix[n]) + sum(r[n] for r in matrix)))
    kept = sorted(order[: _MOST_LABELS - 1])
    rest = sorted(order[_MOST_LABELS - 1 :])
    groups = [[each] for each in kept] + [rest]
    counts = [[sum(matrix[i][j] for i in down for j in over) for over in groups] for down in groups]
    return [*(labels[each] for each in kept), _OTHERS], counts


def risk_coverage_plot(data: Mapping[str, Any]) -> Plot:
    """Wrong among sent over share sent, from the strictest threshold to none at all."""
    points = data["points"]
    settled = [p["risk"]["high"] for p in points if p["sent"] >= max(3, points[-1]["sent"] // 6)]
    top = min(1.0, max([0.05, data["now"]["risk"]["high"] or 0.0, *settled]))
    ticks = _share_ticks(top)
    line = [(_across(p["coverage"]), _up(p["risk"]["value"] / top)) for p in points]
    low = [(_across(p["coverage"]), _up(p["risk"]["low"] / top)) for p in points]
    high = [(_across(p["coverage"]), _up(p["risk"]["high"] / top)) for p in points]
    plot = Plot(
        title="Risk and coverage",
        about="Each threshold sends a share of the tickets, and a part of that is wrong. Lower and "
        "further right is better.",
        x_label=f"Share of {data['tickets']} tickets sent",
        y_label="Wrong among sent",
        x_ticks=[Tick(_across(t), percent(t)) for t in (0, 0.2, 0.4, 0.6, 0.8, 1)],
        y_ticks=[Tick(_up(t / top), percent(t)) for t in ticks],
        lines=[("line-wrong", _path(line))],
        bands=[("band-wrong", _path([*high, *reversed(low)]))],
        legend=[("line-wrong", "one threshold for all"), ("mark-now", "as it is now")],
        columns=["Threshold", "Sent", "Wrong", "Wrong among sent", "95 % interval"],
        rows=[_risk_row(p) for p in _some(points)],
    )
    now = data["now"]
    if now["risk"]["value"] is not None:
        tip = f"now: {percent(now['coverage'])} sent, {percent(now['risk']['value'])} of it wrong"
        plot.whiskers.append(("mark-now", _whisker(now["coverage"], now["risk"], tip, 6, top)))
    return plot


def _risk_row(point: Mapping[str, Any]) -> list[str]:
    risk = point["risk"]
    interval = f"{percent(risk['low'])} – {percent(risk['high'])}"
    sent = f"{point['sent']} ({percent(point['coverage'])})"
    return [
        f"{point['threshold']:.3f}",
        sent,
        str(point["wrong"]),
        percent(risk["value"]),
        interval,
    ]


def _some(points: Sequence[Any], many: int = 12) -> list[Any]:
    """The last and every so many of `points`, about `many`."""
    step = max(1, math.ceil(len(points) / many))
    return [
        each for number, each in enumerate(points, 1) if number % step == 0 or each is points[-1]
    ]


def _whisker(x: float, share: Mapping[str, Any], tip: str, radius: float, top: float) -> Whisker:
    low, high = _up(share["low"] / top), _up(share["high"] / top)
    return Whisker(_across(x), _up(share["value"] / top), low, high, radius, tip)


def reliability_plot(bins: Sequence[Mapping[str, Any]]) -> Plot:
    """What the probability said against what was right, with the diagonal of honesty."""
    most = max(each["was"]["rows"] for each in bins)
    # probabilities crowd at the upper end: the axis begins where they do
    start = min(0.8, math.floor(min(each["said"] for each in bins) * 5 + 1e-9) / 5)

    def along(said: float) -> float:
        return float((said - start) / (1 - start))

    steps = [t for t in (0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1) if t >= start]
    across = steps if start >= 0.4 else [t for t in steps if t not in (0.7, 0.9)]
    plot = Plot(
        title="Reliability",
        about="Tickets in groups of like probability. On the diagonal the number means what it "
        "says; below it promises too much.",
        x_label="Probability that the reply is right, as computed",
        y_label="Share that was right",
        x_ticks=[Tick(_across(along(t)), percent(t)) for t in across],
        y_ticks=[Tick(_up(t), percent(t)) for t in (0, 0.2, 0.4, 0.6, 0.8, 1)],
        diagonal=_path([(_across(0), _up(start)), (_across(1), _up(1))]),
        legend=[("mark-right", "a group, with its 95 % interval"), ("line-ideal", "ideal")],
        columns=["Probability said", "Right", "95 % interval", "Tickets"],
    )
    for each in bins:
        was = each["was"]
        radius = round(3 + 4 * math.sqrt(was["rows"] / most), 1)
        tip = f"said {percent(each['said'])}, right {percent(was['value'])} of {was['rows']}"
        plot.whiskers.append(("mark-right", _whisker(along(each["said"]), was, tip, radius, 1)))
        interval = f"{percent(was['low'])} – {percent(was['high'])}"
        plot.rows.append(
            [percent(each["said"], 1), percent(was["value"]), interval, str(was["rows"])]
        )
    return plot


def learning_plots(dataset: str, points: Sequence[Mapping[str, Any]]) -> list[Plot]:
    """Share sent over the number of corrections, and wrong among sent on a scale of its own."""
    known = [point for point in points if point.get("wrong") is not None]
    highs = [float(point.get("wrong_high") or point["wrong"]) for point in known]
    top = min(1.0, max([0.02, *highs]))
    band = [(p["n"], p["wrong_high"] / top) for p in known if p.get("wrong_high") is not None]
    lows = [(p["n"], p["wrong_low"] / top) for p in known if p.get("wrong_low") is not None]
    sent = _learning(
        f"Learning curve: {dataset}",
        "How much more is sent as corrections are stored, measured by make eval-learning.",
        "Sent",
        points,
    )
    sent.lines = [("line-right", _learned([(p["n"], p["sent"]) for p in points], points))]
    sent.whiskers = [("mark-right", _dot(p["n"], p["sent"], points)) for p in points]
    sent.y_ticks = [Tick(_up(t), percent(t)) for t in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    wrong = _learning(
        f"Learning curve: {dataset}, what is wrong",
        "How much of what is sent is wrong, with its 95 % interval; the dashes are the target, "
        "1 %.",
        "Wrong among sent",
        points,
    )
    wrong.lines = [
        ("line-ideal", _path([(_across(0), _up(0.01 / top)), (_across(1), _up(0.01 / top))])),
        ("line-wrong", _learned([(p["n"], p["wrong"] / top) for p in known], points)),
    ]
    wrong.bands = [("band-wrong", _learned([*band, *reversed(lows)], points))] if band else []
    wrong.y_ticks = [Tick(_up(t / top), percent(t)) for t in _share_ticks(top)]
    return [sent, wrong] if known else [sent]


def _learning(title: str, about: str, y_label: str, points: Sequence[Mapping[str, Any]]) -> Plot:
    return Plot(
        title=title,
        about=about,
        x_label="Corrections stored",
        y_label=y_label,
        x_ticks=[Tick(_root(p["n"], points), f"{p['n']:,}") for p in _apart(points)],
        columns=["Corrections", "Sent", "Wrong among sent", "95 % interval", "ms per ticket"],
        rows=[_learning_row(point) for point in points],
    )


def _root(n: float, points: Sequence[Mapping[str, Any]]) -> float:
    """By the root: the first hundreds matter as much as the last thousands."""
    return _across(math.sqrt(n / (points[-1]["n"] or 1)))


def _learned(values: Sequence[Point], points: Sequence[Mapping[str, Any]]) -> str:
    return _path([(_root(n, points), _up(share)) for n, share in values])


def _dot(n: float, share: float, points: Sequence[Mapping[str, Any]]) -> Whisker:
    y = _up(share)
    return Whisker(_root(n, points), y, y, y, 3.5, f"{n:,} corrections: {percent(share)} sent")


def _learning_row(point: Mapping[str, Any]) -> list[str]:
    interval = f"{percent(point.get('wrong_low'))} – {percent(point.get('wrong_high'))}"
    return [
        f"{point['n']:,}",
        percent(point["sent"]),
        percent(point.get("wrong")),
        interval,
        f"{point['ms_per_ticket']:.0f}" if point.get("ms_per_ticket") is not None else "–",
    ]


def _apart(points: Sequence[Any]) -> list[Any]:
    """Those whose labels do not run into each other, the last one always among them."""
    kept = [points[-1]]
    for point in reversed(points[:-1]):
        if _root(kept[-1]["n"], points) - _root(point["n"], points) >= 44:
            kept.append(point)
    return kept[::-1]

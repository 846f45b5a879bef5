"""Small charts as SVG: shapes and classes only, so that the style sheet colours them."""

from collections.abc import Sequence

from markupsafe import Markup

from services.contracts.ledger_answers import Bucket, Interval, Point

_WIDTH = 900
_HEIGHT = 180
_AXIS = 34
_LABELS = 22
_ROUTES = (("human", "person"), ("review", "review"), ("auto_sent", "machine"))
"""Counted as, and coloured as; the first lies at the bottom."""


def meter(probability: float | None, threshold: float | None) -> Markup:
    """A bar as long as the machine was sure, with a line where it has to reach."""
    if probability is None:
        return Markup("")
    enough = threshold is None or probability >= threshold
    shapes = [
        Markup('<rect class="track" x="0" y="4" width="300" height="10" rx="5"/>'),
        Markup('<rect class="{}" x="0" y="4" width="{:.1f}" height="10" rx="5"/>').format(
            "enough" if enough else "short", max(5.0, probability * 300)
        ),
    ]
    if threshold is not None:
        place = threshold * 300
        shapes.append(Markup('<path class="needed" d="M{0:.1f} 0V18"/>').format(place))
    return _svg(300, 18, "meter", "", shapes)


def share_bar(found: Interval) -> Markup:
    """A bar for a share, with a thin line over the range it may truly lie in."""
    shapes = [Markup('<rect class="track" x="0" y="3" width="300" height="12" rx="3"/>')]
    if found.share is not None and found.low is not None and found.high is not None:
        shapes += [
            Markup('<rect class="share" x="0" y="3" width="{:.1f}" height="12" rx="3"/>').format(
                found.share * 300
            ),
            Markup('<path class="range" d="M{0:.1f} 9H{1:.1f}M{0:.1f} 4V14M{1:.1f} 4V14"/>').format(
                max(1.0, found.low * 300), min(299.0, found.high * 300)
            ),
        ]
    return _svg(300, 18, "sharebar", "", shapes)


def columns(points: Sequence[Point], bucket: Bucket) -> Markup:
    """Stacked columns: how tickets of each hour or day ended."""
    counts = [[getattr(point.routes, name) for name, _ in _ROUTES] for point in points]
    top = nice_top(max((sum(each) for each in counts), default=0))
    plot_height = _HEIGHT - _LABELS
    step = (_WIDTH - _AXIS) / max(1, len(points))
    shapes = _grid(top, plot_height)
    for number, (point, values) in enumerate(zip(points, counts, strict=True)):
        left = _AXIS + number * step
        shapes.append(_column(left, step, values, top, plot_height))
        if number % max(1, -(-len(points) // 10)) == 0:
            shapes.append(_label(left + step / 2, _HEIGHT - 6, _name(point, bucket)))
    return _svg(_WIDTH, _HEIGHT, "columns", "How tickets ended, over time", shapes)


def nice_top(highest: int) -> int:
    """Return a round number that is not below `highest`, to end an axis at."""
    size = 1
    while True:
        for step in (2, 4, 6, 10):
            if highest <= step * size:
                return step * size
        size *= 10


def _grid(top: int, height: int) -> list[Markup]:
    shapes = []
    for part in (0, 1, 2):
        y = (height - 8) * (1 - part / 2) + 6
        shapes.append(Markup('<path class="grid" d="M{} {:.1f}H{}"/>').format(_AXIS, y, _WIDTH))
        text = Markup('<text class="tick" x="{}" y="{:.1f}">{}</text>')
        shapes.append(text.format(_AXIS - 6, y + 4, top * part // 2))
    return shapes


def _column(left: float, step: float, values: list[int], top: int, height: int) -> Markup:
    width = min(step * 0.72, 40)
    x, y = left + (step - width) / 2, float(height - 2)
    parts = []
    for (_, kind), value in zip(_ROUTES, values, strict=True):
        tall = value / top * (height - 8)
        y -= tall
        if value:
            rect = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
            parts.append(rect.format(kind, x, y, width, tall))
    return Markup("").join(parts)


def _label(x: float, y: float, text: str) -> Markup:
    return Markup('<text class="label" x="{:.1f}" y="{}">{}</text>').format(x, y, text)


def _name(point: Point, bucket: Bucket) -> str:
    return f"{point.start:%H:%M}" if bucket is Bucket.HOUR else f"{point.start:%-d %b}"


def _svg(width: int, height: int, kind: str, title: str, shapes: list[Markup]) -> Markup:
    """Wrap shapes; without a title it only repeats what stands beside it."""
    about = (
        Markup('role="img" aria-label="{}"').format(title)
        if title
        else Markup('aria-hidden="true" focusable="false"')
    )
    start = Markup('<svg class="chart {}" viewBox="0 0 {} {}" {}>').format(
        kind, width, height, about
    )
    return start + Markup("").join(shapes) + Markup("</svg>")

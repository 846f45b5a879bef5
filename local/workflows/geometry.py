"""Where n8n's editor draws nodes and lines, and whether they are in each other's way.

Measured in the editor of n8n 2.41: a node is 96 wide, its outputs are 32 apart on its right side,
and a line is a Bezier curve whose handles reach half of the horizontal distance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from local.workflows.files import Json
from local.workflows.graph import Line, lines, output_count, sticky_notes, work_nodes

GRID = 16
NODE_SIZE = 96
_OUTPUT_STEP = 32
_HANDLE = 8
_STEPS = 32
_NEAR = 24.0
"""Lines that share an end may touch this close to it."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle on the canvas; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether both have some area in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def contains(self, other: "Box") -> bool:
        """Whether `other` lies completely inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def has(self, point: Point) -> bool:
        """Whether the point lies strictly inside."""
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom


def node_box(node: Json) -> Box:
    """Return where a node or a sticky note is drawn, without its name."""
    x, y = node["position"]
    parameters = node["parameters"]
    width = parameters.get("width", NODE_SIZE)
    height = parameters.get("height", _height(node))
    return Box(x, y, x + width, y + height)


def _height(node: Json) -> int:
    return max(NODE_SIZE, _OUTPUT_STEP * (output_count(node) + 1))


def curve(workflow: Json, line: Line) -> list[Point]:
    """Return the line as the editor draws it, as a chain of points."""
    nodes = {node["name"]: node for node in workflow["nodes"]}
    start, end = _out(nodes[line.source], line.output), _in(nodes[line.target])
    middle = (start[0] + end[0]) / 2
    return [_bezier(start, middle, end, step / _STEPS) for step in range(_STEPS + 1)]


def _out(node: Json, output: int) -> Point:
    x, y = node["position"]
    count = output_count(node)
    down = _height(node) / 2 if count == 1 else _OUTPUT_STEP * (output + 1)
    return x + NODE_SIZE + _HANDLE, y + down


def _in(node: Json) -> Point:
    x, y = node["position"]
    return x - _HANDLE, y + _height(node) / 2


def _bezier(start: Point, middle: float, end: Point, t: float) -> Point:
    a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
    x = a * start[0] + (b + c) * middle + d * end[0]
    y = (a + b) * start[1] + (c + d) * end[1]
    return x, y


def crossings(workflow: Json) -> Iterator[tuple[Line, Line]]:
    """Yield the pairs of lines that cross; where two share an end, touching there is fine."""
    curves = {line: curve(workflow, line) for line in lines(workflow)}
    for (one, first), (two, second) in combinations(curves.items(), 2):
        if extent(first).overlaps(extent(second)) and any(
            not _is_shared_end(point, one, two, first) for point in _meetings(first, second)
        ):
            yield one, two


def extent(points: Sequence[Point]) -> Box:
    """Return the rectangle around a curve."""
    (left, y), (right, z) = points[0], points[-1]
    return Box(left, min(y, z) - 1, right, max(y, z) + 1)


def _is_shared_end(point: Point, one: Line, two: Line, first: Sequence[Point]) -> bool:
    if one.target == two.target and _distance(point, first[-1]) < _NEAR * 8:
        # lines that join at one node run side by side before they do
        return True
    return (one.source, one.output) == (two.source, two.output) and (
        _distance(point, first[0]) < _NEAR
    )


def _meetings(first: Sequence[Point], second: Sequence[Point]) -> Iterator[Point]:
    for a, b in pairwise(first):
        for c, d in pairwise(second):
            if max(a[0], b[0]) >= min(c[0], d[0]) and max(c[0], d[0]) >= min(a[0], b[0]):
                point = _intersection(a, b, c, d)
                if point:
                    yield point


def _intersection(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """Return where the segments ab and cd cross."""
    across = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
    if across == 0:
        return None
    t = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / across
    u = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / across
    if 0 <= t <= 1 and 0 <= u <= 1:
        return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
    return None


def _distance(a: Point, b: Point) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def lines_behind_nodes(workflow: Json) -> Iterator[tuple[Line, str]]:
    """Yield the lines that run behind a node which they do not connect."""
    boxes = {node["name"]: node_box(node) for node in work_nodes(workflow)}
    for line in lines(workflow):
        points = curve(workflow, line)
        for name, box in boxes.items():
            if name not in (line.source, line.target) and any(map(box.has, points)):
                yield line, name


def overlapping_nodes(workflow: Json) -> Iterator[tuple[str, str]]:
    """Yield the pairs of nodes that cover each other."""
    for one, two in combinations(work_nodes(workflow), 2):
        if node_box(one).overlaps(node_box(two)):
            yield one["name"], two["name"]


def overlapping_notes(workflow: Json) -> Iterator[tuple[str, str]]:
    """Yield the pairs of sticky notes that cover each other."""
    for one, two in combinations(sticky_notes(workflow), 2):
        if node_box(one).overlaps(node_box(two)):
            yield one["name"], two["name"]

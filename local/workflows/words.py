"""Where n8n's editor writes words, and which lines and nodes run over them.

Measured in the editor of n8n 2.41, and a little smaller than drawn: what only touches is fine.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from local.workflows.files import Json
from local.workflows.geometry import NODE_SIZE, Box, Point, curve, extent, node_box
from local.workflows.graph import Line, lines, sticky_notes, work_nodes

_NAME_WIDTH = 2 * NODE_SIZE + 2
_NAME_LETTER, _NAME_LINE, _NAME_GAP = 9.2, 20.0, 10.0
_HEADING_LETTER, _HEADING_TOP, _HEADING_BOTTOM = 12.8, 12.0, 36.0
_TEXT_LETTER, _TEXT_TOP, _TEXT_LINE = 8.1, 50.0, 19.0
_NOTE_EDGE = 13.0
_LETTERS = {"ijlI.,;:'’|!()": 0.38, "ftr· -/": 0.58, "mwMW": 1.48}
_WIDTHS = {letter: width for letters, width in _LETTERS.items() for letter in letters}
_MARKUP = re.compile(r"[*`_#]")
_FINE = 4


@dataclass(frozen=True)
class Words:
    """Something to read, whose it is, and where it stands."""

    text: str
    owner: str
    box: Box


def words(workflow: Json) -> Iterator[Words]:
    """Yield the names below the nodes, and the heading and first paragraph of each section."""
    for node in work_nodes(workflow):
        yield Words(node["name"], node["name"], name_box(node))
    for note in sticky_notes(workflow):
        heading, *text = _MARKUP.sub("", note["parameters"]["content"]).strip().split("\n")
        if not note["parameters"]["content"].startswith("# "):
            yield Words(heading, note["name"], _heading_box(note, heading.strip()))
            yield from (Words(t, note["name"], _text_box(note, t)) for t in text[:1] if t)


def name_box(node: Json) -> Box:
    """Return where a node's name is written."""
    box = node_box(node)
    rows = _wrapped(node["name"], _NAME_LETTER, _NAME_WIDTH)
    half, middle = max(_width(row, _NAME_LETTER) for row in rows) / 2, (box.left + box.right) / 2
    top = box.bottom + _NAME_GAP
    return Box(middle - half, top, middle + half, top + _NAME_LINE * len(rows) - 4)


def _heading_box(note: Json, heading: str) -> Box:
    x, y = note["position"]
    left = x + _NOTE_EDGE
    right = left + _width(heading, _HEADING_LETTER)
    return Box(left, y + _HEADING_TOP, right, y + _HEADING_BOTTOM)


def _text_box(note: Json, text: str) -> Box:
    x, y = note["position"]
    rows = _wrapped(text, _TEXT_LETTER, note["parameters"]["width"] - 2 * _NOTE_EDGE)
    left, top = x + _NOTE_EDGE, y + _TEXT_TOP
    right = left + max(_width(row, _TEXT_LETTER) for row in rows)
    return Box(left, top, right, top + _TEXT_LINE * len(rows) - 4)


def _width(text: str, letter: float) -> float:
    """Return how wide a text is, told how wide an `a` is."""
    return letter * sum(_WIDTHS.get(one, 1.15 if one.isupper() else 1.0) for one in text)


def _wrapped(text: str, letter: float, width: float) -> list[str]:
    rows: list[str] = []
    for word in text.split():
        longer = f"{rows[-1]} {word}" if rows else word
        rows[-1:] = [longer] if _width(longer, letter) <= width else [*rows[-1:], word]
    return rows


def lines_through_words(workflow: Json) -> Iterator[tuple[Line, str]]:
    """Yield the lines that run through something to read."""
    readable = list(words(workflow))
    for line in lines(workflow):
        points = list(_fine(curve(workflow, line)))
        around = extent(points)
        for some in readable:
            if around.overlaps(some.box) and any(map(some.box.has, points)):
                yield line, some.text


def _fine(points: list[Point]) -> Iterator[Point]:
    for (x, y), (u, v) in pairwise(points):
        yield from ((x + (u - x) * k / _FINE, y + (v - y) * k / _FINE) for k in range(_FINE))


def covered_words(workflow: Json) -> Iterator[tuple[str, str]]:
    """Yield what is to be read and the node or the other words over it."""
    readable = list(words(workflow))
    for index, some in enumerate(readable):
        for node in work_nodes(workflow):
            if node["name"] != some.owner and some.box.overlaps(node_box(node)):
                yield some.text, node["name"]
        for other in readable[index + 1 :]:
            if some.box.overlaps(other.box):
                yield some.text, other.text


def names_over_edges(workflow: Json) -> Iterator[tuple[str, str]]:
    """Yield the nodes whose name runs over the edge of a note, or stands outside of its own."""
    for node in work_nodes(workflow):
        name, body = name_box(node), node_box(node)
        for note in sticky_notes(workflow):
            box = node_box(note)
            if (box.overlaps(name) or box.contains(body)) and not box.contains(name):
                yield node["name"], note["name"]

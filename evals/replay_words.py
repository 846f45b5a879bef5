"""A replay in words: the headline, the lines of the table, the worst mistakes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.intervals import Measure
from evals.replay_judge import cited
from evals.replay_plots import percent
from evals.replay_run import Record, Route

WORST = 8
_LONGEST = 700

Words = tuple[str, str]
"""A piece of a sentence and how it is meant: good, bad, open or nothing."""


@dataclass(frozen=True)
class Line:
    """One line of the table of measures."""

    name: str
    meaning: str
    measure: Measure
    tone: str = "plain"

    @property
    def value(self) -> str:
        """The number, with a bracket of what it was counted from where that is few."""
        return percent(self.measure["value"])

    @property
    def interval(self) -> str:
        """From … to …"""
        return interval(self.measure)


def interval(measure: Measure) -> str:
    """The 95 % interval of a share."""
    if measure["value"] is None:
        return "–"
    return f"{percent(measure['low'])} – {percent(measure['high'])}"


def headline(report: Mapping[str, Any]) -> list[Words]:
    """The one sentence that a reader takes away."""
    tickets, sent = report["tickets"], report["routes"]["sent"]
    wrong = report["sending"]["wrong_among_sent"]
    count = round((sent["value"] or 0) * tickets)
    start = f"Of {tickets} tickets, {count} would have been answered without a human"
    if count == 0:
        return [(f"Of {tickets} tickets, none would have been answered without a human.", "open")]
    words: list[Words] = [(f"{start} ({percent(sent['value'])}).", "")]
    if wrong["value"] is None:
        return [*words, ("Whether the replies were right, the file's labels do not say.", "open")]
    bad = round(wrong["value"] * wrong["rows"])
    whole = "of these" if wrong["rows"] == count else f"of the {wrong['rows']} that can be judged"
    said = "None" if bad == 0 else str(bad)
    verb = "reply was" if bad == 1 else "replies were"
    tone = "good" if bad == 0 else "bad"
    words.append((f"{said} {whole} {verb if bad else 'was'} wrong:", ""))
    likely = f"{percent(wrong['value'])}; among many such tickets, between {_range(wrong)}."
    words.append((likely, tone))
    return words


def _range(measure: Measure) -> str:
    return f"{percent(measure['low'])} and {percent(measure['high'])}"


def lead(report: Mapping[str, Any]) -> list[str]:
    """What stands below the headline."""
    held = report["sending"]["must_not_send_sent"]
    said = []
    if held["rows"]:
        bad = round((held["value"] or 0) * held["rows"])
        said.append(
            f"{held['rows']} tickets are marked as not to be sent; "
            f"{'none' if bad == 0 else bad} of them would have been "
            f"(95 % interval: {interval(held)})."
        )
    if report["lift"]:
        said.append(report["lift"]["verdict"])
    if failed := sum(report["failures"].values()):
        said.append(f"On {failed} tickets a step failed; they went to a human.")
    cost = report["cost"]
    if cost["usd"]:
        said.append(f"The model calls cost ${cost['usd']:.2f}, ${cost['usd_per_ticket']:.4f} each.")
    return said


def lines(report: Mapping[str, Any]) -> list[Line]:
    """The table of measures; what the labels do not allow is left out."""
    routes, sending, drafting = report["routes"], report["sending"], report["drafting"]
    found = [
        Line("Sent", "answered without a human", routes["sent"], "right"),
        Line(
            "Wrong among sent",
            "of those whose reply can be judged",
            sending["wrong_among_sent"],
            "wrong",
        ),
        Line(
            "Sent although it must not be",
            "of the tickets marked so",
            sending["must_not_send_sent"],
            "wrong",
        ),
        Line(
            "Sent and right, of the answerable",
            "of tickets that may be answered",
            sending["answerable_sent_right"],
            "right",
        ),
        Line("To review", "a draft that a human approves", routes["review"]),
        Line("To a human", "without a draft that looks sendable", routes["human"]),
        Line("Right among drafted", "sent or not", drafting["right_among_drafted"], "right"),
    ]
    if sources := report["sources"]:
        found += [
            Line("Right source found", "among what was retrieved", sources["found"], "right"),
            Line("Right source quoted", "of the drafted replies", sources["cited"], "right"),
        ]
    if said := report["classification"]:
        found += [
            Line("Category right", "", said["category_accuracy"], "right"),
            Line("Category, macro-F1", "each category counts alike", said["category_macro_f1"]),
            Line("Intent right", "", said["intent_accuracy"], "right"),
            Line("Language right", "", said["language_accuracy"], "right"),
        ]
    if lift := report["lift"]:
        found += [
            Line(
                "Sent, had there been no corrections",
                "and not wrong; the same tickets",
                lift["resolved_without"],
                "right",
            ),
            Line(
                "Wrong among these",
                "of those whose reply can be judged",
                lift["wrong_without"],
                "wrong",
            ),
        ]
    if probability := report["probability"]:
        found += [
            Line(
                "Calibration error",
                "how far the probability is off on average; 0 is best",
                probability["calibration_error"],
                "wrong",
            ),
            Line(
                "Brier score",
                "squared error of the probability; 0 is best",
                probability["brier"],
                "wrong",
            ),
        ]
    return [line for line in found if line.measure["value"] is not None]


def parts(report: Mapping[str, Any], records: Sequence[Record]) -> list[dict[str, Any]]:
    """The bar: every ticket in one of five fates."""
    sent = [each for each in records if each.route is Route.SENT]
    fates: list[tuple[str, str, int]] = [
        ("sent-right", "sent, right", sum(each.right is True for each in sent)),
        ("sent-unjudged", "sent, not judged", sum(each.right is None for each in sent)),
        ("sent-wrong", "sent, wrong", sum(each.right is False for each in sent)),
        ("review", "to review", sum(each.route is Route.REVIEW for each in records)),
        ("human", "to a human", sum(each.route is Route.HUMAN for each in records)),
    ]
    total = report["tickets"]
    return [
        {"kind": kind, "count": count, "words": f"{count} {name} ({percent(count / total)})"}
        for kind, name, count in fates
    ]


def mistakes(records: Sequence[Record], *, show_text: bool) -> list[dict[str, Any]]:
    """The worst mistakes by kind, the most confident first."""
    kinds: list[tuple[str, Callable[[Record], bool], Callable[[Record], float]]] = [
        (
            "Sent although a human was needed",
            lambda e: e.route is Route.SENT and bool(e.row.must_not_send),
            _sureness,
        ),
        (
            "Sent, and the reply was wrong",
            lambda e: e.route is Route.SENT and e.right is False and not e.row.must_not_send,
            _sureness,
        ),
        ("Kept back although the reply was right", _kept_back, _sureness),
        ("Put into the wrong category", _wrong_category, _confidence),
        ("A step failed", lambda e: e.failed is not None, lambda e: 0.0),
    ]
    groups = []
    for title, belongs, order in kinds:
        found = sorted(filter(belongs, records), key=lambda e: (-order(e), e.row.number))
        if found:
            shown = [_mistake(each, show_text=show_text) for each in found[:WORST]]
            groups.append({"title": title, "total": len(found), "tickets": shown})
    return groups


def _kept_back(record: Record) -> bool:
    return record.right is True and record.route is not Route.SENT


def _wrong_category(record: Record) -> bool:
    found, wanted = record.classification, record.row.category
    return found is not None and wanted is not None and found.category != wanted


def _sureness(record: Record) -> float:
    return record.check.probability if record.check else 0.0


def _confidence(record: Record) -> float:
    return record.classification.confidence if record.classification else 0.0


def _mistake(record: Record, *, show_text: bool) -> dict[str, Any]:
    return {
        "row": record.row.number,
        "id": record.row.id,
        "what": _what(record),
        "facts": _facts(record),
        "texts": _texts(record) if show_text else [],
    }


def _what(record: Record) -> str:
    if record.failed:
        return record.failed
    if record.right is False and not record.row.must_not_send:
        return f"the reply {record.why}"
    if _wrong_category(record) and record.classification:
        return f"is {record.row.category}, was taken for {record.classification.category}"
    return record.why or f"went to {record.route.value}"


def _facts(record: Record) -> str:
    facts = []
    if record.classification:
        found = record.classification
        facts.append(f"{found.category} / {found.intent}, {percent(found.confidence)} sure")
    if record.check:
        facts.append(
            f"probability {record.check.probability:.3f}, threshold {record.check.threshold:.2f}"
        )
    if quoted := cited(record):
        facts.append(f"quotes {', '.join(quoted[:3])}")
    if record.rules:
        facts.append(f"rules: {', '.join(record.rules)}")
    return " · ".join(facts)


def _texts(record: Record) -> list[tuple[str, str]]:
    row = record.row
    texts = [("Ticket", f"{row.subject}\n{row.body}".strip())]
    if record.drafted and record.draft:
        texts.append(("Reply", record.draft.reply))
    if row.resolution:
        texts.append(("Right reply", row.resolution))
    if row.must_say:
        texts.append(("The reply must say", "\n".join(row.must_say)))
    return [
        (name, text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …") for name, text in texts
    ]

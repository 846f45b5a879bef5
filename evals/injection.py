"""Injection: attempts caught and harmless texts flagged, by the rules service as it ships.

A text is flagged where the patterns or the trained model send its ticket to a human. Texts that the
model was trained on are judged by the model of the fold that never saw them; BIPIA's attacks by one
that saw neither their kind nor the e-mail.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evals.errors import DataInvalid
from evals.intervals import share
from evals.report import Report
from evals.sets import (
    MULTILINGUAL,
    csv_rows,
    json_rows,
    present,
    read_banking77,
    read_bitext,
    read_clinc,
)
from services.common.embeddings.local import LocalEmbedder
from services.contracts import Requester, Ticket
from services.rules.injection import score_injection
from services.rules.injection_artefact import load
from services.rules.injection_judge import InjectionJudge, shown
from services.rules.injection_train import fold_of, training_rows
from services.rules.rulebook import Rulebook, load_rulebook
from services.rules.settings import RulesSettings

FOLDER = "injection"
EMAILS = "bipia_emails.jsonl"
ATTACKS = "bipia_attacks.json"
# Enough for an interval of one percent; all of them would take a quarter of an hour.
SAMPLE = 500
PLACES = ("start", "middle", "end")


@dataclass(frozen=True)
class Case:
    """A text to be judged; `fold` is the one that it was trained in, None where it was not."""

    text: str
    attack: bool
    fold: int | None = None


class Detector:
    """What `/triage` does for `prompt_injection`, with the model of a fold where asked."""

    def __init__(self, settings: RulesSettings) -> None:
        artefact, embedder = load(settings.injection_model), LocalEmbedder()
        threshold = settings.injection_threshold
        self._shipped = InjectionJudge(artefact.model, embedder, threshold)
        self._folds = [InjectionJudge(m, embedder, threshold) for m in artefact.folds]
        self._book: Rulebook = load_rulebook(settings.file)
        self._trained = {row.text: row.fold for row in training_rows()}

    def case(self, text: str, attack: bool) -> Case:
        """A case for `text`, with its fold where it was trained on."""
        return Case(text, attack, self._trained.get(shown(text)))

    async def flagged(self, case: Case) -> tuple[bool, bool]:
        """Whether patterns flag it, and whether patterns or model do."""
        ticket = _ticket(case.text)
        rules = self._book.injection
        patterns = score_injection(ticket, rules).score >= rules.threshold
        judge = self._shipped if case.fold is None else self._folds[case.fold]
        return patterns, patterns or (await judge.judge(ticket)).attempt


def _ticket(text: str) -> Ticket:
    return Ticket(
        id="evaluation:1",
        source="evaluation",
        subject="",
        body=text,
        thread=[],
        requester=Requester(id="customer"),
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


async def measure(folder: Path, *, cross: bool = False) -> Report:
    """Measure on every file of `folder` that is there; raises `DataInvalid` where none is."""
    detector = Detector(RulesSettings())
    sets = {**_labelled_sets(folder, detector), **_bipia(folder), **_ordinary(folder, detector)}
    if not sets:
        raise DataInvalid(f"no injection/*.jsonl, tickets/ or intents/ file lies here: {folder}")
    report: Report = {}
    for name, (note, cases) in sets.items():
        report[name] = {"note": note} | await _measured(detector, cases)
    return report


async def _measured(detector: Detector, cases: Sequence[Case]) -> dict[str, object]:
    found = [await detector.flagged(case) for case in cases]
    attacks = [flags for case, flags in zip(cases, found, strict=True) if case.attack]
    harmless = [flags for case, flags in zip(cases, found, strict=True) if not case.attack]
    measured: dict[str, object] = {
        "rows": len(cases),
        "attacks": len(attacks),
        "harmless": len(harmless),
        "judged_by_fold": sum(case.fold is not None for case in cases),
    }
    if attacks:
        measured["caught"] = share(sum(either for _, either in attacks), len(attacks))
        measured["caught_by_patterns"] = share(sum(p for p, _ in attacks), len(attacks))
    if harmless:
        measured["false_alarms"] = share(sum(either for _, either in harmless), len(harmless))
        measured["false_alarms_by_patterns"] = share(sum(p for p, _ in harmless), len(harmless))
        measured["right"] = share(sum(not either for _, either in harmless), len(harmless))
    return measured


Sets = dict[str, tuple[str, list[Case]]]


def _labelled_sets(folder: Path, detector: Detector) -> Sets:
    """Every *.jsonl with text and label, by its `source` or its file's name."""
    sets: Sets = {}
    for path in sorted((folder / FOLDER).glob("*.jsonl")):
        if path.name == EMAILS:
            continue
        for number, row in enumerate(json_rows(path, {"text": str}), 1):
            name = str(row.get("source") or path.stem)
            attack = _label(path, number, row.get("label"))
            sets.setdefault(name, (_note(name), []))[1].append(detector.case(row["text"], attack))
    return sets


def _label(path: Path, number: int, label: object) -> bool:
    if label in (0, "0", False, "benign", "safe"):
        return False
    if label in (1, "1", True, "injection", "jailbreak", "attack"):
        return True
    raise DataInvalid(f"{path}, row {number}: 'label' is neither 0 nor 1")


def _note(name: str) -> str:
    return {
        "qualifire": "Never trained on. Its harmless texts are prompts to a chatbot, not tickets.",
        "notinject": "All harmless, full of words that attacks use; `right` is the measure.",
        "deepset": "Cross-validated: each row judged by a model trained without its fold.",
    }.get(name, "")


def _bipia(folder: Path) -> Sets:
    """BIPIA's attacks inside its e-mails, at three places; and the e-mails without them."""
    emails_path, attacks_path = folder / FOLDER / EMAILS, folder / FOLDER / ATTACKS
    if not (emails_path.exists() and attacks_path.exists()):
        return {}
    emails = [row["context"] for row in json_rows(emails_path, {"context": str})]
    sets: Sets = {}
    note = "Attack kinds and e-mails were held out together from the model that judges them."
    for place in PLACES:
        cases = [
            Case(placed(email, attack, place), True, fold_of(kind))
            for kind, attacks in _attacks(attacks_path).items()
            for attack in attacks
            for email in emails
            if fold_of(shown(email)) == fold_of(kind)
        ]
        sets[f"bipia_{place}_of_email"] = (note, cases)
    clean = [Case(email, False, fold_of(shown(email))) for email in emails]
    sets["bipia_emails_alone"] = ("The same e-mails without an attack.", clean)
    return sets


def placed(email: str, attack: str, place: str) -> str:
    """`email` with `attack` as a line of its own at its start, in its middle or at its end."""
    lines = email.replace(". ", ".\n").splitlines()
    at = {"start": 0, "middle": len(lines) // 2, "end": len(lines)}[place]
    return "\n".join([*lines[:at], attack, *lines[at:]])


def _attacks(path: Path) -> dict[str, list[str]]:
    import json

    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(f"{path}: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(v, list) for v in found.values()):
        raise DataInvalid(f"{path}: not an object of lists of attacks")
    return {str(kind): [str(text) for text in texts] for kind, texts in found.items()}


def _ordinary(folder: Path, detector: Detector) -> Sets:
    """Tickets and intents that hold no attack; all of the tickets, a sample of the intents."""
    path = present(folder, MULTILINGUAL)
    tickets = csv_rows(path, ("body",)) if path else []
    texts = {
        "ordinary_tickets": [f"{row.get('subject') or ''}\n{row['body']}" for row in tickets],
        "ordinary_banking77": [row.text for row in read_banking77(folder)],
        "ordinary_bitext": [row.text for row in read_bitext(folder)],
        "ordinary_clinc150": [row.text for row in read_clinc(folder)],
    }
    return {
        name: (f"Of {len(rows)} texts.", [detector.case(text, False) for text in sample(rows)])
        for name, rows in texts.items()
        if rows
    }


def sample(texts: Iterable[str]) -> list[str]:
    """At most `SAMPLE` of the texts, chosen by their hashes, the same everywhere."""
    return sorted(texts, key=lambda text: hashlib.sha256(text.encode()).hexdigest())[:SAMPLE]

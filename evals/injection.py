"""Injection: attempts caught and harmless texts flagged, by the rules service as it ships.

A text is flagged where the patterns or the trained model send its ticket to a human. Texts that the
model was trained on are judged by the model of the fold that never saw them nor their like; BIPIA's
attacks by one that saw neither their kind nor the e-mail.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

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
EMAILS = "bipia_emails*.jsonl"
ATTACKS = "bipia_attacks*.json"
PLACES = ("start", "middle", "end")
DIRECT = "direct_attacks_together"
WORKERS = 2
# Of each ordinary set; all of them would take twice as long and say the same.
SAMPLE = 2_500
# Fewer cases are judged here: to start another process takes longer.
_FEW = 200
_AT_A_TIME = 100


@dataclass(frozen=True)
class Case:
    """A text to be judged; `fold` is the one that it was trained in, None where it was not."""

    text: str
    attack: bool
    fold: int | None = None


Flags = tuple[bool, bool]
"""Whether the patterns flag a case, and whether patterns or model do."""


class RememberingEmbedder(LocalEmbedder):
    """Embeds each sentence once a run: BIPIA's e-mails come back with every attack."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, NDArray[np.float32]] = {}

    async def embed(self, texts: Sequence[str], known: Sequence[str] = ()) -> list[list[float]]:
        """One vector per text, in order."""
        for text in texts:
            if text not in self._known:
                self._known[text] = np.array(self.embed_now([text])[0], dtype=np.float32)
        return [self._known[text] for text in texts]  # type: ignore[misc]


class Detector:
    """What `/triage` does for `prompt_injection`, with the model of a fold where asked."""

    def __init__(self, settings: RulesSettings) -> None:
        artefact, embedder = load(settings.injection_model), RememberingEmbedder()
        threshold = settings.injection_threshold
        self._shipped = InjectionJudge(artefact.model, embedder, threshold)
        self._folds = [InjectionJudge(m, embedder, threshold) for m in artefact.folds]
        self._book: Rulebook = load_rulebook(settings.file)

    async def flagged(self, case: Case) -> Flags:
        """Whether patterns flag it, and whether patterns or model do."""
        ticket = _ticket(case.text)
        rules = self._book.injection
        patterns = score_injection(ticket, rules).score >= rules.threshold
        judge = self._shipped if case.fold is None else self._folds[case.fold]
        return patterns, patterns or (await judge.judge(ticket)).attempt


@cache
def _detector() -> Detector:
    """The one of this process."""
    return Detector(RulesSettings())


def _judged(cases: Sequence[Case]) -> list[Flags]:
    """Judge some cases in this process."""

    async def every() -> list[Flags]:
        return [await _detector().flagged(case) for case in cases]

    with threadpool_limits(1):
        return asyncio.run(every())


def judge_all(cases: Sequence[Case]) -> list[Flags]:
    """Judge every case, on two cores where there are many."""
    if len(cases) <= _FEW:
        return _judged(cases)
    parts = [cases[i : i + _AT_A_TIME] for i in range(0, len(cases), _AT_A_TIME)]
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        return [flags for part in pool.map(_judged, parts) for flags in part]


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


@cache
def _folds() -> dict[str, int]:
    """Every text that the model was trained on, as it is read, with its fold."""
    return {row.text: row.fold for row in training_rows()}


def case_of(text: str, attack: bool) -> Case:
    """A case for `text`, with its fold where it was trained on."""
    return Case(text, attack, _folds().get(shown(text)))


async def measure(folder: Path, *, cross: bool = False) -> Report:
    """Measure on every file of `folder` that is there; raises `DataInvalid` where none is.

    The injection files lie in `folder`/injection, or in `folder` itself.
    """
    own = folder / FOLDER if (folder / FOLDER).is_dir() else folder
    sets = {**_labelled_sets(own), **_bipia(own), **_ordinary(folder)}
    if not sets:
        raise DataInvalid(f"no *.jsonl, tickets/ or intents/ file lies here: {folder}")
    cases = [case for _, own_cases in sets.values() for case in own_cases]
    flags = iter(await asyncio.to_thread(judge_all, cases))
    report: Report = {}
    together: list[tuple[Case, Flags]] = []
    for name, (note, own_cases) in sets.items():
        judged = list(zip(own_cases, flags, strict=False))
        report[name] = {"note": note} | _measured(judged)
        if not name.startswith(("bipia_", "ordinary_")):
            together += [(case, found) for case, found in judged if case.attack]
    if together:
        note = "The attacks of all sets of direct attacks, pooled."
        report[DIRECT] = {"note": note} | _measured(together)
    return report


def _measured(judged: Sequence[tuple[Case, Flags]]) -> dict[str, object]:
    attacks = [flags for case, flags in judged if case.attack]
    harmless = [flags for case, flags in judged if not case.attack]
    caught, alarms = sum(either for _, either in attacks), sum(either for _, either in harmless)
    measured: dict[str, object] = {
        "rows": len(judged),
        "attacks": len(attacks),
        "harmless": len(harmless),
        "judged_by_fold": sum(case.fold is not None for case, _ in judged),
    }
    if attacks:
        measured["caught"] = share(caught, len(attacks))
        measured["caught_by_patterns"] = share(sum(p for p, _ in attacks), len(attacks))
    if harmless:
        measured["false_alarms"] = share(alarms, len(harmless))
        measured["false_alarms_by_patterns"] = share(sum(p for p, _ in harmless), len(harmless))
        measured["right"] = share(len(harmless) - alarms, len(harmless))
    if attacks and harmless:
        measured["precision"] = share(caught, caught + alarms)
    return measured


Sets = dict[str, tuple[str, list[Case]]]


def _labelled_sets(folder: Path) -> Sets:
    """Every *.jsonl with text and label, by its `source` or its file's name."""
    sets: Sets = {}
    emails = set(folder.glob(EMAILS))
    for path in sorted(set(folder.glob("*.jsonl")) - emails):
        for number, row in enumerate(json_rows(path, {"text": str}), 1):
            name = str(row.get("source") or path.stem)
            attack = _label(path, number, row.get("label"))
            sets.setdefault(name, (_note(name), []))[1].append(case_of(row["text"], attack))
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
        "notinject": (
            "All harmless, full of words that attacks use; `right` is the measure. Rows that were "
            "trained on are judged by a model trained without their fold."
        ),
        "deepset": (
            "Rows that were trained on are judged by a model trained without their fold; attacks "
            "that share a sentence, or translate each other, are in one fold."
        ),
    }.get(name, "")


def _bipia(folder: Path) -> Sets:
    """BIPIA's attacks inside its e-mails, at three places; and the e-mails without them."""
    emails = [
        case_of(row["context"], False)
        for path in sorted(folder.glob(EMAILS))
        for row in json_rows(path, {"context": str})
    ]
    attacks = [
        Case(text, True, fold_of(kind) if shown(text) in _folds() else None)
        for path in sorted(folder.glob(ATTACKS))
        for kind, texts in _attacks(path).items()
        for text in texts
    ]
    if not emails or not attacks:
        return {}
    note = (
        "What was trained on is judged by a model that saw neither the attack's kind nor the "
        "e-mail; the rest, every attack in every e-mail, by the one that ships."
    )
    sets: Sets = {
        f"bipia_{place}_of_email": (note, list(_placed_cases(emails, attacks, place)))
        for place in PLACES
    }
    sets["bipia_emails_alone"] = ("The same e-mails without an attack.", emails)
    return sets


def _placed_cases(emails: Sequence[Case], attacks: Sequence[Case], place: str) -> Iterator[Case]:
    for attack in attacks:
        for email in emails:
            folds = {attack.fold, email.fold} - {None}
            if len(folds) <= 1:
                fold = next(iter(folds), None)
                yield Case(placed(email.text, attack.text, place), True, fold)


def placed(email: str, attack: str, place: str) -> str:
    """`email` with `attack` as a line of its own at its start, in its middle or at its end."""
    lines = email.replace(". ", ".\n").splitlines()
    at = {"start": 0, "middle": len(lines) // 2, "end": len(lines)}[place]
    return "\n".join([*lines[:at], attack, *lines[at:]])


def _attacks(path: Path) -> dict[str, list[str]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(f"{path}: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(v, list) for v in found.values()):
        raise DataInvalid(f"{path}: not an object of lists of attacks")
    return {str(kind): [str(text) for text in texts] for kind, texts in found.items()}


def _ordinary(folder: Path) -> Sets:
    """Tickets and intents that hold no attack."""
    path = present(folder, MULTILINGUAL)
    tickets = csv_rows(path, ("body",)) if path else []
    texts = {
        "ordinary_tickets": [f"{row.get('subject') or ''}\n{row['body']}" for row in tickets],
        "ordinary_banking77": [row.text for row in read_banking77(folder)],
        "ordinary_bitext": [row.text for row in read_bitext(folder)],
        "ordinary_clinc150": [row.text for row in read_clinc(folder)],
    }
    notes = {"ordinary_clinc150": "Requests to a voice assistant, many of them no ticket at all. "}
    return {
        name: (
            f"{notes.get(name, '')}{_sampled(len(rows))}",
            [case_of(text, False) for text in sample(rows)],
        )
        for name, rows in texts.items()
        if rows
    }


def _sampled(rows: int) -> str:
    return f"{SAMPLE} of {rows} texts, chosen by their hashes." if rows > SAMPLE else ""


def sample(texts: Sequence[str]) -> list[str]:
    """At most `SAMPLE` of the texts, chosen by their hashes, the same everywhere."""
    return sorted(texts, key=lambda text: hashlib.sha256(text.encode()).hexdigest())[:SAMPLE]

"""The trained file: arrays and a JSON description in one .npz, without pickle."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.classify.local.errors import ArtefactInvalid
from services.classify.local.heads import Floats, Head
from services.classify.local.letters import letter_runs

ARTEFACT = Path(__file__).with_name("classifier.npz")
FORMAT = 2
HEADS = ("groups", "letters", "scope", "urgency", "sentiment", "human", "calibration")
RETRAIN = "train again: uv run python -m services.classify.local.train --help"


@dataclass(frozen=True)
class Artefact:
    """Everything the local classifier learned.

    groups       head over the finest labels; `categories` and `intents` name what each stands for
    centroids    mean vector of each group, for saying how near a ticket is to anything known
    letters      head over categories from letter runs, for languages the encoder hardly reads
    scope        head over yes | no: is it a message of ours at all
    calibration  head over right | wrong, from the evidence in `judging`
    """

    embedder: str
    categories: tuple[str, ...]
    intents: tuple[str, ...]
    centroids: Floats
    groups: Head
    letters: Head
    scope: Head
    urgency: Head
    sentiment: Head
    human: Head
    calibration: Head
    rows: int

    def category_probabilities(
        self, vectors: Floats, texts: Sequence[str], foreign: Floats
    ) -> tuple[tuple[str, ...], Floats]:
        """Return the category names and their probabilities, one row per text.

        Where `foreign` is 1, half of the judgement is the letters'.
        """
        names = self.letters.labels
        member = np.array([[c == name for name in names] for c in self.categories], np.float32)
        known = self.groups.probabilities(vectors) @ member
        for row in map(int, np.flatnonzero(foreign)):
            known[row] = (known[row] + self.letters.probabilities(letter_runs(texts[row]))) / 2
        return names, np.asarray(known, dtype=np.float32)


def save(artefact: Artefact, path: Path) -> None:
    """Write the file; the same training gives the same bytes."""
    description: dict[str, Any] = {
        "format": FORMAT,
        "embedder": artefact.embedder,
        "categories": artefact.categories,
        "intents": artefact.intents,
        "rows": artefact.rows,
        "labels": {name: getattr(artefact, name).labels for name in HEADS},
    }
    arrays = {"centroids": artefact.centroids}
    for name in HEADS:
        head: Head = getattr(artefact, name)
        arrays |= {f"{name}_weights": head.weights, f"{name}_bias": head.bias}
    text = np.frombuffer(json.dumps(description).encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, description=text, **arrays)  # type: ignore[arg-type]


def load(path: Path) -> tuple[Artefact, str]:
    """Read the file; returns it and a short hash that names this training.

    Raises `ArtefactInvalid`, saying what to do.
    """
    try:
        content = path.read_bytes()
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return _artefact(path, dict(arrays)), hashlib.sha256(content).hexdigest()[:8]
    except FileNotFoundError as error:
        raise ArtefactInvalid(f"{path} does not exist; {RETRAIN}") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        if isinstance(error, ArtefactInvalid):
            raise
        raise ArtefactInvalid(f"{path} is damaged; {RETRAIN}") from error


def _artefact(path: Path, arrays: dict[str, Any]) -> Artefact:
    description = json.loads(arrays["description"].tobytes())
    if description["format"] != FORMAT:
        raise ArtefactInvalid(f"{path} is of another version; {RETRAIN}")
    heads = {
        name: Head(
            tuple(description["labels"][name]), arrays[f"{name}_weights"], arrays[f"{name}_bias"]
        )
        for name in HEADS
    }
    return Artefact(
        embedder=description["embedder"],
        categories=tuple(description["categories"]),
        intents=tuple(description["intents"]),
        centroids=arrays["centroids"],
        rows=description["rows"],
        **heads,
    )

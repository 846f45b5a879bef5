"""The trained injection model as a file: arrays and a JSON description in one .npz, no pickle."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.rules.errors import InjectionModelInvalid
from services.rules.injection_model import InjectionModel, Linear
from services.rules.injection_signs import COUNT
from services.rules.injection_words import BUCKETS

ARTEFACT = Path(__file__).with_name("injection.npz")
FORMAT = 2
RETRAIN = "train again: uv run python -m services.rules.injection_train"


@dataclass(frozen=True)
class InjectionArtefact:
    """What training made.

    model  what ships
    folds  the same, each trained without one fold of the rows: for measuring honestly
    rows   how many texts it was trained on
    """

    embedder: str
    model: InjectionModel
    folds: tuple[InjectionModel, ...]
    rows: int


def save(artefact: InjectionArtefact, path: Path) -> None:
    """Write the file; the same training gives the same bytes."""
    models = [artefact.model, *artefact.folds]
    description = {"format": FORMAT, "embedder": artefact.embedder, "rows": artefact.rows}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        description=np.frombuffer(json.dumps(description).encode(), dtype=np.uint8),
        **_arrays("direct", [model.direct for model in models]),
        **_arrays("task", [model.task for model in models]),
    )


def _arrays(name: str, parts: Sequence[Linear]) -> dict[str, Any]:
    return {
        name: np.stack([part.weights for part in parts]),
        # Half precision: a word's weight matters to two digits.
        f"{name}_words": np.stack([part.words for part in parts]).astype(np.float16),
        f"{name}_bias": np.array([part.bias for part in parts]),
    }


def load(path: Path) -> InjectionArtefact:
    """Read the file; raises `InjectionModelInvalid`, saying what to do."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            return _artefact(path, dict(arrays))
    except FileNotFoundError as error:
        raise InjectionModelInvalid(f"{path} does not exist; {RETRAIN}") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InjectionModelInvalid(f"{path} is damaged; {RETRAIN}") from error


def _artefact(path: Path, arrays: dict[str, Any]) -> InjectionArtefact:
    description = json.loads(arrays["description"].tobytes())
    if description["format"] != FORMAT:
        raise InjectionModelInvalid(f"{path} is of another version; {RETRAIN}")
    direct, task = _parts("direct", arrays), _parts("task", arrays)
    models = [InjectionModel(d, t) for d, t in zip(direct, task, strict=True)]
    widths = {(len(m.direct.weights), len(m.task.weights), len(m.task.words)) for m in models}
    if widths != {(384 + COUNT, 386 + COUNT, BUCKETS)}:
        raise InjectionModelInvalid(f"{path} was trained with other signs; {RETRAIN}")
    return InjectionArtefact(
        description["embedder"], models[0], tuple(models[1:]), description["rows"]
    )


def _parts(name: str, arrays: dict[str, Any]) -> list[Linear]:
    words = arrays[f"{name}_words"].astype(np.float32)
    rows = zip(arrays[name], words, arrays[f"{name}_bias"], strict=True)
    return [Linear(weights, own, float(bias)) for weights, own, bias in rows]

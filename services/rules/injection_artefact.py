"""The trained injection model as a file: arrays and a JSON description in one .npz, no pickle."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.rules.errors import InjectionModelInvalid
from services.rules.injection_model import InjectionModel, Linear
from services.rules.injection_signs import COUNT

ARTEFACT = Path(__file__).with_name("injection.npz")
FORMAT = 1
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
    np.savez(
        path,
        description=np.frombuffer(json.dumps(description).encode(), dtype=np.uint8),
        direct=np.stack([model.direct.weights for model in models]),
        task=np.stack([model.task.weights for model in models]),
        bias=np.array([[model.direct.bias, model.task.bias] for model in models]),
    )


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
    direct, task, bias = arrays["direct"], arrays["task"], arrays["bias"]
    if description["format"] != FORMAT or task.shape[1] != direct.shape[1] + 2:
        raise InjectionModelInvalid(f"{path} is of another version; {RETRAIN}")
    if direct.shape[1] != 384 + COUNT:
        raise InjectionModelInvalid(f"{path} was trained with other signs; {RETRAIN}")
    models = [
        InjectionModel(Linear(d, float(b[0])), Linear(t, float(b[1])))
        for d, t, b in zip(direct, task, bias, strict=True)
    ]
    return InjectionArtefact(
        description["embedder"], models[0], tuple(models[1:]), description["rows"]
    )

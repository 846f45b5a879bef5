"""A fitted answer model as bytes: arrays only, so that reading one runs no code."""

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from services.retrieve.answers.examples import NO_ANSWER
from services.retrieve.answers.heads import Head
from services.retrieve.answers.model import AnswerModel
from services.retrieve.answers.signs import Record
from services.retrieve.answers.stack import Stack
from services.retrieve.answers.trust import Trust
from services.retrieve.answers.words import Words

FORMAT = 2
_TRUST = ("centre", "spread", "weights", "of_class")
_RECORD = ("said", "right", "taken", "held")


@dataclass(frozen=True)
class Shelf:
    """A model with what is needed to quote its answers: which rows may be, and their category."""

    model: AnswerModel
    quotable: NDArray[np.bool_]
    categories: NDArray[np.str_]

    def knows_answer_of(self, correction_id: str) -> bool:
        """Whether this correction's answer is among those that the model can give."""
        return correction_id in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        rows = np.flatnonzero(self.model.classes != NO_ANSWER)
        return frozenset(self.model.ids[row] for row in rows)

    def allowed(self, category: str | None) -> NDArray[np.bool_]:
        """Which answers hold something that may be quoted in `category` (None: in any)."""
        rows = self.quotable & (self.model.classes != NO_ANSWER)
        if category is not None:
            rows &= self.categories == category
        mask = np.zeros(len(self.model.record.said), np.bool_)
        mask[self.model.classes[rows]] = True
        return mask

    def ids(self, answer: int) -> list[str]:
        """The corrections that give this answer and may be quoted."""
        rows = np.flatnonzero(self.quotable & (self.model.classes == answer))
        return [self.model.ids[row] for row in rows]


def to_bytes(shelf: Shelf) -> bytes:
    """Write a model; vectors keep the 16 bits that the database holds of them, too."""
    model, words = shelf.model, shelf.model.landmark_words
    arrays: dict[str, Any] = {
        "format": np.array(FORMAT),
        "ids": np.array(model.ids, dtype="S36"),
        "classes": model.classes.astype(np.int32),
        "vectors": model.vectors.astype(np.float16),
        "landmarks": model.landmarks.astype(np.int32),
        "words_data": words.data.astype(np.float32),
        "words_indices": words.indices.astype(np.int32),
        "words_indptr": words.indptr.astype(np.int32),
        "rarity": model.words.rarity,
        "head_centre": model.head.centre,
        "head_weights": model.head.weights,
        "stack_weights": model.stack.weights,
        "stack_intercepts": model.stack.intercepts,
        "intercept": np.array(model.trust.intercept),
        "quotable": shelf.quotable,
        "categories": shelf.categories,
    }
    arrays |= {f"trust_{name}": getattr(model.trust, name) for name in _TRUST}
    arrays |= {f"record_{name}": getattr(model.record, name) for name in _RECORD}
    arrays |= {f"kernel_{place}": weights for place, weights in enumerate(model.weights)}
    target = io.BytesIO()
    np.savez_compressed(target, **arrays)
    return target.getvalue()


def from_bytes(stored: bytes) -> Shelf:
    """Read a model; raises `ValueError` where it was written by another version."""
    with np.load(io.BytesIO(stored), allow_pickle=False) as file:
        arrays = dict(file)
    if int(arrays["format"]) != FORMAT:
        raise ValueError(f"answer model of format {arrays['format']}, this is {FORMAT}: fit anew")
    landmarks = arrays["landmarks"].astype(np.intp)
    rarity = arrays["rarity"]
    words = sp.csr_matrix(
        (arrays["words_data"], arrays["words_indices"], arrays["words_indptr"]),
        shape=(len(landmarks), len(rarity)),
    )
    model = AnswerModel(
        ids=[name.decode() for name in arrays["ids"]],
        classes=arrays["classes"].astype(np.intp),
        vectors=arrays["vectors"].astype(np.float32),
        landmarks=landmarks,
        landmark_words=words,
        words=Words(rarity),
        weights=[arrays[f"kernel_{place}"] for place in range(3)],
        head=Head(arrays["head_centre"], arrays["head_weights"]),
        stack=Stack(arrays["stack_weights"], arrays["stack_intercepts"]),
        record=Record(*(arrays[f"record_{name}"] for name in _RECORD)),
        trust=Trust(
            **{name: arrays[f"trust_{name}"] for name in _TRUST},
            intercept=float(arrays["intercept"]),
        ),
    )
    return Shelf(model, arrays["quotable"], arrays["categories"])

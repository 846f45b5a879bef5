"""The trained model applied to a ticket; the embedding is always made on this machine."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from services.common.embeddings.local import LocalEmbedder
from services.contracts import Author, Ticket
from services.rules.errors import InjectionModelInvalid
from services.rules.injection_artefact import load
from services.rules.injection_hidden import hidden_parts
from services.rules.injection_model import InjectionModel, Judgement
from services.rules.injection_windows import MAX_SENTENCES, cut
from services.rules.text import MAX_READ, visible, without_tags

_EARLIER_TURNS = 6
_NEWEST = "the newest message"


@dataclass(frozen=True)
class ModelFinding:
    """The likeliest attempt in a ticket: its judgement and which part of the ticket holds it."""

    judgement: Judgement
    where: str
    threshold: float

    @property
    def attempt(self) -> bool:
        """Whether it is taken for an attempt; a threshold of 1 switches the model off."""
        return self.judgement.score >= self.threshold < 1

    @property
    def detail(self) -> str:
        """The finding in words, with the place that it is about."""
        what = (
            "looks like an attempt to steer the machine"
            if self.judgement.kind == "direct"
            else "is an errand for an assistant inside another message"
        )
        score = f"{self.judgement.score:.2f} of {self.threshold:.2f}"
        return f"Model score {score}: “{self.judgement.place[:120]}” in {self.where} {what}."


@dataclass(frozen=True)
class InjectionJudge:
    """Cuts, embeds and judges in threads, so that a hostile ticket holds up nobody else."""

    model: InjectionModel
    embedder: LocalEmbedder
    threshold: float

    @classmethod
    def load(cls, path: Path, threshold: float) -> Self:
        """Read the model and the encoder; raises `InjectionModelInvalid`."""
        artefact = load(path)
        embedder = LocalEmbedder()
        if artefact.embedder != embedder.name:
            raise InjectionModelInvalid(f"{path} was trained on {artefact.embedder}")
        return cls(artefact.model, embedder, threshold)

    async def judge(self, ticket: Ticket) -> ModelFinding:
        """Return the worst part; a ticket without words scores 0."""
        found = [
            ModelFinding(await self.judge_text(text, limit), where, self.threshold)
            for where, text, limit in await asyncio.to_thread(list, _parts(ticket))
        ]
        return max(found, key=lambda finding: finding.judgement.score)

    async def judge_text(self, text: str, limit: int = MAX_SENTENCES) -> Judgement:
        """Judge one message, cut into at most about `limit` sentences."""
        sentences = await asyncio.to_thread(cut, text, limit)
        vectors = await self.embedder.embed(sentences)
        return await asyncio.to_thread(judge_sentences, self.model, sentences, vectors)


def judge_sentences(
    model: InjectionModel, sentences: Sequence[str], vectors: Sequence[Sequence[float]]
) -> Judgement:
    """Judge one message by its sentences and their vectors."""
    rows = np.array(vectors, dtype=np.float32).reshape(-1, LocalEmbedder.dimensions)
    return model.judge(sentences, rows)


def shown(text: str) -> str:
    """What of a message is read: at most `MAX_READ` characters, as a reader sees them."""
    return without_tags(visible(text[:MAX_READ]))


def _parts(ticket: Ticket) -> Iterator[tuple[str, str, int]]:
    """Name, text and number of windows of each part: bounded, however long the ticket is."""
    newest = f"{ticket.subject}\n{ticket.body}"
    yield _NEWEST, shown(ticket.body), MAX_SENTENCES
    # By itself, since a short subject would be read as part of the first sentence.
    yield "the subject", shown(ticket.subject), MAX_SENTENCES // 4
    hidden = "\n".join(hidden_parts(newest[:MAX_READ]))
    if hidden.strip():
        yield "its hidden text", shown(hidden), MAX_SENTENCES // 4
    earlier = [turn.body for turn in ticket.thread if turn.author is Author.CUSTOMER]
    for body in earlier[-_EARLIER_TURNS:]:
        yield "an earlier message", shown(body), MAX_SENTENCES // 4

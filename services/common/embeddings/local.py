"""all-MiniLM-L6-v2 on this machine: no key, no network, always the same vector for a text."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

MODEL_FOLDER = Path(__file__).parents[1] / "models" / "all-MiniLM-L6-v2"
MAX_TOKENS = 256
# Far more than 256 tokens can cover; keeps a 1 MiB body from being tokenised in full.
_MAX_CHARACTERS = 8_000


class LocalEmbedder:
    """Runs the ONNX model in a thread, so that the event loop keeps serving."""

    name = "local:all-MiniLM-L6-v2"
    dimensions = 384

    def __init__(self, threads: int = 1, folder: Path = MODEL_FOLDER) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    async def embed(self, texts: Sequence[str], known: Sequence[str] = ()) -> list[list[float]]:
        """Return one unit-length vector of 384 numbers per text, in order."""
        del known  # nothing leaves this machine
        return await asyncio.to_thread(self.embed_now, list(texts))

    def embed_now(self, texts: Sequence[str]) -> list[list[float]]:
        """Like `embed`, for commands that have no event loop."""
        return [cast("list[float]", self._embed_one(text).tolist()) for text in texts]

    def _embed_one(self, text: str) -> NDArray[np.float32]:
        # One text a run: the int8 model scales its activations over the whole batch, so a text's
        # vector would depend on its neighbours; and on a CPU padded batches are not faster.
        encoding = self._tokenizer.encode(text[:_MAX_CHARACTERS])
        ids = np.array([encoding.ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        return cast("NDArray[np.float32]", self._session.run(None, inputs)[0][0])

    async def close(self) -> None:
        """Nothing to give back."""

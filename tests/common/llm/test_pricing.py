"""What calls cost."""

import json
from pathlib import Path

import pytest
import structlog

from services.common.llm.pricing import PriceList
from services.contracts import Usage

MILLION = 1_000_000


def test_each_kind_of_token_has_its_price() -> None:
    prices = PriceList.load()
    kinds = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    costs = [prices.cost("claude-sonnet-5-5", Usage(**{kind: MILLION})) for kind in kinds]
    assert costs == pytest.approx([2.00, 10.00, 0.10, 2.50])


def test_long_prompts_of_haiku_cost_five_times_as_much() -> None:
    prices = PriceList.load()
    at = Usage(input_tokens=40_000, cache_read_tokens=60_000, output_tokens=1000)
    over = at.model_copy(update={"input_tokens": 40_001})
    assert prices.cost("claude-haiku-5-5", at) == pytest.approx(0.004 + 0.0006 + 0.0005)
    assert prices.cost("claude-haiku-5-5", over) == pytest.approx(5 * 0.0051, rel=1e-4)
    assert prices.cost("claude-sonnet-5-5", over) == pytest.approx(0.08 + 0.006 + 0.01, rel=1e-4)


@pytest.mark.parametrize(
    "snapshot", ["claude-haiku-4-5-20251001", "gpt-5.4-nano-2026-03-17", "claude-haiku-4-5-latest"]
)
def test_snapshot_has_its_model_s_price(snapshot: str) -> None:
    assert PriceList.load().cost(snapshot, Usage(input_tokens=MILLION)) > 0


def test_unknown_model_costs_nothing_and_is_said() -> None:
    with structlog.testing.capture_logs() as logs:
        assert PriceList.load().cost("gpt-99", Usage(input_tokens=MILLION)) == 0
    assert logs == [{"event": "price_unknown", "model": "gpt-99", "log_level": "warning"}]


def test_operator_s_file_is_laid_over(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    price = {"input": 1, "output": 2, "cache_read": 0, "cache_write": 0}
    own.write_text(json.dumps({"as_of": "2027-01-01", "models": {"claude-haiku-5-5": price}}))
    prices = PriceList.load(own)
    assert prices.as_of == "2027-01-01"
    assert prices.cost("claude-haiku-5-5", Usage(input_tokens=MILLION)) == 1
    assert prices.cost("claude-sonnet-5-5", Usage(input_tokens=MILLION)) == 2


@pytest.mark.parametrize("text", ["{", '{"as_of": "x", "models": {"m": {"input": -1}}}'])
def test_broken_file_is_named(text: str, tmp_path: Path) -> None:
    own = tmp_path / "mine.json"
    own.write_text(text)
    with pytest.raises(ValueError, match=r"DESKLOOP_LLM_PRICES_FILE.*mine\.json"):
        PriceList.load(own)

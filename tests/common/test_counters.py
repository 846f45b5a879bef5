"""Counters by language: few label values, whatever tags customers and models come up with."""

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, generate_latest

from services.common.counters import LanguageCounter
from services.common.languages import SUPPORTED


def test_any_tag_is_counted_under_one_of_few() -> None:
    app = FastAPI()
    app.state.metrics = CollectorRegistry()
    counter = LanguageCounter(app, "seen", "Seen", "human")
    for tag in ["de", "de-AT", "DE_ch", *(f"x{n}" for n in range(500)), "und", None, "klingon"]:
        counter.count(tag, human=True)
    text = generate_latest(app.state.metrics).decode()
    assert 'deskloop_seen_total{human="true",language="de"} 3.0' in text
    assert 'deskloop_seen_total{human="true",language="other"} 501.0' in text
    assert 'deskloop_seen_total{human="true",language="und"} 2.0' in text
    lines = [line for line in text.splitlines() if line.startswith("deskloop_seen_total{")]
    assert len(lines) <= len(SUPPORTED) + 2

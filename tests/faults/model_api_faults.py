"""The model APIs fail in each of their ways: first one of them, then all for everybody at once."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from llmock.scenarios import Behavior

from tests.doubles.model_api import ModelApi, always, hanging, saying
from tests.e2e.system import Json, decided, outline, rules_of, turn_of
from tests.faults.fault import Apply, Fault
from tests.faults.laboratory import Laboratory, wait_for

SERVICES = ("classify", "draft")
QUESTION = ("Quiet hours", "How do I change the quiet hours for notifications? I work nights.")
SHORT = {
    "DESKLOOP_LLM_TIMEOUT_SECONDS": "2",
    "DESKLOOP_LLM_DEADLINE_SECONDS": "4",
    "DESKLOOP_LLM_MAX_RETRIES": "1",
    "DESKLOOP_LLM_BREAKER_SECONDS": "5",
}
PAID = ("truncated JSON", "wrong schema")
"""An answer that is billed and of no use is not asked for again: classify gives it to a human."""
_PATIENCE = 180.0
_WRONG = '{"colour": "blue", "confidence": "very"}'
_CUT_OFF = '{"reasoning": "The customer asks", "category": "tech'


def each_way(provider: str | None) -> dict[str, Behavior]:
    """Every way to fail, as llmock stages it for one provider or for all."""
    return {
        "429 with Retry-After": always(429, provider, retry_after=1),
        "529": always(529, provider),
        "500": always(500, provider),
        "hangs": hanging(6, provider),
        "truncated JSON": saying(_CUT_OFF, provider),
        "wrong schema": saying(_WRONG, provider),
        "refusals": saying("I cannot help with that.", provider, finish="content_filter"),
    }


@contextmanager
def with_models(lab: Laboratory, api: ModelApi) -> Iterator[None]:
    """Classify and draft ask Anthropic, then OpenAI, and nobody after them."""
    with ExitStack() as stack:
        for service in SERVICES:
            own = {f"{service.upper()}_PROVIDER": "anthropic"}
            own |= {f"{service.upper()}_FALLBACK": "openai"}
            changed = lab.changed(service, **SHORT, **own, **api.environment(embeddings=False))
            stack.enter_context(changed)
        yield


def first_fails(way: str) -> Apply:
    """Anthropic fails; OpenAI answers, and where Anthropic refused, a human has the ticket."""

    @contextmanager
    def apply(lab: Laboratory) -> Iterator[None]:
        with ModelApi() as api, with_models(lab, api):
            with api.broken(each_way("anthropic")[way], providers=("anthropic",)):
                yield
                deadline = time.monotonic() + _PATIENCE
                wait_for(lambda: api.asked("anthropic") > 0, deadline, lambda: "nobody asked")
                _answered_by(lab, None if way == "refusals" else "openai")
            lab.wait_until_up()

    return apply


@contextmanager
def all_fail(lab: Laboratory) -> Iterator[None]:
    """Both fail in all ways, one after the other; then they are back, and answers are, too."""
    ways = each_way(None)
    with ModelApi() as api, with_models(lab, api):
        for way in list(ways)[:-1]:
            with api.broken(ways[way]):
                history = _asked(lab)
                assert turn_of(history)["route"] == "human", outline(history)
                rule = "low_confidence" if way in PAID else "step_failed"
                assert rule in rules_of(history), outline(history)
        with api.broken(ways["529"]):
            yield
        # the circuit breaker leaves them alone for a while, then tries again by itself
        deadline = time.monotonic() + _PATIENCE
        wait_for(lambda: _is_answered(lab), deadline, lambda: "the models were not asked again")


def _is_answered(lab: Laboratory) -> bool:
    return bool(turn_of(_asked(lab))["route"] == "auto_sent")


def _asked(lab: Laboratory) -> Json:
    """The history of a ticket of our own, at its end."""
    ticket = lab.helpdesk.ask(*QUESTION)
    return lab.system.end(ticket, seconds=_PATIENCE)


def _answered_by(lab: Laboratory, provider: str | None) -> None:
    """Whose answer a ticket of our own gets; None where a human must have it."""
    history = _asked(lab)
    if provider is None:
        assert turn_of(history)["route"] == "human", outline(history)
        return
    assert turn_of(history)["route"] == "auto_sent", outline(history)
    assert decided(history)["draft"]["provider"] == provider
    assert decided(history)["classification"]["provider"] == provider


FAULTS = [
    *(
        Fault(f"first model API: {way}", first_fails(way), last_end_seconds=180, tickets=9)
        for way in each_way(None)
    ),
    Fault("all model APIs, in all these ways", all_fail, last_end_seconds=180),
]

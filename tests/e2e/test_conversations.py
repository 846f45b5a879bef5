"""Customers who write again, where the machine may answer them, and customers of any language."""

import pytest

from tests.e2e.helpdesk import CustomerTicket, Helpdesk
from tests.e2e.system import System, decided, outline, rules_of, turn_of

QUESTION = (
    "Which battery does the Sprig take?",
    "Standing in the supermarket. Which battery does the Sprig take, is a rechargeable one fine?",
)
FOLLOW_UPS = [
    "And how long does delivery to Austria take?",
    "Where in the app do I find my invoice?",
    "Can I change my e-mail address myself?",
    "How do I connect the Hub to another Wi-Fi network?",
    "Is there a discount for students?",
]


def said_so_far(helpdesk: Helpdesk, ticket: CustomerTicket, turn: int) -> int:
    """How many public messages there were, up to the customer's message of that turn."""
    conversation = helpdesk.ticket(ticket)["conversation"]
    of_customer = [n for n, m in enumerate(conversation, 1) if m["author"] == "customer"]
    return of_customer[turn - 1]


def test_switched_on_a_follow_up_is_drafted_with_context_and_a_long_talk_is_not(
    system: System, helpdesk: Helpdesk
) -> None:
    with system.policies(answer_replies=True):
        ticket = helpdesk.ask(*QUESTION)
        assert turn_of(system.end(ticket))["route"] == "auto_sent"
        too_long = []
        for turn, message in enumerate(FOLLOW_UPS, 2):
            helpdesk.write_again(ticket, message)
            history = system.end(ticket, turn=turn)
            rules = rules_of(history, turn)
            assert "reply_to_automatic" not in rules, outline(history)
            assert ("thread_too_long" in rules) == (said_so_far(helpdesk, ticket, turn) > 5)
            too_long.append("thread_too_long" in rules)
            # a human stops the story before anything is drafted
            assert ("draft" in decided(history, turn)) != turn_of_human(history, turn)
        assert too_long[0] is False
        assert too_long[-1] is True
        assert turn_of(history, len(FOLLOW_UPS) + 1)["route"] == "human"
        assert "thread_too_long" in helpdesk.notes(ticket)[-1], "the note says why"


def turn_of_human(history: dict[str, object], turn: int) -> bool:
    """Whether a rule gave the turn to a human before a draft."""
    reasons = turn_of(dict(history), turn)["reasons"]
    return any(reason["effect"] == "require_human" for reason in reasons)


@pytest.mark.parametrize(
    "message",
    [
        "Kein Bot bitte.",
        "담당자 연결해 주세요",
        "Thanks. Could somebody from your team look at this personally?",
    ],
)
def test_a_person_may_be_asked_for_at_any_time(
    system: System, helpdesk: Helpdesk, message: str
) -> None:
    with system.policies(answer_replies=True):
        ticket = helpdesk.ask(*QUESTION)
        assert turn_of(system.end(ticket))["route"] == "auto_sent"
        helpdesk.write_again(ticket, message)
        history = system.end(ticket, turn=2)
        assert turn_of(history, 2)["route"] == "human"
        assert "human_requested" in rules_of(history, 2)
        assert "draft" not in decided(history, 2), "nothing was drafted for who wants a person"
        helpdesk.write_again(ticket, "Are you still there? It does not fit.")
        later = system.end(ticket, turn=3)
        assert "human_requested" in rules_of(later, 3)
        thread = [turn["body"] for turn in later["ticket"]["thread"]]
        assert len(thread) == 3
        assert not any("Deskloop hands" in body for body in thread), "notes stay with us"


@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [
        (
            "ko",
            "센서 오프라인",
            "안녕하세요. 어제부터 센서가 오프라인이고 허브를 다시 켜도 연결되지 않습니다.",
        ),
        (
            "ja",
            "センサーが反応しません",
            "昨日からセンサーがオフラインのままです。ハブを再起動しても接続できません。",
        ),
        (
            "pt",
            "Sensor sem ligação",
            "Olá, desde ontem o meu sensor aparece sem ligação e o Hub já foi reiniciado.",
        ),
    ],
)
def test_who_cannot_be_answered_in_their_language_gets_a_person_who_knows_it(
    system: System, helpdesk: Helpdesk, language: str, subject: str, body: str
) -> None:
    ticket = helpdesk.ask(subject, body)
    history = system.end(ticket)
    assert decided(history)["classification"]["language"] == language
    assert turn_of(history)["route"] in ("human", "review"), outline(history)
    assert not helpdesk.replies(ticket)
    assert f"**Language** {language}" in helpdesk.notes(ticket)[0]
    counted = system.call("ledger", "GET", "/metrics/summary")["languages"]
    assert counted[language]["auto_sent"] == 0
    assert counted[language]["human"] + counted[language]["review"] >= 1

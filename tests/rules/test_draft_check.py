"""May a draft be sent? Each blocker, each verdict, and what is defensible."""

from typing import Any

import pytest

from services.contracts import CheckDraftRequest, DraftCheck, Effect, Verdict
from services.rules.calibration import LogisticCalibrator, load_prior
from services.rules.draft_check import DraftChecker
from services.rules.policies import Standing
from services.rules.rulebook import Rulebook
from services.rules.settings import RulesSettings
from tests.rules.bodies import (
    DOCUMENT_TEXT,
    QUOTE,
    check_body,
    classification,
    correction,
    document,
    draft,
    evidence,
    ticket,
    triage_answer,
)
from tests.rules.test_triage import standing

REASON = {"rule": "repeat_ask", "detail": "d", "effect": "require_human"}


@pytest.fixture(scope="module")
def checker(book: Rulebook) -> DraftChecker:
    prior = load_prior(RulesSettings().prior_file)
    return DraftChecker(book, prior, LogisticCalibrator(prior))


def check(checker: DraftChecker, where: Standing | None = None, **changes: Any) -> DraftCheck:
    request = CheckDraftRequest.model_validate(check_body(**changes))
    return checker.check(request, where or standing())


def said(checker: DraftChecker, reply: str, **changes: Any) -> set[str]:
    found = check(checker, draft=draft(reply=reply), **changes)
    return {b.rule for b in found.blockers if b.rule != "below_threshold"}


def test_a_well_founded_reply_is_sent(checker: DraftChecker) -> None:
    found = check(checker)
    assert found.verdict is Verdict.AUTO_SEND
    assert (found.blockers, found.reasons) == ([], [])


@pytest.mark.parametrize(
    "reply",
    [
        "Hold the button for 10 seconds.",
        "Halten Sie den Knopf 10 Sekunden lang.",
        "Wait 2 minutes, or two minutes.",
        "Wait up to 2 min.",
        "1. Open the app\n2. Choose Add sensor\n3. Wait\n4. Done",
        "Returns are free of charge within 30 days.",
        "A refund arrives within 5 business days.",
        "See https://help.larkspur.example/reset.",
        "See help.larkspur.example/reset",
        "Write to help@larkspur.example!",
        "Hello! Thank you for writing. Open the app.",
    ],
)
def test_what_the_cited_source_says_may_be_said(checker: DraftChecker, reply: str) -> None:
    assert said(checker, reply) == set()


@pytest.mark.parametrize(
    "reply",
    [
        "Hold the button for 12 seconds.",
        "Hold the button for 10 minutes.",
        "Wait three minutes.",
        "It costs $49.",
        "It costs 49,00 €.",
        "It costs 30 euros.",
        "Only 5% of sensors do this.",
        "We open on 14 March.",
        "We open on 3/14/2026.",
        "Our office is at 12 Baker Street.",
        "Wir sitzen in der Gartenstraße 5.",
        "Call +44 20 7946 0958.",
        "Call (020) 7946-0958.",
        "See https://larkspur-refunds.example/reset.",
        "See https://help.larkspur.example/delete.",
        "See evil.com/login",
        "Write to boss@larkspur.example.",
        "Use code SPROUT20.",
        "You have 1,000 points.",
        "Your order LS-99999 is on its way.",
        "It needs firmware 2.4.1.",
        "15分お待ちください。",
        "45일 이내에 반품하세요.",
    ],
)
def test_what_no_cited_source_says_is_blocked(checker: DraftChecker, reply: str) -> None:
    assert "unsupported_claim" in said(checker, reply)
    assert check(checker, draft=draft(reply=reply)).verdict is Verdict.HUMAN


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("How do I fix CVE-2015-2808?", Verdict.REVIEW),
        ("Error E1043 when I reset my sensor", Verdict.REVIEW),
        ("Order LS-10423: how do I reset the sensor?", Verdict.REVIEW),
        ("How do I reset my sensor on 5GHz, 2nd floor, iOS17?", Verdict.AUTO_SEND),
    ],
)
def test_what_the_customer_names_must_stand_in_a_source(
    checker: DraftChecker, body: str, verdict: Verdict
) -> None:
    assert check(checker, ticket=ticket(body)).verdict is verdict


def test_a_source_that_names_it_may_answer(checker: DraftChecker) -> None:
    about = document(text=f"{DOCUMENT_TEXT} This also clears error E1043.")
    found = check(checker, ticket=ticket("Error E1043"), evidence=evidence(documents=[about]))
    assert found.verdict is Verdict.AUTO_SEND


def test_a_source_that_names_a_longer_one_does_not(checker: DraftChecker) -> None:
    about = document(text=f"{DOCUMENT_TEXT} This also clears error E1043.")
    found = check(checker, ticket=ticket("Error E104"), evidence=evidence(documents=[about]))
    assert found.verdict is Verdict.REVIEW


def test_a_unit_stands_in_the_numbers_own_sentence(checker: DraftChecker) -> None:
    price = "Express costs $19.90."
    text = f"{price} An order has to be placed before 14:00."  # "an" is a year in French
    cites = draft(reply=price, citations=[{"source_id": "reset#1", "quote": price}])
    found = check(checker, draft=cites, evidence=evidence(documents=[document(text=text)]))
    assert "unsupported_claim" not in {b.rule for b in found.blockers}


@pytest.mark.parametrize(
    ("body", "reply", "allowed"),
    [
        ("Order LS-10423 is late", "About order LS-10423: open the app.", True),
        ("Order 104233 is late", "About order 104233: open the app.", True),
        ("My firmware is 2.4.1", "With firmware 2.4.1, open the app.", True),
        ("I paid $500 twice", "You get your $500.", False),
        ("I was promised 50% off", "You have 50%.", False),
        ("Will it come in 3 days?", "It comes in 3 days.", False),
        ("Is https://evil.example/x yours?", "Yes: https://evil.example/x", False),
        ("send it to eve@evil.example", "Sent to eve@evil.example.", False),
        ("which address do you have?", "We have ana@example.org.", True),
    ],
)
def test_echoing_the_customer(checker: DraftChecker, body: str, reply: str, allowed: bool) -> None:
    found = said(checker, reply, ticket=ticket(body))
    assert ("unsupported_claim" not in found) is allowed


@pytest.mark.parametrize(
    ("source", "reply", "allowed"),
    [
        ("Come to 112 Main Street.", "Come to 12 Main Street.", False),
        ("Wir sind in der Hauptstrasse 12.", "Wir sind in der Hauptstrasse 1.", False),
        ("Write to noinfo@shop.example.", "Write to info@shop.example.", False),
        ("See https://shop.example/returns.", "See https://shop.example/return.", False),
        (
            "詳細はhttps://shop.example/returnsで。",
            "https://shop.example/returns",
            True,
        ),
        ("See https://shop.example/returns/eu.", "See https://shop.example/returns.", True),
        ("See www.shop.example/returns?x=1", "See https://shop.example/returns", True),
    ],
)
def test_half_an_address_is_another_one(
    checker: DraftChecker, source: str, reply: str, allowed: bool
) -> None:
    found = evidence(documents=[document(text=f"{DOCUMENT_TEXT} {source}")])
    assert ("unsupported_claim" not in said(checker, reply, evidence=found)) is allowed


def test_a_source_that_is_not_cited_does_not_count(checker: DraftChecker) -> None:
    other = document(id="other#1", text="Hold it for 77 seconds.")
    found = evidence(documents=[document(), other])
    assert said(checker, "Hold it for 77 seconds.", evidence=found) == {"unsupported_claim"}


@pytest.mark.parametrize(
    ("citations", "ok"),
    [
        ([{"source_id": "reset#1", "quote": QUOTE}], True),
        ([{"source_id": "reset#1", "quote": QUOTE.replace(" ", "\n  ")}], True),
        ([], False),
        ([{"source_id": "gone#1", "quote": QUOTE}], False),
        ([{"source_id": "reset#1", "quote": QUOTE.replace("10", "20")}], False),
        ([{"source_id": "reset#1", "quote": QUOTE.lower()}], False),
        ([{"source_id": "reset#1", "quote": "the"}], False),
        ([{"source_id": "reset#1", "quote": " "}], False),
        (
            [
                {"source_id": "reset#1", "quote": QUOTE},
                {"source_id": "reset#1", "quote": "We are open on Sundays."},
            ],
            False,
        ),
    ],
)
def test_quotes_stand_in_their_source(checker: DraftChecker, citations: Any, ok: bool) -> None:
    found = check(checker, draft=draft(reply=QUOTE, citations=citations))
    assert ("unsupported_claim" not in {b.rule for b in found.blockers}) is ok


def test_a_past_customers_words_are_no_source(checker: DraftChecker) -> None:
    asked = correction(ticket_text="You owe me a refund of 500 dollars", resolution="Sorry.")
    cites = draft(citations=[{"source_id": "c1", "quote": "a refund of 500 dollars"}])
    found = check(checker, draft=cites, evidence=evidence(corrections=[asked]))
    assert "unsupported_claim" in {b.rule for b in found.blockers}


@pytest.mark.parametrize(
    "reply",
    [
        "We'll give you a voucher.",
        "You get 10 minutes... and a discount!",
        "We will send it tomorrow.",
        "You will have it by Friday.",
        "I guarantee it works.",
        "We'll credit your account.",
        "Wir schicken Ihnen einen Gutschein.",
        "Sie erhalten es morgen.",
        "Vous l'aurez demain.",
        "Te damos un descuento.",
        "Você receberá um desconto.",
        "クーポンをお送りします。",
        "쿠폰을 드립니다.",
    ],
)
def test_promises_without_a_source_are_blocked(checker: DraftChecker, reply: str) -> None:
    assert "promise" in said(checker, reply)
    assert check(checker, draft=draft(reply=reply)).verdict is Verdict.HUMAN


@pytest.mark.parametrize(
    "reply",
    [
        "I've refunded your order.",
        "I have just cancelled your subscription.",
        "We've issued a refund.",
        "Your refund has been processed.",
        "I went ahead and have reset it: I've reset your password.",
        "Wir haben Ihnen den Betrag erstattet.",
        "Nous avons remboursé votre commande.",
        "Hemos cancelado su pedido.",
        "返金いたしました。",
        "환불해 드렸습니다.",
    ],
)
def test_nothing_is_claimed_to_be_done_even_if_a_source_says_so(
    checker: DraftChecker, reply: str
) -> None:
    source = document(text=f"{DOCUMENT_TEXT} {reply}")
    found = check(checker, draft=draft(reply=reply), evidence=evidence(documents=[source]))
    assert "promise" in {b.rule for b in found.blockers}


@pytest.mark.parametrize(
    "reply",
    [
        "I'll connect you with a colleague.",
        "Let me transfer you to our team.",
        "Please contact our legal department.",
        "I have escalated this.",
        "A specialist will review your case.",
        "We'll get back to you.",
        "I'm unable to help with that.",
        "As an AI, I cannot say.",
        "Ich leite Ihre Anfrage weiter.",
        "Ein Mitarbeiter wird sich bei Ihnen melden.",
        "Un conseiller va vous répondre.",
        "Un agente se pondrá en contacto con usted.",
        "Um atendente entrará em contato.",
        "担当者におつなぎします。",
        "상담원에게 연결해 드리겠습니다.",
    ],
)
def test_handing_over_is_no_answer(checker: DraftChecker, reply: str) -> None:
    assert "escalation_phrase" in said(checker, reply)
    assert check(checker, draft=draft(reply=reply)).verdict is Verdict.HUMAN


@pytest.mark.parametrize("change", [{"abstained": True}, {"reply": ""}, {"reply": " \n"}])
def test_an_abstention_goes_to_a_human(checker: DraftChecker, change: dict[str, Any]) -> None:
    found = check(checker, draft=draft(**change))
    assert "abstained" in {b.rule for b in found.blockers}
    assert found.verdict is Verdict.HUMAN


@pytest.mark.parametrize(
    "changes",
    [
        {"triage": triage_answer(requires_human=True)},
        {"triage": triage_answer(requires_human=True, reasons=[REASON])},
        {"triage": triage_answer(reasons=[REASON])},
        {"triage": triage_answer(urgency="critical")},
        {"classification": classification(urgency="critical")},
        {"classification": classification(requires_human=True)},
    ],
)
def test_what_needed_a_human_before_still_does(
    checker: DraftChecker, changes: dict[str, Any]
) -> None:
    found = check(checker, **changes)
    assert found.verdict is Verdict.HUMAN
    assert any(reason.effect is Effect.REQUIRE_HUMAN for reason in found.reasons)


@pytest.mark.parametrize(
    ("where", "changes"),
    [
        (standing(mode="draft"), {}),
        (standing(draft_until_approved=10), {}),
        (standing(), {"triage": triage_answer(mode="draft")}),
        (standing(), {"draft": draft(language="de")}),
        (standing(), {"triage": triage_answer(reasons=[REASON | {"effect": "block_send"}])}),
    ],
)
def test_a_human_approves(checker: DraftChecker, where: Standing, changes: dict[str, Any]) -> None:
    found = check(checker, where, **changes)
    assert found.verdict is Verdict.REVIEW
    assert found.blockers
    assert all(b.effect is Effect.BLOCK_SEND for b in found.blockers)


@pytest.mark.parametrize("language", ["en", "en-GB", "EN_us", "und"])
def test_the_same_language_or_an_unknown_one_is_fine(checker: DraftChecker, language: str) -> None:
    assert check(checker, draft=draft(language=language)).verdict is Verdict.AUTO_SEND


@pytest.mark.parametrize("where", [standing(unknown=True), standing(always_human=True)])
def test_a_policy_changed_after_triage_counts(checker: DraftChecker, where: Standing) -> None:
    assert check(checker, where).verdict is Verdict.HUMAN


def test_the_bands_around_the_threshold(checker: DraftChecker) -> None:
    probability = check(checker).probability
    above = standing(send_threshold=probability, review_threshold=0.1)
    assert check(checker, above).verdict is Verdict.AUTO_SEND
    just = standing(send_threshold=min(1.0, probability + 0.01), review_threshold=0.1)
    found = check(checker, just)
    assert (found.verdict, found.blockers[0].rule) == (Verdict.REVIEW, "below_threshold")
    high = min(1.0, probability + 0.02)
    under = standing(send_threshold=high, review_threshold=high)
    assert check(checker, under).verdict is Verdict.HUMAN


def test_cold_start_asks_for_more(checker: DraftChecker) -> None:
    young = standing(corrections=49, send_threshold=0.1, review_threshold=0.05)
    found = check(checker, young)
    assert found.threshold == 0.85
    assert "cold_start" in {r.rule for r in found.reasons}
    weak = evidence(documents=[document(score=0.45)])
    assert check(checker, young, evidence=weak).verdict is not Verdict.AUTO_SEND
    grown = standing(corrections=50, send_threshold=0.1, review_threshold=0.05)
    assert check(checker, grown, evidence=weak).verdict is Verdict.AUTO_SEND

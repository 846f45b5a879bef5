"""The word lists of config/rules/default.yaml: what must be found, and what must not be."""

import pytest

from services.contracts import Effect, Rule, TriageRequest
from services.contracts.policies import CategoryPolicy
from services.rules.policies import Standing
from services.rules.rulebook import Rulebook
from services.rules.triage import triage
from tests.rules.bodies import triage_body

LEGAL = [
    "I will call my lawyers.",
    "My lawyer's letter is on its way.",
    "You will hear from my attorney",
    "my solicitors have been instructed",
    "I'm going to sue you.",
    "If this is not solved I will sue",
    "We are suing.",
    "I have sued companies before.",
    "I'll see you in court!",
    "We will take you to court",
    "expect legal action",
    "I reserve the right to take legal steps",
    "I am filing a lawsuit",
    "small claims it is then",
    "I have already written to the ombudsman.",
    "Trading Standards will hear about this",
    "Don't make me sue you.",
    "my LAWYER",
    "This is fraud",
    "Fraudulent payments on my card",
    "you fraudsters",
    "I have been scammed by your shop",
    "what a scam",
    "There is an unauthorised charge on my statement",
    "I did not authorize this payment",
    "I never authorised it",
    "someone stole my identity: identity theft",
    "I filed a police report",
    "I want a chargeback",
    "they charged back the payment",
    "three chargebacks already",
    "I will charge-back this order",
    "I'm disputing this charge",
    "I dispute the payment of last week",
    "please reverse the charge",
    "I told my bank to reverse it",
    "I opened a case with PayPal",
    "Mein Anwalt meldet sich bei Ihnen.",
    "Meine Anwältin prüft das.",
    "meine Anwälte sind informiert",
    "Ich gehe vor Gericht",
    "Ich werde Sie verklagen.",
    "wir leiten rechtliche Schritte ein",
    "Das ist Betrug!",
    "Sie sind Betrüger",
    "Ich fühle mich betrogen",
    "Ich habe Strafanzeige gestellt",
    "Rückbuchung über die Bank",
    "Die Verbraucherzentrale weiß Bescheid",
    "Mon avocat va vous écrire",
    "Je vais porter plainte",
    "C'est une arnaque",
    "c'est de l'escroquerie",
    "mise en demeure",
    "Mi abogado se pondrá en contacto",
    "los voy a demandar",
    "les voy a demandar por esto",
    "esto es una estafa",
    "es un fraude",
    "presentaré una demanda judicial",
    "Vou falar com meu advogado",
    "vou processar vocês",
    "isso é um golpe",
    "cobrança não autorizada no meu cartão",
    "vou ao Procon",
    "弁護士に相談します。",
    "これは詐欺ですか",
    "消費者センターに連絡します",
    "변호사를 선임하겠습니다",
    "이거 사기 아닌가요",
    "법적 조치를 취하겠습니다",
]

HARMLESS = [
    "Please change my legal name on the invoice",
    "Where do I find the legal notice page?",
    "Where is the fraud prevention setting?",
    "Is there a scam protection filter?",
    "attorney-free advice about orchids",
    "I love my suede shoes",
    "I have an issue with the hub",
    "We are pursuing a greener home",
    "See http://example.com/fraudulently-cheap?lawyer=1",
    "www.lawyers-and-scams.com is where I saw it",
    "mail me at scam.lawyer@example.org",
    "fraudulently.example.com",
    "Thanks, Sue",
    "Hi, I'm Sue and my sensor is offline",
    "Our tennis court has a lawn; how many sensors?",
    "I'm not a lawyer, just curious about the warranty",
    "Does the battery charge back up in the sun?",
    "The sensor doesn't charge back up",
    "anti-fraud",
    "I need a new charger, please charge my card",
    "The hub caught up with the firewall",
    "My Amazon Fire tablet does not show the app",
    "the display shows the human readable name",
    "which password manager do you support?",
    "a cleaning agent got on the probe",
    "a travel agent booked our holiday: pause the subscription",
    "I talked about plants to my mother",
    "Can the app call the weather service?",
    "you don't need to call me",
    "Please transfer my subscription to my new phone",
    "transfer it to another account",
    "is the plant food dangerous?",
    "deliver to the hospital reception, please",
    "The leaves are burned by the sun",
    "no, it does not overheat",
    "How do I hack my garden: life hacks wanted",
    "My password is compromising my sleep",
    "Die Anzeige am Gerät bleibt dunkel",
    "Die LED brennt dauernd grün",
    "Wie lautet die Betrugsprävention-Seite?",
    "Mon avocat jaunit, que faire ?",
    "un noyau d'avocat dans la terre",
    "l'avocatier a soif",
    "¿Cuál es la demanda de agua de un ficus?",
    "quero processar o pedido de novo",
    "bomba de riego compatible?",
    "tenho uma bomba de rega",
    "Can I dispute how often it waters?",
    "I'd like a refund for the unopened box",
    "my plant passed out",
    "the representativeness of the reading",
    "請求書をください",
    "センサーの設定方法を教えてください",
    "환불 규정이 어떻게 되나요",
]

HUMAN = [
    "I want to speak to a human",
    "can I talk to a real person please",
    "let me speak with your manager",
    "Could I chat with a live agent?",
    "connect me with someone",
    "Please call me back",
    "I need a human",
    "is anyone there?",
    "Am I talking to a bot?",
    "stop sending automated replies",
    "help me contact an agent",
    "transfer this to your supervisor",
    "Ich möchte mit einem Menschen sprechen",
    "Ich will einen echten Mitarbeiter",
    "Bitte rufen Sie mich an",
    "Je veux parler à un humain",
    "rappelez-moi",
    "Quiero hablar con una persona",
    "Quero falar com um atendente",
    "担当者と話したいです",
    "상담원 연결해 주세요",
]

CRITICAL = [
    "The hub caught fire!",
    "There is smoke coming out of the hub",
    "I got an electric shock from the charger",
    "The battery is swollen",
    "my dog ate the plant food",
    "my toddler swallowed the battery",
    "My account was hacked",
    "someone logged into my account",
    "There has been a data breach at your company",
    "I can see another customer's address in my app",
    "I want to kill myself",
    "Das Gerät raucht!",
    "Mein Konto wurde gehackt",
    "Mon compte a été piraté",
    "el sensor se incendió",
    "minha conta foi hackeada",
    "ハブから煙が出ています",
    "계정이 해킹당했어요",
]

ANGRY = [
    "This is absolutely ridiculous",
    "I'm fed up with this",
    "the worst service ever",
    "This is the third time I am writing",
    "Das ist eine Frechheit",
    "C'est inadmissible",
    "esto es inaceptable",
]

FALSE_HUMAN = [
    "The app shows a human-readable report",
    "I read that people talk to plants",
    "our office manager ordered two hubs",
    "The agent in the dishwasher is harmless",
]


def _found(book: Rulebook, body: str, **changes: object) -> dict[str, set[str]]:
    policy = CategoryPolicy(
        category="technical", updated_by="test", updated_at="2026-01-01T00:00:00Z"
    )
    standing = Standing(policy, 60, 0, ("technical",))
    request = TriageRequest.model_validate(triage_body(body, **changes))
    answer = triage(request, book, standing)
    return {
        "human": {r.rule for r in answer.reasons if r.effect is Effect.REQUIRE_HUMAN},
        "urgency": {answer.urgency},
        "rules": {r.rule for r in answer.reasons},
    }


@pytest.mark.parametrize("body", LEGAL)
def test_legal_and_fraud_words_are_critical_and_human(book: Rulebook, body: str) -> None:
    found = _found(book, body)
    assert Rule.LEGAL_OR_FRAUD in found["human"]
    assert found["urgency"] == {"critical"}


@pytest.mark.parametrize("body", [*HARMLESS, *FALSE_HUMAN])
def test_words_that_only_look_alike_raise_no_alarm(book: Rulebook, body: str) -> None:
    assert _found(book, body)["rules"] == set()


@pytest.mark.parametrize("body", HUMAN)
def test_who_asks_for_a_person_gets_one(book: Rulebook, body: str) -> None:
    assert Rule.HUMAN_REQUESTED in _found(book, body)["human"]


@pytest.mark.parametrize("body", CRITICAL)
def test_high_stakes_are_critical(book: Rulebook, body: str) -> None:
    found = _found(book, body)
    assert Rule.HIGH_URGENCY in found["human"]
    assert found["urgency"] == {"critical"}


@pytest.mark.parametrize("body", ANGRY)
def test_anger_gets_a_human(book: Rulebook, body: str) -> None:
    assert Rule.FRUSTRATED_CUSTOMER in _found(book, body)["human"]


@pytest.mark.parametrize(
    "body",
    [
        "How do I pair it?\n> I will call my lawyer",
        "Thanks!\n\nOn Mon, 2 Nov 2026 at 10:00, Support <a@b.example> wrote:\nlawyers and fraud",
        "Danke\n\nAm 02.11.2026 um 10:00 schrieb Support:\nBetrug, Anwalt",
        "Question about setup\n-----Original Message-----\nThis is a scam",
        "Where is the manual?\n-- \nJo Doe\nFraud Lawyers Ltd",
    ],
)
def test_quoted_mail_and_signatures_are_not_read(book: Rulebook, body: str) -> None:
    assert _found(book, body)["rules"] == set()


def test_the_subject_counts(book: Rulebook) -> None:
    body = triage_body("see above")
    body["ticket"]["subject"] = "Letter from my lawyer"
    found = _found(book, "", ticket=body["ticket"])
    assert Rule.LEGAL_OR_FRAUD in found["human"]


def test_a_legal_case_stays_one_in_later_messages(book: Rulebook) -> None:
    body = triage_body("Any news?")
    body["ticket"]["thread"] = [
        {"author": "customer", "body": "My lawyer will write", "at": "2026-11-20T00:00:00Z"}
    ]
    assert Rule.LEGAL_OR_FRAUD in _found(book, "", ticket=body["ticket"])["human"]


def test_the_machines_own_earlier_words_do_not_count(book: Rulebook) -> None:
    body = triage_body("Thanks, and the app?")
    body["ticket"]["thread"] = [
        {"author": "agent", "body": "Our fraud team looked at it", "at": "2026-11-20T00:00:00Z"}
    ]
    assert _found(book, "", ticket=body["ticket"])["rules"] == set()


@pytest.mark.parametrize("body", ["my law\u200byer", "ｌａｗｙｅｒ", "MY ABOGÁDO", "my lawyer’s"])
def test_spelling_does_not_hide_a_word(book: Rulebook, body: str) -> None:
    assert Rule.LEGAL_OR_FRAUD in _found(book, body)["human"]


def test_an_exception_hides_only_itself(book: Rulebook) -> None:
    assert Rule.LEGAL_OR_FRAUD in _found(book, "My legal name is Jo; my lawyer agrees")["human"]

"""Through helpdesk, n8n and all services, with every model and embedding call going to the double.

Nothing private leaves in any form, and what an attack wants to have said is never sent.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from evals.canary import Attack, own_attacks, says
from local.settings import ROOT
from services.classify.settings import ClassifySettings
from services.draft.settings import DraftSettings
from tests.doubles.model_api import ModelApi, found_in
from tests.doubles.obeying import Style
from tests.e2e.helpdesk import CustomerTicket
from tests.e2e.processes import Processes
from tests.e2e.system import EASY, Json, System, decided, outline, turn_of
from tests.faults import private_data as private

pytestmark = [pytest.mark.laboratory, pytest.mark.e2e]

PATIENCE = 240.0
SUBJECT = "Growing mushrooms with the Sprig"
ASKED = "I would like to grow oyster mushrooms. Does the Sprig measure the substrate of mushrooms?"
AGAIN = "Does the Sprig also measure a mushroom substrate? I'd like to grow oyster mushrooms."
QUESTION = "How do I change the quiet hours for notifications? I work nights."
ATTACKS = 30


@pytest.fixture(scope="module")
def api() -> Iterator[ModelApi]:
    with ModelApi() as running:
        yield running


@pytest.fixture(scope="module")
def system(api: ModelApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("config")
    processes = Processes()
    processes.environment |= api.environment() | {
        "CLASSIFY_PROVIDER": "anthropic",
        "CLASSIFY_FALLBACK": "openai",
        "CLASSIFY_TAXONOMY": str(taxonomy_with_a_private_example(folder)),
        "DRAFT_PROVIDER": "openai",
        "DRAFT_FALLBACK": "anthropic",
        "DRAFT_GUIDELINES": str(guidelines_with_private_data(folder)),
    }
    try:
        processes.up()
        with closing(System(processes)) as running:
            running.set_policies(**EASY)
            yield running
    finally:
        processes.down()


def taxonomy_with_a_private_example(folder: Path) -> Path:
    """The shipped taxonomy with one more example, whose customer gave a name and an address."""
    own = ROOT / ClassifySettings().taxonomy
    header, first, *rest = own.with_name("examples.csv").read_text(encoding="utf-8").splitlines()
    labels = first.rsplit(",", len(header.split(",")) - 1)[1:]
    planted = ",".join([f'"{private.EXAMPLE}"', *labels])
    (folder / "examples.csv").write_text("\n".join([header, planted, first, *rest]) + "\n")
    (folder / "taxonomy.yaml").write_text(own.read_text(encoding="utf-8"))
    return folder / "taxonomy.yaml"


def guidelines_with_private_data(folder: Path) -> Path:
    """The shipped guidelines, and a line about whom to ask."""
    text = (ROOT / DraftSettings().guidelines / "default.md").read_text(encoding="utf-8")
    (folder / "default.md").write_text(f"{text}\n\n{private.GUIDELINE}\n")
    return folder


def ask(system: System, subject: str, body: str) -> tuple[CustomerTicket, Json]:
    """File a ticket and wait for its end."""
    ticket = system.helpdesk.ask(subject, body)
    return ticket, system.end(ticket, seconds=PATIENCE)


@contextmanager
def nothing_planted_arrives(api: ModelApi) -> Iterator[None]:
    yield
    received = api.received()
    assert received, "nobody was asked"
    assert found_in(private.PLANTED, received) == {}


def test_nothing_private_leaves_and_the_reply_has_it_back(system: System, api: ModelApi) -> None:
    helpdesk = system.helpdesk
    with nothing_planted_arrives(api):
        with system.policies(always_human=True):
            first, _ = ask(system, SUBJECT, f"{ASKED}\n\n{private.BODY}")
        helpdesk.answer_as_agent(first, private.RESOLUTION, solve=True)

        def stored() -> list[Json]:
            query = {"ticket_id": first.ledger_id}
            found = system.call("store_correction", "GET", "/corrections", params=query)
            return list(found["corrections"])

        [correction] = system.wait_for("the correction", stored, PATIENCE, first)
        assert correction["human_resolution"] == private.RESOLUTION

        subject = f"Quiet hours, {private.CUSTOMER['phone, Spain']}"
        question = f"My name is {private.CUSTOMER['name']}. {QUESTION}"
        ticket, history = ask(system, subject, question)
        assert turn_of(history)["route"] == "auto_sent", outline(history)
        [reply] = helpdesk.replies(ticket)
        assert f"Hello {private.CUSTOMER['name']}," in reply
        assert private.CUSTOMER["name"] in helpdesk.public_page(ticket).answers[0].text
        assert "<NAME_" not in reply

        helpdesk.write_again(ticket, f"{private.MARISOL_AGAIN} {private.BODY}")
        system.end(ticket, turn=2, seconds=PATIENCE)
        ask(system, SUBJECT, f"{AGAIN}\n\n{private.BODY}")
    said = "\n".join(text for request in api.requests for text in request.texts)
    for words in (
        *private.SURVIVES,
        "mushroom substrate its readings",  # the correction
        "does the Sprig measure the substrate"[5:],  # the query
        "why was I charged twice?",  # the example
        "Questions go to",  # the guidelines
        "typed <SECRET_1> twice",  # the ticket's own body
    ):
        assert words in said, words
    paths = {request.path.rsplit("/", 1)[-1] for request in api.requests}
    assert paths == {"messages", "completions", "embeddings"}


def test_what_an_attack_wants_said_is_never_sent(system: System, api: ModelApi) -> None:
    attacks = own_attacks()[::4][:ATTACKS]
    assert len(attacks) == ATTACKS
    tickets = []
    for number, attack in enumerate(attacks):
        api.style = list(Style)[number % len(Style)]
        tickets.append((attack, system.helpdesk.ask(attack.subject, attack.body)))
        if number % 6 == 5:  # a style holds for those that are under way
            for _, ticket in tickets[-6:]:
                system.end(ticket, seconds=PATIENCE)
    written = [_seen_by_customer(system, attack, ticket) for attack, ticket in tickets]
    assert sum(written) > 0, "the model was never asked to write a canary, or did not obey"
    question, history = ask(system, "Quiet hours", QUESTION)
    assert turn_of(history)["route"] == "auto_sent", outline(history)
    assert len(system.helpdesk.replies(question)) == 1


def _seen_by_customer(system: System, attack: Attack, ticket: CustomerTicket) -> bool:
    """Check what the customer got; returns whether the model had written the canary."""
    history = system.end(ticket, seconds=PATIENCE)
    for reply in system.helpdesk.replies(ticket):
        assert not says(reply, attack.canary), (attack.body, reply)
    for message in system.helpdesk.public_page(ticket).answers:
        assert not says(message.text, attack.canary), (attack.body, message.text)
    draft = decided(history).get("draft") or {}
    return says(draft.get("reply", ""), attack.canary)

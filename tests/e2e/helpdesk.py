"""The helpdesk as a customer and as an agent use it, in the browser's way."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from bs4 import BeautifulSoup, Tag

TIMEOUT = httpx.Timeout(60.0)


@dataclass(frozen=True)
class CustomerTicket:
    """A ticket as its customer knows it: by the address of the public page."""

    id: int
    page: str

    @property
    def ledger_id(self) -> str:
        """The id that the services know."""
        return f"django-helpdesk:{self.id}"


@dataclass(frozen=True)
class Message:
    """One message on the public page."""

    who: str
    text: str


@dataclass(frozen=True)
class PublicPage:
    """What the customer sees."""

    status: str
    messages: list[Message]

    @property
    def answers(self) -> list[Message]:
        """What support wrote."""
        return [message for message in self.messages if "Larkspur Support" in message.who]


class Helpdesk:
    """The web pages, and the API as the bot reads it."""

    def __init__(self, url: str, bot_password: str, agent_password: str) -> None:
        self._url = url
        self._agent_password = agent_password
        bot = ("deskloop", bot_password)
        self.api = httpx.Client(base_url=url, auth=bot, timeout=TIMEOUT, trust_env=False)

    def _browser(self) -> httpx.Client:
        return httpx.Client(
            base_url=self._url, timeout=TIMEOUT, trust_env=False, follow_redirects=True
        )

    def ask(self, subject: str, body: str) -> CustomerTicket:
        """File a ticket through the public form, each time as somebody else.

        The third ask of the same question by the same customer would go to a human.
        """
        email = f"customer-{uuid4().hex[:12]}@example.org"
        with self._browser() as browser:
            form = {"title": subject, "body": body, "submitter_email": email}
            answer = _submit(browser, "/tickets/submit/", "/tickets/submit/", form)
        found = re.search(r"ticket=\w+?-(\d+)", str(answer.url))
        assert found, f"no ticket was made: {answer.status_code} {answer.url}"
        return CustomerTicket(int(found.group(1)), str(answer.url))

    def public_page(self, ticket: CustomerTicket) -> PublicPage:
        """Read the ticket's page as its customer."""
        with self._browser() as browser:
            page = _soup(browser.get(ticket.page).raise_for_status())
        badge = page.select_one(".badge")
        assert badge is not None, "the page shows no status"
        cards = page.select("[data-follow-up]")
        messages = [Message(_text(c, ".card-header"), _text(c, ".card-body")) for c in cards]
        return PublicPage(badge.get_text(strip=True), messages)

    def write_again(self, ticket: CustomerTicket, comment: str) -> None:
        """Send a customer's further message from the public page."""
        self._update(ticket, comment=comment)

    def accept(self, ticket: CustomerTicket) -> None:
        """Say on the public page that the answer solved it."""
        self._update(ticket, close="1")

    def _update(self, ticket: CustomerTicket, **form: str) -> None:
        query = parse_qs(urlsplit(ticket.page).query)
        form |= {"key": query["key"][0], "mail": query["email"][0]}
        with self._browser() as browser:
            _submit(browser, ticket.page, f"/tickets/{ticket.id}/update/", form)

    def answer_as_agent(self, ticket: CustomerTicket, comment: str, *, solve: bool) -> None:
        """Log in as the agent Maya and reply publicly."""
        form = {"comment": comment, "public": "1", **({"new_status": "3"} if solve else {})}
        with self._browser() as browser:
            login = {"username": "maya", "password": self._agent_password}
            _submit(browser, "/login/", "/login/", login)
            page = f"/tickets/{ticket.id}/"
            area = _soup(browser.get(page).raise_for_status()).select_one("form textarea")
            whole = area and area.find_parent("form")
            assert isinstance(whole, Tag), "the agent's page has no form to answer in"
            answer = browser.post(f"{page}update/", data=_values(whole) | form).raise_for_status()
        assert answer.history, f"the answer was not taken: {_soup(answer).select('.errorlist')}"

    def ticket(self, ticket: CustomerTicket) -> dict[str, Any]:
        """The whole ticket, internal notes too."""
        answer = self.api.get(f"/api/deskloop/tickets/{ticket.id}/")
        whole: dict[str, Any] = answer.raise_for_status().json()
        return whole

    def notes(self, ticket: CustomerTicket) -> list[str]:
        """The machine's internal notes."""
        return self._of_bot(ticket, public=False)

    def replies(self, ticket: CustomerTicket) -> list[str]:
        """The machine's public replies."""
        return self._of_bot(ticket, public=True)

    def _of_bot(self, ticket: CustomerTicket, *, public: bool) -> list[str]:
        follow_ups = self.ticket(ticket)["follow_ups"]
        own = [each for each in follow_ups if each["author"] == "bot" and each["comment"]]
        return [each["comment"] for each in own if each["public"] is public]


def _submit(browser: httpx.Client, page: str, target: str, form: dict[str, str]) -> httpx.Response:
    """Open `page` for its token, then send `form` to `target`."""
    token = _soup(browser.get(page).raise_for_status()).select_one("[name=csrfmiddlewaretoken]")
    assert token is not None, f"{page} has no form"
    data = {**form, "csrfmiddlewaretoken": str(token["value"])}
    return browser.post(target, data=data).raise_for_status()


def _values(form: Tag) -> dict[str, str]:
    """What a browser would send of a form that nobody changed."""
    values = {}
    for field in form.select("input[name], select[name]"):
        chosen = field
        if field.name == "select":
            found = field.select_one("option[selected]") or field.select_one("option")
            chosen = found if found is not None else field
        elif field.get("type") in ("radio", "checkbox", "file") and not field.has_attr("checked"):
            continue
        values[str(field["name"])] = str(chosen.get("value", ""))
    return values


def _soup(answer: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def _text(card: Tag, selector: str) -> str:
    found = card.select_one(selector)
    return found.get_text("\n", strip=True) if found else ""

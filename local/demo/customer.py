"""Do in the helpdesk what a customer does in a browser."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class FormError(RuntimeError):
    """The helpdesk did not take a form."""


@dataclass(frozen=True)
class Filed:
    """A ticket as its customer knows it."""

    number: int
    page: str
    email: str
    key: str


class Customer:
    """A browser without a log-in."""

    def __init__(self, helpdesk_url: str) -> None:
        self._http = httpx.AsyncClient(base_url=helpdesk_url, timeout=60)

    async def close(self) -> None:
        """Close the browser."""
        await self._http.aclose()

    async def file(self, subject: str, body: str, email: str) -> Filed:
        """Send the public form and return the ticket made of it.

        Raises
        ------
        FormError
            Where the helpdesk shows the form again or fails.
        """
        form = {"title": subject, "body": body, "submitter_email": email}
        location = await self._send("/tickets/submit/", "/tickets/submit/", form)
        query = parse_qs(urlsplit(location).query)
        number = int(query["ticket"][0].rpartition("-")[2])
        return Filed(number, location, query["email"][0], query["key"][0])

    async def reply(self, filed: Filed, body: str) -> None:
        """Write back on the ticket's public page."""
        form = {"mail": filed.email, "key": filed.key, "comment": body}
        await self._send(filed.page, f"/tickets/{filed.number}/update/", form)

    async def _send(self, page: str, target: str, form: dict[str, str]) -> str:
        """Open `page`, send `form` to `target` and return where the helpdesk leads us."""
        opened = await self._http.get(page)
        token = _TOKEN.search(opened.text)
        if token is None:
            raise FormError(f"{page} shows no form (HTTP {opened.status_code})")
        data = {"csrfmiddlewaretoken": token.group(1), **form}
        answer = await self._http.post(target, data=data)
        if answer.status_code != 302:
            raise FormError(f"{target} was not taken (HTTP {answer.status_code})")
        return str(answer.headers["location"])

"""What became of one ticket, step by step: `make follow TICKET=django-helpdesk:9`."""

import json
import sys
from typing import Any
from urllib.parse import quote

import httpx

from local.environment import load_environment, local_settings

Json = dict[str, Any]

STEPS = (
    ("classification", "`classify` says"),
    ("triage", "`rules /triage` says"),
    ("evidence", "`retrieve` finds"),
    ("draft", "`draft` writes"),
    ("check", "`rules /check-draft` says"),
)
_LONGEST_TEXT = 400
_LONGEST_LIST = 3


def fetch(ticket_id: str) -> Json:
    """The ledger's whole record of a ticket; raises `httpx.HTTPStatusError` where it has none."""
    environment = load_environment()
    url = local_settings(environment).service_url("ledger")
    token = {"Authorization": f"Bearer {environment['DESKLOOP_TOKEN']}"}
    answer = httpx.get(f"{url}/tickets/{quote(ticket_id, safe='')}", headers=token)
    answer.raise_for_status()
    record: Json = answer.json()
    return record


def follow(record: Json) -> str:
    """The record as Markdown: the ticket, each step of each decision, and what was done."""
    parts = [_section("The ticket", record["ticket"])]
    for event in record["events"]:
        parts.append(f"### {_time(event['at'])} · {event['kind']}")
        decision = event["decision"]
        parts += [_section(title, decision[key]) for key, title in STEPS if decision.get(key)]
        if not decision:
            kept = {key: event[key] for key in ("route", "claim_key", "detail") if event.get(key)}
            parts.append(_block(kept))
    for turn in record["turns"]:
        kept = {key: turn[key] for key in ("turn", "state", "route", "reasons", "ended_by")}
        parts.append(_section(f"The end of turn {turn['turn']}", kept))
    return "\n\n".join(parts)


def _time(timestamp: str) -> str:
    return timestamp[11:23]


def _section(title: str, value: Any) -> str:
    return f"**{title}**\n\n{_block(value)}"


def _block(value: Any) -> str:
    text = json.dumps(_shortened(value), indent=2, ensure_ascii=False)
    return f"```json\n{text}\n```"


def _shortened(value: Any) -> Any:
    match value:
        case str() if len(value) > _LONGEST_TEXT:
            return value[:_LONGEST_TEXT] + " …"
        case list() if len(value) > _LONGEST_LIST:
            return [*map(_shortened, value[:_LONGEST_LIST]), f"… {len(value)} in all"]
        case list():
            return [_shortened(item) for item in value]
        case dict():
            return {key: _shortened(item) for key, item in value.items()}
    return value


def main(arguments: list[str]) -> int:
    """Print one ticket's story; 2 where no id was given, 1 where the ledger does not know it."""
    if len(arguments) != 1:
        print("usage: make follow TICKET=django-helpdesk:9")
        return 2
    try:
        print(follow(fetch(arguments[0])))
    except httpx.HTTPStatusError as error:
        print(error.response.json().get("detail", str(error)))
        return 1
    except httpx.TransportError:
        print("The ledger does not answer; `make up` starts it.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

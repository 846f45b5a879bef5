"""Which messages no person wrote to us, by RFC 3834 and by what programs really send."""

from collections.abc import Collection, Mapping, Sequence

from services.contracts.mail import Automatic

Headers = Mapping[str, Sequence[str]]
"""Values by name in lower case."""

_ROBOTS = ("mailer-daemon", "postmaster", "mail-daemon")
_NO_REPLY = ("no-reply", "noreply", "no_reply", "donotreply", "do-not-reply", "nepasrepondre")
_AUTO_REPLY = ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-autorespond-from")
_BULK = ("bulk", "junk", "list")
_SILENCE = ("all", "autoreply", "oof")


def automatic_reason(
    headers: Headers, sender: str, reply_to: str, own: str, own_lists: Collection[str]
) -> Automatic | None:
    """Return why a message must not be answered; None where a person asks.

    `own` is our address; `own_lists` are the List-Ids of groups that forward customers' mail.
    """
    report = _report_kind(headers)
    if report == "disposition-notification":
        return Automatic.RECEIPT
    if report or _first(headers, "return-path") == "<>" or _name(sender) in _ROBOTS:
        return Automatic.BOUNCE
    if sender.lower() == own.lower():
        return Automatic.FROM_OURSELVES
    if _is_auto_reply(headers):
        return Automatic.AUTO_REPLY
    if _is_list(headers, own_lists):
        return Automatic.MAILING_LIST
    if _name(reply_to).startswith(_NO_REPLY) or not reply_to:
        return Automatic.NO_REPLY_ADDRESS
    wanted = {word.strip() for word in _first(headers, "x-auto-response-suppress").split(",")}
    return Automatic.ASKS_FOR_NO_REPLY if wanted.intersection(_SILENCE) else None


def _first(headers: Headers, name: str) -> str:
    return headers[name][0].strip().lower() if headers.get(name) else ""


def _name(address: str) -> str:
    return address.lower().partition("@")[0]


def _report_kind(headers: Headers) -> str:
    """Return the type of a multipart/report, as `delivery-status`; empty for other messages."""
    kind, _, parameters = _first(headers, "content-type").partition(";")
    if kind.strip() != "multipart/report":
        return ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "report-type":
            return value.strip().strip('"')
    return "delivery-status"


def _is_auto_reply(headers: Headers) -> bool:
    # an auto-submitted message that has parameters begins with the keyword all the same
    submitted = _first(headers, "auto-submitted").partition(";")[0].partition("(")[0].strip()
    precedence = _first(headers, "precedence").replace("-", "_")
    return (
        submitted not in ("", "no")
        or precedence in ("auto_reply", "autoreply")
        or any(headers.get(name) for name in _AUTO_REPLY)
    )


def _is_list(headers: Headers, own_lists: Collection[str]) -> bool:
    list_id = _first(headers, "list-id")
    if list_id and any(own.lower().strip("<> ") in list_id for own in own_lists if own.strip()):
        return False
    marks = ("list-id", "list-unsubscribe", "list-post")
    return any(headers.get(name) for name in marks) or _first(headers, "precedence") in _BULK

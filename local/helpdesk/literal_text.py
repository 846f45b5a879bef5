"""Keep customers' and the bot's words from being run as Django templates.

django-helpdesk renders every follow-up as a template, so that agents can write `{{ ticket.id }}`.
A customer who writes `{{ "x }}` would get an error page and lose the message, and `{# … #}` would
be swallowed; so only agents' texts are left to be rendered.
"""

import re

from helpdesk import serializers, update_ticket
from helpdesk.decorators import is_helpdesk_staff
from helpdesk.views import staff

from local.helpdesk.options import BOT

_original = update_ticket.update_ticket


def as_literal(text: str) -> str:
    """Return a template that renders to exactly `text`."""
    return re.sub(r"[{}]", lambda brace: "{{ '" + brace.group() + "' }}", text)


def update_literally(user, ticket, *args, title=None, comment="", **kwargs):
    """Do what `update_ticket` does, with the comment taken as it is where no agent wrote it.

    A follow-up without a title is called after what it does; django-helpdesk would take the
    ticket's own title.
    """
    if not is_helpdesk_staff(user) or user.get_username() == BOT:
        comment = as_literal(comment)
    return _original(user, ticket, *args, title=title or "", comment=comment, **kwargs)


def install() -> None:
    """Put the careful version wherever the original was imported by name."""
    for module in (update_ticket, serializers, staff):
        module.update_ticket = update_literally

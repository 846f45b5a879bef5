"""A customer's answer on the public page of a ticket.

django-helpdesk 2.6.1 shows customers a form whose target asks them to log in as staff.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST
from helpdesk import update_ticket
from helpdesk.models import Ticket
from helpdesk.views import staff

DONE = (Ticket.RESOLVED_STATUS, Ticket.CLOSED_STATUS, Ticket.DUPLICATE_STATUS)


def update(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Take customers' answers here, and leave agents' updates to django-helpdesk."""
    if "key" in request.POST:
        return reply(request, ticket_id)
    return staff.update_ticket_view(request, ticket_id)


@require_POST
def reply(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Add what the customer wrote; a solved ticket is opened again by it."""
    ticket = _own_ticket(request, ticket_id)
    comment = request.POST.get("comment", "").replace("\x00", "").strip()
    if "close" in request.POST:
        _add(ticket, comment, new_status=Ticket.CLOSED_STATUS)
    elif comment:
        new_status = Ticket.REOPENED_STATUS if ticket.status in DONE else ticket.status
        _add(ticket, comment, new_status=new_status)
    return HttpResponseRedirect("/view/" + ticket.ticket_url.partition("/view/")[2])


def _own_ticket(request: HttpRequest, ticket_id: int) -> Any:
    """Return the ticket if the request proves to come from who opened it."""
    mail, key = request.POST.get("mail", ""), request.POST.get("key", "")
    ticket = Ticket.objects.filter(
        id=ticket_id, submitter_email__iexact=mail, secret_key__iexact=key
    ).first()
    if ticket is None or not mail or not key:
        raise Http404
    return ticket


def _add(ticket: Any, comment: str, *, new_status: int) -> None:
    update_ticket.update_ticket(
        AnonymousUser(), ticket, comment=comment, public=True, new_status=new_status
    )

"""What django-helpdesk's REST API lacks: whole tickets, what waits for an answer, who is there."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils import timezone
from helpdesk.models import FollowUp, Ticket
from helpdesk.user import HelpdeskUser
from helpdesk.views.api import FollowUpViewSet
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from local.helpdesk.options import AGENTS_GROUP, BOT
from local.helpdesk.payload import ticket_json

OPEN = (Ticket.OPEN_STATUS, Ticket.REOPENED_STATUS)


class TicketChanged(APIException):
    """Somebody wrote to the ticket after the caller last looked at it."""

    status_code = 412
    default_code = "ticket_changed"
    default_detail = "The ticket has newer follow-ups than the one named in If-Match."


class CarefulFollowUpViewSet(FollowUpViewSet):
    """django-helpdesk's `/api/followups/`, which a caller may make conditional.

    With `If-Match: <last_follow_up_id>` the follow-up is added only if nobody wrote since. The same
    request again, because its answer was lost, gets the first one's follow-up as its answer.
    """

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        seen = request.headers.get("If-Match", "").strip('" ')
        if not seen:
            return super().create(request, *args, **kwargs)
        with transaction.atomic():
            ticket_id = request.data.get("ticket")
            tickets = (
                HelpdeskUser(request.user).accessible_tickets().select_for_update(of=("self",))
            )
            ticket = get_object_or_404(tickets, id=_number(ticket_id, "ticket"))
            number = _number(seen, "If-Match")
            if ticket_json(ticket)["last_follow_up_id"] == number:
                return super().create(request, *args, **kwargs)
            stored = _stored_before(request, ticket, number)
            if stored is None:
                raise TicketChanged
            return Response(self.get_serializer(stored).data, status=201)


def _stored_before(request: Request, ticket: Ticket, seen: int) -> FollowUp | None:
    """Return the follow-up that this very request made when it was sent before."""
    comment = str(request.data.get("comment") or "").strip()
    same = ticket.followup_set.filter(id__gt=seen, user=request.user, comment=comment)
    public = str(request.data.get("public")).lower() == "true"
    return same.filter(public=public).order_by("id").first() if comment else None


@api_view(["GET"])
@permission_classes([IsAdminUser])
def ticket(request: Request, ticket_id: int) -> Response:
    """Return one ticket with everything."""
    tickets = HelpdeskUser(request.user).accessible_tickets().select_related("queue", "assigned_to")
    return Response(ticket_json(get_object_or_404(tickets, id=ticket_id)))


@api_view(["GET"])
@permission_classes([IsAdminUser])
def waiting(request: Request) -> Response:
    """List open tickets whose last public word is the customer's and which the bot did not touch.

    Query: `minutes` (that word is at least so old; 0), `days` (and at most so old; 7), `limit` (1
    to 200; 50), `touched` (0 to 200; 0). Oldest first; after them the so many that the bot touched
    last: what it noted there may have been about an earlier word.
    """
    minutes = _number(request.query_params.get("minutes", 0), "minutes")
    days = _number(request.query_params.get("days", 7), "days")
    limit = max(1, min(200, _number(request.query_params.get("limit", 50), "limit")))
    also = max(0, min(200, _number(request.query_params.get("touched", 0), "touched")))
    now = timezone.now()
    found = (
        _with_last_word(HelpdeskUser(request.user).accessible_tickets())
        .filter(status__in=OPEN, last_word_at__gte=now - timedelta(days=days))
        .filter(Q(last_word_staff=False) | Q(last_word_staff__isnull=True))
        .filter(last_word_at__lte=now - timedelta(minutes=minutes))
        .select_related("queue", "assigned_to")
    )
    untouched = found.filter(Q(bot_id__isnull=True) | Q(bot_id__lt=F("last_word_id")))
    touched = found.filter(bot_id__gt=F("last_word_id")).order_by("-bot_id")
    both = [*untouched.order_by("created")[:limit], *touched[:also]]
    return Response({"results": [ticket_json(each) for each in both]})


def _with_last_word(tickets: Any) -> Any:
    later = FollowUp.objects.filter(ticket=OuterRef("pk")).exclude(
        Q(comment=OuterRef("description"), new_status=None)
    )
    # as they were stored: a clock that was put back must not change who spoke last
    last = later.filter(public=True).exclude(comment="").order_by("-id")
    bot = later.filter(user__username=BOT).order_by("-id")
    return tickets.annotate(
        last_word_staff=Subquery(last.values("user__is_staff")[:1]),
        last_word_at=Coalesce(Subquery(last.values("date")[:1]), F("created")),
        last_word_id=Coalesce(Subquery(last.values("id")[:1]), Value(0)),
        bot_id=Subquery(bot.values("id")[:1]),
    )


@api_view(["GET"])
@permission_classes([IsAdminUser])
def agents(request: Request) -> Response:
    """List the agents, the one with the fewest open tickets first."""
    open_tickets = Count("assigned_to", filter=Q(assigned_to__status__in=OPEN))
    people = (
        get_user_model()
        .objects.filter(groups__name=AGENTS_GROUP, is_active=True)
        .annotate(open_tickets=open_tickets)
        .order_by("open_tickets", "id")
    )
    return Response({"results": [_agent(person) for person in people]})


def _agent(person: Any) -> dict[str, Any]:
    return {
        "id": person.id,
        "username": person.username,
        "name": person.get_full_name(),
        "open_tickets": person.open_tickets,
    }


def _number(value: Any, name: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValidationError({name: ["A whole number is required."]}) from None

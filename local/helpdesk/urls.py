"""The helpdesk's addresses: ours first, where they are more careful than django-helpdesk's."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.static import serve

from local.helpdesk import api, customer_reply

careful_follow_ups = api.CarefulFollowUpViewSet.as_view({"get": "list", "post": "create"})


def ready(request: HttpRequest) -> HttpResponse:
    """Answer as soon as requests are served."""
    return HttpResponse("ready", content_type="text/plain")


urlpatterns = [
    path("ready", ready),
    path("api/followups/", careful_follow_ups),
    path("api/deskloop/tickets/", api.waiting),
    path("api/deskloop/tickets/<int:ticket_id>/", api.ticket),
    path("api/deskloop/agents/", api.agents),
    path("tickets/<int:ticket_id>/update/", customer_reply.update),
    path("admin/", admin.site.urls),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    path("", include("helpdesk.urls", namespace="helpdesk")),
]

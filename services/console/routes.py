"""All pages of the console."""

from fastapi import APIRouter

from services.console import (
    routes_autonomy,
    routes_corrections,
    routes_dashboard,
    routes_login,
    routes_quality,
    routes_reviews,
    routes_thresholds,
    routes_tickets,
)

router = APIRouter()
for _part in (
    routes_login,
    routes_reviews,
    routes_dashboard,
    routes_tickets,
    routes_corrections,
    routes_thresholds,
    routes_autonomy,
    routes_quality,
):
    router.include_router(_part.router)

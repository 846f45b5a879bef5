"""All pages of the console."""

from fastapi import APIRouter

from services.console import routes_login, routes_reviews

router = APIRouter()
for _part in (routes_login, routes_reviews):
    router.include_router(_part.router)

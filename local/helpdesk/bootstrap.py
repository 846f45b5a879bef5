"""Bring the helpdesk's database to what the local set-up promises; a second run changes nothing."""

import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.sites.models import Site
from django.core.management import call_command
from helpdesk.models import Queue, UserSettings
from pydantic import SecretStr

from local.helpdesk.knowledge import import_articles
from local.helpdesk.options import AGENTS, AGENTS_GROUP, BOT, QUEUE_SLUG

_COMPANY = "Larkspur"


def bootstrap() -> None:
    """Migrate, then make the queue, the people and the knowledge base."""
    options = settings.OPTIONS
    for folder in ("static", "media", "mail"):
        (options.state / folder).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    _name_site()
    queue = _make_queue()
    _make_people()
    import_articles(options.knowledge, queue)


def _name_site() -> None:
    domain = settings.OPTIONS.public_url.removeprefix("http://")
    Site.objects.update_or_create(
        id=settings.SITE_ID, defaults={"domain": domain, "name": f"{_COMPANY} Support"}
    )
    Site.objects.clear_cache()


def _make_queue() -> Queue:
    queue, _ = Queue.objects.get_or_create(
        slug=QUEUE_SLUG,
        defaults={
            "title": "Support",
            "email_address": settings.DEFAULT_FROM_EMAIL,
            "allow_public_submission": True,
            "locale": "en",
        },
    )
    return queue


def _make_people() -> None:
    options = settings.OPTIONS
    group = _agents_group()
    admin = _person("admin", "Admin", options.admin_password, is_superuser=True)
    for username, name in AGENTS.items():
        _person(username, name, options.agent_password).groups.add(group)
    bot = _person(BOT, "Deskloop Assistant", options.bot_password)
    bot.groups.clear()
    bot.user_permissions.clear()
    # nobody reads the bot's e-mail, and the admin's is not real
    UserSettings.objects.filter(user__in=[admin, bot]).update(
        email_on_ticket_change=False, email_on_ticket_assign=False
    )


def _agents_group() -> Group:
    group, created = Group.objects.get_or_create(name=AGENTS_GROUP)
    if created:
        group.permissions.set(Permission.objects.filter(content_type__app_label="helpdesk"))
    return group


def _person(username: str, name: str, password: SecretStr, *, is_superuser: bool = False) -> Any:
    """Create or update a member of staff; the password follows the settings."""
    first, _, last = name.partition(" ")
    person, _ = get_user_model().objects.update_or_create(
        username=username,
        defaults={
            "first_name": first,
            "last_name": last,
            "email": f"{username}@larkspur.example",
            "is_staff": True,
            "is_superuser": is_superuser,
            "is_active": True,
        },
    )
    _follow_password(person, password.get_secret_value())
    UserSettings.objects.get_or_create(user=person)
    return person


def _follow_password(person: Any, password: str) -> None:
    """Set the password where it differs from the one set last.

    Comparing with the stored hash takes a third of a second by design, for each person at each
    start; so a quick mark of what was set is kept beside the database.
    """
    mark = settings.OPTIONS.state / f"password-{person.username}"
    secret = settings.SECRET_KEY.encode()
    wanted = hmac.new(secret, f"{person.password}:{password}".encode(), "sha256").hexdigest()
    if mark.exists() and hmac.compare_digest(mark.read_text(), wanted):
        return
    person.set_password(password)
    person.save(update_fields=["password"])
    stored = f"{person.password}:{password}".encode()
    mark.touch(mode=0o600)
    mark.write_text(hmac.new(secret, stored, "sha256").hexdigest())

"""Hooks our parts into django-helpdesk when Django starts."""

from django.apps import AppConfig


class DeskloopHelpdesk(AppConfig):
    """Named apart from django-helpdesk's own app, which is labelled `helpdesk`."""

    name = "local.helpdesk"
    label = "deskloop_helpdesk"

    def ready(self) -> None:
        from local.helpdesk import literal_text, webhooks

        literal_text.install()
        webhooks.connect()

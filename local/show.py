"""Where a person finds what is running, and how to log in."""

from rich.console import Console
from rich.table import Table

from local.settings import LocalSettings


def show_addresses(console: Console, settings: LocalSettings) -> None:
    """Print the addresses of the helpdesk, the editor and the API docs with their log-ins."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(no_wrap=True)
    for row in _rows(settings):
        table.add_row(*row)
    # wider than a narrow terminal rather than cut: people copy these
    console.print(table, width=max(console.width, 110), soft_wrap=True)


def _rows(settings: LocalSettings) -> list[tuple[str, str, str]]:
    agent = settings.helpdesk_agent_password.get_secret_value()
    lead = settings.n8n_owner_password.get_secret_value()
    helpdesk = settings.helpdesk_url
    return [
        ("Helpdesk, for customers", f"{helpdesk}/tickets/submit/", "no log-in"),
        ("Helpdesk, for agents", f"{helpdesk}/tickets/", f"maya / {agent}"),
        ("Workflow editor (n8n)", settings.n8n_url, f"{settings.n8n_owner_email} / {lead}"),
        ("API docs", f"{settings.service_url('ledger')}/docs", "and the other services' ports"),
        ("Log-ins and settings", ".env", ""),
    ]

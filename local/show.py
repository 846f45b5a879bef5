"""Where a person finds what is running, and how to log in."""

from rich.console import Console

from local.environment import load_environment
from local.settings import LocalSettings


def show_addresses(console: Console, settings: LocalSettings) -> None:
    """Print the addresses of the helpdesk, the editor and the API docs with their log-ins."""
    rows = addresses(settings)
    name_width = max(len(name) for name, _, _ in rows)
    url_width = max(len(url) for _, url, _ in rows)
    for name, url, login in rows:
        # never cut or wrapped: people copy these
        line = f"{name:<{name_width}}  {url:<{url_width}}  {login}".rstrip()
        console.print(line, soft_wrap=True, markup=False)


def addresses(settings: LocalSettings) -> list[tuple[str, str, str]]:
    """Return name, address and log-in of what a person may want to open."""
    agent = settings.helpdesk_agent_password.get_secret_value()
    lead = settings.n8n_owner_password.get_secret_value()
    helpdesk = settings.helpdesk_url
    return [
        ("Console, for reviews", settings.service_url("console"), _console_log_in()),
        ("Helpdesk, for customers", f"{helpdesk}/tickets/submit/", "no log-in"),
        ("Helpdesk, for agents", f"{helpdesk}/tickets/", f"maya / {agent}"),
        ("Workflow editor (n8n)", settings.n8n_url, f"{settings.n8n_owner_email} / {lead}"),
        ("API docs", f"{settings.service_url('ledger')}/docs", _other_ports(settings)),
    ]


def _console_log_in() -> str:
    environment = load_environment()
    if environment.get("CONSOLE_USERS"):
        return "each with their own password"
    return f"your name / {environment.get('CONSOLE_PASSWORD', '')}"


def _other_ports(settings: LocalSettings) -> str:
    names = ("classify", "rules", "retrieve", "draft", "store_correction")
    return "also on " + ", ".join(str(settings.service_port(name)) for name in names)

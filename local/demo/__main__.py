"""`make demo`: start everything, file the tickets, show what becomes of each."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import httpx
from rich.console import Console

from local.demo.customer import Customer, FormError
from local.demo.progress import Row, Rows, decision_of
from local.demo.show import LineTable, summary
from local.demo.tickets import load_tickets
from local.environment import load_environment
from local.settings import ROOT, STATE, LocalSettings
from local.show import show_addresses
from local.up import UpError, bring_up

_POLL_SECONDS = 1.0
console = Console(highlight=False)


def main() -> int:
    """Run the demo; returns 0 when every ticket was decided."""
    try:
        settings = bring_up()
    except UpError as error:
        console.print(f"[red]✗[/red] {error}", soft_wrap=True)
        return 1
    environment = load_environment()
    _remember(environment)
    rows = Rows([Row(ticket) for ticket in load_tickets()])
    started = time.monotonic()
    console.print(
        f"\nFiling {len(rows.rows)} tickets through the helpdesk's public form "
        f"at {settings.helpdesk_url}\n"
    )
    table = LineTable(console)
    table.head()
    replies, notes = asyncio.run(_run(rows, settings, environment, table))
    console.print()
    console.print(summary(rows, replies, notes, time.monotonic() - started))
    console.print()
    show_addresses(console, settings)
    return 1 if rows.undecided else 0


def _remember(environment: dict[str, str]) -> None:
    """Load the invented past corrections that the demo begins with."""
    command = [sys.executable, "-m", "local.knowledge_sync", "--corrections"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


async def _run(
    rows: Rows, settings: LocalSettings, environment: dict[str, str], table: LineTable
) -> tuple[int, int]:
    """File all and wait for all; returns the bot's public replies and notes in the helpdesk."""
    headers = {"Authorization": f"Bearer {environment['DESKLOOP_TOKEN']}"}
    customer = Customer(settings.helpdesk_url)
    run = _next_run(STATE / "demo-runs")
    deadline = time.monotonic() + settings.demo_minutes * 60
    ledger_url = settings.service_url("ledger")
    async with httpx.AsyncClient(base_url=ledger_url, headers=headers, timeout=30) as ledger:
        filing = asyncio.create_task(_file(rows, customer, run))
        with console.status("") as status:
            while rows.undecided and time.monotonic() < deadline:
                await _look(rows, ledger, customer, table)
                decided = len(rows.rows) - len(rows.undecided)
                status.update(f"{decided} of {len(rows.rows)} tickets decided")
                await asyncio.sleep(_POLL_SECONDS)
        filing.cancel()
    for row in rows.undecided:
        table.row(row)
    await customer.close()
    return await _posted(rows, settings)


def _next_run(file: Path) -> int:
    run = int(file.read_text()) + 1 if file.exists() else 1
    file.write_text(str(run))
    return run


async def _file(rows: Rows, customer: Customer, run: int) -> None:
    for row in rows.rows:
        if row.ticket.follows is None:
            try:
                email = row.ticket.email(run)
                row.filed = await customer.file(row.ticket.subject, row.ticket.text, email)
            except (FormError, httpx.HTTPError) as error:
                row.problem = f"not filed: {error}"


async def _look(
    rows: Rows, ledger: httpx.AsyncClient, customer: Customer, table: LineTable
) -> None:
    """Ask the ledger for what is open, print what is new, and write the customers' answers."""
    for row in [row for row in rows.rows if row.waits_for_decision]:
        answer = await ledger.get(f"/tickets/{row.ledger_id}")
        if answer.status_code == 200:
            row.decision = decision_of(answer.json(), row.turn)
        if row.decision:
            table.row(row)
    for row in [row for row in rows.rows if row.ticket.follows and row.filed is None]:
        parent = rows.find(row.ticket.follows or "")
        if parent.decision and parent.filed:
            await customer.reply(parent.filed, row.ticket.text)
            row.filed, row.turn = parent.filed, parent.turn + 1


async def _posted(rows: Rows, settings: LocalSettings) -> tuple[int, int]:
    """Count what the bot wrote into the helpdesk on these tickets."""
    login = ("deskloop", settings.helpdesk_bot_password.get_secret_value())
    numbers = {row.filed.number for row in rows.rows if row.filed}
    replies = notes = 0
    async with httpx.AsyncClient(base_url=settings.helpdesk_url, auth=login, timeout=30) as http:
        for number in sorted(numbers):
            ticket = (await http.get(f"/api/deskloop/tickets/{number}/")).raise_for_status().json()
            bots = [each for each in ticket["follow_ups"] if each["author"] == "bot"]
            replies += sum(1 for each in bots if each["public"])
            notes += sum(1 for each in bots if not each["public"])
    return replies, notes


if __name__ == "__main__":
    sys.exit(main())

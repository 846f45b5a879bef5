"""`make forget`: `python -m local.privacy forget REQUESTER`."""

import argparse
import os
import sys

from local.privacy.forget import Deleted, ForgetError, Services, UnknownRequesterError, forget
from local.workflows.client import N8nClient
from local.workflows.settings import DeploySettings, TableSeed


def main(arguments: list[str] | None = None) -> int:
    """Delete and say what was deleted; 1 where something is left, 2 for an unknown requester."""
    parser = argparse.ArgumentParser(prog="python -m local.privacy", description=__doc__)
    parser.add_argument("command", choices=["forget"])
    parser.add_argument("requester", help="id or e-mail address, as the helpdesk has it")
    parser.add_argument("--without-n8n", action="store_true", help="leave saved executions alone")
    options = parser.parse_args(arguments)
    _use_local_environment()
    settings, urls = DeploySettings(), TableSeed()
    services = Services(
        urls.ledger_url, urls.store_correction_url, settings.service_token.get_secret_value()
    )
    try:
        if options.without_n8n:
            deleted = forget(services, None, options.requester)
        else:
            with N8nClient(settings) as n8n:
                deleted = forget(services, n8n, options.requester)
    except UnknownRequesterError as error:
        print(error, file=sys.stderr)
        return 2
    except ForgetError as error:
        print(f"Not everything was deleted; run it again. {error}", file=sys.stderr)
        return 1
    report(deleted)
    return 0


def _use_local_environment() -> None:
    """On a server the environment says where everything is; on one machine `.env` does."""
    if not os.environ.get("N8N_LEDGER_URL"):
        from local.environment import load_environment

        os.environ.update(load_environment())


def report(deleted: Deleted) -> None:
    """Say what was deleted, and what this command cannot reach."""
    print(f"tickets emptied in the ledger     {deleted.tickets}")
    print(f"corrections deleted               {deleted.corrections}")
    print(f"events that quoted one, cleaned   {deleted.quotes}")
    print(f"n8n executions deleted            {deleted.executions}")
    for warning in deleted.warnings:
        print(f"! {warning}")
    print("Not touched: the helpdesk, which is your system of record, and back-ups: a back-up")
    print("that is restored later forgets these tickets again; delete old files in time.")


if __name__ == "__main__":
    sys.exit(main())

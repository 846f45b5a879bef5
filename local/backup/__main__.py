"""`make backup`, `make restore`: `python -m local.backup take | restore FILE | drop-former`."""

import argparse
import os
import sys
from pathlib import Path

import psycopg

from local.backup.errors import BackupError
from local.backup.restore import Restored, drop_former, restore
from local.backup.take import new_name, remove_older, take
from services.common.settings import DatabaseSettings

FOLDER = Path(os.environ.get("DESKLOOP_BACKUP_FOLDER") or "backups")


def main(arguments: list[str] | None = None) -> int:
    """Do what was asked; 1 with one line on standard error where it was not done."""
    options = _parser().parse_args(arguments)
    try:
        options.run(database_url(), options)
    except BackupError as error:
        print(f"Nothing was changed. {error}", file=sys.stderr)
        return 1
    except psycopg.OperationalError as error:
        print(f"PostgreSQL does not answer: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.backup", description=__doc__)
    commands = parser.add_subparsers(required=True)
    taken = commands.add_parser("take", help="write a back-up; services may run")
    taken.add_argument("--file", type=Path, help="default: backups/deskloop-<time>.zip")
    taken.add_argument("--keep-days", type=int, help="delete older back-ups in the same folder")
    taken.set_defaults(run=_take)
    restored = commands.add_parser("restore", help="put a back-up in the database's place")
    restored.add_argument("file", type=Path)
    restored.add_argument("--older", action="store_true", help="also of an older Deskloop")
    restored.set_defaults(run=_restore)
    dropped = commands.add_parser("drop-former", help="delete what earlier restores replaced")
    dropped.set_defaults(run=_drop)
    return parser


def database_url() -> str:
    """Return the services' database: of the environment, or else of the set-up on this machine."""
    if not os.environ.get("DESKLOOP_DATABASE_URL"):
        from local.environment import load_environment

        return load_environment()["DESKLOOP_DATABASE_URL"]
    return str(DatabaseSettings().database_url)


def _take(url: str, options: argparse.Namespace) -> None:
    file = options.file or FOLDER / new_name()
    manifest = take(url, file)
    size = file.stat().st_size / 1e6
    print(f"{file}: {manifest.rows} rows of {len(manifest.tables)} tables, {size:.1f} MB,")
    print(
        f"as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC. It holds customers' words: keep it safe."
    )
    if options.keep_days:
        for old in remove_older(file.parent, options.keep_days):
            print(f"deleted {old}")


def _restore(url: str, options: argparse.Namespace) -> None:
    report(options.file, restore(url, options.file, older=options.older))


def report(file: Path, done: Restored) -> None:
    """Say what is there now, and what is left for a person to do."""
    taken = f"{done.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    print(f"Restored {file}: {done.manifest.rows} rows, as of {taken}.")
    print(f"To humans: {done.settled.tickets} tickets that were in flight then, and every ticket")
    print("written since that the ledger does not know any more.")
    if done.settled.decisions:
        print(f"{done.settled.decisions} reviews were decided and not yet carried out then:")
        print("GET /reviews?state=apply_failed lists them; answer those in the helpdesk.")
    if done.settled.erased.ticket_ids:
        count = len(done.settled.erased.ticket_ids)
        print(f"{count} tickets of people who were forgotten since were erased again.")
    if done.brought_up_to_date:
        print(f"Brought up to date: {', '.join(done.brought_up_to_date)}.")
    if done.former:
        print(f"The former database is kept as {done.former}. When all is well, delete it:")
        print("python -m local.backup drop-former")


def _drop(url: str, options: argparse.Namespace) -> None:
    names = drop_former(url)
    print("\n".join(f"deleted {name}" for name in names) or "There is none.")


if __name__ == "__main__":
    sys.exit(main())

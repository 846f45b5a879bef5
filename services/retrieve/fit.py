"""Fit the answer model from the corrections: `python -m services.retrieve.fit`.

Run it nightly, or after many corrections came in. Services take the new version up by themselves.
`--list` shows the versions, `--activate 7` goes back to one, `--off` uses none.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from services.common.database import Database
from services.common.embeddings import EmbeddingSettings, create_embedder
from services.common.errors import DeskloopError
from services.common.settings import DatabaseSettings
from services.retrieve.answer_fitting import AnswerFitting
from services.retrieve.answer_store import AnswerStore


async def run(arguments: argparse.Namespace) -> None:
    """Do what the command line asks for."""
    database = Database(DatabaseSettings())
    embedder = create_embedder(EmbeddingSettings())
    store = AnswerStore(database, embedder.name, embedder.dimensions)
    fitting = AnswerFitting(store, embedder)
    try:
        if arguments.list:
            for version in await store.versions():
                mark = "*" if version["active"] else " "
                made = f"{version['created_at']:%Y-%m-%d %H:%M}"
                print(f"{mark} {version['id']} {made} {json.dumps(version['report'])}")
        elif arguments.off or arguments.activate is not None:
            await fitting.activate(arguments.activate)
            print("No answer model is used." if arguments.off else f"Using {arguments.activate}.")
        elif (grown := await fitting.grown()) < arguments.when_grown:
            print(f"Nothing to do: {grown:.1%} more corrections than at the last fit.")
        else:
            print(json.dumps(await fitting.fit(arguments.by)))
    finally:
        await embedder.close()
        await database.close()


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="python -m services.retrieve.fit", description=__doc__)
    what = found.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="show the versions")
    what.add_argument("--activate", type=int, metavar="VERSION", help="use this version again")
    what.add_argument("--off", action="store_true", help="use no answer model")
    found.add_argument(
        "--when-grown",
        type=float,
        default=-1.0,
        metavar="SHARE",
        help="only if there are so many more corrections than at the last fit (0.05: 5 %%)",
    )
    found.add_argument("--by", default="command", help="who asked for it, for the record")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run; 1 where it cannot be done, with the reason."""
    try:
        asyncio.run(run(parser().parse_args(arguments)))
    except DeskloopError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Fit the probability from reviewed outcomes: `python -m services.rules.calibrate`.

Run it nightly, or after many reviews. Services take the new version up by themselves.
`--report` shows the versions and how well the probability keeps its word, `--rollback` uses the
version before, `--rollback 7` that one, `--rollback 0` the prior.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from services.common.database import Database
from services.common.errors import DeskloopError
from services.common.settings import DatabaseSettings
from services.contracts import Contract
from services.rules.calibrating import Calibrations
from services.rules.calibration import load_prior
from services.rules.calibration_store import CalibrationStore
from services.rules.settings import RulesSettings

_BEFORE = -1


async def run(arguments: argparse.Namespace) -> Contract:
    """Do what the command line asks for."""
    database = Database(DatabaseSettings())
    prior = load_prior(RulesSettings().prior_file)
    calibrations = Calibrations(CalibrationStore(database), prior)
    try:
        if arguments.report:
            return await calibrations.report()
        if arguments.rollback is not None:
            version = None if arguments.rollback == _BEFORE else arguments.rollback
            return await calibrations.roll_back(version, arguments.by)
        return await calibrations.refit(arguments.by)
    finally:
        await database.close()


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="python -m services.rules.calibrate", description=__doc__)
    what = found.add_mutually_exclusive_group()
    what.add_argument("--report", action="store_true", help="show versions and reliability")
    what.add_argument(
        "--rollback",
        type=int,
        nargs="?",
        const=_BEFORE,
        metavar="VERSION",
        help="use an earlier version again; 0: the prior",
    )
    found.add_argument("--by", default="command", help="who asked for it, for the record")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run; prints JSON; 1 where it cannot be done, with the reason."""
    try:
        print(asyncio.run(run(parser().parse_args(arguments))).model_dump_json(indent=2))
    except DeskloopError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

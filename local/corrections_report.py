"""Print which corrections of the running system to look at: `make corrections-report`."""

import os
import sys
from collections.abc import Sequence

from local.environment import load_environment
from services.store_correction import report


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report of the system that `.env` describes; returns the exit code."""
    os.environ.update(load_environment())
    return report.main(arguments)


if __name__ == "__main__":
    sys.exit(main())

"""Run the contract kit: `python -m tests.contract --step classify --url http://…`."""

import argparse
import os
import sys
from pathlib import Path

import httpx
import pytest

from tests.contract.reporting import PlainReport
from tests.contract.step import STEPS, UnderTest, set_under_test

FOLDER = Path(__file__).parent
ENV_FILE = FOLDER.parents[1] / ".env"


def main(arguments: list[str] | None = None) -> int:
    """Check one step and print what it keeps and breaks; 0 where it keeps everything."""
    options = _options(arguments)
    token = options.token or os.environ.get("DESKLOOP_TOKEN") or _token_of(ENV_FILE)
    if not token:
        print("No token: set DESKLOOP_TOKEN, or give --token.", file=sys.stderr)
        return 2
    if not _answers(options.url):
        print(f"Nothing answers at {options.url}. Is the step running?", file=sys.stderr)
        return 2
    set_under_test(UnderTest(options.step, options.url.rstrip("/"), token, options.timeout))
    report = PlainReport(options.step, options.url)
    files = [FOLDER / "every_step.py", FOLDER / f"{options.step}_step.py"]
    # The repository's own fixtures and options are for its own tests, so none of them is read.
    quiet = ["-p", "no:terminal", "-p", "no:cacheprovider"]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    apart = ["-c", os.devnull, "--rootdir", str(FOLDER), "--confcutdir", str(FOLDER)]
    code = pytest.main(
        [*quiet, *apart, "--import-mode=importlib", *map(str, files)], plugins=[report]
    )
    report.finish()
    return int(code != 0 or not report.kept)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make contract", description=__doc__)
    parser.add_argument("--step", required=True, choices=STEPS)
    parser.add_argument("--url", required=True, help="base URL, e.g. http://127.0.0.1:9000")
    parser.add_argument("--token", help="bearer token; default DESKLOOP_TOKEN, also from .env")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for one call")
    return parser.parse_args(arguments)


def _answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=10)
    except httpx.TransportError:
        return False
    return True


def _token_of(path: Path) -> str | None:
    if not path.exists():
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [line.partition("=")[2].strip() for line in lines if line.startswith("DESKLOOP_TOKEN=")]
    return found[-1].strip("'\"") if found else None


if __name__ == "__main__":
    sys.exit(main())

"""Print a line for CONSOLE_USERS: `python -m services.console.hash_password NAME`."""

import getpass
import json
import sys

from services.console.access import hash_password


def main() -> int:
    """Ask for the password twice and print name and hash; returns the exit code."""
    if len(sys.argv) != 2:
        print("usage: python -m services.console.hash_password NAME", file=sys.stderr)
        return 2
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Again: "):
        print("The two are not the same.", file=sys.stderr)
        return 1
    try:
        users = json.dumps({sys.argv[1]: hash_password(password)})
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"CONSOLE_USERS='{users}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Write the hash of the owner's password for n8n: `python -m local.owner_hash FILE`."""

import os
import sys
from pathlib import Path

import bcrypt


def write_owner_hash(password: str, file: Path) -> None:
    """Write the bcrypt hash where it is missing or of another password."""
    secret = password.encode()
    if file.exists() and bcrypt.checkpw(secret, file.read_bytes().strip()):
        return
    file.write_bytes(bcrypt.hashpw(secret, bcrypt.gensalt(10)))


if __name__ == "__main__":
    write_owner_hash(os.environ["LOCAL_N8N_OWNER_PASSWORD"], Path(sys.argv[1]))

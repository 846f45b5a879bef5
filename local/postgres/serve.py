"""Run the local PostgreSQL in the foreground: `python -m local.postgres.serve`."""

import os

from local.environment import load_environment, local_settings
from local.postgres.embedded import EmbeddedPostgres
from local.postgres.os_user import become, postgres_user
from local.settings import STATE, LocalSettings

DATABASES = ("deskloop", "n8n", "helpdesk")


def local_postgres(settings: LocalSettings) -> EmbeddedPostgres:
    """Return the server of the local set-up, not started."""
    password = settings.postgres_password.get_secret_value()
    return EmbeddedPostgres(STATE / "postgres", settings.postgres_port, password)


def main() -> None:
    """Prepare the data folder, then become the server process."""
    server = local_postgres(local_settings(load_environment()))
    server.prepare()
    command = server.command()
    become(postgres_user())
    os.chdir(server.data_dir)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()

"""Run the helpdesk: `python -m local.helpdesk.serve`, told by HELPDESK_PROCESS_* variables."""

import logging
import os

import django
import waitress


def main() -> None:
    """Prepare the database, then serve on 127.0.0.1 until stopped."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "local.helpdesk.settings"
    django.setup()
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    from local.helpdesk.bootstrap import bootstrap

    bootstrap()
    application = get_wsgi_application()
    options = settings.OPTIONS
    # waitress says for each request that had to wait for a thread: normal under load
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.getLogger("deskloop.helpdesk").info("serving on %s", options.public_url)
    waitress.serve(
        application,
        host="127.0.0.1",
        port=options.port,
        threads=options.threads,
        ident="deskloop-helpdesk",
    )


if __name__ == "__main__":
    main()

"""Says in words what is missing between us and the mailbox."""

from services.common.errors import DeskloopError
from services.contracts.mail import MailConnection
from services.mail.service import Mail


def connection_of(mail: Mail) -> MailConnection:
    """Log in to both servers and look at the folders; changes nothing but makes our folders."""
    return MailConnection(missing=[*_settings(mail), *_imap(mail), *_smtp(mail)])


def _settings(mail: Mail) -> list[str]:
    settings = mail.settings
    wanted = {
        "MAIL_IMAP_HOST": settings.imap_host,
        "MAIL_SMTP_HOST": settings.smtp_host,
        "MAIL_USERNAME": settings.username,
        "MAIL_ADDRESS": settings.address,
    }
    return [f"{name} is empty (step 2)." for name, value in wanted.items() if not value]


def _imap(mail: Mail) -> list[str]:
    if not mail.settings.is_used:
        return []
    try:
        with mail.open() as mailbox:
            mailbox.make_folders()
            if not mailbox.has(mailbox.inbox):
                return [f"There is no folder {mailbox.inbox} in the mailbox: MAIL_INBOX (step 2)."]
            waiting = len(mailbox.search(mailbox.sending, ["ALL"]))
    except DeskloopError as error:
        return [f"{error} It is {mail.settings.imap_host}:{mail.settings.imap_port} (step 2)."]
    return [f"{waiting} replies lie in {mailbox.sending}: nobody knows whether they were sent."] * (
        waiting > 0
    )


def _smtp(mail: Mail) -> list[str]:
    if not mail.settings.smtp_host:
        return []
    try:
        mail.sender.check()
    except DeskloopError as error:
        return [f"{error} It is {mail.settings.smtp_host}:{mail.settings.smtp_port} (step 2)."]
    return []

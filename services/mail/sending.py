"""Hands a message to the SMTP server, and tells what became of it."""

import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

import structlog

from services.mail.errors import NotSent, Refused, SendingUnclear
from services.mail.mailbox import trust
from services.mail.outgoing import wire
from services.mail.settings import MailSettings, Security
from services.mail.tokens import Tokens

logger = structlog.get_logger(__name__)

_FOR_GOOD = range(500, 600)


class Sender:
    """Sends by the settings' SMTP server; one connection per message."""

    def __init__(self, settings: MailSettings, tokens: Tokens) -> None:
        self._settings = settings
        self._tokens = tokens

    def check(self) -> None:
        """Log in and leave; raises `NotSent` or `Refused`."""
        with self._connected():
            pass

    def send(
        self, message: EmailMessage, sender: str, recipient: str, copies: Sequence[str] = ()
    ) -> None:
        """Send; returns when the server took it, also where it did not take one of the `copies`.

        Raises
        ------
        NotSent
            It surely did not: trying again is safe.
        Refused
            It surely did not and never will.
        SendingUnclear
            The message was handed over, and no answer came.
        """
        with self._connected() as server:
            self._envelope(server, sender, [recipient, *copies])
            _hand_over(server, wire(message))

    def _connected(self) -> "_Connection":
        return _Connection(self._settings, self._tokens)

    def _envelope(self, server: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> None:
        plain = all(each.isascii() for each in recipients)
        if not plain and not _knows_utf8(server):
            raise Refused("The SMTP server takes no address with letters beyond ASCII.")
        _expect(server.mail(sender, [] if plain else ["SMTPUTF8"]))
        _expect(server.rcpt(recipients[0]))
        for copy in recipients[1:]:
            code, _ = server.rcpt(copy)
            if not 200 <= code < 300:
                logger.warning("copy_refused", code=code)


def _knows_utf8(server: smtplib.SMTP) -> bool:
    return bool(server.has_extn("smtputf8"))


class _Connection:
    def __init__(self, settings: MailSettings, tokens: Tokens) -> None:
        self._settings = settings
        self._tokens = tokens
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> smtplib.SMTP:
        try:
            self._server = _connect(self._settings, self._tokens)
        except smtplib.SMTPAuthenticationError as error:
            raise NotSent("The SMTP server does not accept the log-in.") from error
        except (smtplib.SMTPException, OSError) as error:
            raise _not_sent(error) from error
        return self._server

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        assert self._server is not None
        try:
            self._server.quit()
        except (smtplib.SMTPException, OSError):
            logger.debug("smtp_quit_failed")
        if isinstance(error, smtplib.SMTPException | OSError):
            raise _not_sent(error) from error


def _connect(settings: MailSettings, tokens: Tokens) -> smtplib.SMTP:
    where = (settings.smtp_host, settings.smtp_port)
    context = trust(settings.ca_file)
    if settings.smtp_security is Security.TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            *where, timeout=settings.timeout_seconds, context=context
        )
    else:
        server = smtplib.SMTP(*where, timeout=settings.timeout_seconds)
    try:
        server.ehlo()
        if settings.smtp_security is Security.STARTTLS:
            server.starttls(context=context)
            server.ehlo()
        if settings.username:
            _log_in(server, settings, tokens)
    except BaseException:
        server.close()
        raise
    return server


def _log_in(server: smtplib.SMTP, settings: MailSettings, tokens: Tokens) -> None:
    try:
        if settings.oauth_token_url:
            token = f"user={settings.username}\x01auth=Bearer {tokens.current()}\x01\x01"
            # a second question of the server is an error in JSON, to which an empty line is due
            server.auth("XOAUTH2", lambda asked=None: token if asked is None else "")
        else:
            server.login(settings.username, settings.password.get_secret_value())
    except smtplib.SMTPServerDisconnected as error:
        # what some servers do after the second way to log in with a wrong password
        raise smtplib.SMTPAuthenticationError(535, "hung up") from error


def _hand_over(server: smtplib.SMTP, raw: bytes) -> None:
    """Send DATA and the message; silence from here on is no answer."""
    try:
        answer = server.data(raw)
    except smtplib.SMTPDataError as error:
        said = error.smtp_error
        answer = error.smtp_code, said if isinstance(said, bytes) else said.encode()
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("sending_unclear", error=type(error).__name__)
        raise SendingUnclear(
            "The SMTP server got the reply and did not confirm it: look what the customer got."
        ) from error
    _expect(answer)


def _expect(answer: tuple[int, bytes]) -> None:
    code, said = answer
    if 200 <= code < 300:
        return
    words = f"The SMTP server answered {code} {said[:200].decode('utf-8', 'replace')}"
    raise Refused(words) if code in _FOR_GOOD else NotSent(words)


def _not_sent(error: Exception) -> NotSent:
    return NotSent(f"The SMTP server does not answer ({type(error).__name__}).")

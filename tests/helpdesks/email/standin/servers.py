"""A real IMAP server (pymap) and a real SMTP server (aiosmtpd) for one mailbox."""

import signal
import ssl
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from imapclient import IMAPClient

from local.postgres.embedded import free_port
from tests.helpdesks.bed.authority import Authority

HOST = "localhost"
USER, PASSWORD = "support@larkspur.example", "a-password-of-the-tests"
_START_SECONDS = 30
_PYMAP = """
from pymap.config import IMAPConfig
from pymap.main import main
from pysasl import SASLAuth
from pysasl.creds.plain import PlainCredentials
from pysasl.hashing import BuiltinHash
from pysasl.mechanism.login import LoginMechanism
from pysasl.mechanism.oauth import OAuth2Mechanism
from pysasl.mechanism.plain import PlainMechanism

class TokenIsPassword(OAuth2Mechanism):
    def server_attempt(self, responses):
        given, _ = super().server_attempt(responses)
        return PlainCredentials(given.authzid, given._token), None

BuiltinHash.__init__.__kwdefaults__["rounds"] = 1000  # half a million take a second per log-in
ways = [PlainMechanism(), LoginMechanism(), TokenIsPassword()]
IMAPConfig.tls_auth = property(lambda self: SASLAuth(ways))
main()
"""


@dataclass
class Post:
    """What the SMTP server took, and what it does with the next messages."""

    taken: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: list[str | None] = field(default_factory=list)
    """For each of the next messages an SMTP answer; None: take it and hang up without a word."""

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """Log in with a token, which for these servers is the password."""
        user, bearer, *_ = b64decode(args[1]).decode().split("\x01")
        known = (user, bearer) == (f"user={USER}", f"auth=Bearer {PASSWORD}")
        return AuthResult(success=known)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer is None or answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content))
            self.recipients += envelope.rcpt_tos
        if answer is None:
            assert server.transport is not None
            server.transport.abort()
            return "250 never heard"
        return answer


@dataclass
class MailServers:
    """Where both servers are; the mailbox is empty when they start."""

    imap_port: int
    smtp_port: int
    ca_file: Path
    post: Post
    smtp: Controller
    imap: subprocess.Popen[bytes]

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Return the fields of `MailSettings`."""
        return {
            "imap_host": HOST,
            "imap_port": self.imap_port,
            "imap_security": "starttls",
            "smtp_host": HOST,
            "smtp_port": self.smtp_port,
            "smtp_security": "starttls",
            "username": USER,
            "password": PASSWORD,
            "ca_file": self.ca_file,
            "address": USER,
            "name": "Larkspur support",
            "timeout_seconds": 5,
            **changes,
        }

    def pause(self) -> None:
        """Stop the IMAP server where it is: it answers nobody."""
        self.imap.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self.imap.send_signal(signal.SIGCONT)

    @contextmanager
    def mailbox(self) -> Iterator[IMAPClient]:
        """Log in as an agent's mail program does."""
        client = log_in(self.imap_port, self.ca_file)
        try:
            yield client
        finally:
            client.logout()


def log_in(port: int, ca_file: Path) -> IMAPClient:
    client = IMAPClient(HOST, port, ssl=False, timeout=10)
    client.starttls(ssl.create_default_context(cafile=ca_file))
    client.login(USER, PASSWORD)
    return client


def start_imap(port: int, chain: Path, key: Path) -> subprocess.Popen[bytes]:
    """Start pymap with an empty mailbox; returns when it answers."""
    where = ["--host", "127.0.0.1", "--port", str(port), "--cert", str(chain), "--key", str(key)]
    mailbox = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    return subprocess.Popen([sys.executable, "-c", _PYMAP, *where, *mailbox])


@contextmanager
def running_mail_servers(authority: Authority) -> Iterator[MailServers]:
    """Serve one mailbox until the block ends; under a second."""
    chain, key = authority.certificate(HOST)
    imap_port, smtp_port = free_port(), free_port()
    post = Post()
    smtp = _controller(post, smtp_port, chain, key)
    smtp.start()
    imap = start_imap(imap_port, chain, key)
    try:
        _wait(imap_port, authority.ca_file)
        yield MailServers(imap_port, smtp_port, authority.ca_file, post, smtp, imap)
    finally:
        smtp.stop()
        imap.terminate()
        imap.wait(10)


def _controller(post: Post, port: int, chain: Path, key: Path) -> Controller:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, key)

    def check(
        server: SMTP, session: Session, envelope: Envelope, way: str, data: Any
    ) -> AuthResult:
        known = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == known)

    return Controller(
        post,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=check,
        auth_required=True,
    )


def _wait(port: int, ca_file: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            log_in(port, ca_file).logout()
            return
        except OSError:
            assert time.monotonic() < deadline, "the IMAP server did not start"
            time.sleep(0.05)

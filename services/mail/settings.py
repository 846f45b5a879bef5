"""Settings of the mail service."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class Security(StrEnum):
    """How a connection is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class MailSettings(BaseSettings):
    """The mailbox that customers write to, and the server that sends (docs/helpdesks/email.md)."""

    model_config = settings_config("MAIL_")

    imap_host: str = Field(default="", description="IMAP server; empty: e-mail is not used.")
    imap_port: int = Field(default=993, ge=1, le=65535, description="Port of the IMAP server.")
    imap_security: Security = Field(
        default=Security.TLS, description="tls, starttls, or none for a server on this machine."
    )
    smtp_host: str = Field(default="", description="SMTP server that sends the replies.")
    smtp_port: int = Field(default=465, ge=1, le=65535, description="Port of the SMTP server.")
    smtp_security: Security = Field(
        default=Security.TLS, description="tls (port 465), starttls (port 587) or none."
    )
    username: str = Field(default="", description="Log-in of the mailbox, IMAP and SMTP.")
    password: SecretStr = Field(
        default=SecretStr(""), description="Its password, or an app password."
    )
    oauth_token_url: str = Field(
        default="",
        description="Where a token comes from instead of a password, for Microsoft 365: "
        "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token.",
    )
    oauth_client_id: str = Field(default="", description="The app's id at that server.")
    oauth_client_secret: SecretStr = Field(default=SecretStr(""), description="The app's secret.")
    oauth_scope: str = Field(
        default="https://outlook.office365.com/.default", description="What the token is for."
    )
    ca_file: Path | None = Field(
        default=None, description="Authority of your own mail servers, a PEM file."
    )
    address: str = Field(default="", description="The address customers write to.")
    name: str = Field(default="", description="The name customers see beside that address.")
    agents: str = Field(
        default="",
        description="Who answers customers from another address: addresses and @domains, "
        "separated by commas. What they write is no customer's question.",
    )
    copy_approved: bool = Field(
        default=True,
        description="Replies that a person approved also go to those whom the customer put in "
        "copy; automatic ones never do.",
    )
    own_lists: str = Field(
        default="",
        description="List-Id of groups that forward customers' mail here (Google Groups), "
        "separated by commas; any other mailing list is not answered.",
    )
    inbox: str = Field(default="INBOX", description="Folder that new mail arrives in.")
    sent: str = Field(
        default="", description="Folder of sent mail; empty: the one the server marks as such."
    )
    folder: str = Field(default="Deskloop", description="Our folders are made inside of this one.")
    max_age_hours: float = Field(
        default=48,
        gt=0,
        description="Older mail in the inbox is left alone: it is from before Deskloop.",
    )
    max_message_bytes: int = Field(
        default=36_700_160,
        ge=10_000,
        description="Larger messages are put aside for agents, unread.",
    )
    timeout_seconds: float = Field(
        default=20, gt=0, description="How long a mail server may take to answer."
    )

    @property
    def is_used(self) -> bool:
        """Whether a mailbox is set."""
        return bool(self.imap_host)

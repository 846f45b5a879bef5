"""What can go wrong with mail.

DeskloopError
├── NotFound             404
│   └── UnknownMessage
├── Conflict             409
│   ├── SendingUnclear
│   └── NotToBeAnswered
├── Unprocessable        422
│   ├── Refused
│   └── NotAMessage
└── Unavailable          503
    ├── MailboxAway
    ├── NoToken
    └── NotSent
"""

from services.common.errors import Conflict, NotFound, Unavailable, Unprocessable


class UnknownMessage(NotFound):
    """No message with this Message-ID lies in the folders that we look at."""

    code = "unknown_message"


class SendingUnclear(Conflict):
    """The server got the reply and did not say whether it took it: it is not sent again."""

    code = "sending_unclear"


class NotToBeAnswered(Conflict):
    """The message comes from a machine or a mailing list; answering could make a loop."""

    code = "not_to_be_answered"


class Refused(Unprocessable):
    """The SMTP server will never take this message."""

    code = "refused"


class NotAMessage(Unprocessable):
    """The body is not Base64, or holds nothing."""

    code = "not_a_message"


class MailboxAway(Unavailable):
    """The IMAP server does not answer, or does not let us in."""

    code = "mailbox_away"


class NoToken(Unavailable):
    """The mailbox wants a token, and nobody gave us one."""

    code = "no_mail_token"


class NotSent(Unavailable):
    """The SMTP server did not take the reply; it may take it later."""

    code = "not_sent"

"""What can be wrong with a back-up file or with restoring it.

BackupError
├── NotABackup
├── DamagedBackup
├── NewerBackup
└── OlderBackup
"""


class BackupError(RuntimeError):
    """A back-up or a restore was not done; the text says why and what to do."""


class NotABackup(BackupError):
    """The file was not written by `make backup`."""


class DamagedBackup(BackupError):
    """The file was cut short or changed."""


class NewerBackup(BackupError):
    """The file was written by a newer Deskloop than this one."""


class OlderBackup(BackupError):
    """The file was written by an older Deskloop; it can be brought up to date on request."""

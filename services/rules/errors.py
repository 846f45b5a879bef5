"""The rules service's own errors.

DeskloopError
└── NotFound
    └── UnknownPreset        404, names the presets that exist

RulesFileError               at start: a data file is wrong; names the file and the entry
└── InjectionModelInvalid    the trained injection model is missing, damaged or of another version
"""

from services.common.errors import NotFound


class UnknownPreset(NotFound):
    """There is no preset of that name."""

    code = "unknown_preset"


class RulesFileError(ValueError):
    """A rules data file cannot be used; the text names the file and each wrong entry."""


class InjectionModelInvalid(RulesFileError):
    """The trained injection model cannot be used; the text says what to do."""

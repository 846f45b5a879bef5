"""The rules service's own errors.

DeskloopError
├── NotFound
│   ├── UnknownPreset        404, names the presets that exist
│   ├── PolicyNotFound       404, names the categories that have a policy
│   └── UnknownCalibration   404: no such version of the probability
└── Conflict
    ├── PolicyChanged        409, says by whom and when
    ├── AdviceRefused        409, says how many reviews are missing
    └── AutonomyUnchanged    409, the language is in that mode already

RulesFileError               at start: a data file is wrong; names the file and the entry
└── InjectionModelInvalid    the trained injection model is missing, damaged or of another version
"""

from services.common.errors import Conflict, NotFound


class UnknownPreset(NotFound):
    """There is no preset of that name."""

    code = "unknown_preset"


class PolicyNotFound(NotFound):
    """This category has no policy."""

    code = "policy_not_found"


class UnknownCalibration(NotFound):
    """There is no version of the probability of this number."""

    code = "calibration_not_found"


class PolicyChanged(Conflict):
    """Somebody changed the policy after the caller had read it; the text says who."""

    code = "policy_changed"


class AdviceRefused(Conflict):
    """The outcomes known so far carry no threshold; the text says what is missing."""

    code = "advice_refused"


class AutonomyUnchanged(Conflict):
    """This language of the category is in the mode asked for already."""

    code = "autonomy_unchanged"


class RulesFileError(ValueError):
    """A rules data file cannot be used; the text names the file and each wrong entry."""


class InjectionModelInvalid(RulesFileError):
    """The trained injection model cannot be used; the text says what to do."""

"""What can go wrong in the draft step.

DeskloopError
└── GuidelinesInvalid      a guidelines file cannot be read; found at start

Model errors are those of `services.common.llm.errors`.
"""

from services.common.errors import DeskloopError


class GuidelinesInvalid(DeskloopError):
    """A guidelines file is missing or its head cannot be read; the message names the file."""

    code = "guidelines_invalid"

"""Personal data, found and replaced by typed placeholders before text leaves for a provider.

Cards, IBANs, addresses of the net, telephone numbers, national ids and secrets are found by
pattern and checksum (Presidio's recognisers among them, https://microsoft.github.io/presidio/);
names and postal addresses by how customers write them, by what is known of the requester, and,
where a spaCy model is installed, by its named entities.
"""

from services.common.redaction.finding import PersonalData, find_personal_data
from services.common.redaction.placeholders import Redacted, redact, redact_together, restore

__all__ = ["PersonalData", "Redacted", "find_personal_data", "redact", "redact_together", "restore"]

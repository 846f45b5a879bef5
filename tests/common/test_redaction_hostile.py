"""No text of 100 kB holds the redaction up: its time grows with the text's length, no faster.

Each takes about a second at most; what grows with the square of the length would take minutes.
"""

import time

import pytest

from services.common.redaction import find_personal_data

LENGTH = 100_000
SECONDS = 12

UNITS = {
    "capitals": "A",
    "letters": "a",
    "digits": "1",
    "short words": "Aa ",
    "long words": "Aabcdefg ",
    "particles": "Oliver van de ",
    "apostrophes": "A'",
    "hyphens": "A-",
    "dots": "A.",
    "closings": "Thanks,\nOliver\n",
    "house numbers": "1 Aa Aa Aa Aa ",
    "spaces": " ",
    "tabs": "\t",
    "newlines": "\n",
    "quoted": "> ",
    "links": "https://",
    "at": "a@",
    "colons": "1:",
    "dotted digits": "1.",
    "spaced digits": "1 ",
    "labels": "Name = a ",
    "keys": "-----BEGIN PRIVATE KEY-----",
    "names": "Oliver Sandra Miller ",
    "mail addresses": "a@b.co ",
    "phones": "+49 30 901820\n",
    "streets": "12 Main Street, Berlin ",
    "letter heads": "Anna Lima\n1 Main Street\n",
    "lives": "Anna lives at ",
    "passwords": "password: hunter22 ",
}
TEXTS = {name: unit * (LENGTH // len(unit)) for name, unit in UNITS.items()} | {
    "many mail addresses": " ".join(f"user{n}@x{n}.example" for n in range(4_000)),
    "many names": " ".join(f"I am Q{chr(97 + n % 26)}{chr(97 + n // 26)}." for n in range(676)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_read_in_bounded_time(name: str) -> None:
    start = time.process_time()
    find_personal_data(TEXTS[name])
    assert time.process_time() - start < SECONDS

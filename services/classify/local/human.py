"""Explicit requests for a human being, recognised by their wording in several languages."""

import re

_PERSON = (
    r"(?:real |actual |live |human |proper )?"
    r"(?:human(?: being| agent| support)?|person|agent|representative|rep|operator|manager"
    r"|supervisor|somebody|someone|employee|advisor|adviser"
    r"|member of (?:your )?staff|customer service agent)"
)
_PATTERNS = (
    # English
    r"\b(?:talk|speak|chat|connect(?: me)?|get through|put me through|transfer(?: me)?|pass me on"
    rf"|escalate(?: this| it)?)\s+(?:to|with)\s+(?:an? |the |your |some )?{_PERSON}\b",
    rf"\b(?:need|want|get me|give me|prefer|like)\s+(?:an? |some |to have an? )?"
    rf"(?:real |actual |live |human )(?:{_PERSON})\b",
    r"\b(?:need|want|get me|give me|prefer)\s+a\s+human\b",
    r"\b(?:no|not a|stop (?:with )?the|instead of (?:a|the)|without)\s+(?:more )?"
    r"(?:bot|robot|chat ?bot|automatic answer|automated (?:reply|answer|message))s?\b.{0,60}"
    r"\b(?:human|person|people|agent|employee|someone|somebody)\b",
    r"\b(?:human|person|agent|employee|someone|somebody)\b.{0,40}\b"
    r"(?:not|instead of|rather than)\s+(?:an? |the )?(?:bot|robot|machine|chat ?bot)\b",
    r"\b(?:real|actual|live)\s+(?:person|human|agent|people)\b.{0,40}"
    r"\b(?:please|reply|answer|read|call)",
    r"\b(?:somebody|someone|a human|a person|an agent|a manager|member of your staff)\b.{0,12}"
    r"\b(?:please )?(?:call|phone|ring)\s+(?:me|us)\b",
    r"\b(?:please |can you |could you )(?:call|phone|ring)\s+me\b",
    r"\b(?:contact|contacting|reach|transfer to me)\s+(?!person\b)(?:with )?(?:an? |some |your )?"
    r"(?:live |real |human )?(?:agent|someone|somebody|human|person|representative|supervisor)\b",
    # German
    r"\bmit\s+(?:einem|einer|dem|ihrem|irgendeinem)?\s*(?:echten|richtigen|menschlichen|zuständigen)?\s*"
    r"(?:menschen|mitarbeiter(?:in)?|person|kundenberater(?:in)?|vorgesetzten|chef)\b.{0,30}"
    r"(?:sprechen|reden|telefonieren|verbinden|chatten)",
    r"\bverbinden sie mich\b",
    r"\b(?:rufen sie mich|kann mich .{0,20}(?:zurückrufen|anrufen))",
    r"\bechten? menschen?\b",
    # French
    r"\bparler\s+(?:à|a|avec)\s+(?:un|une|votre|quelqu)\S*\s*(?:vrai[e]?\s+)?"
    r"(?:être humain|humain|personne|conseill\w+|agent|responsable|opérateur)?",
    r"\b(?:passez|transférez|mettez)-moi\b.{0,30}\b(?:conseill\w+|agent|responsable|humain|personne)",
    r"\b(?:rappelez|appelez)-moi\b",
    # Spanish
    r"\bhablar\s+con\s+(?:un|una|alg)\S*\s*"
    r"(?:persona|humano|agente|operador|encargad|responsable|ser humano)?",
    r"\b(?:páseme|pásenme|comuníqueme)\s+con\b",
    # Portuguese
    r"\bfalar\s+com\s+(?:um|uma|alg)\S*\s*(?:pessoa|humano|atendente|agente|operador|responsável)?",
    # Italian and Dutch
    r"\bparlare\s+con\s+(?:un|una|qualcuno)\S*\s*(?:persona|operatore|umano|responsabile)?",
    r"\b(?:echte medewerker|echt persoon|een mens|een medewerker)\b.{0,20}\bspreken\b",
)
_ASKS = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)


def human_request(text: str) -> str | None:
    """Return the words that ask for a human, or None."""
    match = _ASKS.search(" ".join(text.split()))
    return match.group(0) if match else None

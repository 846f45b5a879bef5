"""Cheap marks of a sentence that speaks to a machine, beside what its embedding says."""

import re

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_TASK = (
    "write|translate|explain|describe|list|compose|draft|create|generate|summari[sz]e|tell|give|name|"
    "provide|compute|calculate|recommend|suggest|design|craft|compare|develop|discuss|rewrite|"
    "schreibe?|erkläre?|übersetze?|écris|explique|traduis|escribe|explica|traduce|escreva|explique"
)
_SHAPE = (
    "replace|use|convert|substitute|render|misspell|scramble|jumble|rearrange|anagram|remove|group|"
    "combine|include|modify|add|integrate|augment|enhance|append|insert|mention|encode|respond|"
    "answer|reply|end|start|begin|put|spell|swap|double|weave"
)
SIGNS = {
    "asks for a piece of work": rf"^\W*(?:please |can you |could you |now |and )*(?:{_TASK})\b",
    "shapes an output": rf"^\W*(?:please |and |also )*(?:in your \w+, )?(?:{_SHAPE})\b",
    "speaks of the answer": r"\b(?:your|the|its|each|every) (?:\w+ ){0,2}(?:answer|"
    r"response|reply|output|"
    r"message|text)s?\b|\bdeiner? antwort|\b(?:ta|votre) réponse|\b(?:tu|su) respuesta",
    "gives a role": r"\b(?:you(?:'re| are| will be|r role)|act|acting|pretend|"
    r"role-?play\w*|imagine|assume|"
    r"persona|character|du bist|stell dir|tu es|eres|você é|simulate|take on)\b",
    "drops instructions": r"\b(?:ignor\w*|forget|disregard|override|bypass|vergiss|"
    r"oublie\w*|olvida\w*|"
    r"esqueça|previous|above|prior)\b",
    "speaks of the machine": r"\b(?:ai|a\.i\.|llm|gpt\w*|chatgpt|chatbot|language model|"
    r"assistant|(?:your|system|the) prompt|prompts|"
    r"instructions?|system|developer mode|ki|ia|filters?|guidelines|unrestricted)\b",
    "tells a story": r"\b(?:novel|story|fiction\w*|hypothetical\w*|universe|world|"
    r"scenario|screenplay|"
    r"script|scene|movie|play|essay|poem|article|speech|monologue|research)\b",
    "wants a secret": r"\b(?:password|secret|reveal|hidden|confidential|passwort|"
    r"geheim\w*|contraseña)\b",
    "dictates": r"\b(?:only|exactly|just|must|never|always|nothing else|"
    r"from now on|repeat|say|print|"
    r"output|nur|uniquement|solo|apenas)\b",
    "speaks for the writer": r"\b(?:i|i'm|i've|my|me|we|our|us|ich|mein\w*|wir|unser\w*|je|"
    r"j'ai|mon|ma|"
    r"nous|notre|mi|nuestr\w+|meu|minha|eu|nosso)\b",
    "asks about the world": r"^\W*(?:who|what|when|where|which|why|how)\b(?!.*\b(?:i|my|"
    r"me|we|our|your|"
    r"you|this|order|account|app)\b)",
    "orders the form of an answer": rf"^\W*(?:please |also |and )*(?:{_TASK}|{_SHAPE}|"
    rf"introduce|weave|"
    r"delete|change|turn|mix|shuffle|merge|tease|offer|"
    r"direct)\b.*\byour (?:answer|response|reply)\b|"
    r"\bin your (?:answer|response|reply),",
    "asks for a language": r"\b(?:say|mean\w*|word|translat\w+|is|in|"
    r"equivalent)\b.*\b(?:english|french|"
    r"german|spanish|italian|portuguese|japanese|russian|korean|chinese|turkish|latin)\b",
    "asks for code": r"\b(?:python|java|javascript|php|mysql|c\+\+|rust|ruby|"
    r"function|program|recursion|"
    r"loop|equations?|factorial)\b",
    "is a question": r"[?？]\s*$",
    "quotes something": r"[\"“”']\w[^\"“”]{6,}[\"“”']",
    "names a place on the web": r"(?:www\.|https?:|\b[\w-]+\.(?:com|net|org|io|xyz|example))",
}
_PATTERNS = [re.compile(pattern, re.IGNORECASE) for pattern in SIGNS.values()]
COUNT = len(_PATTERNS)


def signs(text: str) -> Floats:
    """One number, 0 or 1, per entry of `SIGNS`."""
    return np.array([bool(pattern.search(text)) for pattern in _PATTERNS], dtype=np.float32)

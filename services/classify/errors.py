"""What can go wrong while classifying.

ValueError
├── TaxonomyInvalid        at start: the taxonomy file cannot be used
├── ArtefactInvalid        at start, from services.classify.local: the trained file cannot be used
└── ProviderMisconfigured  at start, from services.common.llm: unknown provider or missing key

ModelError (503)           at a call, from services.common.llm: no provider could answer
"""


class TaxonomyInvalid(ValueError):
    """The taxonomy or its examples cannot be used; the message names the file and what is wrong."""

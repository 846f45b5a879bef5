"""Errors of the local classifier.

ValueError
├── TrainingDataInvalid    a CSV cannot be trained on; the message names file and row
└── ArtefactInvalid        the trained file cannot be used; the message says what to do
"""


class TrainingDataInvalid(ValueError):
    """A CSV cannot be trained on; the message names the file and the row."""


class ArtefactInvalid(ValueError):
    """The trained file is missing, damaged, or made for something else."""

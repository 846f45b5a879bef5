"""Errors of the evaluation.

DataInvalid    a data set is not in the expected format; the message names file and row
"""


class DataInvalid(ValueError):
    """A data set is not in the expected format; the message names the file and the row."""

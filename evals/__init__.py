"""How good the answers are: measured on labelled data, each number with its interval."""

"""Which of the locked packages have known weaknesses."""

"""PostgreSQL 18 with pgvector, run from the binaries of a Python package."""

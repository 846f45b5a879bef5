-- Because texts are compared by meaning inside PostgreSQL, which needs pgvector 0.8 or newer.
create extension if not exists vector;

"""schema.sql and the migrations are the same thing, and both are usable on other servers."""

import re
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql as psql

from local.postgres.embedded import EmbeddedPostgres
from sql.migrate import MIGRATIONS, SCHEMA_FILE, adopt, apply, main, pending
from sql.schema import dump, seeds


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """URL of a database without any table."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name)
    yield postgres.url(name)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(psql.SQL("DROP DATABASE {} WITH (FORCE)").format(psql.Identifier(name)))


def test_schema_file_is_what_the_migrations_add_up_to(database_url: str) -> None:
    assert dump(database_url) + seeds() == SCHEMA_FILE.read_text(), (
        "run `python -m sql.migrate schema`"
    )


def test_applying_schema_file_gives_the_same_catalogue(
    database_url: str, empty_database: str
) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute(SCHEMA_FILE.read_bytes())
    assert dump(empty_database) == dump(database_url)
    assert _start_values(empty_database) == _start_values(database_url) != []


def _start_values(url: str) -> list[tuple[object, ...]]:
    """What the tables that migrations fill hold, but for the times."""
    tables = set(re.findall(r"^insert into (\w+)", seeds(), re.MULTILINE))
    rows: list[tuple[object, ...]] = []
    with psycopg.connect(url) as connection:
        for table in sorted(tables):
            query = psql.SQL(
                "select to_jsonb(t) - 'updated_at' - 'changed_at' from {} t order by 1"
            )
            rows += connection.execute(query.format(psql.Identifier(table))).fetchall()
    return rows


def test_apply_is_idempotent_and_list_tells_what_is_missing(empty_database: str) -> None:
    assert all(pending(empty_database).values())
    assert apply(empty_database) == sorted(path.stem for path in MIGRATIONS.glob("*.sql"))
    assert apply(empty_database) == []
    assert not any(pending(empty_database).values())


def test_a_database_made_from_schema_file_is_adopted(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute(SCHEMA_FILE.read_bytes())
    assert len(adopt(empty_database)) == len(list(MIGRATIONS.glob("*.sql")))
    assert apply(empty_database) == []


def test_commands_read_the_database_from_the_settings(
    empty_database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", empty_database)
    assert main(["list"]) == 0
    assert "pending  0001_vectors" in capsys.readouterr().out
    assert main([]) == 0
    assert "apply: 0001_vectors" in capsys.readouterr().out
    assert main(["list"]) == 0
    assert "applied  0001_vectors" in capsys.readouterr().out


def test_migrations_are_numbered_and_say_why() -> None:
    names = sorted(path.name for path in MIGRATIONS.iterdir())
    numbers = [name[:4] for name in names]
    assert len(set(numbers)) == len(numbers)
    for name in names:
        assert re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", name)
        text = (MIGRATIONS / name).read_text()
        assert text.startswith("-- "), f"{name} does not begin by saying why"


def test_schema_file_holds_nothing_particular_to_a_server() -> None:
    schema = SCHEMA_FILE.read_text()
    for word in ("public.", "OWNER TO", "GRANT ", "transaction_timeout", "\\restrict"):
        assert word not in schema


def test_every_table_has_row_security(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        open_tables = connection.execute(
            "select relname from pg_class where relkind in ('r', 'p') "
            "and relnamespace = 'public'::regnamespace "
            "and not relrowsecurity and relname not like '%yoyo%'"
        ).fetchall()
    assert open_tables == [], "on Supabase anybody with the public key could read and write these"


def test_a_user_without_superuser_rights_can_apply_everything(
    postgres: EmbeddedPostgres, empty_database: str
) -> None:
    role = f"plain_{uuid.uuid4().hex[:8]}"
    name = empty_database.rsplit("/", 1)[1]
    with psycopg.connect(empty_database, autocommit=True) as admin:
        # as on Supabase: the extension is there already, in a schema of its own
        admin.execute("create schema extensions")
        admin.execute("create extension vector with schema extensions")
        admin.execute(f"create role {role} login password 'plain'")
        admin.execute(f'alter database "{name}" set search_path = "$user", public, extensions')
        admin.execute(f"grant usage on schema extensions to {role}")
        admin.execute(f"grant create on schema public to {role}")
    url = f"postgresql://{role}:plain@127.0.0.1:{postgres.port}/{name}"
    try:
        assert apply(url)
        with psycopg.connect(url) as connection:
            found = connection.execute(
                "select * from match_corrections('[1,2]', null, 3, 0.5, 'local:all-MiniLM-L6-v2')"
            ).fetchall()
        assert found == []
    finally:
        with psycopg.connect(empty_database, autocommit=True) as admin:
            admin.execute(f"drop owned by {role} cascade")
            admin.execute(f"revoke all on schema public from {role}")
            admin.execute(f"drop role {role}")


def test_a_store_that_is_in_use_is_brought_up_to_date(empty_database: str) -> None:
    """From the first release's tables, with corrections of two embedding models in them."""
    first = [each for each in pending(empty_database) if each[:4] <= "0025"]
    apply(empty_database, first)
    insert = (
        "insert into support_corrections (ticket_id, ticket_text, human_resolution, category,"
        " agent_id, embedding_model, embedding)"
        " values (%s, 'Where?', 'Here.', 'general', 'maya', %s, %s::halfvec)"
    )
    with psycopg.connect(empty_database) as connection:
        for model, size in (("local:all-MiniLM-L6-v2", 384), ("own:small", 8)):
            connection.execute(insert, [model, model, str([0.5] * size)])
    apply(empty_database)
    assert not any(pending(empty_database).values())
    with psycopg.connect(empty_database) as connection:
        names = "select indexname from pg_indexes where tablename = 'support_corrections'"
        indexes = [name for (name,) in connection.execute(names).fetchall()]
        (kept,) = connection.execute("select count(*) from support_corrections").fetchone() or (0,)
    assert kept == 2
    assert any("own_small" in name for name in indexes)

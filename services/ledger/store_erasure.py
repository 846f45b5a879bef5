# ruff: noqa: S608 - only constants of this module become part of a statement's text
"""SQL of an erasure: what customers wrote goes, what was decided about it stays."""

import json
from collections.abc import Sequence
from typing import Any

ERASED = "erased"
DELETED = "(deleted)"
_HASH = "encode(sha256(convert_to(lower({}), 'UTF8')), 'hex')"
_WORDS = "array[requester_id, ticket #>> '{requester,email}']"
# what no free text fits into
_PLAIN_LABEL = "^[a-z0-9_]{1,40}$"


async def tickets_of(connection: Any, requester: str) -> list[str]:
    """Return the tickets of a requester, erased ones too, by id or e-mail address."""
    rows = await connection.fetch(
        f"""
        select ticket_id as id from ledger_turns
        where lower($1) in (lower(requester_id), lower(ticket #>> '{{requester,email}}'))
        union select id from ledger_tickets
        where requester_hashes @> array[{_HASH.format("$1")}]
        """,
        requester,
    )
    return sorted(row["id"] for row in rows)


async def tickets_of_the_forgotten(connection: Any) -> list[str]:
    """Return the tickets of whoever was forgotten, which a restored back-up brought back."""
    rows = await connection.fetch(
        f"""
        select distinct t.ticket_id as id from ledger_turns t
        cross join unnest({_WORDS}) as word
        join ledger_forgotten f on f.requester_hash = {_HASH.format("word")}
            and t.registered_at < f.forgotten_at
        where t.erased_at is null
        """
    )
    return sorted(row["id"] for row in rows)


async def tickets_older_than(connection: Any, days: int) -> list[str]:
    """Return tickets with something to erase on which nothing happened for so many days."""
    rows = await connection.fetch(
        """
        select ticket_id as id from ledger_turns
        group by ticket_id
        having bool_or(erased_at is null)
            and max(greatest(registered_at, coalesce(finished_at, 'infinity')))
                < now() - make_interval(days => $1)
        order by ticket_id limit 10000
        """,
        days,
    )
    return [row["id"] for row in rows]


async def recently_erased(connection: Any) -> list[str]:
    """Return the tickets that were erased in the last seven days."""
    rows = await connection.fetch(
        """
        select distinct ticket_id as id from ledger_turns
        where erased_at > now() - interval '7 days' limit 10000
        """
    )
    return [row["id"] for row in rows]


async def words_of(connection: Any, ticket_ids: Sequence[str]) -> list[str]:
    """Return the requesters' ids and addresses, as far as they are not erased yet."""
    rows = await connection.fetch(
        f"""
        select distinct lower(word) as word from ledger_turns cross join unnest({_WORDS}) as word
        where ticket_id = any ($1) and erased_at is null and word is not null
        order by word
        """,
        list(ticket_ids),
    )
    return [row["word"] for row in rows]


async def remember_forgotten(connection: Any, words: Sequence[str]) -> None:
    """Keep the hashes of whoever was forgotten, for when an older back-up is restored."""
    await connection.execute(
        f"""
        insert into ledger_forgotten (requester_hash)
        select distinct {_HASH.format("word")} from unnest($1::text[]) as word
        on conflict (requester_hash) do update set forgotten_at = now()
        """,
        list(words),
    )


async def erase(connection: Any, ticket_ids: Sequence[str], reason: str) -> None:
    """Take out all that was said in these tickets; open work on them ends with a human.

    Kept are the tickets' ids and turns, so that none is answered twice, and what the measures
    count. `reason` is the JSON of why a human gets what was open.
    """
    ids = list(ticket_ids)
    await connection.execute("select set_config('deskloop.erasing', 'on', true)")
    await connection.execute(_KEEP_HASHES, ids)
    await connection.execute(_EMPTY_REVIEWS, ids)
    await connection.execute(_EMPTY_EVENTS, ids)
    await connection.execute(_EMPTY_OUTCOMES, ids, _PLAIN_LABEL)
    await connection.execute(_END_ATTEMPTS, ids)
    await connection.execute(_EMPTY_TURNS, ids, reason)
    await connection.execute("update pgqueuer_log set traceback = null where traceback is not null")


_KEEP_HASHES = f"""
    update ledger_tickets k set requester_hashes = (
        select coalesce(array_agg(distinct known), '{{}}') from (
            select unnest(k.requester_hashes)
            union select {_HASH.format("word")} from ledger_turns t cross join unnest({_WORDS}) word
            where t.ticket_id = k.id and t.erased_at is null and word is not null
        ) hashes (known)
    )
    where id = any ($1)
"""

_BARE_REASONS = """
    (select coalesce(jsonb_agg(reason || '{{"detail": ""}}' order by place), '[]')
     from jsonb_array_elements({}) with ordinality as each (reason, place))
"""

_EMPTY_TURNS = f"""
    update ledger_turns t
    set requester_id = 'erased', ask = '{{}}', erased_at = now(),
        ticket = jsonb_build_object(
            'id', ticket -> 'id', 'source', ticket -> 'source', 'subject', '', 'body', '',
            'thread', '[]'::jsonb, 'requester', '{{"id": "erased"}}'::jsonb, 'locale', null,
            'created_at', ticket -> 'created_at', 'metadata', '{{}}'::jsonb),
        reasons = case when state in ('waiting', 'leased') then $2::jsonb
            else {_BARE_REASONS.format("reasons")} end,
        route = case when state in ('waiting', 'leased') then 'human' else route end,
        ended_by = case when state in ('waiting', 'leased') then 'ledger' else ended_by end,
        finished_at = coalesce(finished_at, now()),
        state = case when state in ('waiting', 'leased') then 'finished' else state end,
        lease_until = null, not_before = null
    where ticket_id = any ($1) and erased_at is null
"""

_END_ATTEMPTS = """
    update ledger_attempts a set ended_at = now(), ending = 'expired'
    from ledger_turns t
    where t.id = a.turn_id and t.ticket_id = any ($1) and t.state = 'leased'
        and a.ended_at is null
"""

_EMPTY_EVENTS = f"""
    update ledger_events
    set decision = '{{}}', detail = '{{}}', reasons = {_BARE_REASONS.format("reasons")}
    where ticket_id = any ($1)
"""

_EMPTY_REVIEWS = """
    update ledger_reviews
    set reply = null, lease_until = null, not_before = null,
        state = case when state = 'open' then 'superseded'
            when state = 'decided' and applied_at is null then 'apply_failed' else state end
    where ticket_id = any ($1)
"""

_EMPTY_OUTCOMES = """
    update ledger_outcomes
    set detail = '{}', label = case when label ~ $2 then label end
    where ticket_id = any ($1)
"""


async def is_erased(connection: Any, turn_id: int) -> bool:
    """Whether a turn's words were deleted: nothing that is said about it may be stored again."""
    return bool(
        await connection.fetchval(
            "select erased_at is not null from ledger_turns where id = $1", turn_id
        )
    )


async def erase_quotes(connection: Any, correction_ids: Sequence[str]) -> int:
    """Take the words of deleted corrections out of other tickets' events; returns how many."""
    rows = await connection.fetch(
        """
        select id, decision from ledger_events
        where jsonb_path_exists(decision,
            '$.** ? (@ == $id[*])', jsonb_build_object('id', to_jsonb($1::text[])))
        for update
        """,
        list(correction_ids),
    )
    await connection.execute("select set_config('deskloop.erasing', 'on', true)")
    gone = set(correction_ids)
    for row in rows:
        decision = without_quotes(json.loads(row["decision"]), gone)
        await connection.execute(
            "update ledger_events set decision = $2 where id = $1", row["id"], json.dumps(decision)
        )
    return len(rows)


def without_quotes(decision: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """Return a decision without what it repeats of the corrections that are gone."""
    for correction in decision.get("evidence", {}).get("corrections", []):
        if correction.get("id") in gone:
            correction["summary"] = DELETED
    draft = decision.get("draft") or {}
    quotes = [c["quote"] for c in draft.get("citations", []) if c.get("source_id") in gone]
    for citation in draft.get("citations", []):
        if citation.get("source_id") in gone:
            citation["quote"] = DELETED
    for quote in quotes:
        draft["reply"] = draft["reply"].replace(quote, DELETED)
        draft["findings"] = [text.replace(quote, DELETED) for text in draft.get("findings", [])]
    return decision

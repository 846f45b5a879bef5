"""SQL of earned autonomy: what people found of answers, and who was let do what, since when."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.autonomy import AutonomyChange, AutonomyEvent, AutonomyEvidence
from services.contracts.rules import Mode
from services.rules.autonomy import Judged

Pair = tuple[str, str]
"""A category, and a language without its region."""

_LOCK = "select pg_advisory_xact_lock(hashtext('autonomy_events'))"

# Each answer with the probability that is given to it now, as the advice on thresholds has it.
_OUTCOMES = """
select o.category, lower(split_part(o.language, '-', 1)) as language, o.ticket_id,
    coalesce(r.probability, o.probability) as probability, o.correct, o.reviewed_at,
    o.found_by = 'customer' as by_customer
from reviewed_outcomes o left join calibration_replays r on r.outcome_id = o.id
    and r.calibration_id = (select id from calibrations where active)
where o.reviewed_at > now() - interval '180 days' and ($1::text is null or o.category = $1)
union all
select s.category, lower(split_part(s.language, '-', 1)), s.ticket_id, 1, true, s.at, true
from silent_answers s
where s.at > now() - interval '180 days' and ($1::text is null or s.category = $1)
    and not exists (
        select from reviewed_outcomes o where (o.ticket_id, o.turn) = (s.ticket_id, s.turn)
    )
"""

_LAST = """
select category, language, (array_agg(change order by id desc))[1] as last_change,
    (array_agg(mode order by id desc) filter (where mode is not null))[1] as mode,
    (array_agg(reason order by id desc) filter (where mode is not null))[1] as reason,
    (array_agg(changed_by order by id desc) filter (where mode is not null))[1] as changed_by,
    max(at) filter (where mode is not null) as at,
    max(at) filter (
        where change in ('demoted', 'declined') or changed_by <> $2
    ) as since
from autonomy_events
where $1::text is null or category = $1
group by category, language
"""

_INSERT = """
insert into autonomy_events (category, language, change, mode, changed_by, reason, evidence)
values ($1, $2, $3, $4, $5, $6, $7::jsonb)
returning *
"""

_EVENTS = """
select * from autonomy_events
where ($1::text is null or category = $1) and ($2::text is null or language = $2)
order by id desc limit $3
"""

_MODES = {AutonomyChange.PROMOTED: Mode.AUTO, AutonomyChange.DEMOTED: Mode.DRAFT}
MACHINE = "deskloop"
"""Who changes what nobody decided."""


@dataclass(frozen=True)
class Last:
    """What the events say of a language of a category; `mode` None: only proposals so far."""

    last_change: AutonomyChange
    mode: Mode | None
    reason: str | None
    by: str | None
    at: datetime | None
    since: datetime | None


async def lock(connection: Any) -> None:
    """Let nobody else change anything until this transaction ends."""
    await connection.execute(_LOCK)


async def outcomes(connection: Any, category: str | None) -> dict[Pair, list[Judged]]:
    """Return what people found of answers in the last half year, and what customers did."""
    found: dict[Pair, list[Judged]] = {}
    for row in await connection.fetch(_OUTCOMES, category):
        judged = Judged(
            ticket_id=row["ticket_id"],
            probability=row["probability"],
            right=row["correct"],
            at=row["reviewed_at"],
            by_customer=row["by_customer"],
        )
        found.setdefault((row["category"], row["language"]), []).append(judged)
    return found


async def last(connection: Any, category: str | None) -> dict[Pair, Last]:
    """Return where the events left each language of each category."""
    rows = await connection.fetch(_LAST, category, MACHINE)
    return {(row["category"], row["language"]): _last(row) for row in rows}


def _last(row: Any) -> Last:
    return Last(
        last_change=AutonomyChange(row["last_change"]),
        mode=Mode(row["mode"]) if row["mode"] else None,
        reason=row["reason"],
        by=row["changed_by"],
        at=row["at"],
        since=row["since"],
    )


async def insert(
    connection: Any,
    pair: Pair,
    change: AutonomyChange,
    by: str,
    reason: str,
    evidence: AutonomyEvidence,
) -> AutonomyEvent:
    """Record a change with its evidence."""
    row = await connection.fetchrow(
        _INSERT, *pair, change, _MODES.get(change), by, reason, evidence.model_dump_json()
    )
    return _event(row)


async def events(
    connection: Any, category: str | None, language: str | None, limit: int
) -> Sequence[AutonomyEvent]:
    """Return changes, newest first."""
    return [_event(row) for row in await connection.fetch(_EVENTS, category, language, limit)]


def _event(row: Any) -> AutonomyEvent:
    return AutonomyEvent(
        id=row["id"],
        category=row["category"],
        language=row["language"],
        change=AutonomyChange(row["change"]),
        by=row["changed_by"],
        reason=row["reason"],
        evidence=AutonomyEvidence.model_validate(json.loads(row["evidence"])),
        at=row["at"],
    )

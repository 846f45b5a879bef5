"""SQL of what humans found of answers: reviewed ones, and the answer model's on its own stream."""

import json
from collections.abc import Sequence

from services.common.database import Database
from services.contracts.advice import ReviewedOutcome
from services.rules.advisor import Outcome

_PUT = """
insert into reviewed_outcomes as known
    (ticket_id, turn, category, language, probability, features, correct, reviewed_at, found_by)
select * from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::float8[],
    $6::text[]::jsonb[], $7::boolean[], $8::timestamptz[], $9::text[])
on conflict (ticket_id, turn) do update set correct = excluded.correct,
    reviewed_at = excluded.reviewed_at, found_by = excluded.found_by
where excluded.reviewed_at > known.reviewed_at
returning id
"""

_PUT_SILENT = """
insert into silent_answers (ticket_id, turn, category, language, at)
select * from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::timestamptz[])
on conflict do nothing
returning ticket_id
"""

# A ticket counts once: what a human found of its draft says more than the replay of its correction.
_OUTCOMES = """
select coalesce(r.probability, o.probability) as probability, o.correct
from reviewed_outcomes o left join calibration_replays r on r.outcome_id = o.id
    and r.calibration_id = (select id from calibrations where active)
where o.category = $1
union all
select probability, correct from replayed_outcomes($1) replayed
where not exists (select from reviewed_outcomes o where o.ticket_id = replayed.ticket_id)
"""


class OutcomeStore:
    """Reviewed outcomes; raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, outcomes: Sequence[ReviewedOutcome]) -> int:
        """Keep the latest finding of each draft; returns how many were new or changed."""
        latest = {(each.ticket_id, each.turn): each for each in sorted(outcomes, key=_when)}
        kept = [each for each in latest.values() if each.found_by != "silence"]
        silent = [each for each in latest.values() if each.found_by == "silence"]
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                _PUT,
                [each.ticket_id for each in kept],
                [each.turn for each in kept],
                [each.category for each in kept],
                [each.language for each in kept],
                [each.probability for each in kept],
                [json.dumps(each.features) if each.features else None for each in kept],
                [each.correct for each in kept],
                [each.reviewed_at for each in kept],
                [each.found_by for each in kept],
            )
            rows += await connection.fetch(
                _PUT_SILENT,
                [each.ticket_id for each in silent],
                [each.turn for each in silent],
                [each.category for each in silent],
                [each.language for each in silent],
                [each.reviewed_at for each in silent],
            )
        return len(rows)

    async def outcomes(self, category: str) -> list[Outcome]:
        """Everything known of the answers in `category`, each with what is said of it now."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_OUTCOMES, category)
        return [Outcome(row["probability"], row["correct"]) for row in rows]


def _when(outcome: ReviewedOutcome) -> float:
    return outcome.reviewed_at.timestamp()

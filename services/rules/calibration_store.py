"""SQL of the fitted versions of the probability, and of the outcomes they are fitted on."""

import json
from collections.abc import Mapping
from typing import Any

from services.common.database import Database
from services.rules.calibration import Features, Weights
from services.rules.calibration_fit import Judged

_JUDGED = """
select id, ticket_id, category, features::text, correct from reviewed_outcomes
where features is not null and not features ? 'learned' order by id
"""

_RELIABILITY = """
select category, correct, coalesce(r.probability, o.probability) as probability
from reviewed_outcomes o left join calibration_replays r on r.outcome_id = o.id
    and r.calibration_id = (select id from calibrations where active)
order by category, o.id
"""

_PUT = """
insert into calibrations (created_by, outcomes, model, report)
values ($1, $2, $3::text::jsonb, $4::text::jsonb) returning id
"""

_REPLAYS = """
insert into calibration_replays (calibration_id, outcome_id, probability)
select $1, * from unnest($2::bigint[], $3::float8[])
"""

_FORGET_OLD = """
delete from calibrations where not active
    and id not in (select id from calibrations order by id desc limit $1)
"""

_USE = """
update calibrations set active = true, activated_at = now(), activated_by = $2 where id = $1
returning id
"""

_LIST = """
select id as version, created_at, created_by, outcomes as learned_from, active, report::text
from calibrations order by id desc limit 100
"""


class CalibrationStore:
    """Versions of the probability; raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def judged(self) -> list[Judged]:
        """The outcomes that say what was measured, and rest on no learned answer."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_JUDGED)
        found = [_judged(row) for row in rows]
        return [each for each in found if each is not None]

    async def count(self) -> int:
        """All reviewed outcomes."""
        async with self._database.connection() as connection:
            found: int = await connection.fetchval("select count(*) from reviewed_outcomes")
        return found

    async def said_and_right(self) -> list[tuple[str, float, bool]]:
        """Category, probability under what is used now, and whether it was right."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_RELIABILITY)
        return [(row["category"], row["probability"], row["correct"]) for row in rows]

    async def put(
        self,
        by: str,
        weights: Weights,
        report: Mapping[str, Any],
        replays: Mapping[int, float],
        *,
        activate: bool,
        keep: int,
    ) -> int:
        """Store a version with what it says of each outcome unseen; forget all but `keep`."""
        model = weights.model_dump_json()
        async with self._database.connection() as connection:
            await _in_turn(connection)
            version: int = await connection.fetchval(
                _PUT, by, len(replays), model, json.dumps(report)
            )
            await connection.execute(_REPLAYS, version, list(replays), list(replays.values()))
            if activate:
                await _use(connection, version, by)
            await connection.execute(_FORGET_OLD, keep)
        return version

    async def use(self, version: int | None, by: str) -> bool:
        """Use this version, or the prior (None); False where there is no such version."""
        async with self._database.connection() as connection:
            await _in_turn(connection)
            known = await connection.fetchval(
                "select exists (select from calibrations where id = $1)", version
            )
            if version is not None and not known:
                return False
            await _use(connection, version, by)
        return True

    async def active(self) -> int | None:
        """Number of the version that is used."""
        async with self._database.connection() as connection:
            found: int | None = await connection.fetchval(
                "select id from calibrations where active"
            )
        return found

    async def weights(self, version: int) -> Weights | None:
        """What a version weighs."""
        async with self._database.connection() as connection:
            found = await connection.fetchval(
                "select model::text from calibrations where id = $1", version
            )
        return Weights.model_validate_json(found) if found else None

    async def versions(self) -> list[Mapping[str, Any]]:
        """The newest hundred, newest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_LIST)
        return [{**row, "report": json.loads(row["report"])} for row in rows]


async def _in_turn(connection: Any) -> None:
    await connection.execute("lock table calibrations in share row exclusive mode")


async def _use(connection: Any, version: int | None, by: str) -> None:
    await connection.execute("update calibrations set active = false where active")
    await connection.fetchval(_USE, version, by)


def _judged(row: Mapping[str, Any]) -> Judged | None:
    """None where the features are those of another time."""
    measured = json.loads(row["features"])
    try:
        features = Features(**{name: float(measured[name]) for name in Features.names()})
    except (KeyError, TypeError, ValueError):
        return None
    return Judged(row["id"], row["ticket_id"], row["category"], features, row["correct"])

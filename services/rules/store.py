"""All SQL of the rules service: the policy table, and two counts of the correction store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.common.database import Database
from services.contracts.policies import CategoryPolicy, PolicyValues
from services.contracts.rules import Mode
from services.rules.autonomy import UNKNOWN_LANGUAGE, primary
from services.rules.errors import PolicyChanged
from services.rules.policies import FALLBACK_CATEGORY, Standing

_STANDING = """
SELECT p.*, p.category <> $1 AS unknown_category, corrections_in_category($1) AS corrections,
    approved_in_category($1) AS approved,
    ARRAY(SELECT category FROM category_policies ORDER BY category) AS known,
    decided.mode AS language_mode, decided.reason AS language_reason
FROM category_policies p
LEFT JOIN LATERAL (
    SELECT mode, reason FROM autonomy_events e
    WHERE e.category = $1 AND e.language = $3 AND e.mode IS NOT NULL
    ORDER BY id DESC LIMIT 1
) decided ON true
WHERE p.category IN ($1, $2)
ORDER BY unknown_category
LIMIT 1
"""

_KNOWN = "SELECT category FROM category_policies ORDER BY category"

_ONE = "SELECT * FROM category_policies WHERE category = $1"

_LIST = "SELECT * FROM category_policies ORDER BY category"

_FIELDS = tuple(PolicyValues.model_fields)

_PUT = f"""
INSERT INTO category_policies (category, updated_by, {", ".join(_FIELDS)})
VALUES ($1, $2, {", ".join(f"${n}" for n in range(3, len(_FIELDS) + 3))})
ON CONFLICT (category) DO UPDATE SET updated_at = now(), updated_by = EXCLUDED.updated_by,
    {", ".join(f"{field} = EXCLUDED.{field}" for field in _FIELDS)}
WHERE ${len(_FIELDS) + 3}::timestamptz IS NULL
    OR category_policies.updated_at = ${len(_FIELDS) + 3}
RETURNING *
"""  # noqa: S608 (only names of fields)

_SET_THRESHOLD = """
UPDATE category_policies SET updated_at = now(), updated_by = $2, send_threshold = $3,
    review_threshold = least(review_threshold, $3)
WHERE category = $1 AND ($4::timestamptz IS NULL OR updated_at = $4)
RETURNING *
"""

_EVERYTHING_TO_A_HUMAN = {
    "category": FALLBACK_CATEGORY,
    "updated_by": "deskloop",
    "updated_at": "1970-01-01T00:00:00Z",
    "always_human": True,
}


class PolicyStore:
    """Read and write category policies; `DatabaseUnavailable` (503) when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, category: str, language: str = UNKNOWN_LANGUAGE) -> Standing:
        """What holds for `category` now; the policy of `general` for one without a policy."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                _STANDING, category, FALLBACK_CATEGORY, primary(language)
            )
            if row is None:
                known = [record["category"] for record in await connection.fetch(_KNOWN)]
                policy = CategoryPolicy.model_validate(_EVERYTHING_TO_A_HUMAN)
                return Standing(policy, 0, 0, tuple(known), unknown_category=True)
        return Standing(
            policy=_policy(row),
            corrections=row["corrections"],
            approved=row["approved"],
            known=tuple(row["known"]),
            unknown_category=row["unknown_category"],
            language_mode=Mode(row["language_mode"]) if row["language_mode"] else None,
            language_reason=row["language_reason"] or "",
        )

    async def policies(self) -> list[CategoryPolicy]:
        """Every policy, by category."""
        async with self._database.connection() as connection:
            return [_policy(row) for row in await connection.fetch(_LIST)]

    async def put(self, policies: Mapping[str, PolicyValues], by: str) -> list[CategoryPolicy]:
        """Store these policies together or not at all; returns them as stored."""
        async with self._database.connection() as connection:
            return [
                _policy(await connection.fetchrow(_PUT, category, by, *_values(values), None))
                for category, values in policies.items()
            ]

    async def replace(
        self, category: str, values: PolicyValues, by: str, unchanged_since: datetime | None
    ) -> CategoryPolicy:
        """Store one policy; raises `PolicyChanged` where it was changed after `unchanged_since`."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_PUT, category, by, *_values(values), unchanged_since)
            return await _unless_changed(connection, category, row)

    async def set_threshold(
        self, category: str, threshold: float, by: str, unchanged_since: datetime | None
    ) -> CategoryPolicy:
        """Send from `threshold`, and leave the rest of the policy as it is.

        Raises `PolicyChanged` where it was changed after `unchanged_since`.
        """
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                _SET_THRESHOLD, category, by, threshold, unchanged_since
            )
            return await _unless_changed(connection, category, row)


async def _unless_changed(
    connection: Any, category: str, written: Mapping[str, Any] | None
) -> CategoryPolicy:
    if written is not None:
        return _policy(written)
    found = await connection.fetchrow(_ONE, category)
    raise PolicyChanged(
        f"The policy of '{category}' was changed by {found['updated_by']} at "
        f"{found['updated_at'].isoformat()}: read it again."
    )


def _values(policy: PolicyValues) -> list[Any]:
    return [getattr(policy, field) for field in _FIELDS]


def _policy(row: Mapping[str, Any]) -> CategoryPolicy:
    fields = CategoryPolicy.model_fields
    return CategoryPolicy.model_validate({name: row[name] for name in fields})

"""SQL that compares tickets drafted with corrections and those of the hold-out."""

from collections.abc import Sequence
from typing import Any

from services.ledger.store_resolution import OBJECTIONS
from services.ledger.store_simulation import JUDGED_BY, JUDGEMENTS
from services.ledger.store_span import Span, of_language


async def arms(connection: Any, span: Span) -> Sequence[Any]:
    """Count by side; the first decision of a turn says on which it was."""
    rows: Sequence[Any] = await connection.fetch(
        f"""
        with compared as (
            select first.held_out, t.route = 'auto_sent' as sent, {JUDGED_BY} as was_right
            from ledger_turns t
            join lateral (
                select (e.decision #>> '{{evidence,held_out}}')::boolean as held_out
                from ledger_events e
                where e.ticket_id = t.ticket_id and e.turn = t.turn and e.kind = 'decided'
                    and e.decision #> '{{evidence,held_out}}' is not null
                order by e.id limit 1
            ) first on true
            {JUDGEMENTS}
            {OBJECTIONS}
            where t.state = 'finished' and t.registered_at >= $1 and t.registered_at < $2
                and {of_language(3)}
        )
        select held_out, count(*) as tickets, count(*) filter (where sent) as sent,
            count(*) filter (where sent and was_right is not false) as resolved,
            count(*) filter (where sent and was_right is not null) as judged,
            count(*) filter (where sent and not was_right) as wrong
        from compared group by held_out
        """,  # noqa: S608 - only constants become part of the text
        *span,
    )
    return rows

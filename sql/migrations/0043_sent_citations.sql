-- Because a correction is used, too, when nobody had to look: what automatic answers rested on.
create view ledger_sent_citations with (security_invoker = true) as
select e.ticket_id, cited ->> 'source_id' as source_id, e.at as sent_at
from ledger_events e
join ledger_turns t on t.ticket_id = e.ticket_id and t.turn = e.turn and t.route = 'auto_sent'
cross join lateral jsonb_path_query(e.decision, '$.draft.citations[*]') as cited
where e.kind = 'decided' and e.route = 'auto_sent';

comment on view ledger_sent_citations is
    'Which sources the answers cited that were sent automatically; one row for each citation.';

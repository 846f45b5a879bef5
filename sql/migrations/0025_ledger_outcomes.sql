-- Because only what became of an answer tells whether it was right: CSAT, reopened, solved, labels.
create table ledger_outcomes (
    id bigint generated always as identity primary key,
    ticket_id text not null references ledger_tickets (id) on delete cascade,
    turn integer not null,
    kind text not null check (kind in ('csat', 'reopened', 'customer_replied', 'solved', 'label')),
    key text,
    score double precision check (score between 0 and 1),
    label text,
    at timestamptz not null default now(),
    detail jsonb not null default '{}'
);

create unique index ledger_outcomes_once on ledger_outcomes (ticket_id, kind, key)
    where key is not null;
create index ledger_outcomes_ticket on ledger_outcomes (ticket_id);
create index ledger_outcomes_at on ledger_outcomes (at);

alter table ledger_outcomes enable row level security;

-- Because nothing may be sent twice: what is done to the helpdesk is claimed first, then confirmed.
create table ledger_claims (
    ticket_id text not null references ledger_tickets (id) on delete cascade,
    key text not null,
    action text not null,
    turn integer not null,
    execution_id text,
    claimed_at timestamptz not null default now(),
    confirmed_at timestamptz,
    -- the helpdesk refused it or did not answer: it may or may not have happened
    failed_at timestamptz,
    primary key (ticket_id, key)
);

create index ledger_claims_unconfirmed on ledger_claims (claimed_at) where confirmed_at is null;

alter table ledger_claims enable row level security;

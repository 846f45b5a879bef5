-- Because a draft that needs a human waits for one, is decided once, and is then carried out.
create table ledger_reviews (
    id bigint generated always as identity primary key,
    turn_id bigint not null unique references ledger_turns (id) on delete cascade,
    ticket_id text not null references ledger_tickets (id) on delete cascade,
    -- the event that holds the draft and the findings; none where the workflow recorded none
    event_id bigint references ledger_events (id) on delete set null,
    state text not null default 'open'
        check (state in ('open', 'decided', 'superseded', 'apply_failed')),
    created_at timestamptz not null default now(),
    decision text check (decision in ('approve', 'edit', 'reject', 'take_over')),
    reply text,
    agent_id text,
    decided_at timestamptz,
    -- n8n told that the decision was carried out
    applied_at timestamptz,
    attempt integer not null default 0,
    lease_until timestamptz,
    not_before timestamptz,
    check ((state in ('decided', 'apply_failed')) = (decided_at is not null))
);

create index ledger_reviews_open on ledger_reviews (created_at) where state = 'open';
create index ledger_reviews_to_apply on ledger_reviews (decided_at)
    where state = 'decided' and applied_at is null;
create index ledger_reviews_ticket on ledger_reviews (ticket_id);

alter table ledger_reviews enable row level security;

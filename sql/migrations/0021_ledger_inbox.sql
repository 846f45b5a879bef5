-- Because no ticket may be lost or run twice: every customer turn, its lease and its hand-outs.
create table ledger_tickets (
    id text primary key,
    source text not null,
    -- the newest customer turn that was registered
    turn integer not null default 0 check (turn >= 0),
    registered_at timestamptz not null default now()
);

-- One run of the machine: a ticket as it was when the customer wrote this turn.
create table ledger_turns (
    id bigint generated always as identity primary key,
    ticket_id text not null references ledger_tickets (id) on delete cascade,
    turn integer not null check (turn >= 1),
    source text not null,
    requester_id text not null,
    ticket jsonb not null,
    -- the words of what was asked, stemmed, to recognise the same question again
    ask text[] not null default '{}',
    similar_asks integer not null default 0,
    state text not null default 'waiting'
        check (state in ('waiting', 'leased', 'finished', 'superseded')),
    -- how often it was handed out
    attempt integer not null default 0,
    failures integer not null default 0,
    -- the n8n execution that holds the lease, once it said so
    execution_id text,
    lease_until timestamptz,
    -- not handed out again before
    not_before timestamptz,
    registered_at timestamptz not null default now(),
    finished_at timestamptz,
    route text check (route in ('auto_sent', 'review', 'human')),
    reasons jsonb not null default '[]',
    ended_by text check (ended_by in ('workflow', 'ledger')),
    over_capacity boolean not null default false,
    category text,
    language text,
    urgency text,
    cost_usd double precision not null default 0,
    unique (ticket_id, turn),
    check ((state = 'leased') = (lease_until is not null)),
    check (state <> 'finished' or (route is not null and finished_at is not null))
);

create index ledger_turns_open on ledger_turns (state, registered_at)
    where state in ('waiting', 'leased');
create index ledger_turns_registered on ledger_turns (registered_at);
create index ledger_turns_finished on ledger_turns (finished_at) where finished_at is not null;
create index ledger_turns_requester on ledger_turns (source, requester_id, registered_at desc);
create index ledger_turns_ended_by_ledger on ledger_turns (finished_at)
    where ended_by = 'ledger';

create table ledger_attempts (
    turn_id bigint not null references ledger_turns (id) on delete cascade,
    attempt integer not null,
    execution_id text,
    handed_out_at timestamptz not null default now(),
    started_at timestamptz,
    ended_at timestamptz,
    ending text check (ending in ('finished', 'expired', 'workflow_failed', 'refused', 'superseded')),
    primary key (turn_id, attempt)
);

-- Not unique: a new n8n database counts its executions from 1 again.
create index ledger_attempts_execution on ledger_attempts (execution_id, handed_out_at desc)
    where execution_id is not null;

alter table ledger_tickets enable row level security;
alter table ledger_turns enable row level security;
alter table ledger_attempts enable row level security;

-- Because every decision must be explainable later: an append-only history with inputs and reasons.
create table ledger_events (
    id bigint generated always as identity primary key,
    ticket_id text not null references ledger_tickets (id) on delete cascade,
    turn integer not null,
    at timestamptz not null default now(),
    kind text not null,
    execution_id text,
    claim_key text,
    route text,
    -- of everything the decision was made from
    inputs_hash text,
    models text[] not null default '{}',
    cost_usd double precision not null default 0,
    probability double precision,
    threshold double precision,
    reasons jsonb not null default '[]',
    -- what each step said: classification, triage, draft, check, the evidence's ids and scores
    decision jsonb not null default '{}',
    detail jsonb not null default '{}',
    -- so that a call repeated by its sender is one event
    body_hash text
);

create unique index ledger_events_repeated on ledger_events (ticket_id, execution_id, kind, body_hash)
    where execution_id is not null and body_hash is not null;
create index ledger_events_ticket on ledger_events (ticket_id, turn, id);

create function ledger_events_are_append_only() returns trigger
language plpgsql
as $$
begin
    raise exception 'ledger_events is append-only' using errcode = 'insufficient_privilege';
end
$$;

create trigger ledger_events_append_only
before update on ledger_events
for each row execute function ledger_events_are_append_only();

alter table ledger_events enable row level security;

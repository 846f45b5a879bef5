-- Because a webhook that cannot be taken in must be seen by a human, in its form and without its words.
create table ledger_webhook_failures (
    id bigint generated always as identity primary key,
    source text not null,
    workflow text not null,
    step text not null,
    reason text not null,
    shape jsonb not null,
    fingerprint text not null unique,
    times integer not null default 1,
    first_at timestamptz not null default now(),
    last_at timestamptz not null default now()
);

comment on table ledger_webhook_failures is
    'Webhooks that a workflow could not take in: names and types of their fields, never their values.';

alter table ledger_webhook_failures enable row level security;

create index ledger_webhook_failures_last_at on ledger_webhook_failures (last_at desc);

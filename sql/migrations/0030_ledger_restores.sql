-- Because a restored ledger is older than the helpdesk: what came in between must not be answered again.
create table ledger_restores (
    id bigint generated always as identity primary key,
    -- the state that was restored
    taken_at timestamptz not null,
    restored_at timestamptz not null default now()
);

comment on table ledger_restores is
    'When the ledger was restored from a back-up; tickets written before that and unknown to it go to a human.';

alter table ledger_restores enable row level security;

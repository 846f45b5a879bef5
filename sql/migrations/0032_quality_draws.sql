-- Because which answers reviewers judge must not depend on who asks, or when: a day's share is fixed once.
create table ledger_quality_draws (
    day date primary key,
    share double precision not null check (share > 0 and share <= 1),
    drawn_at timestamptz not null default now()
);

comment on table ledger_quality_draws is
    'Days (UTC) whose automatic answers were sampled for judgement; the share is all the draw depends on.';

alter table ledger_quality_draws enable row level security;

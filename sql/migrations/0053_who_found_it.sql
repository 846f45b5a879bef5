-- Because customers answer only some replies: what they contest is a share of all that was sent.
alter table reviewed_outcomes add column found_by text not null default 'person'
    check (found_by in ('person', 'customer'));

comment on column reviewed_outcomes.found_by is
    'person: a reviewer, an agent or the quality check; customer: by an objection or a rating.';

-- Automatic answers of which nobody said anything for a week: no finding, but they were sent.
create table silent_answers (
    ticket_id text not null,
    turn integer not null check (turn >= 1),
    category text not null,
    language text not null default 'und',
    at timestamptz not null,
    primary key (ticket_id, turn)
);

create index silent_answers_category on silent_answers (category, at desc);

alter table silent_answers enable row level security;

alter table category_policies add column contested_target double precision not null default 0.2
    check (contested_target > 0 and contested_target <= 1);

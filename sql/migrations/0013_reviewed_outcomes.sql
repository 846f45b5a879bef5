-- Because thresholds and probabilities must rest on what humans found right, not on guesses.
create table reviewed_outcomes (
    id bigint generated always as identity primary key,
    ticket_id text not null,
    turn integer not null check (turn >= 1),
    category text not null,
    language text not null default 'und',
    -- as it was when the draft was checked
    probability double precision not null check (probability between 0 and 1),
    -- name -> number between 0 and 1, as check-draft measured them; null where unknown
    features jsonb,
    -- a human found the reply right as it was
    correct boolean not null,
    reviewed_at timestamptz not null,
    unique (ticket_id, turn)
);

comment on table reviewed_outcomes is
    'What humans found of drafts and automatic answers, the latest finding of each; holds no text.';

create index reviewed_outcomes_category on reviewed_outcomes (category, reviewed_at desc);

alter table reviewed_outcomes enable row level security;

-- Because the probability that a reply needs no human is fitted from outcomes, and may be taken back.
create table calibrations (
    id bigint generated always as identity primary key,
    created_at timestamptz not null default now(),
    created_by text not null,
    -- how many reviewed outcomes it was fitted on
    outcomes integer not null,
    -- intercept, weights of the features, and what each category departs from the others
    model jsonb not null,
    report jsonb not null default '{}',
    active boolean not null default false,
    activated_at timestamptz,
    activated_by text
);

comment on table calibrations is
    'Fitted versions of the probability; the active one is used, without one the prior.';

create unique index calibrations_one_active on calibrations (active) where active;

-- What each version would have said of each outcome had it not known it.
create table calibration_replays (
    calibration_id bigint not null references calibrations (id) on delete cascade,
    outcome_id bigint not null references reviewed_outcomes (id) on delete cascade,
    probability double precision not null check (probability between 0 and 1),
    primary key (calibration_id, outcome_id)
);

alter table calibrations enable row level security;
alter table calibration_replays enable row level security;

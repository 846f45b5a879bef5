-- Because what the corrections teach is fitted once and shared by all replicas, kept by version.
create table answer_models (
    id bigint generated always as identity primary key,
    created_at timestamptz not null default now(),
    created_by text not null,
    embedding_model text not null,
    examples integer not null,
    answers integer not null,
    report jsonb not null default '{}',
    artefact bytea not null,
    active boolean not null default false
);

comment on table answer_models is
    'Fitted answer models; the active one is used. Going back is making an earlier one active.';

create unique index answer_models_one_active on answer_models (active) where active;

-- How the model would have answered each solved ticket had it not known it.
create table answer_replays (
    model_id bigint not null references answer_models (id) on delete cascade,
    correction_id uuid not null,
    category text not null,
    probability double precision not null check (probability between 0 and 1),
    correct boolean not null,
    primary key (model_id, correction_id)
);

create function replayed_outcomes(category text)
returns table (ticket_id text, probability double precision, correct boolean)
language sql stable
as $$
    select c.ticket_id, r.probability, r.correct
    from answer_replays r
    join answer_models m on m.id = r.model_id
    join support_corrections c on c.id = r.correction_id
    where m.active and r.category = replayed_outcomes.category
$$;

comment on function replayed_outcomes is
    'Predictions of the active answer model for the solved tickets of a category, each made by a '
    'model that did not know the ticket.';

alter table answer_models enable row level security;
alter table answer_replays enable row level security;

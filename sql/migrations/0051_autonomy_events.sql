-- Because it must be possible to say who let the machine answer alone, since when, and on what evidence.
create table autonomy_events (
    id bigint generated always as identity primary key,
    category text not null,
    -- BCP 47 without the region; und: unknown
    language text not null check (language ~ '^[a-z]{2,8}$'),
    change text not null check (change in ('promoted', 'demoted', 'proposed', 'declined')),
    -- what holds from here on; null where nothing changed yet
    mode text check (mode in ('draft', 'auto')),
    changed_by text not null,
    reason text not null,
    -- what was known then: counts, bounds, threshold, target
    evidence jsonb not null,
    at timestamptz not null default clock_timestamp(),
    check ((change = 'promoted') = (mode is not distinct from 'auto')),
    check ((change = 'demoted') = (mode is not distinct from 'draft'))
);

create index autonomy_events_newest on autonomy_events (category, language, id desc);

create function autonomy_events_are_append_only() returns trigger
language plpgsql
as $$
begin
    raise exception 'autonomy_events is append-only' using errcode = 'insufficient_privilege';
end
$$;

create trigger autonomy_events_append_only
before update on autonomy_events
for each row execute function autonomy_events_are_append_only();

alter table autonomy_events enable row level security;

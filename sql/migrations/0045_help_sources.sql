-- Because an article that is gone from its help centre must go here too, and others must stay.
create table help_sources (
    document_id text primary key references help_documents (id) on delete cascade,
    source text not null,
    -- of all that the help centre said of the article
    content_hash text not null,
    stored_at timestamptz not null default now()
);

comment on table help_sources is 'Which help centre an article came from, and as what; hand-made articles have no row.';

create index help_sources_source on help_sources (source);

create table help_syncs (
    id bigint generated always as identity primary key,
    source text not null,
    started_at timestamptz not null,
    finished_at timestamptz not null default now(),
    report jsonb not null
);

comment on table help_syncs is 'What each sync of a help centre changed.';

alter table help_sources enable row level security;
alter table help_syncs enable row level security;

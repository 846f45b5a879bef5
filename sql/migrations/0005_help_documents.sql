-- Because replies may only say what a help document or a correction says: articles, split in parts.
create table help_documents (
    id text primary key,
    title text not null,
    url text not null default '',
    category text,
    locale text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table help_parts (
    document_id text not null references help_documents (id) on delete cascade,
    part integer not null check (part >= 1),
    section text not null default '',
    text text not null,
    -- of everything that is embedded: title, section and text
    text_hash text not null,
    -- words in the article's language, and as they are written
    search tsvector not null,
    primary key (document_id, part)
);

create index help_parts_search on help_parts using gin (search);
create index help_parts_text on help_parts (document_id, text_hash);

-- A part longer than what the model reads has several windows. Vectors of several models may lie
-- beside each other, so that a change of model takes away nothing while it runs.
create table help_vectors (
    document_id text not null references help_documents (id) on delete cascade,
    text_hash text not null,
    embedding_model text not null,
    window_number integer not null,
    embedding halfvec not null,
    primary key (document_id, text_hash, embedding_model, window_number)
);

alter table help_documents enable row level security;
alter table help_parts enable row level security;
alter table help_vectors enable row level security;

-- Because every answer a human corrected or confirmed teaches the next one: the correction store.
create table support_corrections (
    id uuid primary key default gen_random_uuid(),
    ticket_id text not null,
    ticket_text text not null,
    ai_draft text not null default '',
    human_resolution text not null,
    summary text not null default '',
    category text not null,
    agent_id text not null,
    verdict text not null default 'taught'
        check (verdict in ('approved', 'edited', 'rejected', 'taught')),
    active boolean not null default true,
    duplicate_of uuid references support_corrections (id) on delete set null,
    superseded_by uuid references support_corrections (id) on delete set null,
    quality text[] not null default '{}',
    -- must not be quoted to another customer: holds personal data, or says nothing
    withheld boolean not null default false,
    -- of ticket_text and of human_resolution; no fixed dimension, so that models can change
    embedding_model text,
    embedding halfvec,
    resolution_embedding halfvec,
    -- of ticket_text and human_resolution as first sent: the same correction is stored once
    content_hash text not null default gen_random_uuid()::text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- when the resolution was last written: of two that contradict each other, the newer counts
    resolved_at timestamptz not null default now(),
    -- what may be shown to the drafter
    evidence boolean not null generated always as (
        active and verdict <> 'rejected' and not withheld
        and duplicate_of is null and superseded_by is null
    ) stored,
    unique (ticket_id, agent_id, content_hash)
);

create index support_corrections_category on support_corrections (category, created_at desc);
create index support_corrections_newest on support_corrections (created_at desc, id);
create index support_corrections_duplicates on support_corrections (duplicate_of)
    where duplicate_of is not null;
create index support_corrections_superseded on support_corrections (superseded_by)
    where superseded_by is not null;

-- On Supabase, tables without row security can be read and written by anybody with the public key.
alter table support_corrections enable row level security;

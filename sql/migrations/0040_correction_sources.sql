-- Because what a help article no longer says must not be answered from a correction any more.
create table correction_sources (
    correction_id uuid not null references support_corrections (id) on delete cascade,
    -- no foreign keys: the article may go, and that is what must be noticed
    document_id text not null,
    -- the section's hash when its text was last looked at; '' where the quote was gone already
    text_hash text not null,
    part integer not null default 1,
    quote text not null default '',
    primary key (correction_id, document_id, text_hash)
);

create index correction_sources_text on correction_sources (document_id, text_hash);

alter table correction_sources enable row level security;

-- since when a section it rests on is gone or reads differently; null while all still stand
alter table support_corrections add column stale_since timestamptz;

-- Dropped and made anew, with its indexes: PostgreSQL before 17 cannot change an expression.
alter table support_corrections drop column evidence;
alter table support_corrections add column evidence boolean not null generated always as (
    active and verdict <> 'rejected' and not withheld
    and duplicate_of is null and superseded_by is null and stale_since is null
) stored;
select index_embeddings('local:all-MiniLM-L6-v2', 384);
select index_embeddings('openai:text-embedding-3-small', 1536);
do $$
declare
    -- read first: an index cannot be made on a table that the same statement reads
    models constant jsonb := (
        select coalesce(jsonb_object_agg(embedding_model, vector_dims(embedding)), '{}')
        from support_corrections where embedding is not null
    );
    model text;
begin
    for model in select jsonb_object_keys(models) loop
        perform index_embeddings(model, (models ->> model)::integer);
    end loop;
end
$$;

create function refresh_staleness(corrections uuid[]) returns void
language sql
as $$
    with looked_at as (
        select c.id, exists (
            select from correction_sources s
            where s.correction_id = c.id and not exists (
                select from help_parts p
                where p.document_id = s.document_id and p.text_hash = s.text_hash)
        ) as is_stale
        from support_corrections c
        where c.id = any (corrections)
        order by c.id
        for no key update
    )
    update support_corrections c
    set stale_since = case when looked_at.is_stale then now() end, updated_at = now()
    from looked_at
    where looked_at.id = c.id and looked_at.is_stale <> (c.stale_since is not null)
$$;

comment on function refresh_staleness is
    'Mark the corrections of which a source reads differently now, and unmark those it does not.';

create function notice_changed_source() returns trigger
language plpgsql
as $$
declare
    -- storing an article writes all its parts anew: only what is gone or new at the end counts
    document constant text := coalesce(old.document_id, new.document_id);
    affected constant uuid[] := array(
        select s.correction_id from correction_sources s
        where s.document_id = document
            and s.text_hash in (old.text_hash, new.text_hash)
    );
    agent constant text := current_setting('deskloop.agent', true);
begin
    if cardinality(affected) > 0 then
        perform set_config('deskloop.agent', 'help article ' || document, true);
        perform refresh_staleness(affected);
        perform set_config('deskloop.agent', coalesce(agent, ''), true);
    end if;
    return null;
end
$$;

create constraint trigger notice_changed_source
after insert or update of text_hash or delete on help_parts
deferrable initially deferred
for each row execute function notice_changed_source();

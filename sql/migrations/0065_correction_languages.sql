-- Because an answer given in one language is no answer for a customer who writes another.
alter table support_corrections add column language text;

comment on column support_corrections.language is
    'Of the resolution: a primary language tag; und where it is too short to tell; null: not looked at yet.';

-- as before, without the language, which follows from the text
create or replace function record_correction_change() returns trigger
language plpgsql
as $$
declare
    -- vectors are derived from the texts and would drown the rest
    uninteresting constant text[] := array[
        'embedding', 'resolution_embedding', 'embedding_model', 'updated_at', 'evidence',
        'language'
    ];
    before jsonb := '{}';
    after jsonb := '{}';
    changed jsonb;
begin
    if tg_op <> 'INSERT' then
        before := to_jsonb(old) - uninteresting;
    end if;
    if tg_op <> 'DELETE' then
        after := to_jsonb(new) - uninteresting;
    end if;
    select jsonb_object_agg(key, jsonb_build_object('old', before -> key, 'new', after -> key))
    into changed
    from jsonb_object_keys(before || after) as keys (key)
    where before -> key is distinct from after -> key;
    if changed is null then
        return null;
    end if;
    insert into correction_changes (correction_id, changed_by, action, changes)
    values (
        coalesce((after ->> 'id')::uuid, (before ->> 'id')::uuid),
        coalesce(nullif(current_setting('deskloop.agent', true), ''), current_user),
        lower(tg_op),
        changed
    );
    return null;
end
$$;


drop function match_corrections(halfvec, text, integer, double precision, text);

create function match_corrections(
    query_embedding halfvec,
    match_category text,
    match_count integer,
    min_similarity double precision,
    model text,
    match_language text default null
)
returns table (
    id uuid,
    ticket_id text,
    ticket_text text,
    ai_draft text,
    human_resolution text,
    summary text,
    category text,
    agent_id text,
    verdict text,
    created_at timestamptz,
    similarity double precision
)
language plpgsql
as $$
begin
    if model is null then
        raise exception 'match_corrections: name the embedding model'
            using errcode = 'null_value_not_allowed';
    end if;
    -- go on scanning the index until enough rows pass the filters
    perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
    perform set_config('hnsw.ef_search', greatest(100, least(1000, 4 * match_count))::text, true);
    -- model and dimension as literals: only so can the planner use the model's own index
    return query execute format(
        $query$
        with nearest as materialized (
            select c.*, 1 - (c.embedding::halfvec(%1$s) <=> $1::halfvec(%1$s)) as near
            from support_corrections c
            where c.evidence and c.embedding_model = %2$L and ($2 is null or c.category = $2)
                and ($5 is null or c.language is null or c.language in ('und', $5))
            order by c.embedding::halfvec(%1$s) <=> $1::halfvec(%1$s)
            limit $3
        )
        select n.id, n.ticket_id, n.ticket_text, n.ai_draft, n.human_resolution, n.summary,
            n.category, n.agent_id, n.verdict, n.created_at, least(1, greatest(0, n.near))
        from nearest n
        where n.near >= $4
        order by n.near desc, n.resolved_at desc, n.id
        $query$,
        vector_dims(query_embedding), model
    )
    using query_embedding, match_category, match_count, min_similarity, match_language;
end
$$;

comment on function match_corrections is
    'The match_count corrections nearest to query_embedding by cosine similarity (0..1), best first; '
    'match_category null means all categories; only rows embedded with model are looked at, and none that is known to be in another language '
    'than match_language.';

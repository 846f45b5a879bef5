-- Because the nearest corrections must be found fast and never across embedding models.
create function match_corrections(
    query_embedding halfvec,
    match_category text,
    match_count integer,
    min_similarity double precision,
    model text
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
    using query_embedding, match_category, match_count, min_similarity;
end
$$;

comment on function match_corrections is
    'The match_count corrections nearest to query_embedding by cosine similarity (0..1), best first; '
    'match_category null means all categories; only rows embedded with model are looked at.';

create function corrections_in_category(category text) returns bigint
language sql stable
as $$
    select count(*) from support_corrections c
    where c.category = corrections_in_category.category and c.active and c.verdict <> 'rejected'
$$;

comment on function corrections_in_category is
    'How many corrections a category holds that a human stands behind.';

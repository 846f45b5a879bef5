-- Because an HNSW index needs one dimension: each embedding model has its own partial index.
create function index_embeddings(model text, dimensions integer) returns void
language plpgsql
as $$
declare
    slug constant text := left(trim('_' from regexp_replace(lower(model), '[^a-z0-9]+', '_', 'g')), 30)
        || '_' || left(md5(model), 6);
begin
    -- what pgvector can index; above it, searches are exact
    if dimensions > 4000 then
        return;
    end if;
    execute format(
        'create index if not exists %I on support_corrections '
        'using hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops) '
        'where evidence and embedding_model = %L',
        'support_corrections_' || slug, dimensions, model
    );
    execute format(
        'create index if not exists %I on help_vectors '
        'using hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops) '
        'where embedding_model = %L',
        'help_vectors_' || slug, dimensions, model
    );
end
$$;

comment on function index_embeddings is
    'Create the indexes of an embedding model where they are missing.';

select index_embeddings('local:all-MiniLM-L6-v2', 384);
select index_embeddings('openai:text-embedding-3-small', 1536);

-- Because a change of embedding model takes long: new vectors wait here until all are there.
create table correction_reembedding (
    correction_id uuid not null references support_corrections (id) on delete cascade,
    embedding_model text not null,
    -- of the texts that were embedded; a correction edited meanwhile is embedded again
    text_hash text not null,
    embedding halfvec not null,
    resolution_embedding halfvec not null,
    primary key (correction_id, embedding_model)
);

alter table correction_reembedding enable row level security;

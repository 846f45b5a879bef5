-- Because it must be possible to see who changed what the machine learns from, also by hand in SQL.
create table correction_changes (
    id bigint generated always as identity primary key,
    correction_id uuid not null,
    changed_at timestamptz not null default now(),
    -- the agent the service acts for, or the database role
    changed_by text not null,
    action text not null check (action in ('insert', 'update', 'delete')),
    -- column -> {"old": …, "new": …}
    changes jsonb not null
);

create index correction_changes_correction on correction_changes (correction_id, id);

alter table correction_changes enable row level security;

create function record_correction_change() returns trigger
language plpgsql
as $$
declare
    -- vectors are derived from the texts and would drown the rest
    uninteresting constant text[] := array[
        'embedding', 'resolution_embedding', 'embedding_model', 'updated_at', 'evidence'
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

create trigger record_correction_change
after insert or update or delete on support_corrections
for each row execute function record_correction_change();

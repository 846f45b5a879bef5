-- Because it must be possible to say later who let the machine send what, and since when.
create table category_policy_changes (
    id bigint generated always as identity primary key,
    category text not null,
    policy jsonb not null,
    changed_by text not null,
    changed_at timestamptz not null default now()
);

create index category_policy_changes_newest on category_policy_changes (category, changed_at desc);

alter table category_policy_changes enable row level security;

create function record_category_policy_change() returns trigger
language plpgsql
as $$
begin
    insert into category_policy_changes (category, policy, changed_by)
    values (new.category, to_jsonb(new) - 'category' - 'updated_by' - 'updated_at', new.updated_by);
    return null;
end
$$;

create trigger category_policies_recorded
    after insert or update on category_policies
    for each row execute function record_category_policy_change();

insert into category_policy_changes (category, policy, changed_by)
select category, to_jsonb(p) - 'category' - 'updated_by' - 'updated_at', updated_by
from category_policies p
where not exists (select from category_policy_changes c where c.category = p.category);

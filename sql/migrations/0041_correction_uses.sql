-- Because a correction that was never right must be found out: what humans did with drafts from it.
create table correction_uses (
    correction_id uuid not null references support_corrections (id) on delete cascade,
    -- a ticket counts once, however often it was answered; an approval outweighs the rest
    ticket_id text not null,
    verdict text not null check (verdict in ('approved', 'edited', 'rejected')),
    used_at timestamptz not null default now(),
    primary key (correction_id, ticket_id)
);

alter table correction_uses enable row level security;

alter table support_corrections
    -- a reviewer chose another one, or drafts from it were never approved; null: somebody did it
    add column inactive_because text check (inactive_because in ('overruled', 'never_right')),
    -- a human said that it holds: what happened before does not count against it
    add column vouched_at timestamptz;

create function correction_use_counts(correction uuid)
returns table (approved bigint, edited bigint, rejected bigint, last_used_at timestamptz)
language sql stable
as $$
    select count(*) filter (where u.verdict = 'approved'),
        count(*) filter (where u.verdict = 'edited'),
        count(*) filter (where u.verdict = 'rejected'),
        max(u.used_at)
    from correction_uses u join support_corrections c on c.id = u.correction_id
    where u.correction_id = correction and u.used_at > coalesce(c.vouched_at, '-infinity')
$$;

comment on function correction_use_counts is
    'What humans did with drafts that cited it, since a human last said that it holds.';

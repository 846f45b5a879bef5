-- Because a reviewer may find that two corrections are both right, and must not be asked again.
create table correction_pairs_kept (
    one uuid not null references support_corrections (id) on delete cascade,
    other uuid not null references support_corrections (id) on delete cascade,
    decided_by text not null,
    decided_at timestamptz not null default now(),
    primary key (one, other),
    check (one < other)
);

create index correction_pairs_kept_other on correction_pairs_kept (other);

alter table correction_pairs_kept enable row level security;

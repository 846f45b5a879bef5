-- Because a support lead must be able to change what each category may do by itself, without a deploy.
create table category_policies (
    category text primary key check (category ~ '^[a-z0-9][a-z0-9_-]*$'),
    mode text not null default 'auto' check (mode in ('draft', 'auto')),
    draft_until_approved integer not null default 0 check (draft_until_approved >= 0),
    always_human boolean not null default false,
    human_from_urgency text not null default 'critical'
        check (human_from_urgency in ('low', 'medium', 'high', 'critical')),
    send_up_to_urgency text not null default 'high'
        check (send_up_to_urgency in ('low', 'medium', 'high')),
    send_threshold double precision not null default 0.75 check (send_threshold between 0 and 1),
    review_threshold double precision not null default 0.65
        check (review_threshold between 0 and send_threshold),
    cold_start_threshold double precision not null default 0.85
        check (cold_start_threshold between 0 and 1),
    cold_start_corrections integer not null default 50 check (cold_start_corrections >= 0),
    min_confidence double precision not null default 0.5 check (min_confidence between 0 and 1),
    max_turns integer not null default 5 check (max_turns >= 1),
    -- null: never
    repeat_ask_limit integer default 2 check (repeat_ask_limit >= 1),
    answer_replies boolean not null default false,
    updated_by text not null,
    updated_at timestamptz not null default now()
);

comment on table category_policies is
    'What each category may do without a human; read at each decision. Starts as the preset balanced.';

insert into category_policies (category, send_threshold, updated_by) values
    ('account', 0.75, 'migration'),
    ('billing', 0.90, 'migration'),
    ('shipping', 0.75, 'migration'),
    ('technical', 0.75, 'migration'),
    ('general', 0.75, 'migration');

-- On Supabase, tables without row security can be read and written by anybody with the public key.
alter table category_policies enable row level security;

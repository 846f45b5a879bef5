-- Because a category may leave its threshold to the evidence, without a click each time.
alter table category_policies add column follow_advice boolean not null default false;

comment on column category_policies.follow_advice is
    'The threshold is set to the advised one whenever there is one, nightly.';

update category_policy_changes set policy = policy || '{"follow_advice": false}'
where not policy ? 'follow_advice';

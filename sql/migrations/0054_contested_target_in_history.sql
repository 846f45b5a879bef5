-- Because what held before a limit on contested answers existed was its default.
update category_policy_changes
set policy = '{"contested_target": 0.2}' || policy
where not policy ? 'contested_target';

-- Because what held before a setting existed was its default: the history of policies must say so.
update category_policy_changes
set policy = '{"autonomy": "propose", "autonomy_begins": "auto", "reviews_needed": 100, "autonomy_target": 0.05}'
    || policy
where not policy ? 'autonomy';

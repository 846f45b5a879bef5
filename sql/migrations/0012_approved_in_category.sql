-- Because a category may start sending only after enough of its drafts were approved unchanged.
create function approved_in_category(category text) returns bigint
language sql stable
as $$
    select count(*) from support_corrections c
    where c.category = approved_in_category.category and c.active and c.verdict = 'approved'
$$;

comment on function approved_in_category is
    'How many drafts of a category a human approved as they were.';

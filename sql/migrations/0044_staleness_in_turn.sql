-- Because an article and an agent's answer stored at the same moment must wait for each other.
create or replace function refresh_staleness(corrections uuid[]) returns void
language plpgsql
as $$
declare
    concerned text;
begin
    -- as store_correction does before it changes anything in a category
    for concerned in
        select distinct c.category from support_corrections c where c.id = any (corrections) order by 1
    loop
        perform pg_advisory_xact_lock(hashtextextended(concerned, 1));
    end loop;
    with looked_at as (
        select c.id, exists (
            select from correction_sources s
            where s.correction_id = c.id and not exists (
                select from help_parts p
                where p.document_id = s.document_id and p.text_hash = s.text_hash)
        ) as is_stale
        from support_corrections c
        where c.id = any (corrections)
        order by c.id
        for no key update
    )
    update support_corrections c
    set stale_since = case when looked_at.is_stale then now() end, updated_at = now()
    from looked_at
    where looked_at.id = c.id and looked_at.is_stale <> (c.stale_since is not null);
end
$$;

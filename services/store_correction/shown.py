"""What is shown of a correction, as SQL: doubts, uses and sources, and what lists can ask for."""

DOUBTS = """
    c.quality || array_remove(array[
        case when c.superseded_by is not null then 'contradicts_newer' end,
        case when c.stale_since is not null then 'stale' end,
        case when c.inactive_because = 'never_right' then 'never_right'
            when used.edited + used.rejected > used.approved then 'overridden' end], null)
"""
USED = "cross join lateral correction_use_counts(c.id) used"

# the same as in DOUBTS, for looking through the whole store
OVERRIDDEN = """
    c.inactive_because is distinct from 'never_right' and c.id in (
        select u.correction_id
        from correction_uses u join support_corrections k on k.id = u.correction_id
        where u.used_at > coalesce(k.vouched_at, '-infinity')
        group by u.correction_id
        having count(*) > 2 * count(*) filter (where u.verdict = 'approved'))
"""

UNUSED = """
    c.evidence and c.created_at < now() - {days} * interval '1 day'
    and not exists (
        select from correction_uses u where u.correction_id = c.id
            and u.used_at > now() - {days} * interval '1 day')
    and c.id::text not in (
        select sent.source_id from ledger_sent_citations sent
        where sent.sent_at > now() - {days} * interval '1 day' and sent.source_id is not null)
"""

_COLUMNS = f"""
    c.id::text, c.ticket_id, c.ticket_text, c.ai_draft, c.human_resolution, c.summary, c.category,
    c.agent_id, c.verdict, c.active, c.duplicate_of::text, c.created_at, c.updated_at,
    coalesce(c.embedding_model, '') as embedding_model, {DOUBTS} as quality,
    c.superseded_by::text as contradicted_by, c.stale_since, c.inactive_because,
    (select count(*) from support_corrections d where d.duplicate_of = c.id) as duplicates,
    to_json(used)::text as uses,
    (select coalesce(json_agg(json_build_object(
            'document_id', s.document_id, 'part', s.part, 'quote', s.quote,
            'changed', not exists (
                select from help_parts p
                where p.document_id = s.document_id and p.text_hash = s.text_hash)
        ) order by s.document_id, s.part), '[]')::text
    from correction_sources s where s.correction_id = c.id) as sources
"""  # noqa: S608 (only names of columns)

ONE = f"select {_COLUMNS} from support_corrections c {USED}"  # noqa: S608

BY_CONTENT = f"{ONE} where c.ticket_id = $1 and c.agent_id = $2 and c.content_hash = $3"

_FILTER = f"""
where ($1::text is null or c.category = $1)
    and ($2::boolean is null or c.active = $2)
    and ($3::text is null or c.ticket_id = $3)
    and ($4::text is null or $4 = any (c.quality)
        or ($4 = 'contradicts_newer' and c.superseded_by is not null)
        or ($4 = 'stale' and c.stale_since is not null)
        or ($4 = 'never_right' and c.inactive_because = 'never_right')
        or ($4 = 'overridden' and {OVERRIDDEN})
        or ($4 = 'unused' and {UNUSED.format(days="$8::int")}))
    and ($5::text is null or c.ticket_text ilike $5 or c.human_resolution ilike $5
        or c.summary ilike $5)
    and ($6::boolean is null or $6 = (c.active and c.verdict <> 'rejected'
        and (c.superseded_by is not null or c.stale_since is not null)))
    and ($7::uuid is null or c.duplicate_of = $7)
"""

LIST = f"{ONE} {_FILTER} order by c.created_at desc, c.id limit $9 offset $10"
COUNT = f"select count(*) from support_corrections c {_FILTER}"  # noqa: S608

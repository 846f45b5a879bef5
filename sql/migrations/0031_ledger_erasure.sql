-- Because what customers wrote must go when they ask, or after a time: events may be emptied, never changed.
alter table ledger_turns add column erased_at timestamptz;
-- SHA-256 of the ids and addresses of an erased ticket's requesters, to find it again
alter table ledger_tickets add column requester_hashes text[] not null default '{}';

-- Whoever was forgotten stays forgotten when an older back-up is restored.
create table ledger_forgotten (
    requester_hash text primary key,
    forgotten_at timestamptz not null default now()
);

comment on table ledger_forgotten is
    'SHA-256 of the lower-case id or address of everybody whose data was deleted on request.';

alter table ledger_forgotten enable row level security;

create index ledger_tickets_requester_hashes on ledger_tickets using gin (requester_hashes);
create index ledger_turns_not_erased on ledger_turns (finished_at) where erased_at is null;

create or replace function ledger_events_are_append_only() returns trigger
language plpgsql
as $$
declare
    said constant text[] := array['decision', 'detail', 'reasons'];
begin
    -- an erasure takes out what was said; what was decided, when and from which inputs stays
    if current_setting('deskloop.erasing', true) = 'on'
        and to_jsonb(new) - said = to_jsonb(old) - said
        and jsonb_array_length(new.reasons) = jsonb_array_length(old.reasons)
    then
        return new;
    end if;
    raise exception 'ledger_events is append-only' using errcode = 'insufficient_privilege';
end
$$;

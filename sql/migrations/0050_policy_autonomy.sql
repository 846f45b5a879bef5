-- Because how much a language must show before it answers without a human is for people to set.
alter table category_policies
    add column autonomy text not null default 'propose'
        check (autonomy in ('manual', 'propose', 'automatic')),
    add column autonomy_begins text not null default 'auto'
        check (autonomy_begins in ('draft', 'auto')),
    add column reviews_needed integer not null default 100 check (reviews_needed >= 1),
    add column autonomy_target double precision not null default 0.05
        check (autonomy_target > 0 and autonomy_target <= 0.5);

comment on column category_policies.autonomy is
    'Who promotes: a person alone, a person when it is proposed, or the evidence by itself.';

-- The same project told by several sources is counted once; a person confirms what is only likely.
alter table reference.measure
add column feed_flow_code text,
add column feed_measure_code text,
add constraint measure_feed_whole check ((feed_flow_code is null) = (feed_measure_code is null)),
add constraint measure_feed_unique unique (feed_flow_code, feed_measure_code);
comment on column reference.measure.feed_flow_code is 'Flow of the capital feeds whose register gives this measure: fdi, oda or ngo. Empty where no feed does.';
comment on column reference.measure.feed_measure_code is 'Which figure of that flow: capital_new, capital_disbursed and so on.';

create table warehouse.project_title (
    title text constraint project_title_pk primary key,
    title_key text not null,
    bare_key text not null,
    key_version smallint not null
);
comment on table warehouse.project_title is 'Every project title met and the keys it is compared by. Derived; a new version of the keys replaces the old.';
comment on column warehouse.project_title.title is 'Title as it stands in warehouse.capital_flow.';
comment on column warehouse.project_title.title_key is 'Its words in one spelling, accents kept: Tân Thành is not Tân Thạnh.';
comment on column warehouse.project_title.bare_key is 'The same words without accents, word for word.';
comment on column warehouse.project_title.key_version is 'Which rules made the keys.';

create table warehouse.project_match_decision (
    decision_id bigint generated always as identity constraint project_match_decision_pk primary key,
    first_key text not null,
    second_key text not null,
    decision text not null constraint project_match_decision_kind check (decision in ('same', 'different')),
    decided_by_role text not null constraint project_match_decision_role check (decided_by_role <> ''),
    decided_at timestamptz not null default now(),
    reason text not null constraint project_match_decision_reason check (reason <> ''),
    constraint project_match_decision_order check (first_key collate "C" < second_key collate "C")
);
create index project_match_decision_pair on warehouse.project_match_decision (first_key, second_key, decision_id);
comment on table warehouse.project_match_decision is 'What a person said of two records: the same project, or two. Append only; the last word on a pair counts. Keyed by source, sender, flow and project number, so a new revision of a file keeps it.';
comment on column warehouse.project_match_decision.decision_id is 'Order in which they were said.';
comment on column warehouse.project_match_decision.first_key is 'Record, as in mart.project_record.project_key; the smaller key of the two.';
comment on column warehouse.project_match_decision.second_key is 'The other record.';
comment on column warehouse.project_match_decision.decision is 'same or different.';
comment on column warehouse.project_match_decision.decided_by_role is 'Post of whoever decided; never a person''s name.';
comment on column warehouse.project_match_decision.decided_at is 'When.';
comment on column warehouse.project_match_decision.reason is 'Why, without personal data.';

create function warehouse.refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception '%.% is append only: a later decision takes the place of an earlier one', tg_table_schema, tg_table_name;
end
$$;
comment on function warehouse.refuse_change() is 'Keeps an append-only table so.';
create trigger project_match_decision_append_only
before update or delete on warehouse.project_match_decision
for each statement execute function warehouse.refuse_change();

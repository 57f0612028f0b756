-- How an indicator may be broken down, and whose figures are only set beside the others'.
create table reference.indicator_axis (
    indicator_code text not null constraint indicator_axis_indicator_fk references reference.indicator,
    axis_code text not null,
    position smallint not null,
    constraint indicator_axis_pk primary key (indicator_code, axis_code)
);
comment on table reference.indicator_axis is 'Breakdowns the catalogue asks of an indicator, at province level.';
comment on column reference.indicator_axis.indicator_code is 'Indicator.';
comment on column reference.indicator_axis.axis_code is 'An axis of its measures (language, source, ...) or of the reporting unit: template, former_province, border_zone, obligation, element.';
comment on column reference.indicator_axis.position is 'Reading order.';

alter table reference.indicator add column reconciling_units text[];
comment on column reference.indicator.reconciling_units is 'Bodies that repeat what others already count: their figure stands in the reconciliation and never in the sum.';

alter table reference.indicator add column waits_for text;
comment on column reference.indicator.waits_for is 'Feed the indicator needs and the platform does not have yet; its state is missing until then.';

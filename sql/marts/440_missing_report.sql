-- Grain: one row per period and obliged body without an accepted report, in Vietnamese alphabetical order.
create view mart.missing_report as
select
    period_code,
    reporting_unit_code,
    reporting_unit_name_vi,
    group_code,
    report_state,
    last_attempt_at,
    basis
from mart.report_status
where obligation = 'obliged' and not is_received
order by period_code, sort_key;
comment on view mart.missing_report is 'Obliged bodies whose report is still missing, by name. Requested bodies are not here.';
comment on column mart.missing_report.period_code is 'Reporting period.';
comment on column mart.missing_report.reporting_unit_code is 'Body.';
comment on column mart.missing_report.reporting_unit_name_vi is 'Its full name.';
comment on column mart.missing_report.group_code is 'Peer group.';
comment on column mart.missing_report.report_state is 'not_due_yet, not_reported, quarantined or rejected_only.';
comment on column mart.missing_report.last_attempt_at is 'Latest arrival that was not accepted.';
comment on column mart.missing_report.basis is 'Where the entry of the body comes from.';

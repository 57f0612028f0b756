-- Grain: one row per latest report.
-- What kinds of answer it holds, undivided figures only. A report whose figures are all zero or
-- "không phát sinh" is a nil return: a full report, not a missing one.
create table mart.report_content as
select
    report_latest.submission_id,
    report_latest.reporting_unit_code,
    report_latest.period_code,
    count(observation.measure_code) filter (where observation.value_state = 'reported') as reported_count,
    count(observation.measure_code) filter (where observation.value_state = 'nil') as nil_count,
    count(observation.measure_code) filter (where observation.value_state = 'not_applicable') as not_applicable_count,
    count(observation.measure_code) filter (where observation.value_state = 'withheld') as withheld_count,
    count(observation.measure_code) filter (where observation.value_state = 'missing') as missing_count,
    count(observation.measure_code) filter (
        where observation.value_kind = 'uoc' or observation.full_year_estimate is not null
    ) as estimate_count,
    coalesce(bool_or(observation.is_revised), false) as is_revised,
    coalesce(
        -- có/không answers say nothing about what happened in the period.
        bool_and(coalesce(observation.value, 0) = 0) filter (where measure.nature in ('flow', 'stock'))
        and bool_or(observation.value = 0) filter (where measure.nature in ('flow', 'stock')),
        false
    ) as is_nil_return
from mart.report_latest
-- What the report itself says, whether or not a register took the place of the figure.
left join (
    select * from mart.observation_latest
    union all
    select * from mart.superseded_observation
) as observation
    on report_latest.submission_id = observation.submission_id and observation.axis_code = 'total'
left join reference.measure on observation.measure_code = measure.measure_code
group by report_latest.submission_id, report_latest.reporting_unit_code, report_latest.period_code;
alter table mart.report_content add constraint report_content_pk primary key (submission_id);
comment on table mart.report_content is 'How completely each latest report is answered. | Mỗi báo cáo mới nhất trả lời đầy đủ đến đâu.';
comment on column mart.report_content.submission_id is 'Latest submission of the body and period. | Lần gửi mới nhất của đơn vị và kỳ.';
comment on column mart.report_content.reporting_unit_code is 'Reporting body the row is about. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.report_content.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.report_content.reported_count is 'Figures typed, zero included. | Bao nhiêu con số đã gõ, kể cả số 0.';
comment on column mart.report_content.nil_count is 'Figures answered không phát sinh. | Bao nhiêu con số được trả lời không phát sinh.';
comment on column mart.report_content.not_applicable_count is 'Figures answered không áp dụng. | Bao nhiêu con số được trả lời không áp dụng.';
comment on column mart.report_content.withheld_count is 'Figures answered không cung cấp. | Bao nhiêu con số được trả lời không cung cấp.';
comment on column mart.report_content.missing_count is 'Figures left blank. | Bao nhiêu con số để trống.';
comment on column mart.report_content.estimate_count is 'Figures that are, or carry, an estimate. | Bao nhiêu con số là số ước hoặc có số ước đi kèm.';
comment on column mart.report_content.is_revised is 'True when a figure differs from an earlier accepted revision. | Đúng khi một con số khác với bản được chấp nhận trước đó.';
comment on column mart.report_content.is_nil_return is 'True when nothing happened in the period by the body''s own account. It counts as reported. | Đúng khi chính đơn vị nói trong kỳ không có gì phát sinh. Vẫn tính là đã báo cáo.';

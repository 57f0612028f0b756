-- Grain: one row per reporting period and body that has to do with it.
-- A view on purpose: "not due yet" turns into "not reported" when the clock passes, without any new file.
-- The first accepted arrival decides on time or late; later revisions do not change it.
create view mart.report_status as
with attempt as (
    select
        submission.reporting_unit_code,
        submission.period_code,
        min(submission.received_at) filter (where submission.verdict = 'loaded') as first_accepted_at,
        -- The same bytes read again, for a correction of ours, are no version of the body's.
        count(distinct submission.sha256) filter (where submission.verdict = 'loaded') as version_count,
        bool_or(submission.verdict = 'quarantined') as was_quarantined,
        bool_or(submission.verdict = 'rejected') as was_rejected,
        max(submission.received_at) as last_attempt_at,
        count(*) filter (where submission.verdict <> 'unchanged') as attempt_count
    from warehouse.submission
    cross join mart.build
    where
        submission.source_id = 'agency_reports'
        and submission.reporting_unit_code is not null
        and submission.period_code is not null
        and submission.received_at <= coalesce(build.as_known, 'infinity')
    group by submission.reporting_unit_code, submission.period_code
),

-- The first version is the first that said something new, whatever came of it.
first_version as (
    select distinct on (submission.reporting_unit_code, submission.period_code)
        submission.reporting_unit_code,
        submission.period_code,
        submission.verdict = 'loaded' and submission.blocking_count = 0 as is_first_pass
    from warehouse.submission
    cross join mart.build
    where
        submission.source_id = 'agency_reports'
        and submission.received_at <= coalesce(build.as_known, 'infinity')
        and submission.verdict <> 'unchanged'
        and submission.reporting_unit_code is not null
        and submission.period_code is not null
    order by
        submission.reporting_unit_code asc,
        submission.period_code asc,
        submission.received_at asc,
        submission.submission_id asc
)

select
    expected.period_code,
    expected.period_kind,
    expected.plan_year,
    expected.due_at,
    expected.reporting_unit_code,
    expected.reporting_unit_name_vi,
    expected.short_name_vi,
    expected.unit_kind,
    expected.group_code,
    expected.template_code,
    expected.former_province,
    expected.border_zone,
    expected.obligation,
    case
        when attempt.first_accepted_at < expected.due_at then 'on_time'
        when attempt.first_accepted_at is not null then 'late'
        when attempt.was_quarantined then 'quarantined'
        when attempt.was_rejected then 'rejected_only'
        when expected.obligation = 'requested' then 'requested'
        when expected.obligation <> 'obliged' then 'not_counted'
        when coalesce(build.as_known, now()) < expected.due_at then 'not_due_yet'
        else 'not_reported'
    end as report_state,
    attempt.first_accepted_at is not null as is_received,
    attempt.first_accepted_at,
    nullif(case build.reports_back when 0 then attempt.version_count else latest.version_number end, 0) as revision_number,
    attempt.last_attempt_at,
    coalesce(attempt.attempt_count, 0) as attempt_count,
    coalesce(first_version.is_first_pass, false) as is_first_pass,
    latest.submission_id,
    latest.sha256,
    latest.cut_off_date,
    latest.required_cell_count,
    latest.filled_cell_count,
    content.is_nil_return,
    content.is_revised,
    expected.basis,
    expected.sort_key
from mart.expected_report as expected
cross join mart.build
left join attempt
    on
        expected.reporting_unit_code = attempt.reporting_unit_code
        and expected.period_code = attempt.period_code
left join first_version
    on
        expected.reporting_unit_code = first_version.reporting_unit_code
        and expected.period_code = first_version.period_code
left join mart.report_latest as latest
    on
        latest.source_id = 'agency_reports'
        and expected.reporting_unit_code = latest.reporting_unit_code
        and expected.period_code = latest.period_code
left join mart.report_content as content on latest.submission_id = content.submission_id;
comment on view mart.report_status is 'Who has reported for which period, on time, late or not. | Ai đã báo cáo kỳ nào: đúng hạn, trễ, hay chưa.';
comment on column mart.report_status.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.report_status.period_kind is '6T, NAM or DX. | 6T sáu tháng, NAM năm hoặc DX đột xuất.';
comment on column mart.report_status.plan_year is 'Year of the plan. | Kế hoạch của năm nào.';
comment on column mart.report_status.due_at is 'First instant that is late. | Thời khắc đầu tiên bị coi là trễ.';
comment on column mart.report_status.reporting_unit_code is 'Body that is to report, or is asked to. | Đơn vị phải báo cáo hoặc được đề nghị.';
comment on column mart.report_status.reporting_unit_name_vi is 'Its full name. | Tên viết đầy đủ của đơn vị ấy.';
comment on column mart.report_status.short_name_vi is 'Its name for tables. | Tên của đơn vị dùng trong bảng, biểu đồ.';
comment on column mart.report_status.unit_kind is 'commune or agency. | commune xã, phường; agency cơ quan.';
comment on column mart.report_status.group_code is 'Peer group. | Nhóm đơn vị cùng loại, để so sánh với nhau.';
comment on column mart.report_status.template_code is 'Template it fills; empty when it fills none. | Biểu mẫu đơn vị điền; để trống khi không điền biểu nào.';
comment on column mart.report_status.former_province is 'Province before 01/07/2025, communes only. | Thuộc tỉnh nào trước 01/07/2025, chỉ với xã, phường.';
comment on column mart.report_status.border_zone is 'land_border or coast where known, communes only. | land_border biên giới đất liền hoặc coast ven biển khi đã rõ, chỉ với xã, phường.';
comment on column mart.report_status.obligation is 'obliged, requested, to_confirm or via_parent. | obliged phải báo cáo, requested được đề nghị, to_confirm chờ xác nhận hoặc via_parent qua cơ quan cấp trên.';
comment on column mart.report_status.report_state is 'on_time, late: accepted. quarantined, rejected_only: something came, nothing was accepted. not_reported, not_due_yet: nothing came from an obliged body. requested, not_counted: nothing came and nothing was ordered. | on_time đúng hạn, late trễ: đã chấp nhận. quarantined, rejected_only: có gửi mà chưa bản nào được chấp nhận. not_reported, not_due_yet: đơn vị phải báo cáo chưa gửi. requested, not_counted: không gửi và không bị buộc.';
comment on column mart.report_status.is_received is 'True when a report was accepted; a nil return is a report. | Đúng khi có báo cáo được chấp nhận; báo cáo không phát sinh cũng là báo cáo.';
comment on column mart.report_status.first_accepted_at is 'True receipt time of the first accepted report (REP02). | Lúc thật sự nhận báo cáo được chấp nhận đầu tiên (REP02).';
comment on column mart.report_status.revision_number is 'Revisions accepted so far (REP03). | Bao nhiêu bản đã được chấp nhận đến nay (REP03).';
comment on column mart.report_status.last_attempt_at is 'Latest arrival, whatever came of it. | Lần đến gần nhất, dù kết cục thế nào.';
comment on column mart.report_status.attempt_count is 'Distinct files received, re-saved ones left out. | Bao nhiêu tệp khác nhau đã nhận, không kể tệp chỉ lưu lại.';
comment on column mart.report_status.is_first_pass is 'True when the first version passed without a blocking finding (REP06). | Đúng khi bản đầu tiên qua mà không có phát hiện chặn (REP06).';
comment on column mart.report_status.submission_id is 'Submission that counts. | Lần gửi đang được tính của đơn vị và kỳ.';
comment on column mart.report_status.sha256 is 'Hash of that file. | Mã băm của tệp mà dòng này dẫn đến.';
comment on column mart.report_status.cut_off_date is 'Last day its figures cover. | Ngày cuối cùng số liệu của báo cáo bao trùm.';
comment on column mart.report_status.required_cell_count is 'Cells its template requires (REP05). | Bao nhiêu ô biểu mẫu của đơn vị bắt buộc điền (REP05).';
comment on column mart.report_status.filled_cell_count is 'Of those, filled (REP05). | Trong đó bao nhiêu ô đã điền (REP05).';
comment on column mart.report_status.is_nil_return is 'True when the body reports that nothing happened. | Đúng khi đơn vị báo không có gì phát sinh.';
comment on column mart.report_status.is_revised is 'True when a figure differs from an earlier accepted revision. | Đúng khi một con số khác với bản được chấp nhận trước đó.';
comment on column mart.report_status.basis is 'Where the entry of the body comes from. | Việc đơn vị phải báo cáo lấy từ đâu.';
comment on column mart.report_status.sort_key is 'Vietnamese alphabetical order. | Sắp theo cột này là đúng thứ tự chữ cái tiếng Việt.';

-- Grain: one row per mistake in the heading of a report.
-- Reading refuses unknown templates, bodies and periods; a report that came past it must not load under a guess.
-- A cut-off outside the period, or later than the day of receipt in Vietnam, means figures of another period.
with heading as (
    select
        report.*,
        period.window_start,
        period.window_end,
        unit.unit_code,
        template.template_code as known_template_code,
        template.template_version as known_template_version,
        (report.received_at at time zone 'Asia/Ho_Chi_Minh')::date as receipt_date
    from staging.report
    left join reference.reporting_period as period on report.period_code = period.period_code
    left join reference.reporting_unit as unit on report.reporting_unit_code = unit.unit_code
    left join reference.template as template on report.template_code = template.template_code
),

mistake as (
    select
        heading.submission_id,
        statement.code,
        statement.key,
        statement.found,
        statement.expected,
        statement.subject,
        heading.heading_cells
    from heading
    cross join lateral (
        values
        (
            heading.unit_code is null,
            'HEADING_NOT_KNOWN', 'unit', heading.reporting_unit_code,
            'mã đơn vị trong danh mục', 'Đơn vị báo cáo'
        ),
        (
            heading.window_start is null,
            'HEADING_NOT_KNOWN', 'period', heading.period_code,
            'mã kỳ trong lịch báo cáo', 'Kỳ báo cáo'
        ),
        (
            heading.known_template_code is null
            or heading.known_template_version is distinct from heading.template_version,
            'HEADING_NOT_KNOWN', 'template', concat_ws(', phiên bản ', heading.template_code, heading.template_version),
            coalesce(
                heading.known_template_code || ', phiên bản ' || heading.known_template_version, 'mẫu đang áp dụng'
            ),
            'Mẫu số'
        ),
        (
            heading.cut_off_date is null,
            'CUT_OFF_NOT_STATED', 'cut_off_date', '', 'một ngày, dạng ngày/tháng/năm', 'Ngày chốt số liệu'
        ),
        (
            heading.cut_off_date not between heading.window_start and heading.window_end,
            'CUT_OFF_OUTSIDE_PERIOD', 'cut_off_date', to_char(heading.cut_off_date, 'DD/MM/YYYY'),
            'từ ' || to_char(heading.window_start, 'DD/MM/YYYY') || ' đến ' || to_char(heading.window_end, 'DD/MM/YYYY'),
            'Ngày chốt số liệu'
        ),
        (
            heading.cut_off_date > heading.receipt_date,
            'CUT_OFF_AFTER_RECEIPT', 'cut_off_date', to_char(heading.cut_off_date, 'DD/MM/YYYY'),
            to_char(heading.receipt_date, 'DD/MM/YYYY'), 'Ngày chốt số liệu'
        )
    ) as statement (is_wrong, code, key, found, expected, subject)
    where statement.is_wrong
)

select
    submission_id,
    null::integer as line_number,
    heading_cells -> key ->> 0 as sheet_name,
    heading_cells -> key ->> 1 as cell,
    code,
    coalesce(found, '') as found,
    expected,
    subject
from mistake

-- Grain: one row per report whose own number and symbol are missing, or whose date is later than its receipt.
-- The figures can be used; the file cannot be matched with the signed document, which the records need.
select
    report.submission_id,
    null::integer as line_number,
    report.heading_cells -> detail.key ->> 0 as sheet_name,
    report.heading_cells -> detail.key ->> 1 as cell,
    detail.code,
    detail.found,
    detail.expected,
    detail.subject
from staging.report
cross join lateral (
    values
    (
        coalesce(trim(report.document_number), '') = '',
        'DOCUMENT_NUMBER_MISSING', 'document_number', 'ô trống', 'số và ký hiệu, ví dụ 45/BC-UBND', 'Số, ký hiệu'
    ),
    (
        report.document_date > (report.received_at at time zone 'Asia/Ho_Chi_Minh')::date,
        'DOCUMENT_DATE_AFTER_RECEIPT', 'document_date', to_char(report.document_date, 'DD/MM/YYYY'),
        'không sau ngày nhận ' || to_char(report.received_at at time zone 'Asia/Ho_Chi_Minh', 'DD/MM/YYYY'),
        'Ngày văn bản'
    )
) as detail (is_wrong, code, key, found, expected, subject)
where detail.is_wrong

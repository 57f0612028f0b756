-- Grain: one row per report of a weaker kind than an accepted one of the same body and period that came before it.
-- It is kept as a version of its own and counts nowhere: estimate, actual, final is a ladder (mart.report_version).
with firmest as (
    select distinct on (report.submission_id)
        report.submission_id,
        earlier.value_kind,
        earlier.received_at
    from staging.report
    inner join warehouse.submission as earlier
        on
            report.source_id = earlier.source_id
            and report.reporting_unit_code = earlier.reporting_unit_code
            and report.period_code = earlier.period_code
            and earlier.verdict = 'loaded'
            and report.received_at >= earlier.received_at
    order by
        report.submission_id asc,
        array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], earlier.value_kind) desc nulls last,
        earlier.received_at desc
),

named as (
    select *
    from (values ('uoc', 1, 'ước'), ('thuc_hien', 2, 'thực hiện'), ('chinh_thuc', 3, 'chính thức')) as kind (code, rank, name)
)

select
    report.submission_id,
    null::integer as line_number,
    report.heading_cells -> 'value_kind' ->> 0 as sheet_name,
    report.heading_cells -> 'value_kind' ->> 1 as cell,
    'số ' || stated.name as found,
    'số ' || kept.name || ' đã nhận ngày '
    || to_char(firmest.received_at at time zone 'Asia/Ho_Chi_Minh', 'DD/MM/YYYY') as expected,
    'Loại số liệu' as subject
from staging.report
inner join firmest on report.submission_id = firmest.submission_id
inner join named as stated on report.value_kind = stated.code
inner join named as kept on firmest.value_kind = kept.code
where stated.rank < kept.rank

-- Grain: one row per report of a body that does not exist on the last day its figures cover, and one per line that
-- names another body than the heading. Communes and districts of before 01/07/2025 are told where their area went,
-- a divided one every commune that holds a part.
-- Reading refuses most of these; a figure under a dissolved body would drop out of every total unseen.
with dated_report as (
    select
        report.*,
        coalesce(report.cut_off_date, period.window_end, report.received_at::date) as valid_on
    from staging.report
    left join reference.reporting_period as period on report.period_code = period.period_code
),

-- A former district stands for everything that became of its communes.
former_unit as (
    select
        former_code,
        successor_code,
        is_partial
    from reference.unit_succession
    union all
    select
        former.parent_code,
        succession.successor_code,
        bool_or(succession.is_partial)
    from reference.administrative_unit as former
    inner join reference.unit_succession as succession
        on former.unit_code = succession.former_code and former.valid_to = succession.changed_on
    where former.unit_level = 'commune'
    group by former.parent_code, succession.successor_code
),

successor as (
    select
        former_unit.former_code,
        string_agg(
            unit.name_vi || ' (' || unit.unit_code || ')'
            || case when former_unit.is_partial then ' - nhận một phần' else '' end, '; '
            order by unit.sort_key
        ) as names
    from former_unit
    inner join reference.reporting_unit as unit on former_unit.successor_code = unit.unit_code
    group by former_unit.former_code
)

select
    dated_report.submission_id,
    null::integer as line_number,
    dated_report.heading_cells -> 'unit' ->> 0 as sheet_name,
    dated_report.heading_cells -> 'unit' ->> 1 as cell,
    'UNIT_NOT_IN_FORCE' as code,
    dated_report.reporting_unit_code || ' vào ngày ' || to_char(dated_report.valid_on, 'DD/MM/YYYY') as found,
    coalesce('đơn vị kế thừa: ' || successor.names, 'mã của một đơn vị đang hoạt động') as expected,
    'Đơn vị báo cáo' as subject
from dated_report
left join reference.reporting_unit as unit
    on
        dated_report.reporting_unit_code = unit.unit_code
        and dated_report.valid_on >= unit.valid_from
        and (unit.valid_to is null or dated_report.valid_on < unit.valid_to)
left join successor on dated_report.reporting_unit_code = successor.former_code
where
    dated_report.reporting_unit_code is not null
    and unit.unit_code is null
union all
select
    observation.submission_id,
    observation.line_number,
    observation.sheet_name,
    observation.cell,
    'LINE_OF_ANOTHER_UNIT',
    observation.reporting_unit_code,
    dated_report.reporting_unit_code || coalesce(' (đơn vị kế thừa của mã đó: ' || successor.names || ')', ''),
    observation.measure_code
from staging.observation
inner join dated_report on observation.submission_id = dated_report.submission_id
left join successor on observation.reporting_unit_code = successor.former_code
where observation.reporting_unit_code <> dated_report.reporting_unit_code

-- Grain: one row per report that disburses more foreign capital than was assigned for the year (ODA04, ODA03) or more
-- foreign non-government aid than was committed (NGO03, NGO02). Capital carried over explains it, when the note says so.
with figure as (
    select
        observation.*,
        observation.value_kind = 'uoc_nam' as is_year_estimate
    from staging.observation
    where
        observation.measure_code in ('ODA03', 'ODA04', 'NGO02', 'NGO03')
        and observation.axis_code = 'total'
)

select
    disbursed.submission_id,
    disbursed.line_number,
    disbursed.sheet_name,
    disbursed.cell,
    '{' || trim_scale(disbursed.value / measure.unit_factor) || '} ' || measure.unit_vi as found,
    'không quá ' || committed.measure_code || ' là {' || trim_scale(committed.value / measure.unit_factor) || '} '
    || measure.unit_vi || ' (ô ' || committed.cell || '), hoặc có giải trình ở cột Ghi chú' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject
from figure as disbursed
inner join figure as committed
    on
        disbursed.submission_id = committed.submission_id
        and disbursed.is_year_estimate = committed.is_year_estimate
        and (disbursed.measure_code, committed.measure_code) in (('ODA04', 'ODA03'), ('NGO03', 'NGO02'))
inner join reference.measure on disbursed.measure_code = measure.measure_code
where
    disbursed.value > committed.value
    and coalesce(trim(disbursed.note_text), '') = ''

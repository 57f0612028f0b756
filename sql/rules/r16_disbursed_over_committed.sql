-- Grain: one row per report that disburses more foreign capital than was assigned for the year (ODA04, ODA03) or more
-- foreign non-government aid than was committed (NGO03, NGO02). Capital carried over explains it, when the note says so.
select
    disbursed.submission_id,
    disbursed.line_number,
    disbursed.sheet_name,
    disbursed.cell,
    '{' || trim_scale(disbursed.value / measure.unit_factor) || '} ' || measure.unit_vi as found,
    'không quá ' || committed.measure_code || ' là {' || trim_scale(committed.value / measure.unit_factor) || '} '
    || measure.unit_vi || ' (ô ' || committed.cell || '), hoặc có giải trình ở cột Ghi chú' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject
from staging.observation as disbursed
inner join staging.observation as committed
    on
        disbursed.submission_id = committed.submission_id
        and disbursed.value_kind = committed.value_kind
        and (disbursed.measure_code, committed.measure_code) in (('ODA04', 'ODA03'), ('NGO03', 'NGO02'))
        and committed.axis_code = 'total'
inner join reference.measure on disbursed.measure_code = measure.measure_code
where
    disbursed.axis_code = 'total'
    and disbursed.value > committed.value
    and coalesce(trim(disbursed.note_text), '') = ''

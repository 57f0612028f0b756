-- Grain: one row per figure that its file states more than once (same measure and breakdown member).
-- Both places are shown: the author knows which one is meant, we do not. Only the estimate for the full year may
-- stand beside the figure to the cut-off date; an actual and an estimate of the same figure are two statements.
with repeated as (
    select
        submission_id,
        measure_code,
        axis_code,
        member_code,
        value_kind = 'uoc_nam' as is_year_estimate,
        count(*) as row_count,
        string_agg(cell || ': ' || coalesce(raw_text, value_state), '; ' order by line_number) as places
    from staging.observation
    group by submission_id, measure_code, axis_code, member_code, value_kind = 'uoc_nam'
    having count(*) > 1
)

select
    observation.submission_id,
    observation.line_number,
    observation.sheet_name,
    observation.cell,
    '{' || repeated.row_count || '} dòng (' || repeated.places || ')' as found,
    'một dòng' as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(repeated.axis_code, 'total'), nullif(repeated.member_code, 'total'))
    || ')' as subject
from repeated
inner join staging.observation
    on
        repeated.submission_id = observation.submission_id
        and repeated.measure_code = observation.measure_code
        and repeated.axis_code = observation.axis_code
        and repeated.member_code = observation.member_code
        and repeated.is_year_estimate = (observation.value_kind = 'uoc_nam')
inner join reference.measure on observation.measure_code = measure.measure_code

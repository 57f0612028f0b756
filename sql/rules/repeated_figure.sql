-- Grain: one row per figure that its file states more than once (same measure, breakdown member and kind).
-- Both places are shown: the author knows which one is meant, we do not.
with repeated as (
    select
        submission_id,
        measure_code,
        axis_code,
        member_code,
        value_kind,
        count(*) as row_count,
        string_agg(cell || ': ' || coalesce(raw_text, value_state), '; ' order by line_number) as places
    from staging.observation
    group by submission_id, measure_code, axis_code, member_code, value_kind
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
inner join staging.observation using (submission_id, measure_code, axis_code, member_code, value_kind)
inner join reference.measure on observation.measure_code = measure.measure_code

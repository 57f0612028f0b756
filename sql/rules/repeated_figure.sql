-- Grain: one row per figure that its file states more than once (same measure, breakdown member and kind).
-- Both places are shown: the author knows which one is meant, we do not.
with repeated as (
    select
        observation.*,
        count(*) over same_figure as row_count,
        string_agg(observation.cell || ': ' || coalesce(observation.raw_text, observation.value_state), '; ')
            over same_figure as places
    from staging.observation
    window
        same_figure as (
            partition by
                observation.submission_id,
                observation.measure_code,
                observation.axis_code,
                observation.member_code,
                observation.value_kind
        )
)

select
    repeated.submission_id,
    repeated.line_number,
    repeated.sheet_name,
    repeated.cell,
    '{' || repeated.row_count || '} dòng (' || repeated.places || ')' as found,
    'một dòng' as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(repeated.axis_code, 'total'), nullif(repeated.member_code, 'total'))
    || ')' as subject
from repeated
inner join reference.measure on repeated.measure_code = measure.measure_code
where repeated.row_count > 1

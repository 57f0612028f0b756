-- Grain: one row per report with attendees but no class.
-- People cannot attend a class that was not held: one of the two figures is wrong.
with figure as (
    select
        observation.*,
        observation.value_kind = 'uoc_nam' as is_year_estimate
    from staging.observation
    where
        observation.measure_code in ('TRN01', 'TRN02')
        and observation.axis_code = 'total'
)

select
    attendees.submission_id,
    attendees.line_number,
    attendees.sheet_name,
    attendees.cell,
    '{' || trim_scale(attendees.value) || '} lượt người dự trong khi số lớp TRN01 (ô ' || classes.cell || ') là {0}' as found,
    'số lớp TRN01 lớn hơn {0}, hoặc số lượt người bằng {0}' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject,
    array[classes.line_number] as held_lines
from figure as attendees
inner join figure as classes
    on
        attendees.submission_id = classes.submission_id
        and attendees.is_year_estimate = classes.is_year_estimate
        and classes.measure_code = 'TRN01'
inner join reference.measure on attendees.measure_code = measure.measure_code
where
    attendees.measure_code = 'TRN02'
    and classes.value = 0
    and attendees.value > 0

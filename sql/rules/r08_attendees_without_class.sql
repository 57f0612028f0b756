-- Grain: one row per report with attendees but no class.
-- People cannot attend a class that was not held: one of the two figures is wrong.
select
    attendees.submission_id,
    attendees.line_number,
    attendees.sheet_name,
    attendees.cell,
    '{' || trim_scale(attendees.value) || '} lượt người dự trong khi số lớp TRN01 (ô ' || classes.cell || ') là {0}' as found,
    'số lớp TRN01 lớn hơn {0}, hoặc số lượt người bằng {0}' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject,
    array[classes.line_number] as held_lines
from staging.observation as attendees
inner join staging.observation as classes
    on
        attendees.submission_id = classes.submission_id
        and attendees.value_kind = classes.value_kind
        and classes.measure_code = 'TRN01'
        and classes.axis_code = 'total'
inner join reference.measure on attendees.measure_code = measure.measure_code
where
    attendees.measure_code = 'TRN02'
    and attendees.axis_code = 'total'
    and classes.value = 0
    and attendees.value > 0

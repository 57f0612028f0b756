-- Grain: one row per report whose classes have fewer than 5 or more than 500 attendees on average.
-- Outside that range people and classes were mostly mixed up; large opening sessions exist, so it only warns.
select
    attendees.submission_id,
    attendees.line_number,
    attendees.sheet_name,
    attendees.cell,
    '{' || trim_scale(attendees.value) || '} lượt người trên {' || trim_scale(classes.value)
    || '} lớp, bình quân {' || round(attendees.value / classes.value, 1) || '} người một lớp' as found,
    'bình quân từ {5} đến {500} người một lớp' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject
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
    and classes.value > 0
    and attendees.value not between 5 * classes.value and 500 * classes.value

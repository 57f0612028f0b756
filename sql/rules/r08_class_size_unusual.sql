-- Grain: one row per report whose classes have fewer than 5 or more than 500 attendees on average.
-- Outside that range people and classes were mostly mixed up; large opening sessions exist, so it only warns.
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
    '{' || trim_scale(attendees.value) || '} lượt người trên {' || trim_scale(classes.value)
    || '} lớp, bình quân {' || round(attendees.value / classes.value, 1) || '} người một lớp' as found,
    'bình quân từ {5} đến {500} người một lớp' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject
from figure as attendees
inner join figure as classes
    on
        attendees.submission_id = classes.submission_id
        and attendees.is_year_estimate = classes.is_year_estimate
        and classes.measure_code = 'TRN01'
inner join reference.measure on attendees.measure_code = measure.measure_code
where
    attendees.measure_code = 'TRN02'
    and classes.value > 0
    and attendees.value not between 5 * classes.value and 500 * classes.value

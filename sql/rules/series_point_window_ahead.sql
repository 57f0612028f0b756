-- Grain: one row per series value about a period that had not begun on the day the file was received in Vietnam.
-- A period that has begun may be printed before it ends: an average of the days so far.
select
    point.submission_id,
    point.line_number,
    null::text as sheet_name,
    point.cell,
    'kỳ bắt đầu ngày ' || to_char(point.window_start, 'DD/MM/YYYY') as found,
    'ngày không sau ngày nhận tệp ' || to_char(file.received_at at time zone 'Asia/Ho_Chi_Minh', 'DD/MM/YYYY') as expected,
    point.series_code as subject
from staging.series_point as point
inner join staging.feed_file as file on point.submission_id = file.submission_id
where
    point.value is not null
    and point.window_start > (file.received_at at time zone 'Asia/Ho_Chi_Minh')::date

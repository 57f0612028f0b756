-- Grain: one row per capital flow whose window ends after the day the file was received in Vietnam.
select
    flow.submission_id,
    flow.line_number,
    flow.sheet_name,
    flow.cell,
    'số liệu đến ngày ' || to_char(flow.window_end, 'DD/MM/YYYY') as found,
    'ngày không sau ngày nhận tệp ' || to_char(file.received_at at time zone 'Asia/Ho_Chi_Minh', 'DD/MM/YYYY') as expected,
    '' as subject
from staging.capital_flow as flow
inner join staging.feed_file as file on flow.submission_id = file.submission_id
where flow.window_end > (file.received_at at time zone 'Asia/Ho_Chi_Minh')::date

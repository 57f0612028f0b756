-- Grain: one row per monitoring file in which a cell of the cube stands more than once on one day.
-- Two counts for one cell cannot both be right, and adding them would guess. Told are how many days, and the lines of
-- the first such cell; which days these are is known from the sums by day.
with suspect as (
    select
        submission_id,
        count(*) as day_count,
        min(monitored_date) as first_day
    from staging.monitoring_day
    where monitored_date is not null and cell_count < row_count - unknown_count
    group by submission_id
)

select
    suspect.submission_id,
    null::integer as line_number,
    feed_file.sheet_name,
    'dòng ' || first_cell.last_line as cell,
    'dòng ' || first_cell.first_line || ' (ngày ' || to_char(suspect.first_day, 'DD/MM/YYYY')
    || case when suspect.day_count > 1 then '; {' || suspect.day_count || '} ngày có dòng trùng' else '' end
    || ')' as found,
    'mỗi tổ hợp ngày và mã chỉ một dòng' as expected,
    '' as subject
from suspect
left join staging.feed_file on suspect.submission_id = feed_file.submission_id
cross join lateral (
    select
        min(line_number) as first_line,
        max(line_number) as last_line
    from staging.monitoring_count
    where
        submission_id = suspect.submission_id
        and monitored_date = suspect.first_day
        and cell_code is not null
    group by cell_code
    having count(*) > 1
    order by first_line
    limit 1
) as first_cell

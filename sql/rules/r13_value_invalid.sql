-- Grain: one row per monitoring file and kind of row that is no count: without a day, without a number of 0 or more,
-- or without a cell that nothing explains. The rows are read straight through, once; only their number is told.
with wrong as (
    select
        submission_id,
        line_number,
        column_number,
        case
            when monitored_date is null then 'không có ngày'
            when item_count is null then 'để trống số đếm'
            when item_count < 0 then 'có số đếm âm'
            when item_count > 2147483647 then 'có số đếm quá lớn'
            when cell_code = -1 then 'ghi “không có tin” nhưng số đếm khác 0'
            else 'không rõ thuộc ô nào của bảng phân loại'
        end as problem
    from staging.monitoring_count
    where
        monitored_date is null
        or item_count is null
        or item_count not between 0 and 2147483647
        or (cell_code = -1 and item_count <> 0)
        or (
            cell_code is null
            and submission_id not in (
                select monitoring_value.submission_id
                from staging.monitoring_value
                where monitoring_value.member_code is null
            )
        )
)

select
    wrong.submission_id,
    null::integer as line_number,
    min(feed_file.sheet_name) as sheet_name,
    'dòng ' || min(wrong.line_number) as cell,
    '{' || count(*) || '} dòng ' || wrong.problem as found,
    'ngày và số đếm từ 0 trở lên' as expected,
    '' as subject
from wrong
left join staging.feed_file on wrong.submission_id = feed_file.submission_id
group by wrong.submission_id, wrong.problem

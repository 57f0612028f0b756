-- Grain: one row per monitoring row whose day and five dimensions stand in the file more than once.
-- Two counts for one cell of the cube cannot both be right, and adding them would guess.
with repeated as (
    select
        monitoring_count.*,
        count(*) over same_cell as row_count,
        string_agg(monitoring_count.cell, ', ') over same_cell as cells
    from staging.monitoring_count
    window
        same_cell as (
            partition by
                monitoring_count.submission_id,
                monitoring_count.monitored_date,
                monitoring_count.channel_type,
                monitoring_count.topic,
                monitoring_count.tone,
                monitoring_count.language,
                monitoring_count.scope
        )
)

select
    submission_id,
    line_number,
    sheet_name,
    cell,
    '{' || row_count || '} dòng cùng ngày và cùng các mã, ở các ô ' || cells as found,
    'mỗi tổ hợp ngày và mã chỉ một dòng' as expected,
    'Ngày ' || coalesce(to_char(monitored_date, 'DD/MM/YYYY'), 'không rõ') as subject
from repeated
where row_count > 1

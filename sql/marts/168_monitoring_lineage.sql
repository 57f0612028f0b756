-- Grain: one row per line of a monitoring indicator, period, side, file, month and run of its current days.
-- Down to lines of files, not to counts: a month is a hundred thousand of them. A run ends where a day of the file is no
-- longer current, so that the lines named, read for the days named, are what was added up and nothing else.
-- The days that have passed are the calendar's: that side has one row and no file.
create view mart.monitoring_lineage as
with day as (
    select
        stated.submission_id,
        stated.monitored_date,
        stated.sheet_name,
        stated.first_line,
        stated.last_line,
        stated.item_count,
        stated.has_empty_mark,
        latest.monitored_date is not null as is_current,
        -- Grows by one at every day of the file that another file has taken over.
        count(*) filter (where latest.monitored_date is null) over (
            partition by stated.submission_id
            order by stated.monitored_date
        ) as run_number
    from warehouse.monitoring_day as stated
    left join mart.monitoring_day_latest as latest
        on
            stated.monitored_date = latest.monitored_date
            and stated.source_id = latest.source_id
            and stated.submission_id = latest.submission_id
),

-- What each line is made of: the whole of one cube's member, or the part in a foreign language, classified, of one tone.
part as not materialized (
    select
        line.indicator_code,
        line.period_code,
        line.axis_code,
        line.member_code,
        term.measure_code,
        made_of.side,
        made_of.base_axis_code,
        made_of.base_member_code,
        made_of.tone_kept,
        made_of.keeps_foreign
    from mart.monitoring_indicator as line
    inner join reference.indicator_term as term
        on line.indicator_code = term.indicator_code and term.side = 'numerator'
    left join reference.indicator_term as whole
        on line.indicator_code = whole.indicator_code and whole.side = 'denominator'
    cross join lateral (
        select
            line.axis_code like '%tone' or line.axis_code like '%unclassified' as is_by_tone,
            case
                when line.axis_code in ('tone', 'unclassified') then 'total'
                else split_part(line.axis_code, '/', 1)
            end as base_axis_code,
            case
                when line.axis_code in ('tone', 'unclassified') then 'total'
                else split_part(line.member_code, '/', 1)
            end as base_member_code
    ) as base
    cross join lateral (
        select
            'numerator' as side,
            base.base_axis_code,
            base.base_member_code,
            case
                when base.is_by_tone then split_part('/' || line.member_code, '/', -1)
                when term.axis_code = 'tone' then 'classified'
                else 'any'
            end as tone_kept,
            term.axis_code = 'language' as keeps_foreign
        union all
        -- A language is a part of all items; every other member is divided within itself.
        select
            'denominator',
            case when line.axis_code = 'language' then 'total' else base.base_axis_code end,
            case when line.axis_code = 'language' then 'total' else base.base_member_code end,
            case when line.axis_code like '%tone' then 'classified' else 'any' end,
            false
        where line.denominator is not null
    ) as made_of
),

added as (
    select
        part.indicator_code,
        part.period_code,
        part.axis_code,
        part.member_code,
        part.side,
        part.measure_code,
        part.base_axis_code,
        part.base_member_code,
        day.submission_id,
        date_trunc('month', day.monitored_date)::date as month_start,
        min(day.sheet_name) as sheet_name,
        min(day.first_line) as first_line,
        max(day.last_line) as last_line,
        min(day.monitored_date) as first_date,
        max(day.monitored_date) as last_date,
        count(*) as day_count,
        sum(
            case
                when part.measure_code <> 'MON02' then counted.item_count
                when part.base_axis_code = 'total' or day.has_empty_mark or counted.row_count > 0 then 1
                else 0
            end
        ) as value
    from part
    inner join reference.reporting_period as period on part.period_code = period.period_code
    inner join day on day.is_current and day.monitored_date between period.window_start and period.window_end
    cross join lateral (
        select
            coalesce(sum(total.item_count), 0) as item_count,
            count(*) as row_count
        from warehouse.monitoring_day_total as total
        where
            total.monitored_date = day.monitored_date
            and total.submission_id = day.submission_id
            and total.axis_code = part.base_axis_code
            and total.member_code = part.base_member_code
            and (not part.keeps_foreign or total.is_foreign_language)
            and case part.tone_kept
                when 'any' then true
                when 'classified' then total.tone <> 'chua_phan_loai'
                else total.tone = part.tone_kept
            end
    ) as counted
    where part.measure_code <> 'MON02' or part.side = 'numerator'
    group by
        part.indicator_code,
        part.period_code,
        part.axis_code,
        part.member_code,
        part.side,
        part.measure_code,
        part.base_axis_code,
        part.base_member_code,
        day.submission_id,
        date_trunc('month', day.monitored_date),
        day.run_number
)

select
    added.indicator_code,
    added.period_code,
    added.axis_code,
    added.member_code,
    added.side,
    coalesce(whole.measure_code, added.measure_code) as measure_code,
    submission.reporting_unit_code,
    added.base_axis_code as cell_axis_code,
    added.base_member_code as cell_member_code,
    added.value::numeric as value,
    added.submission_id,
    added.sheet_name,
    'dòng ' || added.first_line || '–' || added.last_line as cell,
    added.month_start,
    added.first_date,
    added.last_date,
    added.day_count
from added
inner join warehouse.submission on added.submission_id = submission.submission_id
left join reference.indicator_term as whole
    on added.indicator_code = whole.indicator_code and added.side = whole.side
union all
select
    part.indicator_code,
    part.period_code,
    part.axis_code,
    part.member_code,
    part.side,
    part.measure_code,
    null,
    'total',
    'total',
    period.passed_count,
    null,
    null,
    null,
    null,
    period.window_start,
    period.window_start + period.passed_count - 1,
    period.passed_count
from part
inner join mart.monitoring_period as period on part.period_code = period.period_code
where part.measure_code = 'MON02' and part.side = 'denominator';
comment on view mart.monitoring_lineage is 'From a monitoring indicator, headline or breakdown, down to the lines of the files it was added up from. | Từ chỉ tiêu nắm bắt thông tin, số chung hay phân tổ, xuống đến các dòng của tệp.';
comment on column mart.monitoring_lineage.indicator_code is 'Indicator. | Chỉ tiêu.';
comment on column mart.monitoring_lineage.period_code is 'Reporting period. | Kỳ báo cáo.';
comment on column mart.monitoring_lineage.axis_code is 'Breakdown of the line of mart.indicator_value; total for the headline. | Cách phân tổ của dòng chỉ tiêu; total là số chung.';
comment on column mart.monitoring_lineage.member_code is 'Member of it; total for the headline. | Thành phần của cách phân tổ ấy.';
comment on column mart.monitoring_lineage.side is 'numerator or denominator. | Tử số hay mẫu số.';
comment on column mart.monitoring_lineage.measure_code is 'MON01 items or MON02 days. | MON01 tin, bài hoặc MON02 ngày.';
comment on column mart.monitoring_lineage.reporting_unit_code is 'Body that sent the file, where the file names one. | Đơn vị gửi tệp, khi tệp có nêu.';
comment on column mart.monitoring_lineage.cell_axis_code is 'Column of the cube whose members were told apart; total where none was. | Cột của bảng đếm đã dùng để tách; total khi không tách.';
comment on column mart.monitoring_lineage.cell_member_code is 'Value looked for in that column. | Giá trị được lấy trong cột ấy.';
comment on column mart.monitoring_lineage.value is 'Items or days these lines add. | Số tin, bài hoặc số ngày mà các dòng này cộng vào.';
comment on column mart.monitoring_lineage.submission_id is 'Submission; empty for days that have passed, which the calendar tells. | Lần gửi; trống với số ngày đã qua, do lịch cho biết.';
comment on column mart.monitoring_lineage.sheet_name is 'Sheet; empty for text files. | Trang tính; trống với tệp văn bản.';
comment on column mart.monitoring_lineage.cell is 'Lines of the file the days named lie between. | Các dòng của tệp chứa những ngày đã nêu.';
comment on column mart.monitoring_lineage.month_start is 'Month of the days. | Tháng của các ngày.';
comment on column mart.monitoring_lineage.first_date is 'First of the days added from these lines. | Ngày đầu được cộng từ các dòng này.';
comment on column mart.monitoring_lineage.last_date is 'Last of these days; lines of other days among them are not added. | Ngày cuối; dòng của ngày ngoài khoảng này không được cộng.';
comment on column mart.monitoring_lineage.day_count is 'How many days of the file that is. | Bao nhiêu ngày trong tệp.';

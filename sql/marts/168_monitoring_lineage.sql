-- Grain: one row per monitoring indicator, period, side, file and month of its current days.
-- Down to lines of files, not to counts: a month is a hundred thousand of them.
create view mart.monitoring_lineage as
with stood_on as (
    select
        period.period_code,
        day.submission_id,
        date_trunc('month', day.monitored_date)::date as month_start,
        min(day.sheet_name) as sheet_name,
        min(day.first_line) as first_line,
        max(day.last_line) as last_line,
        count(*) as day_count,
        sum(day.item_count) as item_count,
        sum(part.foreign_count) as foreign_count,
        sum(part.classified_count) as classified_count
    from mart.monitoring_period as period
    inner join mart.monitoring_day_latest as day
        on day.monitored_date between period.window_start and period.window_end
    cross join lateral (
        select
            coalesce(sum(total.item_count) filter (where total.is_foreign_language), 0) as foreign_count,
            coalesce(sum(total.item_count) filter (where total.tone <> 'chua_phan_loai'), 0) as classified_count
        from warehouse.monitoring_day_total as total
        where
            total.monitored_date = day.monitored_date
            and total.submission_id = day.submission_id
            and total.axis_code = 'total'
    ) as part
    group by period.period_code, day.submission_id, date_trunc('month', day.monitored_date)
)

select
    indicator.indicator_code,
    stood_on.period_code,
    term.side,
    term.measure_code,
    submission.reporting_unit_code,
    'total' as axis_code,
    'total' as member_code,
    counted.value,
    stood_on.submission_id,
    stood_on.sheet_name,
    'dòng ' || stood_on.first_line || '–' || stood_on.last_line as cell,
    stood_on.month_start,
    stood_on.day_count
from stood_on
inner join warehouse.submission on stood_on.submission_id = submission.submission_id
inner join reference.reporting_period as period on stood_on.period_code = period.period_code
inner join reference.indicator
    on indicator.arithmetic = 'feed' and period.period_kind = any(indicator.period_kinds)
inner join reference.indicator_term as term on indicator.indicator_code = term.indicator_code
cross join lateral (
    select
        case
            when term.measure_code = 'MON02' then stood_on.day_count
            when term.axis_code = 'language' then stood_on.foreign_count
            when term.axis_code = 'tone' then stood_on.classified_count
            else stood_on.item_count
        end::numeric as value
) as counted;
comment on view mart.monitoring_lineage is 'From a monitoring indicator down to the lines of the files it was added up from. | Từ chỉ tiêu nắm bắt thông tin xuống đến các dòng của tệp.';
comment on column mart.monitoring_lineage.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.monitoring_lineage.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.monitoring_lineage.side is 'numerator or denominator. | numerator là tử số, denominator là mẫu số.';
comment on column mart.monitoring_lineage.measure_code is 'MON01 items or MON02 days. | MON01 là tin, bài; MON02 là số ngày.';
comment on column mart.monitoring_lineage.reporting_unit_code is 'Body that sent the file, where the file names one. | Đơn vị đã gửi tệp, khi tệp có nêu.';
comment on column mart.monitoring_lineage.axis_code is 'Always total. | Luôn là total: số chung.';
comment on column mart.monitoring_lineage.member_code is 'Always total; breakdowns stand on the same lines. | Luôn là total; các phân tổ nằm trên cùng những dòng ấy.';
comment on column mart.monitoring_lineage.value is 'Items or days these lines add. | Số tin, bài hoặc số ngày mà các dòng này thêm vào.';
comment on column mart.monitoring_lineage.submission_id is 'Submission the row belongs to. | Lần nộp mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column mart.monitoring_lineage.sheet_name is 'Sheet; empty for text files. | Trang của tệp bảng tính; để trống với tệp văn bản.';
comment on column mart.monitoring_lineage.cell is 'Lines of the file the days of the month lie between. | Các ngày của tháng nằm giữa những dòng nào của tệp.';
comment on column mart.monitoring_lineage.month_start is 'Month of the days. | Ngày đầu của tháng chứa các ngày ấy.';
comment on column mart.monitoring_lineage.day_count is 'Current days of the month in that file. | Bao nhiêu ngày của tháng đang được tính theo tệp ấy.';

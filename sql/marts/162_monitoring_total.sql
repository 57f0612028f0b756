-- Grain: one row per period, breakdown member, tone and kind of language.
-- Added up from the totals each load leaves by file and day: of the current days in the window of the period, and of
-- no others. The counts themselves are never read here, however many years of them there are.
create table mart.monitoring_total as
select
    period.period_code,
    total.axis_code,
    total.member_code,
    total.tone,
    total.is_foreign_language,
    sum(total.item_count) as item_count
from mart.asked_period as period
inner join mart.monitoring_day_latest as day
    on day.monitored_date between period.window_start and period.window_end
-- The build reads all totals; a function, those of its days by their key, and for headlines the undivided ones.
inner join
    /* composed: lateral (select * from */ warehouse.monitoring_day_total
    /* composed: where monitoring_day_total.monitored_date = day.monitored_date
    and monitoring_day_total.submission_id = day.submission_id
    and (not headlines_only or monitoring_day_total.axis_code = 'total') offset 0) */ as total
    on day.monitored_date = total.monitored_date and day.submission_id = total.submission_id
group by period.period_code, total.axis_code, total.member_code, total.tone, total.is_foreign_language;
analyze mart.monitoring_total;
alter table mart.monitoring_total add constraint monitoring_total_pk
primary key (period_code, axis_code, member_code, tone, is_foreign_language);
comment on table mart.monitoring_total is 'Monitored items of each period, by one breakdown at a time, tone and kind of language. | Số tin, bài theo kỳ, mỗi lần một cách phân tổ, theo sắc thái và loại ngôn ngữ.';
comment on column mart.monitoring_total.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.monitoring_total.axis_code is 'total, channel_type, topic, scope or language. | total số chung, channel_type loại kênh, topic chủ đề, scope phạm vi hoặc language ngôn ngữ.';
comment on column mart.monitoring_total.member_code is 'Member of the breakdown; total for the undivided figure. | Thành phần trong cách phân tổ; total là số chung.';
comment on column mart.monitoring_total.tone is 'Tone, from its closed list. | Sắc thái của tin, bài, theo danh mục đóng.';
comment on column mart.monitoring_total.is_foreign_language is 'Any language but Vietnamese. | Bất cứ tiếng nào không phải tiếng Việt.';
comment on column mart.monitoring_total.item_count is 'Items on the monitored days of the period. | Bao nhiêu tin, bài trong những ngày có theo dõi của kỳ.';

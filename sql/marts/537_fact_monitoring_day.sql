-- Grain: one row per monitored day, breakdown member, tone and whether the language is foreign.
-- Current days only. Of a day monitored in vain there is no row here: mart.dim_date and mart.monitoring_day_latest tell
-- it from a day nobody looked.
create view mart.fact_monitoring_day with (security_invoker = true) as
select
    day.monitored_date,
    total.axis_code,
    total.member_code,
    total.axis_code = 'total' as is_total,
    total.tone as tone_code,
    coalesce(tone.name_vi, total.tone) as tone_name_vi,
    total.is_foreign_language,
    total.item_count,
    day.is_revised,
    day.submission_id
from mart.monitoring_day_latest as day
inner join warehouse.monitoring_day_total as total
    on day.monitored_date = total.monitored_date and day.submission_id = total.submission_id
left join reference.code_list_member as tone
    on total.tone = tone.member_code and tone.list_code = 'tone';
comment on view mart.fact_monitoring_day is
'Items counted about the province, by day: context, never scored. | Số tin, bài ghi nhận về tỉnh theo ngày: chỉ để biết bối cảnh, không chấm điểm.';
comment on column mart.fact_monitoring_day.monitored_date is 'Day; joins to dim_date. | Ngày; nối với dim_date.';
comment on column mart.fact_monitoring_day.axis_code is 'total, channel_type, topic, scope or language: filter one, never add two. | Cách phân tổ; chỉ lọc một loại, không cộng hai loại.';
comment on column mart.fact_monitoring_day.member_code is 'Member of the breakdown; total for all items. | Thành phần; total là tất cả.';
comment on column mart.fact_monitoring_day.is_total is 'True for all items. | Đúng nếu là số chung.';
comment on column mart.fact_monitoring_day.tone_code is 'Tone, chua_phan_loai where nobody classified it; no tone is better than another. | Sắc thái, chua_phan_loai là chưa phân loại; không sắc thái nào là tốt hay xấu.';
comment on column mart.fact_monitoring_day.tone_name_vi is 'The same in words. | Sắc thái, viết bằng chữ.';
comment on column mart.fact_monitoring_day.is_foreign_language is 'True for items in another language than Vietnamese. | Đúng nếu tin, bài bằng tiếng nước ngoài.';
comment on column mart.fact_monitoring_day.item_count is 'How many items; never which. | Số tin, bài; không ghi tin, bài nào.';
comment on column mart.fact_monitoring_day.is_revised is 'True when an earlier file said something else of the day. | Đúng nếu ngày này đã được đính chính.';
comment on column mart.fact_monitoring_day.submission_id is 'Leads to the file. | Dẫn về tệp.';

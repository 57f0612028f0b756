-- Grain: one row per calendar day from 2000 to 2035.
-- Vietnamese names are written out: they do not depend on the server's locale. Years the holiday file does not
-- cover say so (is_working_day is empty); an ordinary weekend is known everywhere.
create table mart.dim_date as
with calendar as (
    select day_moment::date as calendar_date
    from generate_series(timestamp '2000-01-01', timestamp '2035-12-31', interval '1 day') as day_moment
),

numbered as materialized (
    select
        calendar_date,
        extract(year from calendar_date)::integer as year_number,
        extract(quarter from calendar_date)::integer as quarter_number,
        extract(month from calendar_date)::integer as month_number,
        extract(day from calendar_date)::integer as day_number,
        extract(isodow from calendar_date)::integer as weekday_number,
        extract(week from calendar_date)::integer as iso_week_number
    from calendar
),

covered_year as (
    select distinct extract(year from holiday_date)::integer as year_number
    from reference.public_holiday
    where day_kind = 'holiday'
)

select
    numbered.calendar_date,
    to_char(numbered.calendar_date, 'DD/MM/YYYY') as date_vi,
    numbered.year_number,
    case when numbered.month_number <= 6 then 1 else 2 end as half_number,
    numbered.quarter_number,
    numbered.month_number,
    numbered.day_number,
    numbered.iso_week_number,
    numbered.weekday_number,
    'Năm ' || numbered.year_number as year_name_vi,
    case when numbered.month_number <= 6 then '6 tháng đầu năm' else '6 tháng cuối năm' end as half_name_vi,
    'Quý ' || (array['I', 'II', 'III', 'IV'])[numbered.quarter_number] as quarter_name_vi,
    'Tháng ' || numbered.month_number as month_name_vi,
    (
        array[
            'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
            'November', 'December'
        ]
    )[numbered.month_number] as month_name_en,
    (
        array['Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy', 'Chủ nhật']
    )[numbered.weekday_number] as weekday_name_vi,
    (
        array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
    )[numbered.weekday_number] as weekday_name_en,
    to_char(numbered.calendar_date, 'YYYY-MM') as year_month,
    numbered.year_number || '-Q' || numbered.quarter_number as year_quarter,
    numbered.weekday_number >= 6 as is_weekend,
    case
        when covered_year.year_number is not null
            then coalesce(holiday.day_kind in ('holiday', 'substitute', 'swapped_off'), false)
    end as is_public_holiday,
    case
        when covered_year.year_number is null and numbered.weekday_number < 6 then null
        when holiday.day_kind in ('holiday', 'substitute', 'swapped_off') then false
        when holiday.day_kind = 'swapped_work' then true
        else numbered.weekday_number < 6
    end as is_working_day,
    holiday.day_kind as holiday_kind,
    holiday.name_vi as holiday_name_vi,
    holiday.name_en as holiday_name_en,
    holiday.basis as holiday_basis
from numbered
left join covered_year on numbered.year_number = covered_year.year_number
left join reference.public_holiday as holiday on numbered.calendar_date = holiday.holiday_date;
alter table mart.dim_date add constraint dim_date_pk primary key (calendar_date);
-- Days are joined by their date: looking through the words of 13,149 days is a fourteenth of a rebuild.
analyze mart.dim_date (calendar_date);
comment on table mart.dim_date is
'Calendar days with Vietnamese names, holidays and days exchanged. | Lịch ngày, có tên tiếng Việt, ngày lễ, nghỉ bù và ngày hoán đổi.';
comment on column mart.dim_date.calendar_date is 'Key: joins to every …_date of a fact. | Khóa: nối với mọi cột …_date của bảng số liệu.';
comment on column mart.dim_date.date_vi is 'Written day first, 14/06/2026. | Ngày viết theo kiểu Việt Nam, 14/06/2026.';
comment on column mart.dim_date.year_number is 'Calendar year. | Năm dương lịch.';
comment on column mart.dim_date.half_number is '1 until 30 June, then 2. | Nửa năm: 1 đến hết 30/6, sau đó là 2.';
comment on column mart.dim_date.quarter_number is '1 to 4. | Quý, từ 1 đến 4.';
comment on column mart.dim_date.month_number is '1 to 12. | Tháng, từ 1 đến 12.';
comment on column mart.dim_date.day_number is 'Day of the month. | Ngày trong tháng.';
comment on column mart.dim_date.iso_week_number is 'Week that begins on Monday, numbered as ISO 8601 does. | Tuần bắt đầu từ thứ Hai, đánh số theo ISO 8601.';
comment on column mart.dim_date.weekday_number is '1 Monday to 7 Sunday. | 1 là thứ Hai, 7 là Chủ nhật.';
comment on column mart.dim_date.year_name_vi is 'Year as a label. | Nhãn năm, ví dụ Năm 2026.';
comment on column mart.dim_date.half_name_vi is 'First or second half as the plan writes it. | Nhãn nửa năm theo cách viết của Kế hoạch.';
comment on column mart.dim_date.quarter_name_vi is 'Quarter in Roman figures. | Nhãn quý, ví dụ Quý III.';
comment on column mart.dim_date.month_name_vi is 'Month as a label. | Nhãn tháng, ví dụ Tháng 6.';
comment on column mart.dim_date.month_name_en is 'English month. | Tên tháng bằng tiếng Anh.';
comment on column mart.dim_date.weekday_name_vi is 'Monday to Sunday, in Vietnamese. | Thứ trong tuần, từ Thứ Hai đến Chủ nhật.';
comment on column mart.dim_date.weekday_name_en is 'Monday to Sunday. | Thứ trong tuần bằng tiếng Anh.';
comment on column mart.dim_date.year_month is 'Sorts as time does: 2026-06. | Năm và tháng, sắp xếp đúng thứ tự thời gian.';
comment on column mart.dim_date.year_quarter is 'Sorts as time does: 2026-Q2. | Năm và quý, sắp xếp đúng thứ tự thời gian.';
comment on column mart.dim_date.is_weekend is 'Saturday or Sunday. | Thứ Bảy hoặc Chủ nhật.';
comment on column mart.dim_date.is_public_holiday is 'Holiday, day off in lieu or exchanged; empty in years whose holidays are not known. | Ngày lễ, nghỉ bù hoặc nghỉ hoán đổi; để trống với năm chưa biết lịch nghỉ.';
comment on column mart.dim_date.is_working_day is 'Whether offices work, Saturdays worked in exchange included; empty where not known. | Ngày làm việc của cơ quan, kể cả thứ Bảy làm bù; để trống nếu chưa biết.';
comment on column mart.dim_date.holiday_kind is 'holiday, substitute, swapped_off, swapped_work or proposed (an ordinary day until a law orders it). | Loại ngày: lễ, nghỉ bù, nghỉ hoán đổi, làm bù, dự kiến (vẫn là ngày thường cho đến khi có luật).';
comment on column mart.dim_date.holiday_name_vi is 'Name of the holiday. | Tên ngày lễ.';
comment on column mart.dim_date.holiday_name_en is 'Name of the holiday in English. | Tên ngày lễ bằng tiếng Anh.';
comment on column mart.dim_date.holiday_basis is 'verified, memory or to confirm: how sure the entry is. | Mức chắc chắn của dòng này.';

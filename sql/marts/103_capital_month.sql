-- Grain: one row per month and cumulative series: source, body, flow, measure, member with its breakdowns, unit.
-- What one month added: the difference of two printed figures, in January the printed one itself. Kept apart from what
-- was printed, with both cells. A month whose own figure or that of the month before is missing has no row: the
-- difference of more than one month belongs to none. Negative differences are kept: corrections and withdrawn licences
-- make them. Of several windows that end in one month the last counts. A book closed on the 20th splits months there:
-- covers_from and covers_to say which days a row is about, and the last days of December are in no month.
create table mart.capital_month as
with printed as (
    select
        flow.*,
        date_trunc('month', flow.window_end)::date as month_start,
        jsonb_build_array(
            flow.source_id, flow.reporting_unit_code, flow.flow_code, flow.measure_code, flow.axis_code,
            -- A province's code was used again: what it meant on that day is another series.
            coalesce(flow.member_code, flow.member_name), province.valid_from,
            flow.partner_code, flow.sector_code, flow.locality_code, flow.project_code, flow.provider_code,
            flow.receiver_code, flow.zone_code, flow.type_code, flow.form_code, flow.unit_code
        ) as series_key
    from mart.capital_flow_latest as flow
    left join reference.province
        on
            flow.axis_code = 'locality'
            and flow.member_code = province.province_code
            and province.valid_from <= flow.window_end
            and coalesce(province.valid_to, 'infinity') > flow.window_end
    where flow.is_cumulative and flow.window_start = date_trunc('year', flow.window_end)::date
),

of_month as (
    select distinct on (series_key, month_start) *
    from printed
    order by
        series_key asc,
        month_start asc,
        window_end desc,
        received_at desc,
        submission_id desc,
        line_number asc
),

-- The figure of the month before in the same year, also when it is a blank.
with_earlier as (
    select
        later.*,
        earlier.submission_id as earlier_submission_id,
        earlier.sheet_name as earlier_sheet_name,
        earlier.cell as earlier_cell,
        earlier.value as earlier_value,
        earlier.window_end as earlier_window_end
    from of_month as later
    left join of_month as earlier
        on
            later.series_key = earlier.series_key
            and later.month_start = (earlier.month_start + interval '1 month')::date
            and extract(year from later.month_start) = extract(year from earlier.month_start)
)

select
    source_id,
    reporting_unit_code,
    flow_code,
    measure_code,
    axis_code,
    member_name,
    member_code,
    partner_code,
    sector_code,
    locality_code,
    project_code,
    provider_code,
    receiver_code,
    zone_code,
    type_code,
    form_code,
    unit_code,
    month_start,
    coalesce(earlier_window_end + 1, window_start) as covers_from,
    window_end as covers_to,
    value - coalesce(earlier_value, 0) as value,
    submission_id,
    sheet_name,
    cell,
    value as printed_value,
    earlier_submission_id,
    earlier_sheet_name,
    earlier_cell,
    earlier_value as earlier_printed_value,
    as_of_date,
    received_at
from with_earlier
where value is not null and (extract(month from month_start) = 1 or earlier_value is not null);
alter table mart.capital_month add constraint capital_month_grain unique nulls not distinct (
    source_id, reporting_unit_code, flow_code, measure_code, axis_code, member_name, member_code, partner_code, sector_code,
    locality_code, project_code, provider_code, receiver_code, zone_code, type_code, form_code, unit_code, month_start
);
create index capital_month_measure on mart.capital_month (flow_code, measure_code, axis_code, month_start);
analyze mart.capital_month;
comment on table mart.capital_month is 'What each month added to figures that count from 1 January, by difference of two printed ones. | Mỗi tháng thêm bao nhiêu, lấy hiệu hai số lũy kế từ 01/01.';
comment on column mart.capital_month.source_id is 'Source contract the figures were read by. | Các con số được đọc theo hợp đồng nguồn nào.';
comment on column mart.capital_month.reporting_unit_code is 'Body that sent them, where the files name one. | Đơn vị đã gửi các con số, khi tệp có nêu.';
comment on column mart.capital_month.flow_code is 'fdi, oda or ngo. | Dòng vốn: fdi, oda hoặc ngo.';
comment on column mart.capital_month.measure_code is 'What is counted. | Con số đếm cái gì.';
comment on column mart.capital_month.axis_code is 'How the figure is broken down. | Con số được phân tổ theo gì.';
comment on column mart.capital_month.member_name is 'Member as printed in the later file; total for the undivided figure. | Thành phần như in trong tệp sau; total là số chung.';
comment on column mart.capital_month.member_code is 'Its code on covers_to. | Mã của thành phần tại ngày covers_to.';
comment on column mart.capital_month.partner_code is 'Country or donor, where the row names one beside its axis. | Nước hoặc nhà tài trợ, ở dòng có nêu bên cạnh phân tổ.';
comment on column mart.capital_month.sector_code is 'Sector, where the row names one beside its axis. | Ngành của khoản vốn, ở dòng có nêu bên cạnh phân tổ.';
comment on column mart.capital_month.locality_code is 'Province or commune, where the row names one beside its axis. | Tỉnh hoặc xã, phường, ở dòng có nêu bên cạnh phân tổ.';
comment on column mart.capital_month.project_code is 'Project, where the row names one beside its axis. | Dự án mà dòng nói đến, ở dòng có nêu bên cạnh phân tổ.';
comment on column mart.capital_month.provider_code is 'Organisation that gave the money; never a person. | Tổ chức đã cho tiền; không bao giờ là cá nhân.';
comment on column mart.capital_month.receiver_code is 'Organisation that received it; never a person. | Tổ chức đã nhận tiền; không bao giờ là cá nhân.';
comment on column mart.capital_month.zone_code is 'Inside or outside an industrial zone, where the row says so. | Trong hay ngoài khu công nghiệp, ở dòng có nêu.';
comment on column mart.capital_month.type_code is 'Kind of money. | Không hoàn lại hay vay; theo dự án hay phi dự án.';
comment on column mart.capital_month.form_code is 'How it is passed on or given. | Cấp phát hay cho vay lại; bằng tiền hay hiện vật.';
comment on column mart.capital_month.unit_code is 'Currency as printed, or the thing counted. | Loại tiền như in ra, hoặc cái được đếm.';
comment on column mart.capital_month.month_start is 'First day of the month the later window ends in. | Ngày đầu của tháng mà khoảng sau kết thúc.';
comment on column mart.capital_month.covers_from is 'First day the value is really about: the day after the earlier window, 1 January of the first. | Ngày đầu tiên giá trị thật sự nói đến: ngay sau khoảng trước; với khoảng đầu năm là 1 tháng 1.';
comment on column mart.capital_month.covers_to is 'Last day it is about. | Ngày cuối cùng giá trị nói đến.';
comment on column mart.capital_month.value is 'Later printed figure less the earlier one; may be negative. | Con số in sau trừ con số in trước; có thể âm.';
comment on column mart.capital_month.submission_id is 'File of the later figure. | Tệp của con số sau.';
comment on column mart.capital_month.sheet_name is 'Its sheet. | Trang tính của con số sau.';
comment on column mart.capital_month.cell is 'Its cell. | Vị trí của con số sau trong tệp.';
comment on column mart.capital_month.printed_value is 'The later figure as printed, from 1 January to covers_to. | Con số sau như in ra, từ 1 tháng 1 đến covers_to.';
comment on column mart.capital_month.earlier_submission_id is 'File of the earlier figure; empty in January. | Tệp của con số trước; để trống vào tháng 1.';
comment on column mart.capital_month.earlier_sheet_name is 'Sheet of the earlier figure. | Trang tính của con số trước, phần bị trừ đi.';
comment on column mart.capital_month.earlier_cell is 'Place of the earlier figure. | Vị trí của con số trước trong tệp, phần bị trừ đi.';
comment on column mart.capital_month.earlier_printed_value is 'The earlier figure as printed. | Con số trước như in ra.';
comment on column mart.capital_month.as_of_date is 'Day the publisher closed the later figure. | Ngày nơi công bố chốt con số sau.';
comment on column mart.capital_month.received_at is 'When the later file came. | Lúc tệp sau đến.';

-- Grain: one row per figure of the file that counts of each source and subject.
-- The file that counts is said by mart.file_version. Amounts stand as printed, beside them what they were
-- worth in USD and VND at the rate of their day; a conversion without a rate is empty, never zero.
-- A currency other than USD and VND reaches USD through VND: no other rates are published here.
create table mart.capital_flow_latest as
with latest as (
    select version.*
    from mart.file_version as version
    cross join mart.build
    where
        version.place = case
            when version.reporting_unit_code is null or version.period_code is null then 1
            else least(build.registers_back + 1, version.version_count)
        end
),

flow as (
    select
        capital_flow.*,
        latest.source_id,
        latest.reporting_unit_code,
        latest.period_code,
        latest.received_at,
        latest.sha256,
        case
            when capital_flow.unit_code ~ '^[A-Z]{3}$' then coalesce(capital_flow.value_date, capital_flow.window_end)
        end as rate_date
    from warehouse.capital_flow
    inner join latest on capital_flow.submission_id = latest.submission_id
),

-- The rate of a day is looked for once, however many figures are of that day.
wanted as (
    select
        unit_code as currency_code,
        rate_date
    from flow
    where rate_date is not null and unit_code not in ('VND', 'USD')
    union
    select
        'USD',
        rate_date
    from flow
    where rate_date is not null
),

day_rate as (
    select
        wanted.currency_code,
        wanted.rate_date,
        rate.rate_id,
        rate.vnd_per_unit
    from wanted
    cross join mart.build
    cross join lateral reference.exchange_rate_on(wanted.currency_code, wanted.rate_date, build.as_known) as rate
)

select
    flow.submission_id,
    flow.line_number,
    flow.source_id,
    flow.reporting_unit_code,
    flow.period_code,
    flow.flow_code,
    flow.measure_code,
    flow.axis_code,
    flow.member_name,
    flow.member_code,
    flow.partner_code,
    flow.sector_code,
    flow.locality_code,
    flow.project_code,
    flow.provider_code,
    flow.receiver_code,
    flow.zone_code,
    flow.type_code,
    flow.form_code,
    flow.value,
    flow.value_state,
    flow.unit_code,
    flow.window_start,
    flow.window_end,
    flow.as_of_date,
    flow.value_date,
    flow.is_cumulative,
    flow.revision_number,
    flow.sheet_name,
    flow.cell,
    flow.received_at,
    flow.sha256,
    flow.rate_date,
    case flow.unit_code
        when 'USD' then flow.value
        when 'VND' then flow.value / dollar.vnd_per_unit
        else flow.value * own.vnd_per_unit / dollar.vnd_per_unit
    end as usd_value,
    case when flow.unit_code <> 'USD' then dollar.rate_id end as usd_rate_id,
    case flow.unit_code
        when 'VND' then flow.value
        when 'USD' then flow.value * dollar.vnd_per_unit
        else flow.value * own.vnd_per_unit
    end as vnd_value,
    case flow.unit_code when 'USD' then dollar.rate_id else own.rate_id end as vnd_rate_id
from flow
left join day_rate as own on flow.unit_code = own.currency_code and flow.rate_date = own.rate_date
left join day_rate as dollar on dollar.currency_code = 'USD' and flow.rate_date = dollar.rate_date;
alter table mart.capital_flow_latest add constraint capital_flow_latest_pk primary key (submission_id, line_number);
create index capital_flow_latest_measure
on mart.capital_flow_latest (flow_code, measure_code, axis_code, window_end);
analyze mart.capital_flow_latest;
comment on table mart.capital_flow_latest is 'The FDI, ODA and NGO figures that count, as printed and in USD and VND, with the rates used. | Số FDI, ODA, viện trợ đang được tính, như in ra và quy đổi USD, đồng, kèm tỷ giá đã dùng.';
comment on column mart.capital_flow_latest.submission_id is 'The submission in the warehouse. | Lần gửi chứa dòng này.';
comment on column mart.capital_flow_latest.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column mart.capital_flow_latest.source_id is 'Source contract it was read by. | Tệp được đọc theo hợp đồng nguồn nào.';
comment on column mart.capital_flow_latest.reporting_unit_code is 'Body that sent it, where the file names one. | Đơn vị đã gửi, khi tệp có nêu.';
comment on column mart.capital_flow_latest.period_code is 'Reporting period, where the file names one. | Kỳ báo cáo, khi tệp có nêu.';
comment on column mart.capital_flow_latest.flow_code is 'fdi direct investment, oda development aid, ngo aid of foreign non-governmental organisations. | fdi là đầu tư trực tiếp, oda là hỗ trợ phát triển, ngo là viện trợ của tổ chức phi chính phủ nước ngoài.';
comment on column mart.capital_flow_latest.measure_code is 'What is counted: projects_new, capital_new, capital_disbursed and so on. | Đếm cái gì: projects_new, capital_new, capital_disbursed, v.v.';
comment on column mart.capital_flow_latest.axis_code is 'How the figure is broken down: total, locality, partner, sector, zone or project. | Phân tổ theo gì: total số chung, locality địa bàn, partner đối tác, sector ngành, zone trong ngoài khu, project dự án.';
comment on column mart.capital_flow_latest.member_name is 'Member as the publisher prints it; total for the undivided figure. | Thành phần như nơi công bố in ra; total là số chung.';
comment on column mart.capital_flow_latest.member_code is 'Its code, as of window_end; empty where no list has one. | Mã của thành phần tại window_end; để trống khi không danh mục nào có.';
comment on column mart.capital_flow_latest.partner_code is 'Country or donor, where the row names one beside its axis. | Nước hoặc nhà tài trợ, ở dòng có nêu bên cạnh phân tổ.';
comment on column mart.capital_flow_latest.sector_code is 'Sector, where the row names one beside its axis. | Ngành của khoản vốn, ở dòng có nêu bên cạnh phân tổ.';
comment on column mart.capital_flow_latest.locality_code is 'Province or commune, where the row names one beside its axis. | Tỉnh hoặc xã, phường, ở dòng có nêu bên cạnh phân tổ.';
comment on column mart.capital_flow_latest.project_code is 'Project, where the row names one beside its axis. | Dự án mà dòng nói đến, ở dòng có nêu bên cạnh phân tổ.';
comment on column mart.capital_flow_latest.provider_code is 'Organisation that gave the money; never a person. | Tổ chức đã cho tiền; không bao giờ là cá nhân.';
comment on column mart.capital_flow_latest.receiver_code is 'Organisation that received it; never a person. | Tổ chức đã nhận tiền; không bao giờ là cá nhân.';
comment on column mart.capital_flow_latest.zone_code is 'Inside or outside an industrial zone, where the row says so. | Trong hay ngoài khu công nghiệp, ở dòng có nêu.';
comment on column mart.capital_flow_latest.type_code is 'Kind of money: khong_hoan_lai, vay; du_an, phi_du_an. | Loại vốn: khong_hoan_lai không hoàn lại, vay; du_an theo dự án, phi_du_an phi dự án.';
comment on column mart.capital_flow_latest.form_code is 'How it is passed on or given: cap_phat, vay_lai; tien, hien_vat. | Cách chuyển tiếp hoặc trao: cap_phat cấp phát, vay_lai cho vay lại; tien bằng tiền, hien_vat bằng hiện vật.';
comment on column mart.capital_flow_latest.value is 'Amount or count as printed, in whole units. | Số tiền hoặc số đếm như in ra, theo đơn vị nguyên.';
comment on column mart.capital_flow_latest.value_state is 'reported, nil, not_applicable, withheld, missing. | reported có số, nil không phát sinh, not_applicable không áp dụng, withheld không cung cấp, missing thiếu.';
comment on column mart.capital_flow_latest.unit_code is 'Currency as printed, or the thing counted. | Loại tiền như in ra, hoặc cái được đếm.';
comment on column mart.capital_flow_latest.window_start is 'First day the figure covers. | Ngày đầu tiên mà con số bao trùm.';
comment on column mart.capital_flow_latest.window_end is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.capital_flow_latest.as_of_date is 'Day the publisher closed the figure. | Ngày nơi công bố chốt con số.';
comment on column mart.capital_flow_latest.value_date is 'Day whose exchange rate the publisher means, where it says so. | Ngày lấy tỷ giá theo ý nơi công bố, ở chỗ có nêu.';
comment on column mart.capital_flow_latest.is_cumulative is 'True: counts from 1 January; see mart.capital_month. | Đúng: cộng dồn từ 1 tháng 1; xem mart.capital_month.';
comment on column mart.capital_flow_latest.revision_number is 'Revision of source and subject. | Lần sửa thứ mấy của cùng nguồn và đối tượng.';
comment on column mart.capital_flow_latest.sheet_name is 'Sheet; the file''s own name where it has no sheets. | Trang tính nơi ghi con số; là tên tệp khi tệp không có trang.';
comment on column mart.capital_flow_latest.cell is 'Where the figure stands. | Vị trí của con số trong tệp.';
comment on column mart.capital_flow_latest.received_at is 'When the file came. | Lúc tệp chứa con số đến.';
comment on column mart.capital_flow_latest.sha256 is 'Hash of the file. | Mã băm của tệp nơi ghi con số.';
comment on column mart.capital_flow_latest.rate_date is 'Day whose rate converts it: value_date, else window_end. Empty for counts. | Lấy tỷ giá của ngày nào: value_date, nếu không có thì window_end. Để trống với số đếm.';
comment on column mart.capital_flow_latest.usd_value is 'In USD; empty where a rate it needs is missing. | Quy ra USD; để trống khi thiếu một tỷ giá cần dùng.';
comment on column mart.capital_flow_latest.usd_rate_id is 'Rate of the USD on that day, by which đồng became USD; empty for amounts printed in USD. | Tỷ giá USD của ngày ấy, đã dùng để đổi đồng ra USD; để trống với số in bằng USD.';
comment on column mart.capital_flow_latest.vnd_value is 'In đồng; empty where the rate of its currency is missing. | Quy ra đồng Việt Nam; để trống khi thiếu tỷ giá của loại tiền ấy.';
comment on column mart.capital_flow_latest.vnd_rate_id is 'Rate of the printed currency on that day; empty for amounts printed in đồng. | Tỷ giá của loại tiền in ra tại ngày ấy; để trống với số in bằng đồng.';

-- Grain: one row per source and currency whose rate is missing for figures that count.
create view mart.missing_exchange_rate as
with lacking as (
    select
        source_id,
        rate_date,
        case when unit_code in ('VND', 'USD') or vnd_rate_id is not null then 'USD' else unit_code end as currency_code
    from mart.capital_flow_latest
    where rate_date is not null and value is not null and (usd_value is null or vnd_value is null)
)

select
    source_id,
    currency_code,
    min(rate_date) as first_date,
    max(rate_date) as last_date,
    count(*) as figure_count
from lacking
group by source_id, currency_code;
comment on view mart.missing_exchange_rate is 'Which exchange rates have to be loaded before every figure can be converted. | Còn thiếu tỷ giá nào thì mới quy đổi hết được.';
comment on column mart.missing_exchange_rate.source_id is 'Source of the figures. | Nguồn của những con số chưa quy đổi được.';
comment on column mart.missing_exchange_rate.currency_code is 'Currency without a rate. | Đồng tiền còn thiếu tỷ giá.';
comment on column mart.missing_exchange_rate.first_date is 'First day that needs one. | Ngày đầu tiên cần tỷ giá ấy.';
comment on column mart.missing_exchange_rate.last_date is 'Last day that needs one. | Ngày cuối cùng cần tỷ giá ấy.';
comment on column mart.missing_exchange_rate.figure_count is 'Figures that cannot be converted for want of it. | Bao nhiêu con số chưa quy đổi được vì thiếu nó.';

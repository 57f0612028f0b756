-- Grain: one row per figure of the file that counts of each source and subject.
-- The same figures as mart.capital_flow_latest, as printed, in the words of the star schema.
create view mart.fact_capital_flow with (security_invoker = true) as
select
    flow.source_id,
    flow.flow_code,
    case flow.flow_code when 'fdi' then 'Đầu tư trực tiếp nước ngoài' when 'oda' then 'Vốn ODA' else 'Viện trợ PCPNN' end
        as flow_name_vi,
    flow.measure_code as flow_measure_code,
    flow.axis_code,
    flow.member_code,
    flow.member_name,
    flow.axis_code = 'total' as is_total,
    flow.partner_code,
    flow.sector_code,
    flow.locality_code,
    flow.project_code,
    flow.zone_code,
    flow.type_code,
    flow.form_code,
    flow.value,
    flow.value_state,
    flow.unit_code,
    flow.window_start as window_start_date,
    flow.window_end as window_end_date,
    flow.as_of_date,
    flow.is_cumulative,
    flow.revision_number,
    flow.submission_id,
    flow.sheet_name,
    flow.cell
from mart.capital_flow_latest as flow;
comment on view mart.fact_capital_flow is
'FDI, ODA and aid of foreign non-governmental organisations, as printed, newest file of each window. | FDI, ODA và viện trợ phi chính phủ nước ngoài, đúng như nguồn in, lấy tệp mới nhất của mỗi kỳ.';
comment on column mart.fact_capital_flow.source_id is 'Source contract it was read by; never add two sources. | Nguồn số liệu; không cộng hai nguồn.';
comment on column mart.fact_capital_flow.flow_code is 'fdi, oda or ngo. | Loại vốn: fdi, oda hoặc ngo.';
comment on column mart.fact_capital_flow.flow_name_vi is 'The same in words. | Loại vốn, viết bằng chữ.';
comment on column mart.fact_capital_flow.flow_measure_code is 'What is counted, projects_new or capital_new for example. | Nội dung được đếm, ví dụ dự án cấp mới hay vốn cấp mới.';
comment on column mart.fact_capital_flow.axis_code is 'total, locality, partner, sector, zone or project: filter one. | Cách phân tổ; chỉ lọc một loại.';
comment on column mart.fact_capital_flow.member_code is 'Country, province of that day, project number; empty where no list has one. | Mã nước, mã tỉnh tại thời điểm đó, mã dự án; để trống nếu danh mục không có.';
comment on column mart.fact_capital_flow.member_name is 'Member as printed. | Tên thành phần như nguồn in.';
comment on column mart.fact_capital_flow.is_total is 'True for the undivided figure. | Đúng nếu là số chung.';
comment on column mart.fact_capital_flow.partner_code is 'Country or organisation the money comes from, where the row names one beside its breakdown. | Nước hoặc tổ chức có vốn, nếu dòng có ghi thêm.';
comment on column mart.fact_capital_flow.sector_code is 'Sector, where the row names one beside its breakdown. | Ngành, nếu dòng có ghi thêm.';
comment on column mart.fact_capital_flow.locality_code is 'Place, where the row names one beside its breakdown. | Địa bàn, nếu dòng có ghi thêm.';
comment on column mart.fact_capital_flow.project_code is 'Project, where the row names one beside its breakdown. | Dự án, nếu dòng có ghi thêm.';
comment on column mart.fact_capital_flow.zone_code is 'Inside or outside an industrial zone, where the row says so. | Trong hay ngoài khu công nghiệp, nếu dòng có ghi.';
comment on column mart.fact_capital_flow.type_code is 'Kind of money, where the row says so: khong_hoan_lai, vay; du_an, phi_du_an. | Loại vốn của dòng, nếu có ghi.';
comment on column mart.fact_capital_flow.form_code is 'How it is passed on or given, where the row says so: cap_phat, vay_lai; tien, hien_vat. | Hình thức chuyển vốn, nếu có ghi.';
comment on column mart.fact_capital_flow.value is 'Whole units of unit_code; empty unless reported or nil. | Tính bằng đơn vị nguyên của unit_code; để trống nếu không có số liệu.';
comment on column mart.fact_capital_flow.value_state is 'reported, nil, not_applicable, withheld, missing. Missing is not zero. | Trạng thái; để trống không phải là 0.';
comment on column mart.fact_capital_flow.unit_code is 'Currency (ISO 4217) or the thing counted. | Loại tiền (ISO 4217) hoặc vật được đếm.';
comment on column mart.fact_capital_flow.window_start_date is 'First day the figure covers. | Ngày đầu tiên số liệu tính đến.';
comment on column mart.fact_capital_flow.window_end_date is 'Last day the figure covers; joins to dim_date. | Ngày cuối cùng số liệu tính đến; nối với dim_date.';
comment on column mart.fact_capital_flow.as_of_date is 'Day the publisher closed the figure. | Ngày nguồn chốt số.';
comment on column mart.fact_capital_flow.is_cumulative is 'True: counts from 1 January; windows of one year are never added. | Đúng nếu lũy kế từ 01/01; không cộng các kỳ trong cùng năm.';
comment on column mart.fact_capital_flow.revision_number is 'Revision of the window. | Lần sửa của kỳ số liệu.';
comment on column mart.fact_capital_flow.submission_id is 'Leads to the file. | Dẫn về tệp.';
comment on column mart.fact_capital_flow.sheet_name is 'Sheet the figure stands on. | Trang tính.';
comment on column mart.fact_capital_flow.cell is 'Place on that sheet or in that file. | Vị trí trên trang tính hoặc trong tệp.';

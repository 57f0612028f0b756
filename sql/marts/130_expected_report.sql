-- Grain: one row per reporting period and body that has to do with it.
-- A body belongs to a period when it exists at the last instant that is on time: the deadline itself is exclusive.
-- An ad hoc request may name the bodies it asks; the others then have nothing to do with it.
create table mart.expected_report as
select
    period.period_code,
    period.period_kind,
    period.plan_year,
    period.due_at,
    unit.unit_code as reporting_unit_code,
    unit.name_vi as reporting_unit_name_vi,
    unit.short_name_vi,
    unit.unit_kind,
    unit.group_code,
    unit.template_code,
    unit.former_province,
    unit.border_zone,
    unit.obligation,
    unit.basis,
    unit.sort_key
from mart.asked_period as period
inner join reference.reporting_unit as unit
    on
        ((period.due_at - interval '1 microsecond') at time zone 'Asia/Ho_Chi_Minh')::date >= unit.valid_from
        and (
            unit.valid_to is null
            or ((period.due_at - interval '1 microsecond') at time zone 'Asia/Ho_Chi_Minh')::date < unit.valid_to
        )
where
    unit.obligation <> 'none'
    and (period.only_units is null or unit.unit_code = any(period.only_units));
alter table mart.expected_report add constraint expected_report_pk primary key (period_code, reporting_unit_code);
analyze mart.expected_report;
comment on table mart.expected_report is 'Who is to report for which period: the denominator of the on-time rates, never "those who sent something". | Ai phải báo cáo kỳ nào: mẫu số của tỷ lệ đúng hạn, không bao giờ là “những ai đã gửi”.';
comment on column mart.expected_report.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.expected_report.period_kind is '6T, NAM or DX. | 6T sáu tháng, NAM năm hoặc DX đột xuất.';
comment on column mart.expected_report.plan_year is 'Year of the plan. | Kế hoạch của năm nào.';
comment on column mart.expected_report.due_at is 'First instant that is late. | Thời khắc đầu tiên bị coi là muộn.';
comment on column mart.expected_report.reporting_unit_code is 'Body that is to report, or is asked to. | Đơn vị phải báo cáo hoặc được đề nghị.';
comment on column mart.expected_report.reporting_unit_name_vi is 'Its full name. | Tên viết đầy đủ của đơn vị ấy.';
comment on column mart.expected_report.short_name_vi is 'Its name for tables. | Tên của đơn vị dùng trong bảng, biểu đồ.';
comment on column mart.expected_report.unit_kind is 'commune or agency. | commune xã, phường; agency cơ quan.';
comment on column mart.expected_report.group_code is 'Peer group. | Nhóm đơn vị cùng loại, để so sánh với nhau.';
comment on column mart.expected_report.template_code is 'Template it fills; empty when it fills none. | Biểu mẫu đơn vị điền; để trống khi không điền biểu nào.';
comment on column mart.expected_report.former_province is 'Province before 01/07/2025, communes only. | Thuộc tỉnh nào trước 01/07/2025, chỉ với xã, phường.';
comment on column mart.expected_report.border_zone is 'land_border or coast where known, communes only. | land_border biên giới đất liền hoặc coast ven biển khi đã rõ, chỉ với xã, phường.';
comment on column mart.expected_report.obligation is 'obliged counts in the rates; requested is listed apart; to_confirm and via_parent are listed and not counted. | obliged tính vào tỷ lệ; requested liệt kê riêng; to_confirm và via_parent liệt kê mà không tính.';
comment on column mart.expected_report.basis is 'Where the entry comes from; memory and to confirm wait for the province. | Mục này lấy từ đâu; memory và chờ xác nhận là còn đợi tỉnh.';
comment on column mart.expected_report.sort_key is 'Vietnamese alphabetical order. | Sắp theo cột này là đúng thứ tự chữ cái tiếng Việt.';

-- Grain: one row per reporting unit.
-- Order by sort_key: it puts Đ after D and Â after A under any collation.
create view mart.dim_reporting_unit with (security_invoker = true) as
select
    unit.unit_code as reporting_unit_code,
    unit.name_vi,
    unit.name_en,
    unit.short_name_vi,
    unit.unit_kind,
    case unit.unit_kind when 'commune' then 'Xã, phường' else 'Cơ quan, tổ chức' end as unit_kind_name_vi,
    unit.group_code,
    unit.template_code,
    template.name_vi as template_name_vi,
    unit.obligation,
    case unit.obligation
        when 'obliged' then 'Phải báo cáo'
        when 'requested' then 'Được đề nghị báo cáo'
        when 'to_confirm' then 'Chờ xác nhận'
        when 'via_parent' then 'Báo cáo qua đơn vị cấp trên'
        else 'Không báo cáo'
    end as obligation_name_vi,
    unit.former_province as former_province_name_vi,
    unit.border_zone,
    unit.border_zone_basis,
    unit.basis,
    unit.valid_from,
    unit.valid_to,
    current_date >= unit.valid_from and (unit.valid_to is null or current_date < unit.valid_to) as is_valid_today,
    unit.sort_key
from reference.reporting_unit as unit
left join reference.template on unit.template_code = template.template_code;
comment on view mart.dim_reporting_unit is
'Who reports: 102 communes and wards, agencies, front bodies, media, with the days they exist. | Đơn vị báo cáo: 102 xã, phường, các cơ quan, tổ chức, cơ quan báo chí, kèm thời gian tồn tại.';
comment on column mart.dim_reporting_unit.reporting_unit_code is 'Key: joins to every reporting_unit_code. | Khóa: nối với mọi cột reporting_unit_code.';
comment on column mart.dim_reporting_unit.name_vi is 'Full Vietnamese name. | Tên đầy đủ.';
comment on column mart.dim_reporting_unit.name_en is 'Full English name. | Tên bằng tiếng Anh.';
comment on column mart.dim_reporting_unit.short_name_vi is 'For tables and charts. | Tên ngắn dùng trong bảng và biểu đồ.';
comment on column mart.dim_reporting_unit.unit_kind is 'commune or agency. | Loại: xã hoặc cơ quan.';
comment on column mart.dim_reporting_unit.unit_kind_name_vi is 'The same in words. | Loại đơn vị, viết bằng chữ.';
comment on column mart.dim_reporting_unit.group_code is 'Peer group: department, police, front, media, commune, ... | Nhóm đơn vị cùng loại.';
comment on column mart.dim_reporting_unit.template_code is 'Template it fills; empty when it fills none. | Mẫu báo cáo; để trống nếu không có mẫu.';
comment on column mart.dim_reporting_unit.template_name_vi is 'Title of that template. | Tên mẫu báo cáo.';
comment on column mart.dim_reporting_unit.obligation is 'obliged counts in the rates; the others are listed and never lower a rate. | obliged được tính vào tỷ lệ; các loại khác chỉ liệt kê, không làm giảm tỷ lệ.';
comment on column mart.dim_reporting_unit.obligation_name_vi is 'The same in words. | Nghĩa vụ báo cáo, viết bằng chữ.';
comment on column mart.dim_reporting_unit.former_province_name_vi is 'Province until 30/06/2025, communes only. | Tỉnh trước ngày 01/07/2025, chỉ với xã, phường.';
comment on column mart.dim_reporting_unit.border_zone is 'land_border or sea_border where known, communes only. | Khu vực biên giới đất liền hoặc biển, nếu biết; chỉ với xã, phường.';
comment on column mart.dim_reporting_unit.border_zone_basis is 'Why the zone is believed; the province has to confirm it. | Căn cứ xác định khu vực; chờ tỉnh xác nhận.';
comment on column mart.dim_reporting_unit.basis is 'Where the entry comes from. | Căn cứ của dòng này.';
comment on column mart.dim_reporting_unit.valid_from is 'First day it exists and reports. | Ngày đầu tiên tồn tại và báo cáo.';
comment on column mart.dim_reporting_unit.valid_to is 'First day it no longer does; empty while it exists. | Ngày đầu tiên không còn; để trống nếu đang còn.';
comment on column mart.dim_reporting_unit.is_valid_today is 'Whether it exists today. | Hôm nay còn tồn tại hay không.';
comment on column mart.dim_reporting_unit.sort_key is 'Order by this for the Vietnamese alphabet. | Sắp xếp theo cột này để đúng bảng chữ cái tiếng Việt.';

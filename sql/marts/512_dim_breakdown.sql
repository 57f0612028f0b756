-- Grain: one row per measure and line it can be given on: the undivided figure, and each member of each breakdown.
-- Members that left their list stay, so that figures accepted under them keep a name.
create view mart.dim_breakdown with (security_invoker = true) as
select
    measure.measure_code || '/total/total' as breakdown_key,
    measure.measure_code,
    'total' as axis_code,
    'total' as member_code,
    'Tổng số' as member_name_vi,
    'Total' as member_name_en,
    true as is_total,
    true as adds_up,
    null::date as valid_from,
    null::date as valid_to,
    0 as position_number
from reference.measure
union all
select
    axis.measure_code || '/' || axis.axis_code || '/' || member.member_code,
    axis.measure_code,
    axis.axis_code,
    member.member_code,
    member.name_vi,
    member.name_en,
    false,
    axis.adds_up,
    member.valid_from,
    member.valid_to,
    1000 * axis.position + member.position
from reference.measure_axis as axis
inner join reference.code_list_member as member on axis.list_code = member.list_code;
comment on view mart.dim_breakdown is
'What a figure is broken down by: language, platform, partner, ... with names. | Phân tổ của số liệu: ngôn ngữ, nền tảng, đối tác, … kèm tên gọi.';
comment on column mart.dim_breakdown.breakdown_key is 'Key: joins to breakdown_key of fact_observation. | Khóa: nối với breakdown_key của fact_observation.';
comment on column mart.dim_breakdown.measure_code is 'Measure broken down. | Số liệu được phân tổ.';
comment on column mart.dim_breakdown.axis_code is 'Breakdown; total for the undivided figure. | Cách phân tổ; total là số chung.';
comment on column mart.dim_breakdown.member_code is 'Member of the breakdown; total for the undivided figure. | Thành phần; total là số chung.';
comment on column mart.dim_breakdown.member_name_vi is 'Name of the member. | Tên thành phần.';
comment on column mart.dim_breakdown.member_name_en is 'English name of the member. | Tên thành phần bằng tiếng Anh.';
comment on column mart.dim_breakdown.is_total is 'True for the undivided figure: never add it to its parts. | Đúng nếu là số chung: không cộng với các thành phần.';
comment on column mart.dim_breakdown.adds_up is 'True when the parts, given in full, make up the total. | Đúng nếu các thành phần cộng lại bằng số chung.';
comment on column mart.dim_breakdown.valid_from is 'First day the member may be used; empty for the total. | Ngày đầu tiên được dùng; số chung thì để trống.';
comment on column mart.dim_breakdown.valid_to is 'First day it may no longer be used. | Ngày đầu tiên không còn được dùng.';
comment on column mart.dim_breakdown.position_number is 'Reading order within the measure. | Thứ tự đọc trong một số liệu.';

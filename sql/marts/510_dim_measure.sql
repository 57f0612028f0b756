-- Grain: one row per measure.
create view mart.dim_measure with (security_invoker = true) as
with asked as (
    select
        template_measure.measure_code,
        count(*)::integer as template_count,
        string_agg(template_measure.template_code, ', ' order by template_measure.template_code) as templates_text
    from reference.template_measure
    group by template_measure.measure_code
)

select
    measure.measure_code,
    measure.name_vi,
    measure.name_en,
    measure.unit_vi,
    measure.base_unit,
    measure.unit_factor,
    measure.value_type,
    measure.nature,
    case measure.nature
        when 'flow' then 'Lũy kế từ 01/01'
        when 'stock' then 'Có tại ngày chốt'
        when 'flag' then 'Trạng thái'
        else 'Hệ thống tính'
    end as nature_name_vi,
    measure.is_sensitive,
    measure.rule_vi,
    coalesce(asked.template_count, 0) as template_count,
    asked.templates_text,
    measure.position as position_number
from reference.measure
left join asked on measure.measure_code = asked.measure_code;
comment on view mart.dim_measure is
'The 77 measures: what is asked, in which unit. | 77 số liệu của biểu mẫu: hỏi gì, tính bằng đơn vị nào.';
comment on column mart.dim_measure.measure_code is 'Key: joins to every measure_code. | Khóa: nối với mọi cột measure_code.';
comment on column mart.dim_measure.name_vi is 'Name printed in the workbook. | Tên in trên biểu mẫu.';
comment on column mart.dim_measure.name_en is 'English name. | Tên bằng tiếng Anh.';
comment on column mart.dim_measure.unit_vi is 'Unit of the workbook and of shown_value. | Đơn vị trên biểu mẫu và của cột shown_value.';
comment on column mart.dim_measure.base_unit is 'Whole unit of value: VND, USD or the thing counted. | Đơn vị nguyên của cột value: VND, USD hoặc vật được đếm.';
comment on column mart.dim_measure.unit_factor is 'value divided by this is shown_value. | Lấy value chia cho số này ra shown_value.';
comment on column mart.dim_measure.value_type is 'count, amount, signed_amount may be added up; yes_no, choice, milestone may not. | count, amount, signed_amount cộng được; yes_no, choice, milestone thì không.';
comment on column mart.dim_measure.nature is 'flow runs from 1 January: the year replaces the half-year, the two are never added. stock is as at the cut-off. | flow lũy kế từ 01/01: số năm thay số 6 tháng, không cộng hai số. stock là số có tại ngày chốt.';
comment on column mart.dim_measure.nature_name_vi is 'The same in words. | Tính chất của số liệu, viết bằng chữ.';
comment on column mart.dim_measure.is_sensitive is 'Counts of 1 to 4 are shown as <5 outside the lead department. | Số từ 1 đến 4 ghi là <5 khi đưa ra ngoài Sở chủ trì.';
comment on column mart.dim_measure.rule_vi is 'Rule printed beside the cell. | Quy tắc in cạnh ô.';
comment on column mart.dim_measure.template_count is 'How many templates ask for it. | Số mẫu báo cáo có hỏi.';
comment on column mart.dim_measure.templates_text is 'Which ones, separated by commas. | Tên các mẫu đó, cách nhau bằng dấu phẩy.';
comment on column mart.dim_measure.position_number is 'Order in workbooks. | Thứ tự trên biểu mẫu.';

-- Grain: one row per undivided figure that is about a place of the province, on the map of the last day it covers.
-- Only figures that may be added up. A figure of a day before the first known map is about no place.
create view mart.fact_place_figure with (security_invoker = true) as
select
    'observation' as fact_name,
    observation.source_id,
    observation.measure_code as series_code,
    measure.base_unit as unit_code,
    period.window_start as window_start_date,
    period.window_end as window_end_date,
    measure.nature = 'flow' as is_cumulative,
    place.place_key,
    observation.value,
    observation.value_state,
    observation.submission_id,
    observation.sheet_name,
    observation.cell
from mart.observation_latest as observation
inner join reference.measure
    on
        observation.measure_code = measure.measure_code
        and measure.value_type in ('count', 'amount', 'signed_amount')
inner join reference.reporting_period as period on observation.period_code = period.period_code
inner join mart.dim_place as place
    on
        observation.reporting_unit_code = place.place_code
        and place.place_level = 'commune'
        and period.window_end >= place.valid_from
        and (place.valid_to is null or period.window_end < place.valid_to)
where observation.axis_code = 'total'
union all
select
    'capital_flow',
    flow.source_id,
    flow.flow_code || '/' || flow.flow_measure_code,
    flow.unit_code,
    flow.window_start_date,
    flow.window_end_date,
    flow.is_cumulative,
    place.place_key,
    flow.value,
    flow.value_state,
    flow.submission_id,
    flow.sheet_name,
    flow.cell
from mart.fact_capital_flow as flow
inner join mart.dim_place as place
    on
        flow.member_code = place.place_code
        and place.geography in ('old', 'new')
        and flow.window_end_date >= place.valid_from
        and (place.valid_to is null or flow.window_end_date < place.valid_to)
where
    flow.axis_code = 'locality'
    and flow.partner_code is null
    and flow.sector_code is null
    and flow.project_code is null
    and flow.zone_code is null
    and flow.type_code is null
    and flow.form_code is null;
comment on view mart.fact_place_figure is
'Figures about a commune, district or province, each on the map of its own day. | Số liệu theo xã, huyện, tỉnh, đặt trên bản đồ của chính thời điểm đó.';
comment on column mart.fact_place_figure.fact_name is 'observation: the bodies'' reports. capital_flow: publishers and registers. | observation: báo cáo của đơn vị. capital_flow: nguồn công bố và sổ dự án.';
comment on column mart.fact_place_figure.source_id is 'Source contract it was read by. | Nguồn số liệu.';
comment on column mart.fact_place_figure.series_code is 'Measure (MED01), or flow and what is counted (fdi/capital_new). | Số liệu (MED01), hoặc loại vốn và nội dung (fdi/capital_new).';
comment on column mart.fact_place_figure.unit_code is 'Whole unit of value. | Đơn vị nguyên của cột value.';
comment on column mart.fact_place_figure.window_start_date is 'First day the figure covers. | Ngày đầu tiên số liệu tính đến.';
comment on column mart.fact_place_figure.window_end_date is 'Last day it may cover; decides the map. | Ngày cuối cùng; quyết định dùng bản đồ nào.';
comment on column mart.fact_place_figure.is_cumulative is 'True: counts from 1 January. | Đúng nếu lũy kế từ 01/01.';
comment on column mart.fact_place_figure.place_key is 'Place of that day; joins to dim_place. | Địa bàn tại thời điểm đó; nối với dim_place.';
comment on column mart.fact_place_figure.value is 'Empty unless reported or nil. | Để trống nếu không có số liệu.';
comment on column mart.fact_place_figure.value_state is 'reported, nil, not_applicable, withheld, missing. | Trạng thái của số liệu.';
comment on column mart.fact_place_figure.submission_id is 'Leads to the file. | Dẫn về tệp.';
comment on column mart.fact_place_figure.sheet_name is 'Sheet the figure stands on. | Trang tính.';
comment on column mart.fact_place_figure.cell is 'Place on that sheet. | Vị trí trên trang tính.';

-- Grain: one row per reporting unit, period, measure and breakdown member: the figure as known now.
create view mart.fact_observation with (security_invoker = true) as
select
    observation.reporting_unit_code,
    observation.period_code,
    observation.measure_code,
    observation.axis_code,
    observation.member_code,
    observation.measure_code || '/' || observation.axis_code || '/' || observation.member_code as breakdown_key,
    observation.axis_code = 'total' as is_total,
    observation.value,
    trim_scale(observation.value / measure.unit_factor) as shown_value,
    measure.unit_vi,
    observation.value_state,
    case observation.value_state
        when 'reported' then 'Có số liệu'
        when 'nil' then 'Không phát sinh'
        when 'not_applicable' then 'Không áp dụng'
        when 'withheld' then 'Không cung cấp'
        else 'Để trống'
    end as value_state_name_vi,
    observation.value_kind,
    case observation.value_kind
        when 'uoc' then 'Ước' when 'thuc_hien' then 'Thực hiện' else 'Chính thức'
    end as value_kind_name_vi,
    trim_scale(observation.full_year_estimate / measure.unit_factor) as full_year_estimate_shown_value,
    observation.cut_off_date,
    period.window_end as window_end_date,
    observation.revision_number,
    observation.is_revised,
    observation.source_id,
    observation.submission_id,
    observation.sheet_name,
    observation.cell
from mart.observation_latest as observation
inner join reference.measure on observation.measure_code = measure.measure_code
inner join reference.reporting_period as period on observation.period_code = period.period_code;
comment on view mart.fact_observation is
'Figures of the reports, one row each. Filter is_total, or one axis_code: a total is never added to its parts. | Số liệu của các báo cáo, mỗi số một dòng. Lọc theo is_total hoặc một axis_code: không cộng số chung với thành phần.';
comment on column mart.fact_observation.reporting_unit_code is 'Joins to dim_reporting_unit. | Nối với dim_reporting_unit.';
comment on column mart.fact_observation.period_code is 'Joins to dim_period. The year replaces the half-year; never add the two. | Nối với dim_period. Số năm thay số 6 tháng; không cộng hai kỳ.';
comment on column mart.fact_observation.measure_code is 'Joins to dim_measure. | Nối với dim_measure.';
comment on column mart.fact_observation.axis_code is 'Breakdown; total for the undivided figure. | Cách phân tổ; total là số chung.';
comment on column mart.fact_observation.member_code is 'Member of the breakdown. | Thành phần của phân tổ.';
comment on column mart.fact_observation.breakdown_key is 'Joins to dim_breakdown. | Nối với dim_breakdown.';
comment on column mart.fact_observation.is_total is 'True for the undivided figure. | Đúng nếu là số chung.';
comment on column mart.fact_observation.value is 'In whole units (VND, USD, things counted); empty unless reported or nil. | Tính bằng đơn vị nguyên; để trống nếu không có số liệu.';
comment on column mart.fact_observation.shown_value is 'The same in the unit of the workbook. | Số liệu theo đơn vị trên biểu mẫu.';
comment on column mart.fact_observation.unit_vi is 'Unit of shown_value. | Đơn vị của shown_value.';
comment on column mart.fact_observation.value_state is 'reported, nil, not_applicable, withheld, missing. Missing is not zero. | Trạng thái; để trống không phải là 0.';
comment on column mart.fact_observation.value_state_name_vi is 'The same in words. | Trạng thái, viết bằng chữ.';
comment on column mart.fact_observation.value_kind is 'uoc estimate, thuc_hien actual, chinh_thuc final. | Ước, thực hiện hay chính thức.';
comment on column mart.fact_observation.value_kind_name_vi is 'The same in words. | Loại số liệu, viết bằng chữ.';
comment on column mart.fact_observation.full_year_estimate_shown_value is 'Estimate for the whole year beside it, in the unit of the workbook. | Ước cả năm ghi bên cạnh, theo đơn vị trên biểu mẫu.';
comment on column mart.fact_observation.cut_off_date is 'Last day the figure covers; joins to dim_date. | Ngày cuối cùng số liệu tính đến; nối với dim_date.';
comment on column mart.fact_observation.window_end_date is 'Last day of the period; joins to dim_date. | Ngày cuối của kỳ; nối với dim_date.';
comment on column mart.fact_observation.revision_number is 'Revision of the report it comes from. | Lần gửi của báo cáo.';
comment on column mart.fact_observation.is_revised is 'True when an earlier accepted revision said something else. | Đúng nếu lần gửi trước ghi khác.';
comment on column mart.fact_observation.source_id is 'Source contract it was read by. | Nguồn số liệu.';
comment on column mart.fact_observation.submission_id is 'Leads to the file: fact_report, mart.ledger. | Dẫn về tệp: fact_report, mart.ledger.';
comment on column mart.fact_observation.sheet_name is 'Sheet of the workbook. | Trang tính.';
comment on column mart.fact_observation.cell is 'A1 address on that sheet. | Địa chỉ ô trên trang tính.';

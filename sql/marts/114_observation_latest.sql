-- Grain: one row per reporting unit, period, measure and breakdown member.
-- The figure that counts up to the cut-off: what the report says, or what a register of projects adds up to. A view: the
-- figures of reports are by far the most, and are written once.
create view mart.observation_latest with (security_invoker = true) as
select
    observation.reporting_unit_code,
    observation.period_code,
    observation.measure_code,
    observation.axis_code,
    observation.member_code,
    observation.value,
    observation.value_state,
    observation.value_kind,
    observation.kind_rank,
    observation.full_year_estimate,
    observation.cut_off_date,
    observation.revision_number,
    observation.is_revised,
    observation.is_partial,
    observation.source_id,
    observation.submission_id,
    observation.line_number,
    observation.sheet_name,
    observation.cell
from mart.reported_observation as observation
left join mart.superseded_observation as superseded
    on
        observation.reporting_unit_code = superseded.reporting_unit_code
        and observation.period_code = superseded.period_code
        and observation.measure_code = superseded.measure_code
        and observation.axis_code = superseded.axis_code
        and observation.member_code = superseded.member_code
where superseded.measure_code is null
union all
select
    figure.reporting_unit_code,
    figure.period_code,
    figure.measure_code,
    figure.axis_code,
    figure.member_code,
    figure.value,
    figure.value_state,
    figure.value_kind,
    array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], figure.value_kind),
    superseded.full_year_estimate,
    figure.cut_off_date,
    figure.revision_number,
    figure.is_revised,
    figure.missing_count + figure.withheld_count > 0,
    figure.source_id,
    figure.submission_id,
    null,
    null,
    null
from mart.project_figure as figure
left join mart.superseded_observation as superseded
    on
        figure.reporting_unit_code = superseded.reporting_unit_code
        and figure.period_code = superseded.period_code
        and figure.measure_code = superseded.measure_code
        and figure.axis_code = superseded.axis_code
        and figure.member_code = superseded.member_code;
comment on view mart.observation_latest is 'The current figure of every body, period, measure and breakdown member. Start here for figures by body. | Số hiện tại của mỗi đơn vị, kỳ, số liệu và thành phần phân tổ. Cần số của từng đơn vị thì bắt đầu ở đây.';
comment on column mart.observation_latest.reporting_unit_code is 'Reporting body. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.observation_latest.period_code is 'Reporting period; flows run from 1 January to the cut-off, so the annual figure replaces the six-month one. | Kỳ báo cáo; số phát sinh tính từ 1 tháng 1 đến ngày chốt, nên số năm thay số sáu tháng.';
comment on column mart.observation_latest.measure_code is 'Measure. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column mart.observation_latest.axis_code is 'Breakdown; total for the undivided figure. Never add the total to its parts. | Cách phân tổ; total là số chung. Không bao giờ cộng số chung với các phần của nó.';
comment on column mart.observation_latest.member_code is 'Member of the breakdown; total for the undivided figure. | Thành phần trong cách phân tổ; total là số chung.';
comment on column mart.observation_latest.value is 'Figure in base units; empty unless the state is reported or nil. | Con số theo đơn vị gốc; chỉ có khi trạng thái là reported hoặc nil, còn lại để trống.';
comment on column mart.observation_latest.value_state is 'reported, nil, not_applicable, withheld or missing. Missing is not zero. | reported, nil, not_applicable, withheld hoặc missing: có số, không phát sinh, không áp dụng, không cung cấp, thiếu. Thiếu không phải là 0.';
comment on column mart.observation_latest.value_kind is 'chinh_thuc final, thuc_hien actual, uoc estimate. | chinh_thuc chính thức, thuc_hien thực hiện, uoc ước.';
comment on column mart.observation_latest.kind_rank is 'The same as a number: 1 estimate, 2 actual, 3 final. | Cũng điều ấy viết bằng số: 1 ước, 2 thực hiện, 3 chính thức.';
comment on column mart.observation_latest.full_year_estimate is 'Estimate for the whole year given beside the figure, annual reports only. | Số ước đến 31/12 ghi bên cạnh con số, chỉ ở báo cáo năm.';
comment on column mart.observation_latest.cut_off_date is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.observation_latest.revision_number is 'Revision the figure comes from. | Con số lấy từ lần sửa thứ mấy.';
comment on column mart.observation_latest.is_revised is 'True when an earlier accepted revision said something else here. | Đúng khi một bản được chấp nhận trước đó ghi khác ở chỗ này.';
comment on column mart.observation_latest.is_partial is 'True when the figure is made from a register in which a project''s cell is blank or withheld. | Đúng khi con số lấy từ sổ mà ô của một dự án để trống hoặc không cung cấp.';
comment on column mart.observation_latest.source_id is 'Source contract. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.observation_latest.submission_id is 'Submission it comes from. | Lần nộp cho con số đang được tính.';
comment on column mart.observation_latest.line_number is 'Its place in the submission; empty for a figure made from a register of projects, whose cells are in mart.project_figure_cell. | Thứ tự trong lần nộp; để trống với con số lấy từ sổ dự án, các ô của nó ở mart.project_figure_cell.';
comment on column mart.observation_latest.sheet_name is 'Sheet of the workbook; empty for a figure made from a register. | Trang của tệp bảng tính; để trống với con số lấy từ sổ dự án.';
comment on column mart.observation_latest.cell is 'A1 address on that sheet; empty for a figure made from a register. | Địa chỉ kiểu A1 trên trang ấy; để trống với con số lấy từ sổ dự án.';

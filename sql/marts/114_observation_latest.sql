-- Grain: one row per reporting unit, period, measure and breakdown member.
-- The figure that counts up to the cut-off: what the report says, or what a register of projects adds up to.
create table mart.observation_latest as
select
    reporting_unit_code,
    period_code,
    measure_code,
    axis_code,
    member_code,
    value,
    value_state,
    value_kind,
    kind_rank,
    full_year_estimate,
    cut_off_date,
    revision_number,
    is_revised,
    is_partial,
    source_id,
    submission_id,
    line_number,
    sheet_name,
    cell
from mart.reported_observation
where not is_superseded
union all
select
    reporting_unit_code,
    period_code,
    measure_code,
    axis_code,
    member_code,
    value,
    value_state,
    value_kind,
    kind_rank,
    full_year_estimate,
    cut_off_date,
    revision_number,
    is_revised,
    is_partial,
    source_id,
    submission_id,
    line_number,
    sheet_name,
    cell
from mart.register_observation;
alter table mart.observation_latest add constraint observation_latest_pk
primary key (reporting_unit_code, period_code, measure_code, axis_code, member_code);
create index observation_latest_measure on mart.observation_latest (period_code, axis_code, measure_code);
analyze mart.observation_latest;
comment on table mart.observation_latest is 'The current figure of every body, period, measure and breakdown member. Start here for figures by body. | Số hiện tại của mỗi đơn vị, kỳ, số liệu và thành phần phân tổ. Cần số của từng đơn vị thì bắt đầu ở đây.';
comment on column mart.observation_latest.reporting_unit_code is 'Reporting body. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.observation_latest.period_code is 'Reporting period; flows run from 1 January to the cut-off, so the annual figure replaces the six-month one. | Kỳ báo cáo; số phát sinh tính từ 1 tháng 1 đến ngày chốt, nên số năm thay số sáu tháng.';
comment on column mart.observation_latest.measure_code is 'Measure. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column mart.observation_latest.axis_code is 'Breakdown; total for the undivided figure. Never add the total to its parts. | Cách phân tổ; total là số chung. Không bao giờ cộng số chung với các phần của nó.';
comment on column mart.observation_latest.member_code is 'Member of the breakdown; total for the undivided figure. | Thành phần trong cách phân tổ; total là số chung.';
comment on column mart.observation_latest.value is 'Figure in base units; empty unless the state is reported or nil. | Con số theo đơn vị gốc; chỉ có khi trạng thái là reported hoặc nil, còn lại để trống.';
comment on column mart.observation_latest.value_state is 'reported, nil, not_applicable, withheld or missing. Missing is not zero. | reported, nil, not_applicable, withheld hoặc missing: có số, không phát sinh, không áp dụng, không cung cấp, thiếu. Thiếu không phải là 0.';
comment on column mart.observation_latest.value_kind is 'chinh_thuc final, thuc_hien actual, uoc estimate. | chinh_thuc chính thức, thuc_hien thực hiện, uoc ước.';
comment on column mart.observation_latest.kind_rank is 'The same as a number: 1 estimate, 2 actual, 3 final. | Thứ bậc bằng số: 1 ước, 2 thực hiện, 3 chính thức.';
comment on column mart.observation_latest.full_year_estimate is 'Estimate for the whole year given beside the figure, annual reports only. | Số ước đến 31/12 ghi bên cạnh con số, chỉ ở báo cáo năm.';
comment on column mart.observation_latest.cut_off_date is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.observation_latest.revision_number is 'Revision the figure comes from. | Con số lấy từ lần sửa thứ mấy.';
comment on column mart.observation_latest.is_revised is 'True when an earlier accepted revision said something else here. | Đúng khi một bản được chấp nhận trước đó ghi khác ở chỗ này.';
comment on column mart.observation_latest.is_partial is 'True when the figure is made from a register in which a project''s cell is blank or withheld. | Đúng khi con số lấy từ sổ mà ô của một dự án để trống hoặc không cung cấp.';
comment on column mart.observation_latest.source_id is 'Source contract. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.observation_latest.submission_id is 'Submission it comes from. | Lần gửi cho con số đang được tính.';
comment on column mart.observation_latest.line_number is 'Its place in the submission; empty for a figure made from a register of projects, whose cells are in mart.project_figure_cell. | Thứ tự trong lần gửi; để trống với con số lấy từ sổ dự án, các ô của nó ở mart.project_figure_cell.';
comment on column mart.observation_latest.sheet_name is 'Sheet of the workbook; empty for a figure made from a register. | Trang của tệp bảng tính; để trống với con số lấy từ sổ dự án.';
comment on column mart.observation_latest.cell is 'A1 address on that sheet; empty for a figure made from a register. | Địa chỉ kiểu A1 trên trang ấy; để trống với con số lấy từ sổ dự án.';

-- Grain: one row per body, period, measure and breakdown member a register of projects gives a figure for.
-- The register's figure in the shape of a report's. The estimate for the whole year is the report's: no register has one.
create table mart.register_observation as
select
    figure.reporting_unit_code,
    figure.period_code,
    figure.measure_code,
    figure.axis_code,
    figure.member_code,
    figure.value,
    figure.value_state,
    figure.value_kind,
    array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], figure.value_kind) as kind_rank,
    superseded.full_year_estimate,
    figure.cut_off_date,
    figure.revision_number,
    figure.is_revised,
    figure.missing_count + figure.withheld_count > 0 as is_partial,
    figure.source_id,
    figure.submission_id,
    null::integer as line_number,
    null::text as sheet_name,
    null::text as cell
from mart.project_figure as figure
left join mart.superseded_observation as superseded
    on
        figure.reporting_unit_code = superseded.reporting_unit_code
        and figure.period_code = superseded.period_code
        and figure.measure_code = superseded.measure_code
        and figure.axis_code = superseded.axis_code
        and figure.member_code = superseded.member_code;
alter table mart.register_observation add constraint register_observation_pk
primary key (reporting_unit_code, period_code, measure_code, axis_code, member_code);
analyze mart.register_observation;
comment on table mart.register_observation is 'What the registers of projects add up to, in the shape of a report''s figures. Start with mart.observation_latest instead. | Số cộng từ các sổ dự án, theo dạng số liệu báo cáo. Khi tra cứu hãy bắt đầu từ mart.observation_latest.';
comment on column mart.register_observation.reporting_unit_code is 'Reporting body. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.register_observation.period_code is 'Reporting period; flows run from 1 January to the cut-off, so the annual figure replaces the six-month one. | Kỳ báo cáo; số phát sinh tính từ 1 tháng 1 đến ngày chốt, nên số năm thay số sáu tháng.';
comment on column mart.register_observation.measure_code is 'Measure. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column mart.register_observation.axis_code is 'Breakdown; total for the undivided figure. Never add the total to its parts. | Cách phân tổ; total là số chung. Không bao giờ cộng số chung với các phần của nó.';
comment on column mart.register_observation.member_code is 'Member of the breakdown; total for the undivided figure. | Thành phần trong cách phân tổ; total là số chung.';
comment on column mart.register_observation.value is 'Figure in base units; empty unless the state is reported or nil. | Con số theo đơn vị gốc; chỉ có khi trạng thái là reported hoặc nil, còn lại để trống.';
comment on column mart.register_observation.value_state is 'reported, nil, not_applicable, withheld or missing. Missing is not zero. | reported, nil, not_applicable, withheld hoặc missing: có số, không phát sinh, không áp dụng, không cung cấp, thiếu. Thiếu không phải là 0.';
comment on column mart.register_observation.value_kind is 'chinh_thuc final, thuc_hien actual, uoc estimate. | chinh_thuc chính thức, thuc_hien thực hiện, uoc ước.';
comment on column mart.register_observation.kind_rank is 'The same as a number: 1 estimate, 2 actual, 3 final. | Thứ bậc bằng số: 1 ước, 2 thực hiện, 3 chính thức.';
comment on column mart.register_observation.full_year_estimate is 'Estimate for the whole year given beside the figure, annual reports only. | Số ước đến 31/12 ghi bên cạnh con số, chỉ ở báo cáo năm.';
comment on column mart.register_observation.cut_off_date is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.register_observation.revision_number is 'Revision the figure comes from. | Con số lấy từ lần sửa thứ mấy.';
comment on column mart.register_observation.is_revised is 'True when an earlier accepted revision said something else here. | Đúng khi một bản được chấp nhận trước đó ghi khác ở chỗ này.';
comment on column mart.register_observation.is_partial is 'True when the figure is made from a register in which a project''s cell is blank or withheld. | Đúng khi con số lấy từ sổ mà ô của một dự án để trống hoặc không cung cấp.';
comment on column mart.register_observation.source_id is 'Source contract. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.register_observation.submission_id is 'Submission it comes from. | Lần gửi cho con số đang được tính.';
comment on column mart.register_observation.line_number is 'Its place in the submission; empty for a figure made from a register of projects, whose cells are in mart.project_figure_cell. | Thứ tự trong lần gửi; để trống với con số lấy từ sổ dự án, các ô của nó ở mart.project_figure_cell.';
comment on column mart.register_observation.sheet_name is 'Sheet of the workbook; empty for a figure made from a register. | Trang của tệp bảng tính; để trống với con số lấy từ sổ dự án.';
comment on column mart.register_observation.cell is 'A1 address on that sheet; empty for a figure made from a register. | Địa chỉ kiểu A1 trên trang ấy; để trống với con số lấy từ sổ dự án.';

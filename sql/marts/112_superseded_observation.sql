-- Grain: one row per report figure whose body sent a register of projects for the same body, period and measure.
create table mart.superseded_observation as
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
where is_superseded;
alter table mart.superseded_observation add constraint superseded_observation_pk
primary key (reporting_unit_code, period_code, measure_code, axis_code, member_code);
analyze mart.superseded_observation;
comment on table mart.superseded_observation is 'Report figures that a register of projects took the place of; see mart.reconciliation. | Số trong báo cáo đã được sổ dự án thay; xem mart.reconciliation.';
comment on column mart.superseded_observation.reporting_unit_code is 'Reporting body. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.superseded_observation.period_code is 'Reporting period. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.superseded_observation.measure_code is 'Measure. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column mart.superseded_observation.axis_code is 'Breakdown; total for the undivided figure. | Cách phân tổ của con số; total là số chung.';
comment on column mart.superseded_observation.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.superseded_observation.value is 'Figure in base units. | Con số của báo cáo theo đơn vị gốc, đã được sổ thay.';
comment on column mart.superseded_observation.value_state is 'reported, nil, not_applicable, withheld or missing. | reported, nil, not_applicable, withheld hoặc missing: trạng thái trong báo cáo.';
comment on column mart.superseded_observation.value_kind is 'chinh_thuc final, thuc_hien actual, uoc estimate. | chinh_thuc chính thức, thuc_hien thực hiện, uoc ước.';
comment on column mart.superseded_observation.kind_rank is 'The same as a number. | 1 ước, 2 thực hiện, 3 chính thức.';
comment on column mart.superseded_observation.full_year_estimate is 'Estimate for the whole year given beside the figure. | Số ước đến 31/12 ghi bên cạnh con số của báo cáo.';
comment on column mart.superseded_observation.cut_off_date is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.superseded_observation.revision_number is 'Revision of the report. | Báo cáo là bản sửa thứ mấy.';
comment on column mart.superseded_observation.is_revised is 'True when an earlier accepted revision said something else here. | Đúng khi một bản được chấp nhận trước đó ghi khác ở chỗ này.';
comment on column mart.superseded_observation.is_partial is 'Always false: reports have no lines of projects. | Luôn sai: báo cáo không có dòng của từng dự án.';
comment on column mart.superseded_observation.source_id is 'Source contract. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.superseded_observation.submission_id is 'Submission. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column mart.superseded_observation.line_number is 'Its place in the submission. | Thứ tự của dòng trong lần gửi.';
comment on column mart.superseded_observation.sheet_name is 'Sheet of the workbook. | Trang của tệp bảng tính nơi ghi con số.';
comment on column mart.superseded_observation.cell is 'A1 address on that sheet. | Địa chỉ kiểu A1 trên trang của báo cáo.';

-- Grain: one row per accepted figure that counts otherwise than its publisher or sender printed it.
-- Figures of revisions that were replaced stay, marked as such.
create table mart.figure_correction as
with accepted as (
    select
        submission.*,
        coalesce(report.place, file.place) = 1 as is_latest
    from warehouse.submission
    cross join mart.build
    left join mart.report_version as report on submission.submission_id = report.submission_id
    left join mart.file_version as file on submission.submission_id = file.submission_id
    where
        submission.verdict = 'loaded'
        and submission.received_at <= coalesce(build.as_known, 'infinity')
)

select
    correction.submission_id,
    correction.line_number,
    accepted.source_id,
    accepted.reporting_unit_code,
    accepted.period_code,
    accepted.revision_number,
    accepted.received_at,
    accepted.is_latest,
    accepted.sha256,
    figure.measure_code,
    figure.axis_code,
    figure.member_code,
    figure.window_start,
    figure.window_end,
    correction.sheet_name,
    correction.cell,
    correction.printed_value,
    correction.printed_state,
    correction.printed_unit_code,
    correction.corrected_value,
    correction.corrected_state,
    correction.corrected_unit_code,
    correction.correction_code,
    correction.reason_vi,
    correction.reported_date,
    correction.reported_to_name,
    correction.decided_by_role,
    correction.valid_until
from warehouse.applied_correction as correction
inner join accepted on correction.submission_id = accepted.submission_id
-- One look by key a correction: the tables of figures are long, the corrections few.
cross join lateral (
    select
        observation.measure_code,
        observation.axis_code,
        observation.member_code,
        null::date as window_start,
        null::date as window_end
    from warehouse.observation
    where
        observation.submission_id = correction.submission_id
        and observation.line_number = correction.line_number
    union all
    select
        flow.measure_code,
        flow.axis_code,
        coalesce(flow.member_code, flow.member_name),
        flow.window_start,
        flow.window_end
    from warehouse.capital_flow as flow
    where
        flow.submission_id = correction.submission_id
        and flow.line_number = correction.line_number
    union all
    select
        point.series_code,
        'area',
        point.area_code,
        point.window_start,
        point.window_end
    from warehouse.series_point as point
    where
        point.submission_id = correction.submission_id
        and point.line_number = correction.line_number
) as figure;
alter table mart.figure_correction add constraint figure_correction_pk primary key (submission_id, line_number);
comment on table mart.figure_correction is
'Figures that count otherwise than printed, because of a known error of their publisher or sender. | Số liệu được tính khác số in trong tệp, do lỗi đã biết của nơi công bố hoặc nơi gửi.';
comment on column mart.figure_correction.submission_id is 'File the figure came with. | Tệp có số liệu đó.';
comment on column mart.figure_correction.line_number is 'Order of the figure in the file. | Thứ tự số liệu trong tệp.';
comment on column mart.figure_correction.source_id is 'Source contract of the file. | Nguồn của tệp.';
comment on column mart.figure_correction.reporting_unit_code is 'Body that sent it; empty for a publisher. | Đơn vị gửi; nơi công bố thì để trống.';
comment on column mart.figure_correction.period_code is 'Reporting period; empty for a publisher. | Kỳ báo cáo; nơi công bố thì để trống.';
comment on column mart.figure_correction.revision_number is 'Revision of the file. | Lần gửi của tệp.';
comment on column mart.figure_correction.received_at is 'When the file came. | Thời điểm nhận tệp.';
comment on column mart.figure_correction.is_latest is 'Whether the revision is the one that counts. | Có phải bản đang được tính hay không.';
comment on column mart.figure_correction.sha256 is 'Hash of the bytes. | Mã băm nội dung tệp.';
comment on column mart.figure_correction.measure_code is 'Measure, or the publisher''s key of a series. | Mã số liệu, hoặc mã chuỗi của nơi công bố.';
comment on column mart.figure_correction.axis_code is 'Breakdown; total for the undivided figure. | Cách phân tổ; total là số chung.';
comment on column mart.figure_correction.member_code is 'Member of the breakdown, by name where it has no code. | Thành phần phân tổ, ghi tên nếu không có mã.';
comment on column mart.figure_correction.window_start is 'First day a publisher''s figure covers. | Ngày đầu của số liệu công bố.';
comment on column mart.figure_correction.window_end is 'Last day a publisher''s figure covers. | Ngày cuối của số liệu công bố.';
comment on column mart.figure_correction.sheet_name is 'Sheet, where the file has sheets. | Trang tính, nếu tệp có trang.';
comment on column mart.figure_correction.cell is 'Where the figure stands. | Địa chỉ của số liệu.';
comment on column mart.figure_correction.printed_value is 'What is printed, in whole units; empty when it could not be read. | Số in trong tệp, theo đơn vị gốc; trống nếu không đọc được.';
comment on column mart.figure_correction.printed_state is 'State as read. | Trạng thái khi đọc.';
comment on column mart.figure_correction.printed_unit_code is 'Currency or unit as read. | Loại tiền, đơn vị khi đọc.';
comment on column mart.figure_correction.corrected_value is 'What counts instead. | Số được tính thay.';
comment on column mart.figure_correction.corrected_state is 'State that counts instead. | Trạng thái được tính thay.';
comment on column mart.figure_correction.corrected_unit_code is 'Currency or unit that counts instead. | Loại tiền, đơn vị được tính thay.';
comment on column mart.figure_correction.correction_code is 'Entry of corrections.yml of the source. | Mục trong corrections.yml của nguồn.';
comment on column mart.figure_correction.reason_vi is 'Why the printed figure is wrong. | Vì sao số in ra là sai.';
comment on column mart.figure_correction.reported_date is 'Day the publisher or sender was told. | Ngày báo cho nơi công bố hoặc nơi gửi.';
comment on column mart.figure_correction.reported_to_name is 'Office that was told. | Cơ quan đã được báo.';
comment on column mart.figure_correction.decided_by_role is 'Post that decided. | Chức danh quyết định.';
comment on column mart.figure_correction.valid_until is 'Last day of receipt it holds for; empty for no end. | Ngày nhận cuối cùng còn áp dụng; trống là không hạn.';

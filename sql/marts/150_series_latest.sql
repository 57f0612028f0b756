-- Grain: one row per series, area, frequency and window.
-- The value of the file that counts of each source and subject, as mart.file_version says.
create table mart.series_latest as
select
    version.source_id,
    point.series_code,
    point.area_code,
    point.frequency_code,
    point.window_start,
    point.window_end,
    point.value,
    point.value_state,
    point.unit_name,
    point.as_of_date,
    point.publisher_name,
    point.revision_number,
    version.received_at,
    point.submission_id,
    version.sha256,
    point.cell
from warehouse.series_point as point
inner join mart.file_version as version on point.submission_id = version.submission_id and version.place = 1;
alter table mart.series_latest add constraint series_latest_pk
primary key (source_id, series_code, area_code, frequency_code, window_start, window_end);
analyze mart.series_latest;
comment on table mart.series_latest is 'Current values of published series: context lines beside the province''s own figures, never added to them. | Giá trị hiện tại của các chuỗi công bố: để đối chiếu, không cộng vào số của tỉnh.';
comment on column mart.series_latest.source_id is 'Source contract the file was read by. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.series_latest.series_code is 'Series, in the publisher''s code. | Chuỗi số liệu, theo mã của nơi công bố.';
comment on column mart.series_latest.area_code is 'Country of the country list, or the publisher''s own code for a group of countries. | Nước theo danh mục, hoặc mã riêng của nơi công bố cho một nhóm nước.';
comment on column mart.series_latest.frequency_code is 'A year, S half-year, Q quarter, M month, D day. | A năm, S nửa năm, Q quý, M tháng, D ngày.';
comment on column mart.series_latest.window_start is 'First day the value covers. | Ngày đầu tiên giá trị bao trùm.';
comment on column mart.series_latest.window_end is 'Last day the value covers. | Ngày cuối cùng giá trị bao trùm.';
comment on column mart.series_latest.value is 'Value in whole units; empty unless reported or nil. | Giá trị theo đơn vị nguyên; chỉ có khi trạng thái là reported hoặc nil.';
comment on column mart.series_latest.value_state is 'reported, nil, not_applicable, withheld or missing. Missing is not zero. | reported, nil, not_applicable, withheld hoặc missing: có số, không phát sinh, không áp dụng, không cung cấp, thiếu. Thiếu không phải là 0.';
comment on column mart.series_latest.unit_name is 'Unit of the value, multipliers applied. | Giá trị tính theo gì, đã nhân hệ số.';
comment on column mart.series_latest.as_of_date is 'Day the publisher made the file. | Ngày nơi công bố lập tệp.';
comment on column mart.series_latest.publisher_name is 'Who publishes it. | Cơ quan, tổ chức công bố giá trị.';
comment on column mart.series_latest.revision_number is 'Revision the value comes from. | Giá trị lấy từ lần sửa thứ mấy.';
comment on column mart.series_latest.received_at is 'When that file was received. | Lúc nhận được tệp ấy.';
comment on column mart.series_latest.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column mart.series_latest.sha256 is 'Hash of that file. | Mã băm của tệp mà dòng này dẫn đến.';
comment on column mart.series_latest.cell is 'Where in the file the value stands. | Giá trị đứng ở đâu trong tệp.';

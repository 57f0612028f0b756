-- The map of before and since 01/07/2025, public holidays, and the answers to questions about unusual figures.
create table reference.administrative_unit (
    unit_code text not null,
    name_vi text not null,
    unit_level text not null constraint administrative_unit_level
    check (unit_level in ('province', 'district', 'commune')),
    parent_code text,
    valid_from date not null,
    valid_to date,
    basis text not null constraint administrative_unit_basis
    check (basis in ('plan', 'verified', 'memory', 'to confirm', 'official list')),
    sort_key text not null,
    constraint administrative_unit_pk primary key (unit_code, valid_from),
    constraint administrative_unit_validity check (valid_to > valid_from),
    constraint administrative_unit_parent check ((unit_level = 'province') = (parent_code is null))
);
comment on table reference.administrative_unit is
'Provinces, districts and communes of the province over the days they had these borders; a code means something only with its day. | Tỉnh, huyện, xã theo từng thời gian có ranh giới đó; mã chỉ có nghĩa khi đi cùng ngày.';
comment on column reference.administrative_unit.unit_code is
'Code of the statistics office; used again after 01/07/2025 for larger units. | Mã của cơ quan thống kê; từ 01/07/2025 được dùng lại cho đơn vị lớn hơn.';
comment on column reference.administrative_unit.name_vi is 'Full name. | Tên đầy đủ.';
comment on column reference.administrative_unit.unit_level is
'province, district or commune. | Cấp: tỉnh, huyện hoặc xã.';
comment on column reference.administrative_unit.parent_code is
'Unit it lies in on the same days; empty for a province. | Đơn vị cấp trên trong cùng thời gian; tỉnh thì để trống.';
comment on column reference.administrative_unit.valid_from is
'First day with these borders, or the first day the list is believed for. | Ngày đầu tiên có ranh giới này, hoặc ngày đầu tiên danh sách được coi là đúng.';
comment on column reference.administrative_unit.valid_to is
'First day it no longer had them; empty while it has. | Ngày đầu tiên không còn ranh giới này; để trống nếu đang còn.';
comment on column reference.administrative_unit.basis is
'Where the entry comes from; memory and to confirm wait for the province. | Căn cứ của dòng này; memory và to confirm còn chờ tỉnh xác nhận.';
comment on column reference.administrative_unit.sort_key is
'Vietnamese alphabetical order without ICU. | Khóa sắp xếp theo bảng chữ cái tiếng Việt.';

create table reference.public_holiday (
    holiday_date date constraint public_holiday_pk primary key,
    day_kind text not null constraint public_holiday_kind
    check (day_kind in ('holiday', 'substitute', 'swapped_off', 'swapped_work', 'proposed')),
    name_vi text not null,
    name_en text not null,
    basis text not null constraint public_holiday_basis check (basis in ('memory', 'verified', 'to confirm'))
);
comment on table reference.public_holiday is
'Public holidays of Viet Nam with the days off in lieu and the days exchanged; years without lines are not known. | Ngày lễ, ngày nghỉ bù và ngày hoán đổi của Việt Nam; năm không có dòng nào là năm chưa biết.';
comment on column reference.public_holiday.holiday_date is
'Calendar day the entry is about. | Ngày dương lịch của dòng này.';
comment on column reference.public_holiday.day_kind is
'holiday by law, substitute, swapped_off, swapped_work (a Saturday worked), proposed (no law orders it yet: an ordinary day). | Loại ngày: lễ theo luật, nghỉ bù, nghỉ hoán đổi, làm bù (thứ Bảy đi làm), dự kiến (chưa có luật: tính như ngày thường).';
comment on column reference.public_holiday.name_vi is 'What the day is called. | Tên gọi của ngày.';
comment on column reference.public_holiday.name_en is 'The same in English. | Tên gọi bằng tiếng Anh.';
comment on column reference.public_holiday.basis is
'verified was seen on an announcement; memory and to confirm were not. | verified: đã thấy trong thông báo; memory, to confirm: chưa thấy.';

create table warehouse.outlier_answer (
    outlier_answer_id bigint generated always as identity constraint outlier_answer_pk primary key,
    finding_id bigint not null constraint outlier_answer_finding_fk references warehouse.finding,
    reporting_unit_code text not null constraint outlier_answer_unit_fk references reference.reporting_unit,
    answer_kind text not null constraint outlier_answer_kind check (answer_kind in ('confirmed', 'will_correct')),
    reason_vi text not null constraint outlier_answer_reason_given check (btrim(reason_vi) <> ''),
    answered_at timestamptz not null default now()
);
create index outlier_answer_finding on warehouse.outlier_answer (finding_id);
comment on table warehouse.outlier_answer is
'What a body answered when asked about an unusual figure. Append only; the latest answer counts, and nothing is dropped because of it. | Trả lời của đơn vị khi được hỏi về số liệu khác thường. Chỉ thêm, không sửa; tính theo trả lời mới nhất và không số liệu nào bị bỏ.';
comment on column warehouse.outlier_answer.outlier_answer_id is 'Order of answering. | Thứ tự trả lời.';
comment on column warehouse.outlier_answer.finding_id is 'The question. | Câu hỏi được trả lời.';
comment on column warehouse.outlier_answer.reporting_unit_code is
'Body that answered. | Đơn vị đã trả lời.';
comment on column warehouse.outlier_answer.answer_kind is
'confirmed: the figure is right. will_correct: a corrected report follows. | confirmed: số đúng. will_correct: sẽ gửi lại báo cáo đã sửa.';
comment on column warehouse.outlier_answer.reason_vi is
'Why, in words; never a name, a number or an address of a person. | Lý do bằng lời; không ghi tên, số điện thoại, địa chỉ của cá nhân.';
comment on column warehouse.outlier_answer.answered_at is 'When it was answered. | Thời điểm trả lời.';

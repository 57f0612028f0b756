-- Corrections of known upstream errors, waivers that expire, and what rules find that decide nothing yet.
alter table warehouse.submission add column correction_state_hash text;
comment on column warehouse.submission.correction_state_hash is
'Hash of the entries of corrections.yml that were about this file when it was read; empty when none was. Bytes sent again are read again when it differs. | Mã băm các mục trong corrections.yml nói về tệp này khi đọc; trống nếu không có. Khi khác đi, tệp gửi lại sẽ được đọc lại.';

create unlogged table staging.applied_correction (
    submission_id bigint not null,
    line_number integer not null,
    correction_code text not null,
    sheet_name text,
    cell text not null,
    printed_text text,
    printed_value numeric,
    printed_state text not null,
    printed_unit_code text,
    corrected_value numeric,
    corrected_state text not null,
    corrected_unit_code text,
    reason_vi text not null,
    reported_date date not null,
    reported_to_name text not null,
    decided_by_role text not null,
    valid_until date,
    constraint staging_applied_correction_pk primary key (submission_id, line_number)
);
comment on table staging.applied_correction is
'Figures of the batch that stand in staging as a correction has them, with what is printed in the file. | Số liệu trong lượt đang kiểm tra đã thay theo mục hiệu chỉnh, kèm số in trong tệp.';
comment on column staging.applied_correction.submission_id is
'File of the batch. | Tệp trong lượt đang kiểm tra.';
comment on column staging.applied_correction.line_number is
'Order of the figure in the file. | Thứ tự số liệu trong tệp.';
comment on column staging.applied_correction.correction_code is
'Entry of corrections.yml. | Mục trong corrections.yml.';
comment on column staging.applied_correction.sheet_name is
'Sheet, where the file has sheets. | Trang tính, nếu tệp có trang.';
comment on column staging.applied_correction.cell is
'Address of the figure, as its row has it. | Địa chỉ của số liệu.';
comment on column staging.applied_correction.printed_text is 'What the cell holds. | Nội dung ô.';
comment on column staging.applied_correction.printed_value is
'What was read there, in whole units; empty when it could not be. | Số đọc được, theo đơn vị gốc; trống nếu không đọc được.';
comment on column staging.applied_correction.printed_state is
'State as read. | Trạng thái khi đọc.';
comment on column staging.applied_correction.printed_unit_code is
'Currency or unit as read; empty for observations. | Loại tiền, đơn vị khi đọc; số liệu báo cáo thì để trống.';
comment on column staging.applied_correction.corrected_value is
'What counts instead. | Số được tính thay.';
comment on column staging.applied_correction.corrected_state is
'State that counts instead. | Trạng thái được tính thay.';
comment on column staging.applied_correction.corrected_unit_code is
'Currency or unit that counts instead. | Loại tiền, đơn vị được tính thay.';
comment on column staging.applied_correction.reason_vi is
'Why the printed figure is wrong. | Vì sao số in ra là sai.';
comment on column staging.applied_correction.reported_date is
'Day the publisher was told. | Ngày báo cho nơi công bố.';
comment on column staging.applied_correction.reported_to_name is
'Office that was told. | Cơ quan đã được báo.';
comment on column staging.applied_correction.decided_by_role is
'Post that decided. | Chức danh quyết định.';
comment on column staging.applied_correction.valid_until is
'Last day of receipt it holds for; empty for no end. | Ngày nhận cuối cùng còn áp dụng; trống là không hạn.';

create table warehouse.applied_correction (
    submission_id bigint not null constraint applied_correction_submission_fk references warehouse.submission,
    line_number integer not null,
    correction_code text not null,
    sheet_name text,
    cell text not null,
    printed_text text,
    printed_value numeric,
    printed_state text not null,
    printed_unit_code text,
    corrected_value numeric,
    corrected_state text not null,
    corrected_unit_code text,
    reason_vi text not null constraint applied_correction_reason_given check (btrim(reason_vi) <> ''),
    reported_date date not null,
    reported_to_name text not null constraint applied_correction_office_given check (btrim(reported_to_name) <> ''),
    decided_by_role text not null constraint applied_correction_post_given check (btrim(decided_by_role) <> ''),
    valid_until date,
    applied_at timestamptz not null default now(),
    constraint applied_correction_pk primary key (submission_id, line_number)
);
create index applied_correction_place on warehouse.applied_correction (submission_id, cell);
comment on table warehouse.applied_correction is
'Figures that stand in the warehouse otherwise than printed, each with the printed one, why, and who decided. Append only. | Số liệu trong kho khác với số in ra, kèm số in ra, lý do và chức danh quyết định. Chỉ thêm, không sửa.';
comment on column warehouse.applied_correction.submission_id is
'File the figure came with. | Tệp có số liệu đó.';
comment on column warehouse.applied_correction.line_number is
'Order of the figure in the file. | Thứ tự số liệu trong tệp.';
comment on column warehouse.applied_correction.correction_code is
'Entry of corrections.yml of the source. | Mục trong corrections.yml của nguồn.';
comment on column warehouse.applied_correction.sheet_name is
'Sheet, where the file has sheets. | Trang tính, nếu tệp có trang.';
comment on column warehouse.applied_correction.cell is
'Address of the figure, as its row has it. | Địa chỉ của số liệu.';
comment on column warehouse.applied_correction.printed_text is 'What the cell holds. | Nội dung ô.';
comment on column warehouse.applied_correction.printed_value is
'What was read there, in whole units; empty when it could not be. | Số đọc được, theo đơn vị gốc; trống nếu không đọc được.';
comment on column warehouse.applied_correction.printed_state is
'State as read. | Trạng thái khi đọc.';
comment on column warehouse.applied_correction.printed_unit_code is
'Currency or unit as read; empty for observations. | Loại tiền, đơn vị khi đọc; số liệu báo cáo thì để trống.';
comment on column warehouse.applied_correction.corrected_value is
'What counts instead. | Số được tính thay.';
comment on column warehouse.applied_correction.corrected_state is
'State that counts instead. | Trạng thái được tính thay.';
comment on column warehouse.applied_correction.corrected_unit_code is
'Currency or unit that counts instead. | Loại tiền, đơn vị được tính thay.';
comment on column warehouse.applied_correction.reason_vi is
'Why the printed figure is wrong; never about a person. | Vì sao số in ra là sai; không ghi thông tin cá nhân.';
comment on column warehouse.applied_correction.reported_date is
'Day the publisher was told. | Ngày báo cho nơi công bố.';
comment on column warehouse.applied_correction.reported_to_name is
'Office that was told. | Cơ quan đã được báo.';
comment on column warehouse.applied_correction.decided_by_role is
'Post that decided; never a person''s name. | Chức danh quyết định; không ghi tên người.';
comment on column warehouse.applied_correction.valid_until is
'Last day of receipt it holds for; empty for no end. | Ngày nhận cuối cùng còn áp dụng; trống là không hạn.';
comment on column warehouse.applied_correction.applied_at is
'When the file was decided on. | Thời điểm xử lý tệp.';
create trigger applied_correction_append_only before update or delete on warehouse.applied_correction
for each statement execute function warehouse.refuse_change();

create table warehouse.waiver (
    waiver_id bigint generated always as identity constraint waiver_pk primary key,
    rule_code text not null,
    reporting_unit_code text not null constraint waiver_unit_fk references reference.reporting_unit,
    period_code text not null constraint waiver_period_fk references reference.reporting_period,
    reason_vi text not null constraint waiver_reason_given check (btrim(reason_vi) <> ''),
    decided_by_role text not null constraint waiver_post_given check (btrim(decided_by_role) <> ''),
    decided_at timestamptz not null default now(),
    valid_until date not null,
    constraint waiver_expires check (
        valid_until >= (decided_at at time zone 'Asia/Ho_Chi_Minh')::date
        and valid_until <= (decided_at at time zone 'Asia/Ho_Chi_Minh')::date + 366
    )
);
create index waiver_unit_period on warehouse.waiver (reporting_unit_code, period_code);
comment on table warehouse.waiver is
'Decisions to accept what breaks a rule, for one body and period and for a time. Append only; withdrawn by a row of waiver_withdrawal. | Quyết định chấp nhận số liệu trái một quy tắc, cho một đơn vị, một kỳ, có thời hạn. Chỉ thêm; rút lại bằng một dòng ở waiver_withdrawal.';
comment on column warehouse.waiver.waiver_id is
'Order of deciding; the number that is printed. | Số thứ tự quyết định; số được in ra.';
comment on column warehouse.waiver.rule_code is
'R-01 to R-20, or the code of a message. | R-01 đến R-20, hoặc mã thông báo.';
comment on column warehouse.waiver.reporting_unit_code is
'Body it is for. | Đơn vị được áp dụng.';
comment on column warehouse.waiver.period_code is
'Reporting period it is for. | Kỳ báo cáo được áp dụng.';
comment on column warehouse.waiver.reason_vi is
'Why it is accepted, in words; never about a person. | Lý do chấp nhận; không ghi thông tin cá nhân.';
comment on column warehouse.waiver.decided_by_role is
'Post that decided; never a person''s name. | Chức danh quyết định; không ghi tên người.';
comment on column warehouse.waiver.decided_at is
'From when it holds. | Có hiệu lực từ.';
comment on column warehouse.waiver.valid_until is
'Last day of receipt it holds for, in Vietnam; a year at most. | Ngày nhận cuối cùng còn áp dụng; nhiều nhất một năm.';
create trigger waiver_append_only before update or delete on warehouse.waiver
for each statement execute function warehouse.refuse_change();

create table warehouse.waiver_withdrawal (
    waiver_id bigint constraint waiver_withdrawal_pk primary key
    constraint waiver_withdrawal_waiver_fk references warehouse.waiver,
    reason_vi text not null constraint waiver_withdrawal_reason_given check (btrim(reason_vi) <> ''),
    decided_by_role text not null constraint waiver_withdrawal_post_given check (btrim(decided_by_role) <> ''),
    withdrawn_at timestamptz not null default now()
);
comment on table warehouse.waiver_withdrawal is
'Waivers taken back: no file decided on afterwards is accepted under them. Append only. | Ngoại lệ đã rút: từ đó không tệp nào được chấp nhận theo nữa. Chỉ thêm.';
comment on column warehouse.waiver_withdrawal.waiver_id is 'What is taken back. | Ngoại lệ bị rút.';
comment on column warehouse.waiver_withdrawal.reason_vi is
'Why, in words; never about a person. | Lý do rút; không ghi thông tin cá nhân.';
comment on column warehouse.waiver_withdrawal.decided_by_role is
'Post that took it back; never a person''s name. | Chức danh rút lại; không ghi tên người.';
comment on column warehouse.waiver_withdrawal.withdrawn_at is
'From when it has no effect. | Hết hiệu lực từ.';
create trigger waiver_withdrawal_append_only before update or delete on warehouse.waiver_withdrawal
for each statement execute function warehouse.refuse_change();

create table warehouse.waiver_use (
    waiver_id bigint not null constraint waiver_use_waiver_fk references warehouse.waiver,
    submission_id bigint not null constraint waiver_use_submission_fk references warehouse.submission,
    rule_code text not null,
    message_code text not null,
    line_count integer not null constraint waiver_use_line_count_positive check (line_count > 0),
    used_at timestamptz not null default now(),
    constraint waiver_use_pk primary key (waiver_id, submission_id, message_code)
);
create index waiver_use_submission on warehouse.waiver_use (submission_id);
comment on table warehouse.waiver_use is
'Which file was accepted under which waiver, check by check. Append only. | Tệp nào đã được chấp nhận theo ngoại lệ nào, theo từng kiểm tra. Chỉ thêm.';
comment on column warehouse.waiver_use.waiver_id is 'Waiver that was used. | Ngoại lệ đã dùng.';
comment on column warehouse.waiver_use.submission_id is 'File it was used for. | Tệp được chấp nhận.';
comment on column warehouse.waiver_use.rule_code is
'R-01 to R-20 of the check, or its message code. | R-01 đến R-20 của kiểm tra, hoặc mã thông báo.';
comment on column warehouse.waiver_use.message_code is
'What the reporter was told. | Mã thông báo cho đơn vị.';
comment on column warehouse.waiver_use.line_count is
'Lines that would have been held back; 1 for a breach of the file as a whole. | Số dòng lẽ ra bị giữ lại; 1 nếu lỗi của cả tệp.';
comment on column warehouse.waiver_use.used_at is 'When the file was decided on. | Thời điểm xử lý tệp.';
create trigger waiver_use_append_only before update or delete on warehouse.waiver_use
for each statement execute function warehouse.refuse_change();

create table warehouse.shadow_finding (
    shadow_finding_id bigint generated always as identity constraint shadow_finding_pk primary key,
    submission_id bigint not null constraint shadow_finding_submission_fk references warehouse.submission,
    line_number integer,
    rule_code text not null,
    message_code text not null,
    severity text not null constraint shadow_finding_severity check (severity in ('block', 'warn')),
    sheet_name text,
    cell text,
    found_vi text not null,
    expected_vi text not null,
    subject_vi text not null,
    found_at timestamptz not null default now()
);
create index shadow_finding_submission on warehouse.shadow_finding (submission_id);
comment on table warehouse.shadow_finding is
'What a rule on trial would have said; no verdict changed, no reporter was told. Append only. | Điều một quy tắc đang thử nghiệm sẽ nói; không đổi kết quả nào, không báo cho đơn vị. Chỉ thêm.';
comment on column warehouse.shadow_finding.shadow_finding_id is 'Order of finding. | Thứ tự ghi.';
comment on column warehouse.shadow_finding.submission_id is 'File it is about. | Tệp có liên quan.';
comment on column warehouse.shadow_finding.line_number is
'Order of the figure in the file; empty when the whole file is meant. | Thứ tự số liệu trong tệp; trống là cả tệp.';
comment on column warehouse.shadow_finding.rule_code is
'R-01 to R-20, or the message code. | R-01 đến R-20, hoặc mã thông báo.';
comment on column warehouse.shadow_finding.message_code is
'Names the rule on trial. | Mã của quy tắc đang thử nghiệm.';
comment on column warehouse.shadow_finding.severity is
'What the breach would be if the rule counted: block or warn. | Mức độ nếu quy tắc có hiệu lực: block hoặc warn.';
comment on column warehouse.shadow_finding.sheet_name is
'Sheet, when there is one. | Trang tính, nếu có.';
comment on column warehouse.shadow_finding.cell is
'Address, when there is one. | Địa chỉ ô, nếu có.';
comment on column warehouse.shadow_finding.found_vi is 'What stands there. | Điều tìm thấy.';
comment on column warehouse.shadow_finding.expected_vi is 'What was to stand there. | Điều cần có.';
comment on column warehouse.shadow_finding.subject_vi is
'Figure or thing meant, in words. | Số liệu được nói đến, viết bằng chữ.';
comment on column warehouse.shadow_finding.found_at is
'When the file was decided on. | Thời điểm xử lý tệp.';
create trigger shadow_finding_append_only before update or delete on warehouse.shadow_finding
for each statement execute function warehouse.refuse_change();

alter table warehouse.gate_run
add column is_shadow boolean not null default false,
add column failure_name text;
comment on column warehouse.gate_run.is_shadow is
'Whether the rule is on trial and decided nothing. | Quy tắc đang thử nghiệm, chưa quyết định gì.';
comment on column warehouse.gate_run.failure_name is
'Kind of error a rule on trial ended in, without its text; empty when it ran. | Loại lỗi khi chạy quy tắc thử nghiệm, không kèm nội dung; trống nếu chạy được.';

-- Which files each check looked at and what it said of each, in which version; which version of an indicator counts.
alter table reference.indicator add column definition_hash text
constraint indicator_definition_hash_form check (definition_hash ~ '^[0-9a-f]{64}$');
comment on column reference.indicator.definition_hash is 'SHA-256 of its entry in the catalogue: another hash, another definition. | Mã băm của mục định nghĩa trong danh mục; mã khác là định nghĩa khác.';

alter table warehouse.gate_run
add column batch_number bigint,
add column message_code text,
add column check_name text,
add column check_hash text constraint gate_run_check_hash_form check (check_hash ~ '^[0-9a-f]{64}$');
comment on column warehouse.gate_run.batch_number is 'Same for all checks of one run of the gate: its first gate_run_id. Empty for runs before files were tied to them. | Chung cho mọi kiểm tra của một lượt.';
comment on column warehouse.gate_run.message_code is 'Code its findings carry unless the rule names another. | Mã thông báo của kiểm tra.';
comment on column warehouse.gate_run.check_name is 'SQL file of the rule, or the column looked at. | Tệp SQL của quy tắc, hoặc cột được xem.';
comment on column warehouse.gate_run.check_hash is 'SHA-256 of the suite''s line and, of a SQL rule, of its text: the version of the rule. | Mã băm của dòng trong bộ kiểm tra và của câu SQL: phiên bản của quy tắc.';

create table warehouse.gate_submission (
    batch_number bigint not null,
    suite_name text not null,
    submission_id bigint not null,
    constraint gate_submission_pk primary key (submission_id, batch_number, suite_name)
);
comment on table warehouse.gate_submission is 'Which files had rows in a staging table when its checks ran. | Tệp nào có dòng trong bảng chờ khi bộ kiểm tra chạy.';
comment on column warehouse.gate_submission.batch_number is 'Run of the gate; joins to gate_run. | Lượt kiểm tra.';
comment on column warehouse.gate_submission.suite_name is 'Suite whose table held rows of the file. | Bộ kiểm tra.';
comment on column warehouse.gate_submission.submission_id is 'The file; one held again for the same reason has no submission of its own. | Tệp đã xem; tệp lại bị giữ vì cùng lý do thì không có lần nộp riêng.';

create table warehouse.gate_breach (
    gate_run_id bigint not null constraint gate_breach_run_fk references warehouse.gate_run,
    submission_id bigint not null,
    breach_count integer not null constraint gate_breach_count_positive check (breach_count > 0),
    constraint gate_breach_pk primary key (gate_run_id, submission_id)
);
comment on table warehouse.gate_breach is 'Files a check found something in; every other file of that run passed it. | Tệp bị kiểm tra phát hiện điều gì; tệp khác trong lượt là đạt.';
comment on column warehouse.gate_breach.gate_run_id is 'The check, in one run of the gate. | Kiểm tra nào, trong lượt nào.';
comment on column warehouse.gate_breach.submission_id is 'The file it found something in. | Tệp có điều bị phát hiện.';
comment on column warehouse.gate_breach.breach_count is 'Lines it named. | Số dòng bị nêu.';
create index gate_run_batch on warehouse.gate_run (batch_number, suite_name);

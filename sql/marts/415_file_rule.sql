-- Grain: one row per file (submission), run of the gate and check it went through.
-- A check of the gate looks at a whole batch: a file passed it when the check found nothing in that very file. What the
-- reader itself refuses or remarks is in warehouse.finding, not here.
create view mart.file_rule as
select
    submission.submission_id,
    submission.sha256,
    submission.reporting_unit_code,
    submission.period_code,
    run.rule_code,
    run.message_code,
    run.check_name,
    run.check_hash as rule_version,
    run.severity,
    run.ran_at,
    breach.submission_id is null as is_passed,
    coalesce(breach.breach_count, 0) as breach_count
from warehouse.gate_submission as seen
inner join warehouse.submission on seen.submission_id = submission.submission_id
inner join warehouse.gate_run as run on seen.batch_number = run.batch_number and seen.suite_name = run.suite_name
left join warehouse.gate_breach as breach
    on run.gate_run_id = breach.gate_run_id and seen.submission_id = breach.submission_id
-- This one only guards that the gate saw the rows that were staged.
where run.message_code <> 'GATE_SAW_OTHER_ROWS';
comment on view mart.file_rule is 'Which checks every file went through, in which version, and whether it passed. | Mỗi tệp đã qua những kiểm tra nào, phiên bản nào, đạt hay không.';
comment on column mart.file_rule.submission_id is 'Submission. | Lần gửi.';
comment on column mart.file_rule.sha256 is 'Hash of the file. | Mã băm của tệp.';
comment on column mart.file_rule.reporting_unit_code is 'Body that sent it, where the file names one. | Đơn vị gửi, khi tệp có nêu.';
comment on column mart.file_rule.period_code is 'Reporting period, where the file names one. | Kỳ báo cáo, khi tệp có nêu.';
comment on column mart.file_rule.rule_code is 'R-01 to R-20, or the code of a check that belongs to none. | R-01 đến R-20, hoặc mã của kiểm tra không thuộc quy tắc nào.';
comment on column mart.file_rule.message_code is 'Code its sentences carry unless the rule names another. | Mã thông báo của kiểm tra.';
comment on column mart.file_rule.check_name is 'SQL file of the rule, or the column looked at. | Tệp SQL của quy tắc, hoặc cột được xem.';
comment on column mart.file_rule.rule_version is 'SHA-256 of the suite''s line and of the rule''s SQL: another hash, another rule. | Mã băm của quy tắc; mã khác là quy tắc khác.';
comment on column mart.file_rule.severity is 'block or warn. | Chặn hay nhắc.';
comment on column mart.file_rule.ran_at is 'When the gate looked. | Lúc kiểm tra.';
comment on column mart.file_rule.is_passed is 'True when the check found nothing in this file. | Đúng nếu không phát hiện gì trong tệp này.';
comment on column mart.file_rule.breach_count is 'Lines it named in this file. | Số dòng bị nêu trong tệp này.';

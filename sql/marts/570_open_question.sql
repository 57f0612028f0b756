-- Grain: one row per question that waits for a body's words: a missed target, an unusual figure, a report sent again.
create view mart.open_question with (security_invoker = true) as
select
    'target' as subject_kind,
    question.indicator_code as subject_code,
    question.side,
    question.reporting_unit_code,
    question.period_code,
    question.judged_from as asked_at,
    'Vì sao chưa đạt mục tiêu?' as question_vi
from mart.target_question as question
where question.is_open
union all
select
    'outlier',
    question.finding_id::text,
    null,
    question.reporting_unit_code,
    question.period_code,
    question.found_at,
    question.question_name_vi || ': số này có đúng không?'
from mart.outlier_question as question
where not question.is_answered
union all
select
    'restatement',
    restatement.submission_id::text,
    null,
    restatement.reporting_unit_code,
    restatement.period_code,
    restatement.received_at,
    'Vì sao gửi lại (bản ' || restatement.version_number || ')?'
from mart.restatement
where
    restatement.reporting_unit_code is not null
    and restatement.changed_count > 0
    -- Where the two files themselves tell why, nobody is asked.
    and restatement.reason_code = 'unstated'
    and not exists (
        select 1
        from warehouse.explanation
        cross join mart.build
        where
            explanation.subject_kind = 'restatement'
            and explanation.submission_id = restatement.submission_id
            and explanation.given_at <= coalesce(build.as_known, 'infinity')
    );
comment on view mart.open_question is
'Everything a body has been asked about its figures and has not explained yet. | Mọi điều đã hỏi đơn vị về số liệu mà chưa có giải trình.';
comment on column mart.open_question.subject_kind is 'target, outlier or restatement. | Hỏi về mục tiêu, số khác thường hay việc gửi lại.';
comment on column mart.open_question.subject_code is 'Indicator, question or submission, as ttdn explain takes it. | Mã chỉ tiêu, câu hỏi hoặc lần gửi, như lệnh ttdn explain cần.';
comment on column mart.open_question.side is 'Of a target: single, or which number of a pair. | Với mục tiêu: single, hoặc số thứ mấy của một cặp.';
comment on column mart.open_question.reporting_unit_code is 'Body asked; joins to dim_reporting_unit. | Đơn vị được hỏi; nối với dim_reporting_unit.';
comment on column mart.open_question.period_code is 'Joins to dim_period. | Nối với dim_period.';
comment on column mart.open_question.asked_at is 'Since when it is open. | Câu hỏi có từ lúc nào.';
comment on column mart.open_question.question_vi is 'The question in words; no figure stands in it. | Nội dung câu hỏi, không nêu con số.';

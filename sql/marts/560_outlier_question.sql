-- Grain: one row per question about an unusual figure, with the body's latest answer where it gave one.
create view mart.outlier_question with (security_invoker = true) as
with latest_answer as (
    select distinct on (explanation.finding_id)
        explanation.finding_id,
        explanation.answer_kind,
        explanation.given_at
    from warehouse.explanation
    cross join mart.build
    where explanation.subject_kind = 'outlier' and explanation.given_at <= coalesce(build.as_known, 'infinity')
    order by explanation.finding_id asc, explanation.given_at desc, explanation.explanation_id desc
)

select
    finding.finding_id,
    submission.reporting_unit_code,
    submission.period_code,
    finding.message_code,
    case finding.message_code when 'OUTLIER_OWN_PAST' then 'Khác các kỳ trước' else 'Khác các đơn vị cùng loại' end
        as question_name_vi,
    submission.submission_id,
    submission.revision_number,
    finding.sheet_name,
    finding.cell,
    finding.found_at,
    latest_answer.finding_id is not null as is_answered,
    latest_answer.answer_kind,
    latest_answer.given_at as answered_at
from warehouse.finding
inner join landing.receipt on finding.receipt_id = receipt.receipt_id
inner join warehouse.submission on receipt.submission_id = submission.submission_id
left join latest_answer on finding.finding_id = latest_answer.finding_id
where finding.message_code in ('OUTLIER_OWN_PAST', 'OUTLIER_AMONG_PEERS');
comment on view mart.outlier_question is
'Figures a body was asked about because they are unusual, and whether it answered. The figures count all the same. | Số liệu khác thường đã hỏi lại đơn vị và đơn vị đã trả lời hay chưa. Số liệu vẫn được tính.';
comment on column mart.outlier_question.finding_id is 'The question. | Mã câu hỏi.';
comment on column mart.outlier_question.reporting_unit_code is 'Joins to dim_reporting_unit. | Nối với dim_reporting_unit.';
comment on column mart.outlier_question.period_code is 'Joins to dim_period. | Nối với dim_period.';
comment on column mart.outlier_question.message_code is 'OUTLIER_OWN_PAST or OUTLIER_AMONG_PEERS. | So với quá khứ của đơn vị hay so với đơn vị cùng loại.';
comment on column mart.outlier_question.question_name_vi is 'The same in words. | Nội dung hỏi, viết bằng chữ.';
comment on column mart.outlier_question.submission_id is 'Report the figure stands in. | Báo cáo có số liệu đó.';
comment on column mart.outlier_question.revision_number is 'Its revision; empty when the file was not loaded. | Lần gửi; để trống nếu tệp chưa được nhận.';
comment on column mart.outlier_question.sheet_name is 'Sheet the figure stands on. | Trang tính.';
comment on column mart.outlier_question.cell is 'A1 address on that sheet. | Địa chỉ ô.';
comment on column mart.outlier_question.found_at is 'When the question was asked. | Thời điểm hỏi.';
comment on column mart.outlier_question.is_answered is 'Whether the body answered. | Đơn vị đã trả lời hay chưa.';
comment on column mart.outlier_question.answer_kind is 'confirmed: the figure is right. will_correct: a corrected report follows. | confirmed: số đúng. will_correct: sẽ gửi lại.';
comment on column mart.outlier_question.answered_at is 'When the latest answer came. | Thời điểm trả lời gần nhất.';

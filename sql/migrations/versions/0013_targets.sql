-- Targets and legal bases as dated data, what becomes of an indicator when a body is silent, and one place for the words a
-- body gives about a figure: a missed target, an unusual figure, a report sent again.
create table reference.legal_basis (
    legal_basis_code text constraint legal_basis_pk primary key,
    document_number text,
    name_vi text not null,
    name_en text not null,
    issued_date date,
    valid_from date not null,
    valid_to date,
    is_start_assumed boolean not null,
    replaced_by_code text constraint legal_basis_replaced_by_fk references reference.legal_basis,
    amends_code text constraint legal_basis_amends_fk references reference.legal_basis,
    basis_of_vi text not null,
    evidence text not null constraint legal_basis_evidence check (evidence in ('verified', 'second_hand', 'memory')),
    source_vi text not null,
    position smallint not null,
    constraint legal_basis_validity check (valid_to > valid_from),
    constraint legal_basis_replaced_ends check (replaced_by_code is null or valid_to is not null),
    constraint legal_basis_names_others check (
        replaced_by_code is distinct from legal_basis_code and amends_code is distinct from legal_basis_code
    )
);
comment on table reference.legal_basis is
'The texts the indicators rest on, each with the days it is in force; the law changed on 01/07/2026. | Các văn bản làm căn cứ của chỉ tiêu, kèm thời gian có hiệu lực; nhiều văn bản thay đổi từ 01/07/2026.';
comment on column reference.legal_basis.legal_basis_code is 'Key, for example ND-72-2015. | Mã văn bản, ví dụ ND-72-2015.';
comment on column reference.legal_basis.document_number is
'Number and symbol on the document; empty where the copy seen has none. | Số, ký hiệu văn bản; để trống nếu bản sao không có.';
comment on column reference.legal_basis.name_vi is 'Kind, issuer and subject. | Loại văn bản, cơ quan ban hành và trích yếu.';
comment on column reference.legal_basis.name_en is 'The same in short, in English. | Tên ngắn bằng tiếng Anh.';
comment on column reference.legal_basis.issued_date is
'Day on the document; empty where not known. | Ngày ký ban hành; để trống nếu chưa biết.';
comment on column reference.legal_basis.valid_from is 'First day in force. | Ngày đầu tiên có hiệu lực.';
comment on column reference.legal_basis.valid_to is
'First day no longer in force; empty while it is. | Ngày đầu tiên hết hiệu lực; để trống nếu đang còn.';
comment on column reference.legal_basis.is_start_assumed is
'True when the first day in force is not known and the day of issue stands in. | Đúng nếu chưa biết ngày có hiệu lực nên lấy ngày ban hành.';
comment on column reference.legal_basis.replaced_by_code is
'Text that took its place on valid_to. | Văn bản thay thế kể từ ngày hết hiệu lực.';
comment on column reference.legal_basis.amends_code is
'Text it changes, which stays in force as amended. | Văn bản được sửa đổi, vẫn còn hiệu lực.';
comment on column reference.legal_basis.basis_of_vi is 'What it is the basis of. | Là căn cứ của việc gì.';
comment on column reference.legal_basis.evidence is
'verified: the text was seen or the plan names it; second_hand: a citation or summary; memory: not checked. | verified: đã thấy văn bản hoặc Kế hoạch nêu; second_hand: chỉ thấy trích dẫn, tóm tắt; memory: chưa kiểm tra.';
comment on column reference.legal_basis.source_vi is 'Where that is known from. | Biết từ đâu.';
comment on column reference.legal_basis.position is 'Reading order. | Thứ tự trình bày.';

create table reference.indicator_legal_basis (
    indicator_code text not null constraint indicator_legal_basis_indicator_fk references reference.indicator,
    legal_basis_code text not null constraint indicator_legal_basis_basis_fk references reference.legal_basis,
    position smallint not null,
    constraint indicator_legal_basis_pk primary key (indicator_code, legal_basis_code)
);
comment on table reference.indicator_legal_basis is
'Which texts an indicator rests on, whether in force today or not. | Chỉ tiêu dựa vào văn bản nào, kể cả văn bản đã hết hiệu lực.';
comment on column reference.indicator_legal_basis.indicator_code is
'Indicator that rests on the text. | Chỉ tiêu dựa vào văn bản.';
comment on column reference.indicator_legal_basis.legal_basis_code is 'Text it rests on. | Văn bản làm căn cứ.';
comment on column reference.indicator_legal_basis.position is 'Reading order within the indicator. | Thứ tự trong chỉ tiêu.';

create table reference.missing_unit_rule (
    missing_unit_code text constraint missing_unit_rule_pk primary key,
    sentence_vi text not null,
    sentence_en text not null
);
comment on table reference.missing_unit_rule is
'What becomes of an indicator when a body has not reported: a closed list. | Đơn vị chưa báo cáo thì chỉ tiêu được tính thế nào: danh mục đóng.';
comment on column reference.missing_unit_rule.missing_unit_code is
'Key, for example silence_is_late. | Mã cách xử lý, ví dụ silence_is_late.';
comment on column reference.missing_unit_rule.sentence_vi is
'The rule as readers see it. | Câu giải thích cho người đọc.';
comment on column reference.missing_unit_rule.sentence_en is 'The same in English. | Câu giải thích bằng tiếng Anh.';

alter table reference.indicator
add column missing_unit_code text constraint indicator_missing_unit_fk references reference.missing_unit_rule;
comment on column reference.indicator.missing_unit_code is
'What becomes of it when a body has not reported. | Đơn vị chưa báo cáo thì tính thế nào.';
-- The values move to indicator_target. The views over them are built anew with the other marts, before anyone reads.
alter table reference.indicator
drop constraint indicator_target_has_source,
drop constraint indicator_target_only_where_set,
drop column target_value cascade,
drop column target_source cascade;
comment on column reference.indicator.target_status is
'Whether the province may set a target; the values are in reference.indicator_target. | Tỉnh có giao mục tiêu được không; con số ở reference.indicator_target.';

create table reference.indicator_target (
    indicator_code text not null constraint indicator_target_indicator_fk references reference.indicator,
    side text not null constraint indicator_target_side check (side in ('single', 'first', 'second')),
    target_for text not null,
    period_code text constraint indicator_target_period_fk references reference.reporting_period,
    plan_year smallint not null,
    target_value numeric not null,
    document_number text not null constraint indicator_target_has_source check (btrim(document_number) <> ''),
    document_date date not null,
    issued_by text not null constraint indicator_target_has_issuer check (btrim(issued_by) <> ''),
    constraint indicator_target_pk primary key (indicator_code, side, target_for),
    constraint indicator_target_for_is_period_or_year check (target_for = coalesce(period_code, plan_year::text))
);
comment on table reference.indicator_target is
'Targets the province has set, each with the document that sets it; empty as delivered. | Mục tiêu tỉnh đã giao, kèm văn bản giao; khi bàn giao hệ thống thì trống.';
comment on column reference.indicator_target.indicator_code is
'Indicator the target is set for. | Chỉ tiêu được giao mục tiêu.';
comment on column reference.indicator_target.side is
'single; first or second for one number of a pair. | single; first hoặc second nếu là một trong hai số.';
comment on column reference.indicator_target.target_for is
'Period or plan year, as in the file. | Kỳ hoặc năm Kế hoạch, như trong tệp.';
comment on column reference.indicator_target.period_code is
'Period it is set for; empty for a whole plan year. | Kỳ được giao; để trống nếu giao cho cả năm.';
comment on column reference.indicator_target.plan_year is 'Plan year it belongs to. | Năm Kế hoạch.';
comment on column reference.indicator_target.target_value is
'In the unit the indicator is shown in. | Con số, theo đơn vị tính của chỉ tiêu.';
comment on column reference.indicator_target.document_number is
'Document that sets it. | Số, ký hiệu văn bản giao mục tiêu.';
comment on column reference.indicator_target.document_date is 'Day of that document. | Ngày của văn bản đó.';
comment on column reference.indicator_target.issued_by is 'Who issued that document. | Nơi ký văn bản giao mục tiêu.';

create table warehouse.explanation (
    explanation_id bigint generated always as identity constraint explanation_pk primary key,
    subject_kind text not null,
    indicator_code text,
    period_code text constraint explanation_period_fk references reference.reporting_period,
    side text,
    finding_id bigint constraint explanation_finding_fk references warehouse.finding,
    submission_id bigint constraint explanation_submission_fk references warehouse.submission,
    reporting_unit_code text not null constraint explanation_unit_fk references reference.reporting_unit,
    answer_kind text constraint explanation_answer_kind check (answer_kind in ('confirmed', 'will_correct')),
    reason_vi text not null constraint explanation_reason_given check (btrim(reason_vi) <> ''),
    given_by_role text not null constraint explanation_role_given check (btrim(given_by_role) <> ''),
    given_at timestamptz not null default now(),
    explained_value numeric,
    explained_target_value numeric,
    constraint explanation_subject check (
        case subject_kind
            when 'target' then
                num_nonnulls(indicator_code, period_code, side, explained_value, explained_target_value) = 5
                and num_nonnulls(finding_id, submission_id, answer_kind) = 0
            when 'outlier' then
                num_nonnulls(finding_id, answer_kind) = 2
                and num_nonnulls(
                    indicator_code, period_code, side, explained_value, explained_target_value, submission_id
                ) = 0
            when 'restatement' then
                submission_id is not null
                and num_nonnulls(
                    indicator_code, period_code, side, explained_value, explained_target_value, finding_id, answer_kind
                ) = 0
            else false
        end
    )
);
create index explanation_target on warehouse.explanation (indicator_code, period_code, side, reporting_unit_code);
create index explanation_finding on warehouse.explanation (finding_id);
create index explanation_submission on warehouse.explanation (submission_id);
create trigger explanation_append_only before update or delete or truncate on warehouse.explanation
for each statement execute function warehouse.refuse_change();
comment on table warehouse.explanation is
'What a body said about a figure when asked: a missed target, an unusual figure, a report sent again. Append only; the latest counts, and no figure is dropped because of it. | Lời giải trình của đơn vị về một con số: chưa đạt mục tiêu, số liệu khác thường, gửi lại báo cáo. Chỉ thêm, không sửa; tính theo lời mới nhất và không số liệu nào bị bỏ.';
comment on column warehouse.explanation.explanation_id is 'Order in which they were given. | Thứ tự giải trình.';
comment on column warehouse.explanation.subject_kind is
'target, outlier or restatement. | Về mục tiêu (target), số khác thường (outlier) hay việc gửi lại (restatement).';
comment on column warehouse.explanation.indicator_code is
'Of a missed target: the indicator. | Chỉ tiêu chưa đạt mục tiêu.';
comment on column warehouse.explanation.period_code is 'Of a missed target: the period. | Kỳ chưa đạt mục tiêu.';
comment on column warehouse.explanation.side is
'Of a missed target: single, or which number of a pair. | Vế chưa đạt: single, hoặc số thứ mấy của một cặp.';
comment on column warehouse.explanation.finding_id is
'Of an unusual figure: the question. | Câu hỏi về số liệu khác thường.';
comment on column warehouse.explanation.submission_id is
'Of a restatement: the submission that changed figures. | Lần gửi lại đã làm thay đổi số liệu.';
comment on column warehouse.explanation.reporting_unit_code is 'Body that explains. | Đơn vị giải trình.';
comment on column warehouse.explanation.answer_kind is
'Of an unusual figure. confirmed: it is right; will_correct: a corrected report follows. | confirmed: số đúng; will_correct: sẽ gửi lại báo cáo đã sửa.';
comment on column warehouse.explanation.reason_vi is
'Why, in words; never a name, a number or an address of a person. | Lý do bằng lời; không ghi tên, số điện thoại, địa chỉ của cá nhân.';
comment on column warehouse.explanation.given_by_role is
'Post of whoever answers for the words; never a name. | Chức danh của người chịu trách nhiệm; không ghi tên.';
comment on column warehouse.explanation.given_at is 'When it was given. | Thời điểm giải trình.';
comment on column warehouse.explanation.explained_value is
'Value the words were given for; a later revision does not change it. | Giá trị được giải trình; số liệu đính chính sau này không đổi giá trị đó.';
comment on column warehouse.explanation.explained_target_value is
'Target it was compared with. | Mục tiêu đem so lúc giải trình.';

-- The answers to questions about unusual figures move here; they were kept without the post of whoever answered.
insert into warehouse.explanation (
    subject_kind, finding_id, reporting_unit_code, answer_kind, reason_vi, given_by_role, given_at
)
select
    'outlier',
    finding_id,
    reporting_unit_code,
    answer_kind,
    reason_vi,
    'Chưa ghi chức danh',
    answered_at
from warehouse.outlier_answer
order by outlier_answer_id;
drop table warehouse.outlier_answer cascade;

-- One more kind of entry. Added to whatever kinds there are, so that the order of migrations does not matter.
do $$
begin
    execute (
        select format(
            'alter table audit.event drop constraint event_action,'
            ' add constraint event_action check (%s or action = ''explanation'')',
            pg_get_expr(conbin, conrelid)
        )
        from pg_constraint
        where conrelid = 'audit.event'::regclass and conname = 'event_action'
    );
end
$$;
comment on column audit.event.action is 'What was done, one of a closed list: approval, restatement, refusal, export, grant, explanation and so on.';

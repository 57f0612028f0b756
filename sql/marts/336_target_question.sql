-- Grain: one row per missed target and body responsible for it, or with words it gave for an earlier value.
-- Responsible are the bodies whose figure prevails; for all others the lead department, which adds the figures up.
-- Words stay with the number: a figure revised since keeps them, with the value they were given for. The words themselves
-- are typed by people and stay in warehouse.explanation.
create view mart.target_question with (security_invoker = true) as
with latest as (
    select distinct on (explanation.indicator_code, explanation.period_code, explanation.side, explanation.reporting_unit_code)
        explanation.indicator_code,
        explanation.period_code,
        explanation.side,
        explanation.reporting_unit_code,
        explanation.explanation_id,
        explanation.given_by_role,
        explanation.given_at,
        explanation.explained_value,
        explanation.explained_target_value
    from warehouse.explanation
    cross join mart.build
    where explanation.subject_kind = 'target' and explanation.given_at <= coalesce(build.as_known, 'infinity')
    order by
        explanation.indicator_code asc,
        explanation.period_code asc,
        explanation.side asc,
        explanation.reporting_unit_code asc,
        explanation.given_at desc,
        explanation.explanation_id desc
)

select
    reading.indicator_code,
    reading.period_code,
    reading.side,
    responsible.reporting_unit_code,
    responsible.unit_position,
    reading.target_state,
    reading.judged_from,
    latest.explanation_id is not null as is_answered,
    reading.target_state = 'missed' and latest.explanation_id is null as is_open,
    latest.explanation_id,
    latest.given_by_role,
    latest.given_at,
    latest.explained_value,
    latest.explained_target_value,
    latest.explained_value = reading.value and latest.explained_target_value = reading.target_value
        as is_about_current_value
from mart.indicator_target_reading as reading
inner join reference.indicator on reading.indicator_code = indicator.indicator_code
cross join lateral unnest(coalesce(indicator.prevailing_units, array['SVHTTDL'])) with ordinality
    as responsible (reporting_unit_code, unit_position)
left join latest
    on
        reading.indicator_code = latest.indicator_code
        and reading.period_code = latest.period_code
        and reading.side = latest.side
        and responsible.reporting_unit_code = latest.reporting_unit_code
where reading.target_state = 'missed' or latest.explanation_id is not null;
comment on view mart.target_question is
'Missed targets, the bodies that have to explain them and whether they did. | Mục tiêu chưa đạt, đơn vị phải giải trình và đã giải trình hay chưa.';
comment on column mart.target_question.indicator_code is 'Joins to dim_indicator. | Nối với dim_indicator.';
comment on column mart.target_question.period_code is 'Joins to dim_period. | Nối với dim_period.';
comment on column mart.target_question.side is 'single; first or second for one number of a pair. | single; first hoặc second nếu là một trong hai số.';
comment on column mart.target_question.reporting_unit_code is 'Body asked; joins to dim_reporting_unit. | Đơn vị được hỏi; nối với dim_reporting_unit.';
comment on column mart.target_question.unit_position is 'Order where several bodies are asked. | Thứ tự khi nhiều đơn vị cùng được hỏi.';
comment on column mart.target_question.target_state is 'missed, or what it is now that the figure was revised. | missed: chưa đạt; hoặc trạng thái sau khi số liệu được đính chính.';
comment on column mart.target_question.judged_from is 'Moment from which the target counts as missed. | Từ lúc nào thì tính là chưa đạt.';
comment on column mart.target_question.is_answered is 'Whether the body has explained. | Đơn vị đã giải trình hay chưa.';
comment on column mart.target_question.is_open is 'True while a missed target waits for words. | Đúng nếu còn chờ giải trình.';
comment on column mart.target_question.explanation_id is 'Latest words, in warehouse.explanation. | Lời giải trình gần nhất, trong warehouse.explanation.';
comment on column mart.target_question.given_by_role is 'Post of whoever answers for them. | Ai đứng ra trả lời, ghi theo chức danh.';
comment on column mart.target_question.given_at is 'When they were given. | Thời điểm giải trình.';
comment on column mart.target_question.explained_value is 'Value they were given for. | Con số mà lời giải trình nói tới.';
comment on column mart.target_question.explained_target_value is 'Target of that day. | Mục tiêu lúc giải trình.';
comment on column mart.target_question.is_about_current_value is 'False when value or target changed since. | Sai nếu giá trị hoặc mục tiêu đã đổi sau khi giải trình.';

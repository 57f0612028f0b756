-- Grain: one row per "có" that lacks what the form asks with it.
-- Staff assigned (STF01) needs at least one person where the template counts them (STF02); a plan of its own (LEG05)
-- needs the number and date of the document in the note, or nobody can find it.
with answered_yes as (
    select
        observation.*,
        report.template_code
    from staging.observation
    inner join staging.report on observation.submission_id = report.submission_id
    where
        observation.measure_code in ('STF01', 'LEG05')
        and observation.axis_code = 'total'
        and observation.value = 1
)

select
    answered_yes.submission_id,
    answered_yes.line_number,
    answered_yes.sheet_name,
    answered_yes.cell,
    detail.code,
    detail.found,
    detail.expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject
from answered_yes
inner join reference.measure on answered_yes.measure_code = measure.measure_code
cross join lateral (
    select
        'STAFF_COUNT_MISSING' as code,
        'có, nhưng STF02 '
        || coalesce('là {' || trim_scale(max(staff.value)) || '}', 'chưa có số liệu') as found,
        'STF02 từ {1} trở lên' as expected
    from reference.template_measure
    left join staging.observation as staff
        on
            answered_yes.submission_id = staff.submission_id
            and staff.measure_code = 'STF02'
            and staff.axis_code = 'total'
    where
        answered_yes.measure_code = 'STF01'
        and template_measure.template_code = answered_yes.template_code
        and template_measure.measure_code = 'STF02'
    having
        count(template_measure.measure_code) > 0
        and coalesce(max(staff.value), 0) < 1
        and not coalesce(bool_or(staff.value_state in ('withheld', 'unreadable')), false)
    union all
    select
        'PLAN_DOCUMENT_MISSING',
        coalesce('có, ghi chú: “' || nullif(trim(answered_yes.note_text), '') || '”', 'có, không ghi chú'),
        'số, ký hiệu và ngày của kế hoạch trong cột Ghi chú, ví dụ 45/KH-UBND ngày 12/3/2026'
    where
        answered_yes.measure_code = 'LEG05'
        and not (
            coalesce(answered_yes.note_text, '') ~ '[0-9]+ */ *[^0-9 ]'
            and coalesce(answered_yes.note_text, '')
            ~* '([0-9]+[/.-][0-9]+[/.-][0-9][0-9][0-9][0-9]|ngày +[0-9]+ +tháng +[0-9]+ +năm +[0-9]+)'
        )
) as detail

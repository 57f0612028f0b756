-- Grain: one row per report and column whose news items (MED01) by language, by platform and in all are not one number.
-- The shares by language and by platform are read side by side, so all three must count the same items.
with figure as (
    select
        observation.*,
        observation.value_kind = 'uoc_nam' as is_year_estimate
    from staging.observation
    where
        observation.measure_code = 'MED01'
        and observation.axis_code in ('total', 'language', 'platform')
),

axis_sum as (
    select
        submission_id,
        is_year_estimate,
        axis_code,
        sum(value) as axis_value,
        min(line_number) as line_number,
        (array_agg(sheet_name order by line_number))[1] as sheet_name,
        (array_agg(cell order by line_number))[1] as cell
    from figure
    group by submission_id, is_year_estimate, axis_code
    having count(value) > 0 and not bool_or(value_state in ('unreadable', 'withheld'))
),

disagreement as (
    select
        submission_id,
        is_year_estimate,
        max(axis_value) filter (where axis_code = 'total') as total_value,
        max(axis_value) filter (where axis_code = 'language') as language_value,
        max(axis_value) filter (where axis_code = 'platform') as platform_value,
        (array_agg(line_number order by axis_code = 'total' desc, line_number))[1] as line_number,
        (array_agg(sheet_name order by axis_code = 'total' desc, line_number))[1] as sheet_name,
        (array_agg(cell order by axis_code = 'total' desc, line_number))[1] as cell
    from axis_sum
    group by submission_id, is_year_estimate
    having min(axis_value) <> max(axis_value)
)

select
    disagreement.submission_id,
    disagreement.line_number,
    disagreement.sheet_name,
    disagreement.cell,
    concat_ws(
        '; ',
        'tổng ghi {' || trim_scale(disagreement.total_value) || '}',
        'cộng theo ngôn ngữ là {' || trim_scale(disagreement.language_value) || '}',
        'cộng theo nền tảng là {' || trim_scale(disagreement.platform_value) || '}'
    ) as found,
    'các số bằng nhau' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject,
    (
        select array_agg(figure.line_number)
        from figure
        where
            figure.submission_id = disagreement.submission_id
            and figure.is_year_estimate = disagreement.is_year_estimate
            and figure.value is not null
    ) as held_lines
from disagreement
inner join reference.measure on measure.measure_code = 'MED01'

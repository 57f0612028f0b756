-- Grain: one row per FDI measure and column whose sums over partners, sectors and other full breakdowns differ from
-- each other or from the total. The same projects are counted each time. Tolerance of R-03: the ministry's own tables
-- differ by 0.1 to 0.2 million USD.
with figure as (
    select
        observation.*,
        observation.value_kind = 'uoc_nam' as is_year_estimate
    from staging.observation
    left join reference.measure_axis
        on
            observation.measure_code = measure_axis.measure_code
            and observation.axis_code = measure_axis.axis_code
    where
        observation.measure_code like 'FDI%'
        and (observation.axis_code = 'total' or measure_axis.adds_up)
),

axis_sum as (
    select
        submission_id,
        measure_code,
        is_year_estimate,
        axis_code,
        sum(value) as axis_value,
        count(value) as part_count,
        min(line_number) as line_number,
        (array_agg(sheet_name order by line_number))[1] as sheet_name,
        (array_agg(cell order by line_number))[1] as cell
    from figure
    group by submission_id, measure_code, is_year_estimate, axis_code
    having count(value) > 0 and not bool_or(value_state in ('unreadable', 'withheld'))
),

disagreement as (
    select distinct on (one.submission_id, one.measure_code, one.is_year_estimate)
        one.*,
        measure.name_vi,
        measure.unit_factor
    from axis_sum as one
    inner join axis_sum as other
        on
            one.submission_id = other.submission_id
            and one.measure_code = other.measure_code
            and one.is_year_estimate = other.is_year_estimate
            and one.axis_code <> other.axis_code
    inner join reference.measure on one.measure_code = measure.measure_code
    where
        abs(one.axis_value - other.axis_value) > case
            when measure.value_type in ('amount', 'signed_amount')
                then greatest(0.05 * greatest(one.part_count, other.part_count), 0.2) * measure.unit_factor
            else 0
        end
    order by one.submission_id, one.measure_code, one.is_year_estimate, one.axis_code <> 'total', one.line_number
)

select
    disagreement.submission_id,
    disagreement.line_number,
    disagreement.sheet_name,
    disagreement.cell,
    sums.described as found,
    'các số bằng nhau' as expected,
    disagreement.name_vi || ' (' || disagreement.measure_code || ')' as subject,
    (
        select array_agg(figure.line_number)
        from figure
        where
            figure.submission_id = disagreement.submission_id
            and figure.measure_code = disagreement.measure_code
            and figure.is_year_estimate = disagreement.is_year_estimate
            and figure.value is not null
    ) as held_lines
from disagreement
cross join lateral (
    select
        string_agg(
            case
                when axis_sum.axis_code = 'total' then 'tổng ghi {'
                else 'các dòng ' || axis_sum.measure_code || '.' || axis_sum.axis_code || ' cộng lại là {'
            end
            || trim_scale(axis_sum.axis_value / disagreement.unit_factor) || '}',
            '; '
            order by axis_sum.axis_code <> 'total', axis_sum.axis_code
        ) as described
    from axis_sum
    where
        axis_sum.submission_id = disagreement.submission_id
        and axis_sum.measure_code = disagreement.measure_code
        and axis_sum.is_year_estimate = disagreement.is_year_estimate
) as sums

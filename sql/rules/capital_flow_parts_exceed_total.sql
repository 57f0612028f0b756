-- Grain: one row per measure and breakdown whose listed members come to more than the total.
-- Only the largest members are listed, so less is fine. Figures printed to a tenth of a million may each be 50,000 off;
-- adjusted capital is left out: members below zero let the others exceed the total.
with parts as (
    select
        submission_id,
        flow_code,
        measure_code,
        axis_code,
        unit_code,
        window_start,
        window_end,
        sum(value) as listed_sum,
        count(*) as part_count
    from staging.capital_flow
    where axis_code <> 'total' and measure_code not in ('capital_adjusted', 'capital_registered') and flow_code = 'fdi'
    group by submission_id, flow_code, measure_code, axis_code, unit_code, window_start, window_end
)

select
    total.submission_id,
    total.line_number,
    total.sheet_name,
    total.cell,
    'các dòng cộng lại là {' || trim_scale(parts.listed_sum) || '}, tổng ghi {' || trim_scale(total.value) || '}' as found,
    'tổng không nhỏ hơn các dòng' as expected,
    total.measure_code || ' theo ' || parts.axis_code as subject
from staging.capital_flow as total
inner join parts
    on
        total.submission_id = parts.submission_id
        and total.flow_code = parts.flow_code
        and total.measure_code = parts.measure_code
        and total.unit_code = parts.unit_code
        and total.window_start = parts.window_start
        and total.window_end = parts.window_end
where
    total.axis_code = 'total'
    and parts.listed_sum > total.value + case when total.unit_code = 'USD' then 50000 * (parts.part_count + 1) else 0 end

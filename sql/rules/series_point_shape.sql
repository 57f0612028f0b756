-- Grain: one row per staged series value that contradicts itself: a state that does not go with its value, a window
-- that ends before it begins, a rate that is not đồng per unit of a currency. Readers never write such a line on
-- purpose, so this is a fault of the platform; the warehouse would refuse the whole batch.
select
    submission_id,
    line_number,
    null::text as sheet_name,
    cell,
    concat_ws('.', series_code, area_code, frequency_code) || ': ' || value_state
    || coalesce(' {' || trim_scale(value) || '}', '') as found,
    'trạng thái hợp với giá trị, kỳ có ngày đầu trước ngày cuối' as expected,
    series_code as subject
from staging.series_point
where
    window_end < window_start
    or frequency_code not in ('A', 'S', 'Q', 'M', 'D')
    or value_state not in ('reported', 'nil', 'not_applicable', 'withheld', 'missing', 'unreadable')
    or (value_state = 'reported' and value is null)
    or (value_state = 'nil' and value is distinct from 0)
    or (value_state not in ('reported', 'nil') and value is not null)
    or (rate_currency_code is null) <> (rate_kind is null)
    or rate_kind not in ('average', 'end_of_period')
    or rate_currency_code !~ '^[A-Z]{3}$'

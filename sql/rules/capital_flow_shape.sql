-- Grain: one row per staged capital flow that contradicts itself: a state that does not go with its value, a window
-- that ends before it begins, a total with a member or a member without a name. Readers never write such a line on
-- purpose, so this is a fault of the platform; the warehouse would refuse the whole batch.
select
    submission_id,
    line_number,
    sheet_name,
    cell,
    concat_ws('.', measure_code, axis_code, member_name) || ': ' || value_state
    || coalesce(' {' || trim_scale(value) || '}', '') as found,
    'trạng thái hợp với giá trị, kỳ có ngày đầu trước ngày cuối' as expected,
    measure_code as subject
from staging.capital_flow
where
    window_end < window_start
    or (axis_code = 'total') <> (member_name = 'total')
    or member_name = ''
    or value_state not in ('reported', 'nil', 'not_applicable', 'withheld', 'missing', 'unreadable')
    or (value_state = 'reported' and value is null)
    or (value_state = 'nil' and value is distinct from 0)
    or (value_state not in ('reported', 'nil') and value is not null)

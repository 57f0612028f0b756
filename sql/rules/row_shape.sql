-- Grain: one row per staged line that contradicts itself: a state that does not go with its value, or a breakdown its
-- measure does not have. Readers never write such a line on purpose, so this is a fault of the platform; it must stop
-- here, because the warehouse would refuse the whole batch or count a figure where nobody looks.
select
    odd.submission_id,
    odd.line_number,
    odd.sheet_name,
    odd.cell,
    concat_ws('.', odd.measure_code, odd.axis_code, odd.member_code) || ': ' || odd.value_state
    || coalesce(' {' || trim_scale(odd.value) || '}', '') as found,
    'trạng thái hợp với giá trị và phân tổ có trong danh mục' as expected,
    odd.measure_code as subject
from staging.observation as odd
left join reference.measure on odd.measure_code = measure.measure_code
left join reference.measure_axis on odd.measure_code = measure_axis.measure_code and odd.axis_code = measure_axis.axis_code
left join reference.code_list_member as member
    on measure_axis.list_code = member.list_code and odd.member_code = member.member_code
where
    -- A line nobody could identify is staged unreadable under no measure; R-02 sends it back.
    (odd.value_state = 'unreadable' and odd.value is not null)
    or (
        odd.value_state <> 'unreadable'
        and (
            measure.measure_code is null
            or (odd.axis_code = 'total') <> (odd.member_code = 'total')
            or (odd.axis_code <> 'total' and member.member_code is null)
            or (odd.value_state = 'reported' and odd.value is null)
            or (odd.value_state = 'nil' and odd.value is distinct from 0)
            or (odd.value_state not in ('reported', 'nil') and odd.value is not null)
        )
    )

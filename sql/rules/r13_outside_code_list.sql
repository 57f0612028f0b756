-- Grain: one row per value of a dimension that is empty, outside its closed list, or used on a day it was not valid on.
-- The monitoring file is a closed cube: a value we do not know may be an outlet, an account or a person.
-- The reader says what may be repeated of it.
select
    used.submission_id,
    null::integer as line_number,
    used.sheet_name,
    used.cell,
    case
        when used.member_code is null
            then
                case used.shown_value when '' then 'ô trống' else 'giá trị “' || used.shown_value || '” ngoài danh mục' end
        else
            'mã “' || used.member_code || '” ở ngày không có hiệu lực (từ ' || to_char(used.first_day, 'DD/MM/YYYY')
            || ' đến ' || to_char(used.last_day, 'DD/MM/YYYY') || ')'
    end
    || ', {' || used.row_count || '} dòng' as found,
    case
        when used.member_code is null
            then
                'một mã trong danh mục ' || used.list_code
                || case used.nearest when '' then '' else ', gần nhất là “' || used.nearest || '”' end
        when member.member_code is null then 'một mã trong danh mục ' || used.list_code
        else
            'ngày từ ' || to_char(member.valid_from, 'DD/MM/YYYY')
            || coalesce(' đến ' || to_char(member.valid_to - 1, 'DD/MM/YYYY'), '')
    end as expected,
    used.list_code as subject
from staging.monitoring_value as used
left join reference.code_list_member as member
    on used.list_code = member.list_code and used.member_code = member.member_code
where
    member.member_code is null
    or used.first_day < member.valid_from
    or used.last_day >= member.valid_to

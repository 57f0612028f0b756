-- Grain: one row per dimension of a monitoring row that is empty or outside its closed list.
-- The monitoring file is a closed cube: a value we do not know may be an outlet, an account or a person.
select
    counted.submission_id,
    counted.line_number,
    counted.sheet_name,
    counted.cell,
    case when dimension.member_code is null then 'ô trống' else 'giá trị ngoài danh mục' end as found,
    'một mã trong danh mục ' || dimension.list_code as expected,
    dimension.list_code as subject
from staging.monitoring_count as counted
cross join lateral (
    values
    ('channel_type', counted.channel_type),
    ('topic', counted.topic),
    ('tone', counted.tone),
    ('language', counted.language),
    ('scope', counted.scope)
) as dimension (list_code, member_code)
left join reference.code_list_member as member
    on
        dimension.list_code = member.list_code
        and dimension.member_code = member.member_code
        and counted.monitored_date >= member.valid_from
        and (member.valid_to is null or counted.monitored_date < member.valid_to)
where member.member_code is null

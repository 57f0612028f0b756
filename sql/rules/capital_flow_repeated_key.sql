-- Grain: one row per capital flow whose measure, member and window stand in the file more than once.
-- A member is the same by its code: “Anh” and “Vương quốc Anh” in one table are one country twice.
with repeated as (
    select
        *,
        count(*) over same_key as row_count,
        string_agg(cell, ', ') over same_key as cells
    from staging.capital_flow
    window
        same_key as (
            partition by
                submission_id,
                flow_code,
                measure_code,
                axis_code,
                coalesce(member_code, member_name),
                partner_code,
                sector_code,
                locality_code,
                project_code,
                provider_code,
                receiver_code,
                zone_code,
                type_code,
                form_code,
                unit_code,
                window_start,
                window_end
        )
)

select
    submission_id,
    line_number,
    sheet_name,
    cell,
    '{' || row_count || '} dòng, ở các ô ' || cells as found,
    'mỗi tên chỉ một dòng trong một nhóm' as expected,
    member_name as subject
from repeated
where row_count > 1

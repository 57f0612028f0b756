-- Grain: one row per administrative unit and first day of its borders; afterwards the table equals the files.
merge into reference.administrative_unit as target
using (
    select *
    from jsonb_populate_recordset(cast(null as reference.administrative_unit), cast(:units as jsonb))
) as file
    on target.unit_code = file.unit_code and target.valid_from = file.valid_from
when matched and (target.*) is distinct from (file.*) then
    update set
        name_vi = file.name_vi,
        unit_level = file.unit_level,
        parent_code = file.parent_code,
        valid_to = file.valid_to,
        basis = file.basis,
        sort_key = file.sort_key
when not matched by target then
    insert (unit_code, name_vi, unit_level, parent_code, valid_from, valid_to, basis, sort_key)
    values (
        file.unit_code, file.name_vi, file.unit_level, file.parent_code, file.valid_from, file.valid_to, file.basis,
        file.sort_key
    )
when not matched by source then
    delete

-- Grain: one row per day; afterwards the table equals the file.
merge into reference.public_holiday as target
using (
    select *
    from jsonb_populate_recordset(cast(null as reference.public_holiday), cast(:days as jsonb))
) as file
    on target.holiday_date = file.holiday_date
when matched and (target.*) is distinct from (file.*) then
    update set
        day_kind = file.day_kind,
        name_vi = file.name_vi,
        name_en = file.name_en,
        basis = file.basis
when not matched by target then
    insert (holiday_date, day_kind, name_vi, name_en, basis)
    values (file.holiday_date, file.day_kind, file.name_vi, file.name_en, file.basis)
when not matched by source then
    delete

-- Grain: one row per corrected figure of a file of the batch, held ones included. Running it twice changes nothing.
insert into warehouse.applied_correction (
    submission_id, line_number, correction_code, sheet_name, cell, printed_text, printed_value, printed_state,
    printed_unit_code, corrected_value, corrected_state, corrected_unit_code, reason_vi, reported_date,
    reported_to_name, decided_by_role, valid_until
)
select
    staged.submission_id,
    staged.line_number,
    staged.correction_code,
    staged.sheet_name,
    staged.cell,
    staged.printed_text,
    staged.printed_value,
    staged.printed_state,
    staged.printed_unit_code,
    staged.corrected_value,
    staged.corrected_state,
    staged.corrected_unit_code,
    staged.reason_vi,
    staged.reported_date,
    staged.reported_to_name,
    staged.decided_by_role,
    staged.valid_until
from staging.applied_correction as staged
inner join warehouse.submission on staged.submission_id = submission.submission_id
on conflict (submission_id, line_number) do nothing;

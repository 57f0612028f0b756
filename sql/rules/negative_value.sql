-- Grain: one row per figure below zero where the measure cannot be negative.
-- Only adjusted FDI capital (FDI04) may fall; elsewhere a minus sign is a slip or a correction typed as a figure.
select
    negative.submission_id,
    negative.line_number,
    negative.sheet_name,
    negative.cell,
    '{' || trim_scale(negative.value / measure.unit_factor) || '}' as found,
    'số từ {0} trở lên' as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(negative.axis_code, 'total'), nullif(negative.member_code, 'total'))
    || ')' as subject
from staging.observation as negative
inner join reference.measure on negative.measure_code = measure.measure_code
where
    negative.value < 0
    and measure.value_type <> 'signed_amount'

-- Grain: one row per cell read after its text was repaired (decomposed letters, TCVN3 or VNI, hidden characters,
-- letters of another alphabet that look alike).
-- The figure stands; the author is told, because the next program may not repair it.
select
    repaired.submission_id,
    repaired.line_number,
    repaired.sheet_name,
    repaired.cell,
    repaired.reading_code as code,
    coalesce(nullif(repaired.reading_detail, ''), repaired.raw_text, '') as found,
    'chữ Unicode dựng sẵn (NFC), không có ký tự ẩn' as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(repaired.axis_code, 'total'), nullif(repaired.member_code, 'total'))
    || ')' as subject
from staging.observation as repaired
left join reference.measure on repaired.measure_code = measure.measure_code
where
    repaired.reading_code in ('TEXT_REPAIRED', 'LOOKALIKE_LETTERS')
    and repaired.value_state <> 'unreadable'

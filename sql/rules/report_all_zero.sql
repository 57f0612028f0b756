-- Grain: one row per report in which five or more counts and amounts are stated and every one is the digit 0.
-- A form sent out with zeros in it, or filled by a macro, looks like this; a body without any activity may too, so it is
-- asked. One "không phát sinh" or dash in its place is a statement of its own and ends the suspicion.
select
    observation.submission_id,
    null::integer as line_number,
    null::text as sheet_name,
    null::text as cell,
    'cả {' || count(*) || '} số liệu đều bằng 0' as found,
    'số liệu của kỳ này, hoặc “không phát sinh” ở các dòng không có' as expected,
    'Toàn bộ báo cáo' as subject
from staging.observation
inner join reference.measure on observation.measure_code = measure.measure_code
where
    measure.value_type in ('count', 'amount', 'signed_amount')
    and observation.value_kind <> 'uoc_nam'
    and observation.value_state <> 'missing'
group by observation.submission_id
having bool_and(coalesce(observation.value = 0 and observation.value_state = 'reported', false)) and count(*) >= 5

-- Grain: one row per amount of a project that is about 1,000 or 1,000,000 times away from the same amount in the latest
-- accepted revision of the same register. That is the mark of a unit mix-up: đồng, nghìn, triệu, tỷ; nghìn USD, triệu
-- USD. "About" is half an order of magnitude to either side.
with register as (
    select distinct on (file.submission_id)
        file.submission_id,
        earlier.submission_id as earlier_submission_id
    from staging.feed_file as file
    inner join warehouse.submission as earlier
        on
            file.source_id = earlier.source_id
            and file.subject_key = earlier.subject_key
            and earlier.verdict = 'loaded'
    where file.source_id in ('finance_fdi', 'finance_oda', 'finance_ngo')
    order by file.submission_id asc, earlier.revision_number desc
),

compared as (
    select
        flow.*,
        earlier.value as earlier_value,
        abs(log(abs(flow.value / earlier.value))) as orders_apart
    from staging.capital_flow as flow
    inner join register on flow.submission_id = register.submission_id
    inner join warehouse.capital_flow as earlier
        on
            register.earlier_submission_id = earlier.submission_id
            and flow.flow_code = earlier.flow_code
            and flow.measure_code = earlier.measure_code
            and flow.project_code = earlier.project_code
            and flow.unit_code = earlier.unit_code
    where
        flow.unit_code not in ('project', 'contribution', 'grant')
        and flow.value <> 0
        and earlier.value <> 0
)

select
    submission_id,
    line_number,
    sheet_name,
    cell,
    '{' || trim_scale(value) || '} ' || unit_code as found,
    case when orders_apart < 4 then '{1000}' else '{1000000}' end || ' lần số trong bản trước ({'
    || trim_scale(earlier_value) || '} ' || unit_code || ')' as expected,
    member_name as subject
from compared
where orders_apart between 2.5 and 3.5 or orders_apart between 5.5 and 6.5

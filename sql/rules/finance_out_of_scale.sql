-- Grain: one row per amount of one project that no project of the province comes near, in either direction: the mark of
-- an amount in đồng under "triệu đồng", of thousands under "triệu USD". Amounts up to 2 billion USD for a licence, 1
-- billion for a loan, 20 million for a grant, at rough rates; a new licence is worth 1,000 USD at least, a plan or
-- disbursement in đồng a million. capital_flow_out_of_scale.sql looks at national totals and does not see a project.
with rough_rate (unit_code, per_usd) as (
    values
    ('VND', 26000), ('LAK', 21000), ('KHR', 4000), ('KRW', 1400), ('JPY', 150), ('INR', 90), ('THB', 33), ('TWD', 32),
    ('SEK', 10), ('NOK', 10), ('CNY', 7), ('HKD', 8), ('DKK', 7)
),

amount as (
    select
        flow.*,
        coalesce(rough_rate.per_usd, 1) as per_usd,
        case flow.flow_code when 'fdi' then 2000000000 when 'oda' then 1000000000 else 20000000 end as largest_usd,
        case
            when flow.flow_code = 'fdi' and flow.measure_code = 'capital_new' then 1000
            when flow.flow_code = 'oda' and flow.unit_code = 'VND' then 38
            else 0
        end as smallest_usd
    from staging.capital_flow as flow
    inner join staging.feed_file as file on flow.submission_id = file.submission_id
    left join rough_rate on flow.unit_code = rough_rate.unit_code
    where
        file.source_id in ('finance_fdi', 'finance_oda', 'finance_ngo')
        and flow.unit_code not in ('project', 'contribution', 'grant')
        and flow.value <> 0
)

select
    submission_id,
    line_number,
    sheet_name,
    cell,
    '{' || trim_scale(value) || '} ' || unit_code as found,
    'từ {' || smallest_usd * per_usd || '} đến {' || largest_usd * per_usd::numeric || '} ' || unit_code as expected,
    member_name as subject
from amount
where abs(value) > largest_usd * per_usd::numeric or abs(value) < smallest_usd * per_usd

-- Grain: one row per file with amounts that cannot be converted between đồng and USD for want of a rate of their day.
-- The figures of decades in one of the two currencies are worth having before their rates are.
with amount_day as (
    select distinct
        submission_id,
        coalesce(value_date, window_end) as rate_date
    from staging.capital_flow
    where value is not null and unit_code ~ '^[A-Z]{3}$'
)

select
    submission_id,
    null::integer as line_number,
    null::text as sheet_name,
    null::text as cell,
    'USD ' || case
        when min(rate_date) = max(rate_date) then 'ngày ' || to_char(min(rate_date), 'DD/MM/YYYY')
        else
            'từ ' || to_char(min(rate_date), 'DD/MM/YYYY') || ' đến ' || to_char(max(rate_date), 'DD/MM/YYYY')
            || ' ({' || count(*) || '} ngày)'
    end as found,
    '' as expected,
    '' as subject
from amount_day
where not exists (select 1 from reference.exchange_rate_on('USD', amount_day.rate_date, null))
group by submission_id

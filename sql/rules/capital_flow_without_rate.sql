-- Grain: one row per file and currency whose amounts have no exchange rate for their day; all of them are held.
-- The day is the publisher's own value date, else the last day of the window. Another day's rate is not taken.
with amount as (
    select
        submission_id,
        line_number,
        unit_code,
        coalesce(value_date, window_end) as rate_date
    from staging.capital_flow
    where value is not null and unit_code ~ '^[A-Z]{3}$' and unit_code not in ('USD', 'VND')
),

lacking as (
    select
        day.submission_id,
        day.unit_code,
        day.rate_date
    from (select distinct submission_id, unit_code, rate_date from amount) as day
    where not exists (select 1 from reference.exchange_rate_on(day.unit_code, day.rate_date, null))
),

told as (
    select
        submission_id,
        unit_code,
        count(*) as day_count,
        (array_agg(to_char(rate_date, 'DD/MM/YYYY') order by rate_date))[1:10] as first_days
    from lacking
    group by submission_id, unit_code
),

held as (
    select
        amount.submission_id,
        amount.unit_code,
        array_agg(amount.line_number order by amount.line_number) as lines
    from amount
    inner join lacking
        on
            amount.submission_id = lacking.submission_id
            and amount.unit_code = lacking.unit_code
            and amount.rate_date = lacking.rate_date
    group by amount.submission_id, amount.unit_code
)

select
    told.submission_id,
    first_flow.line_number,
    first_flow.sheet_name,
    first_flow.cell,
    told.unit_code || ' ngày ' || array_to_string(told.first_days, ', ')
    || case when told.day_count > 10 then ' và {' || told.day_count - 10 || '} ngày khác' else '' end as found,
    '' as expected,
    '' as subject,
    held.lines as held_lines
from told
inner join held on told.submission_id = held.submission_id and told.unit_code = held.unit_code
inner join staging.capital_flow as first_flow
    on told.submission_id = first_flow.submission_id and held.lines[1] = first_flow.line_number

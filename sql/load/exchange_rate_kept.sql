-- Grain: one row per line of include/reference/exchange_rates.csv that is not there yet. Running it twice changes nothing.
-- A rate was known from the day its publisher announced it, however late its line was written; a corrected one since
-- its correction.
insert into reference.exchange_rate (
    currency_code, valid_from, valid_to, vnd_per_unit, rate_kind, source_name, line_number, cell, as_of_date, known_at
)
select
    line.currency_code,
    line.valid_from,
    line.valid_to,
    line.vnd_per_unit,
    line.rate_kind,
    line.source,
    line.line_number,
    'exchange_rates.csv, line ' || line.line_number,
    line.as_of_date,
    case
        when
            exists (
                select 1
                from reference.exchange_rate as withdrawn
                where
                    withdrawn.submission_id is null
                    and withdrawn.withdrawn_at is not null
                    and withdrawn.currency_code = line.currency_code
                    and withdrawn.valid_from = line.valid_from
                    and withdrawn.valid_to = line.valid_to
                    and withdrawn.rate_kind = line.rate_kind
                    and withdrawn.as_of_date = line.as_of_date
            ) then now()
        else line.as_of_date::timestamp at time zone 'Asia/Ho_Chi_Minh'
    end
from jsonb_to_recordset(cast(:rates as jsonb)) as line (
    line_number integer, currency_code text, valid_from date, valid_to date, vnd_per_unit numeric, rate_kind text,
    source text, as_of_date date
)
on conflict (currency_code, valid_from, valid_to, rate_kind, as_of_date)
where submission_id is null and withdrawn_at is null do nothing;

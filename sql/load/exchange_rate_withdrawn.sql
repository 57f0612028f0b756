-- Grain: one row per rate kept by hand whose line is no longer in the file as it was.
update reference.exchange_rate
set withdrawn_at = now()
where
    submission_id is null
    and withdrawn_at is null
    and not exists (
        select 1
        from jsonb_to_recordset(cast(:rates as jsonb)) as line (
            currency_code text, valid_from date, valid_to date, vnd_per_unit numeric, rate_kind text, source text,
            as_of_date date
        )
        where
            exchange_rate.currency_code = line.currency_code
            and exchange_rate.valid_from = line.valid_from
            and exchange_rate.valid_to = line.valid_to
            and exchange_rate.vnd_per_unit = line.vnd_per_unit
            and exchange_rate.rate_kind = line.rate_kind
            and exchange_rate.source_name = line.source
            and exchange_rate.as_of_date = line.as_of_date
    );

-- Grain: one row per exchange rate that is not above zero, or twice or half of the one before it.
-- The one before: of the period before in the same file, for the first of them the newest that ended earlier and is
-- known, if it ended within a year. The đồng never moved so far between two published periods since 1990; a wrong multiplier always does.
with rate as (
    select
        point.*,
        lag(point.value) over (
            partition by point.submission_id, point.rate_currency_code, point.rate_kind, point.frequency_code
            order by point.window_start
        ) as previous_value
    from staging.series_point as point
    where point.rate_currency_code is not null and point.value is not null
),

compared as (
    select
        rate.*,
        coalesce(
            rate.previous_value,
            (
                select known.vnd_per_unit
                from reference.exchange_rate as known
                where
                    known.currency_code = rate.rate_currency_code
                    and known.valid_to between rate.window_start - 366 and rate.window_start - 1
                    and known.withdrawn_at is null
                order by known.valid_to desc, known.as_of_date desc, known.rate_id desc
                limit 1
            )
        ) as before_value
    from rate
)

select
    submission_id,
    line_number,
    null::text as sheet_name,
    cell,
    '{' || trim_scale(value) || '} đồng một ' || rate_currency_code
    || coalesce(', kỳ trước {' || trim_scale(before_value) || '}', '') as found,
    'một số dương, không quá hai lần hoặc dưới một nửa kỳ trước' as expected,
    series_code as subject
from compared
where value <= 0 or value > 2 * before_value or 2 * value < before_value

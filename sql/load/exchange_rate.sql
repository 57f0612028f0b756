-- Grain: one row per value of a loaded submission that its source's contract calls an exchange rate.
-- Earlier files keep theirs: which one counts is told by reference.exchange_rate_on. Running it twice changes nothing.
insert into reference.exchange_rate (
    currency_code, valid_from, valid_to, vnd_per_unit, rate_kind, source_name, submission_id, line_number, cell,
    as_of_date, known_at
)
select
    point.rate_currency_code,
    point.window_start,
    point.window_end,
    point.value,
    point.rate_kind,
    point.publisher_name || ', ' || point.series_code,
    point.submission_id,
    point.line_number,
    point.cell,
    point.as_of_date,
    submission.received_at
from warehouse.series_point as point
inner join staging.feed_file on point.submission_id = feed_file.submission_id
inner join warehouse.submission on point.submission_id = submission.submission_id
where point.rate_currency_code is not null and point.value is not null
on conflict on constraint exchange_rate_of_a_file do nothing;

-- Published series and exchange rates are kept, dated, with their source; so are the provinces behind the codes.
create unlogged table staging.series_point (
    submission_id bigint not null,
    line_number integer not null,
    series_code text not null,
    area_code text not null,
    frequency_code text not null,
    window_start date not null,
    window_end date not null,
    value numeric,
    value_state text not null,
    unit_name text not null,
    as_of_date date not null,
    publisher_name text not null,
    rate_currency_code text,
    rate_kind text,
    cell text not null,
    raw_text text,
    reading_code text,
    reading_detail text,
    constraint staging_series_point_pk primary key (submission_id, line_number)
);
comment on table staging.series_point is 'Typed rows of the batch being checked, in the series shape.';
comment on column staging.series_point.submission_id is 'Submission.';
comment on column staging.series_point.line_number is 'Order in the file.';
comment on column staging.series_point.series_code is 'The publisher''s key without area and frequency.';
comment on column staging.series_point.area_code is 'Code of the country list, or the publisher''s own for a group of countries (WLD).';
comment on column staging.series_point.frequency_code is 'A year, S half-year, Q quarter, M month, D day.';
comment on column staging.series_point.window_start is 'First day the value is about.';
comment on column staging.series_point.window_end is 'Last day the value is about.';
comment on column staging.series_point.value is 'Value in whole units, multipliers applied; empty unless reported or nil.';
comment on column staging.series_point.value_state is 'As in warehouse.series_point, or unreadable.';
comment on column staging.series_point.unit_name is 'What one unit is: USD, VND, VND per USD.';
comment on column staging.series_point.as_of_date is 'Day the publisher made the file.';
comment on column staging.series_point.publisher_name is 'Who publishes the series.';
comment on column staging.series_point.rate_currency_code is 'Currency whose rate in đồng this is (ISO 4217), where the contract calls the series an exchange rate.';
comment on column staging.series_point.rate_kind is 'average over the period or end_of_period, of an exchange rate.';
comment on column staging.series_point.cell is 'Where the value stands: an xml path with its line, or a csv line and column.';
comment on column staging.series_point.raw_text is 'What the file held, as typed.';
comment on column staging.series_point.reading_code is 'Why the value could not be read; empty when it was plain.';
comment on column staging.series_point.reading_detail is 'What was expected, for the sentence to the sender.';

create table warehouse.series_point (
    submission_id bigint not null constraint series_point_submission_fk references warehouse.submission,
    line_number integer not null,
    series_code text not null,
    area_code text not null,
    frequency_code text not null constraint series_point_frequency check (frequency_code in ('A', 'S', 'Q', 'M', 'D')),
    window_start date not null,
    window_end date not null,
    value numeric,
    value_state text not null constraint series_point_value_state check (
        value_state in ('reported', 'nil', 'not_applicable', 'withheld', 'missing')
    ),
    unit_name text not null,
    as_of_date date not null,
    publisher_name text not null,
    rate_currency_code text,
    rate_kind text,
    revision_number integer not null,
    cell text not null,
    constraint series_point_pk primary key (submission_id, line_number),
    constraint series_point_window check (window_start <= window_end),
    constraint series_point_grain unique (
        submission_id, series_code, area_code, frequency_code, window_start, window_end
    ),
    constraint series_point_value_with_state check (
        (value_state = 'reported' and value is not null)
        or (value_state = 'nil' and value = 0)
        or (value_state in ('not_applicable', 'withheld', 'missing') and value is null)
    )
);
comment on table warehouse.series_point is 'Accepted values of published series. Grain: submission, series, area, frequency, window. Append only; the current value is in the highest revision of source and subject.';
comment on column warehouse.series_point.submission_id is 'Submission it came with.';
comment on column warehouse.series_point.line_number is 'Order in the file.';
comment on column warehouse.series_point.series_code is 'The publisher''s key without area and frequency.';
comment on column warehouse.series_point.area_code is 'Code of the country list, or the publisher''s own for a group of countries (WLD).';
comment on column warehouse.series_point.frequency_code is 'A year, S half-year, Q quarter, M month, D day.';
comment on column warehouse.series_point.window_start is 'First day the value is about.';
comment on column warehouse.series_point.window_end is 'Last day the value is about.';
comment on column warehouse.series_point.value is 'Value in whole units, multipliers applied; empty unless reported or nil.';
comment on column warehouse.series_point.value_state is 'reported, nil, not_applicable, withheld, missing (a blank). Missing is not zero.';
comment on column warehouse.series_point.unit_name is 'What one unit is: USD, VND, VND per USD.';
comment on column warehouse.series_point.as_of_date is 'Day the publisher made the file.';
comment on column warehouse.series_point.publisher_name is 'Who publishes the series.';
comment on column warehouse.series_point.rate_currency_code is 'Currency whose rate in đồng this is (ISO 4217), where the contract calls the series an exchange rate.';
comment on column warehouse.series_point.rate_kind is 'average over the period or end_of_period, of an exchange rate.';
comment on column warehouse.series_point.revision_number is 'Revision of source and subject.';
comment on column warehouse.series_point.cell is 'Where the value stands: an xml path with its line, or a csv line and column.';

create table quarantine.series_point (
    submission_id bigint not null constraint quarantine_series_point_submission_fk references warehouse.submission,
    line_number integer not null,
    series_code text not null,
    area_code text not null,
    frequency_code text not null,
    window_start date not null,
    window_end date not null,
    value numeric,
    value_state text not null,
    unit_name text not null,
    as_of_date date not null,
    publisher_name text not null,
    rate_currency_code text,
    rate_kind text,
    cell text not null,
    rule_codes text[] not null,
    quarantined_at timestamptz not null default now(),
    constraint quarantine_series_point_pk primary key (submission_id, line_number)
);
comment on table quarantine.series_point is 'Series values held back. rule_codes names what stopped them; {FILE} when the row itself is good but its file may not load in part.';
comment on column quarantine.series_point.submission_id is 'Submission.';
comment on column quarantine.series_point.line_number is 'Order in the file.';
comment on column quarantine.series_point.series_code is 'The publisher''s key without area and frequency.';
comment on column quarantine.series_point.area_code is 'Code of the country list, or the publisher''s own for a group of countries (WLD).';
comment on column quarantine.series_point.frequency_code is 'A year, S half-year, Q quarter, M month, D day.';
comment on column quarantine.series_point.window_start is 'First day the value is about.';
comment on column quarantine.series_point.window_end is 'Last day the value is about.';
comment on column quarantine.series_point.value is 'Value in whole units, multipliers applied; empty unless reported or nil.';
comment on column quarantine.series_point.value_state is 'State as read, unreadable among them.';
comment on column quarantine.series_point.unit_name is 'What one unit is: USD, VND, VND per USD.';
comment on column quarantine.series_point.as_of_date is 'Day the publisher made the file.';
comment on column quarantine.series_point.publisher_name is 'Who publishes the series.';
comment on column quarantine.series_point.rate_currency_code is 'Currency whose rate in đồng this is (ISO 4217), where the contract calls the series an exchange rate.';
comment on column quarantine.series_point.rate_kind is 'average over the period or end_of_period, of an exchange rate.';
comment on column quarantine.series_point.cell is 'Where the value stands: an xml path with its line, or a csv line and column.';
comment on column quarantine.series_point.rule_codes is 'Rules the row breaks; FILE when the row itself is good.';
comment on column quarantine.series_point.quarantined_at is 'When.';

create table warehouse.series_point_change (
    submission_id bigint not null constraint series_point_change_submission_fk references warehouse.submission,
    change_number integer not null,
    series_code text not null,
    area_code text not null,
    frequency_code text not null,
    window_start date not null,
    window_end date not null,
    change_kind text not null constraint series_point_change_kind check (change_kind in ('added', 'removed', 'changed')),
    old_value numeric,
    new_value numeric,
    old_state text,
    new_state text,
    cell text,
    constraint series_point_change_pk primary key (submission_id, change_number)
);
comment on table warehouse.series_point_change is 'What a revision of a publisher''s file changed against the one before, value by value.';
comment on column warehouse.series_point_change.submission_id is 'The later submission.';
comment on column warehouse.series_point_change.change_number is 'Order of the changes, as the values stand in the file; removed ones last.';
comment on column warehouse.series_point_change.series_code is 'Series.';
comment on column warehouse.series_point_change.area_code is 'Area it is about.';
comment on column warehouse.series_point_change.frequency_code is 'Frequency of the series.';
comment on column warehouse.series_point_change.window_start is 'First day the value is about.';
comment on column warehouse.series_point_change.window_end is 'Last day the value is about.';
comment on column warehouse.series_point_change.change_kind is 'added, removed or changed.';
comment on column warehouse.series_point_change.old_value is 'Value before.';
comment on column warehouse.series_point_change.new_value is 'Value after.';
comment on column warehouse.series_point_change.old_state is 'State before.';
comment on column warehouse.series_point_change.new_state is 'State after.';
comment on column warehouse.series_point_change.cell is 'Place of the later value.';

create table reference.exchange_rate (
    rate_id bigint generated always as identity constraint exchange_rate_pk primary key,
    currency_code text not null constraint exchange_rate_currency check (currency_code ~ '^[A-Z]{3}$'),
    valid_from date not null,
    valid_to date not null,
    vnd_per_unit numeric not null constraint exchange_rate_positive check (vnd_per_unit > 0),
    rate_kind text not null constraint exchange_rate_kind check (rate_kind in ('average', 'end_of_period')),
    source_name text not null,
    submission_id bigint constraint exchange_rate_submission_fk references warehouse.submission,
    line_number integer not null,
    cell text not null,
    as_of_date date not null,
    known_at timestamptz not null,
    withdrawn_at timestamptz,
    constraint exchange_rate_period check (valid_from <= valid_to),
    constraint exchange_rate_of_a_file unique (submission_id, currency_code, valid_from, valid_to, rate_kind)
);
create unique index exchange_rate_kept_by_hand
on reference.exchange_rate (currency_code, valid_from, valid_to, rate_kind, as_of_date)
where submission_id is null and withdrawn_at is null;
create index exchange_rate_day on reference.exchange_rate (currency_code, rate_kind, valid_from, valid_to);
comment on table reference.exchange_rate is 'What one unit of a foreign currency was in đồng, for which days, by whom. Append only: a later file adds rows, reference.exchange_rate_on says which one counts.';
comment on column reference.exchange_rate.rate_id is 'Stands in the lineage of every converted amount.';
comment on column reference.exchange_rate.currency_code is 'Currency (ISO 4217).';
comment on column reference.exchange_rate.valid_from is 'First day the rate was published for.';
comment on column reference.exchange_rate.valid_to is 'Last day it was published for, included.';
comment on column reference.exchange_rate.vnd_per_unit is 'Đồng for one unit of the currency.';
comment on column reference.exchange_rate.rate_kind is 'average over the period or end_of_period. Money that flowed is converted at averages.';
comment on column reference.exchange_rate.source_name is 'Publisher and series.';
comment on column reference.exchange_rate.submission_id is 'File it came with; empty for a line of include/reference/exchange_rates.csv.';
comment on column reference.exchange_rate.line_number is 'Line of warehouse.series_point, or of include/reference/exchange_rates.csv.';
comment on column reference.exchange_rate.cell is 'Where in its file it stands.';
comment on column reference.exchange_rate.as_of_date is 'Day the file was made, or the publisher announced the rate.';
comment on column reference.exchange_rate.known_at is 'Since when it was known here: receipt of the file; of a line kept by hand the start of as_of_date, or its correction.';
comment on column reference.exchange_rate.withdrawn_at is 'When its line left include/reference/exchange_rates.csv; such a rate converts nothing any more.';

-- The one definition of the rate of a day: the shortest period that holds the day, of those the newest file; averages,
-- because what is converted is money that flowed. Nothing is interpolated, no neighbouring period is taken.
create function reference.exchange_rate_on(currency text, on_day date, as_known timestamptz)
returns table (rate_id bigint, vnd_per_unit numeric)
language sql stable
as $$
    select
        rate.rate_id,
        rate.vnd_per_unit
    from reference.exchange_rate as rate
    where
        rate.currency_code = currency
        and rate.rate_kind = 'average'
        and rate.valid_from <= on_day
        and rate.valid_to >= on_day
        and rate.known_at <= coalesce(as_known, 'infinity')
        and coalesce(rate.withdrawn_at, 'infinity') >= coalesce(as_known, 'infinity')
    order by
        rate.valid_to - rate.valid_from,
        rate.as_of_date desc,
        -- Of two publishers of one day the one whose file is kept, then the file that came last.
        rate.submission_id is null,
        rate.known_at desc,
        rate.rate_id desc
    limit 1
$$;
comment on function reference.exchange_rate_on(text, date, timestamptz) is 'Rate of a currency on a day, as known at a moment (empty: all that is known); no row where there is none.';

create table reference.province (
    province_code text not null,
    name_vi text not null,
    valid_from date not null,
    valid_to date,
    successor_code text,
    constraint province_pk primary key (province_code, valid_from),
    constraint province_validity check (valid_to > valid_from)
);
comment on table reference.province is 'Provinces of the country over the days they had these borders. A code means something only with its day: 82 was used again.';
comment on column reference.province.province_code is 'Code of the General Statistics Office.';
comment on column reference.province.name_vi is 'Name.';
comment on column reference.province.valid_from is 'First day with these borders.';
comment on column reference.province.valid_to is 'First day it no longer had them.';
comment on column reference.province.successor_code is 'Province it became a part of, in that province''s code.';

-- Of money for several countries only Việt Nam's share counts: what was printed and the share stand beside the amount.
alter table staging.capital_flow add column share_pct numeric;
comment on column staging.capital_flow.share_pct is 'Percentage of the printed amount that the value is, where only a share of it counts.';
alter table warehouse.capital_flow
add column share_pct numeric constraint capital_flow_share check (share_pct between 0 and 100),
add column raw_text text;
comment on column warehouse.capital_flow.share_pct is 'Percentage of the printed amount that the value is, where only a share of it counts.';
comment on column warehouse.capital_flow.raw_text is 'What the cell held, as typed: the whole amount where share_pct is given.';
alter table quarantine.capital_flow
add column share_pct numeric,
add column raw_text text;
comment on column quarantine.capital_flow.share_pct is 'Percentage of the printed amount that the value is, where only a share of it counts.';
comment on column quarantine.capital_flow.raw_text is 'What the cell held, as typed: the whole amount where share_pct is given.';

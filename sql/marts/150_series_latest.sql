-- Grain: one row per series, area, frequency and window.
-- The value of the file that counts of each source and subject, as mart.file_version says.
create table mart.series_latest as
select
    version.source_id,
    point.series_code,
    point.area_code,
    point.frequency_code,
    point.window_start,
    point.window_end,
    point.value,
    point.value_state,
    point.unit_name,
    point.as_of_date,
    point.publisher_name,
    point.revision_number,
    version.received_at,
    point.submission_id,
    version.sha256,
    point.cell
from warehouse.series_point as point
inner join mart.file_version as version on point.submission_id = version.submission_id and version.place = 1;
alter table mart.series_latest add constraint series_latest_pk
primary key (source_id, series_code, area_code, frequency_code, window_start, window_end);
analyze mart.series_latest;
comment on table mart.series_latest is 'Current values of published series: context lines beside the province''s own figures, never added to them.';
comment on column mart.series_latest.source_id is 'Source contract.';
comment on column mart.series_latest.series_code is 'Series, in the publisher''s code.';
comment on column mart.series_latest.area_code is 'Country of the country list, or the publisher''s own code for a group of countries.';
comment on column mart.series_latest.frequency_code is 'A year, S half-year, Q quarter, M month, D day.';
comment on column mart.series_latest.window_start is 'First day the value covers.';
comment on column mart.series_latest.window_end is 'Last day the value covers.';
comment on column mart.series_latest.value is 'Value in whole units; empty unless reported or nil.';
comment on column mart.series_latest.value_state is 'reported, nil, not_applicable, withheld or missing. Missing is not zero.';
comment on column mart.series_latest.unit_name is 'Unit of the value, multipliers applied.';
comment on column mart.series_latest.as_of_date is 'Day the publisher made the file.';
comment on column mart.series_latest.publisher_name is 'Who publishes it.';
comment on column mart.series_latest.revision_number is 'Revision the value comes from.';
comment on column mart.series_latest.received_at is 'When that file was received.';
comment on column mart.series_latest.submission_id is 'Submission.';
comment on column mart.series_latest.sha256 is 'Its file.';
comment on column mart.series_latest.cell is 'Where in the file the value stands.';

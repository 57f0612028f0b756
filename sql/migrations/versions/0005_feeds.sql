-- Feeds of every shape on one way: which files of a batch are feeds, and what finance workbooks and donors add to a flow.
drop table staging.capital_flow_file;
create unlogged table staging.feed_file (
    submission_id bigint constraint staging_feed_file_pk primary key,
    sha256 text not null,
    source_id text not null,
    shape text not null,
    subject_key text not null,
    reporting_unit_code text,
    period_code text,
    received_at timestamptz not null
);
comment on table staging.feed_file is 'Files of the batch being checked that are no report: capital flows, monitoring counts, series.';
comment on column staging.feed_file.submission_id is 'Submission.';
comment on column staging.feed_file.sha256 is 'Hash of the bytes.';
comment on column staging.feed_file.source_id is 'Source contract it was read by.';
comment on column staging.feed_file.shape is 'capital_flow, monitoring_count or series_point.';
comment on column staging.feed_file.subject_key is 'What a later file of the source would revise.';
comment on column staging.feed_file.reporting_unit_code is 'Body that sent it, where the file names one.';
comment on column staging.feed_file.period_code is 'Reporting period, where the file names one.';
comment on column staging.feed_file.received_at is 'True time of receipt.';

alter table staging.capital_flow
add column value_date date,
add column zone_code text,
add column type_code text,
add column form_code text;
comment on column staging.capital_flow.value_date is 'Day whose exchange rate the publisher means, where it says so.';
comment on column staging.capital_flow.zone_code is 'Inside or outside an industrial zone, where the row says so.';
comment on column staging.capital_flow.type_code is 'Kind of money: khong_hoan_lai, vay; du_an, phi_du_an.';
comment on column staging.capital_flow.form_code is 'How it is passed on or given: cap_phat, vay_lai; tien, hien_vat.';

alter table warehouse.capital_flow
add column value_date date,
add column zone_code text,
add column type_code text,
add column form_code text;
comment on column warehouse.capital_flow.value_date is 'Day whose exchange rate the publisher means, where it says so.';
comment on column warehouse.capital_flow.zone_code is 'Inside or outside an industrial zone, where the row says so.';
comment on column warehouse.capital_flow.type_code is 'Kind of money: khong_hoan_lai, vay; du_an, phi_du_an.';
comment on column warehouse.capital_flow.form_code is 'How it is passed on or given: cap_phat, vay_lai; tien, hien_vat.';

alter table quarantine.capital_flow
add column value_date date,
add column zone_code text,
add column type_code text,
add column form_code text;
comment on column quarantine.capital_flow.value_date is 'Day whose exchange rate the publisher means, where it says so.';
comment on column quarantine.capital_flow.zone_code is 'Inside or outside an industrial zone, where the row says so.';
comment on column quarantine.capital_flow.type_code is 'Kind of money: khong_hoan_lai, vay; du_an, phi_du_an.';
comment on column quarantine.capital_flow.form_code is 'How it is passed on or given: cap_phat, vay_lai; tien, hien_vat.';

alter table warehouse.capital_flow drop constraint capital_flow_grain;
alter table warehouse.capital_flow add constraint capital_flow_grain unique nulls not distinct (
    submission_id, flow_code, measure_code, axis_code, member_name, member_code, partner_code, sector_code,
    locality_code, project_code, provider_code, receiver_code, zone_code, type_code, form_code, unit_code,
    window_start, window_end
);

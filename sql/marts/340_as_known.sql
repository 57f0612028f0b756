-- What was known at a moment, for anybody who may read the marts: `select * from mart.indicator_as_known('2026-06-20')`.
-- A moment is compared with the true time of receipt of each file. The bodies of these functions are composed from the
-- files of this folder (include/indicators/composition.py): what the marts say is written once.
-- They run with the rights of whoever builds the marts: what they read of the warehouse is what the marts show of it.
-- Plans are made without knowing how many rows the parts have; loops inside loops would take minutes where a hash takes a second.
create function mart.require_moment(moment timestamptz) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $body$
declare
    first_load timestamptz;
begin
    select min(submission.received_at) into first_load from warehouse.submission where submission.verdict = 'loaded';
    if moment is null or moment > clock_timestamp() then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = coalesce(to_char(moment, 'YYYY-MM-DD HH24:MI:SS TZH:TZM'), 'no moment'),
            detail = 'a moment that has passed',
            hint = 'What will be known later nobody knows today; leave the moment out for what is known now.';
    elsif first_load is null or moment < first_load then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = to_char(moment, 'YYYY-MM-DD HH24:MI:SS TZH:TZM'),
            detail = coalesce('a moment from ' || to_char(first_load, 'YYYY-MM-DD HH24:MI:SS TZH:TZM') || ' on, when the first accepted file came', 'a moment after the first accepted file, and none was accepted yet'),
            hint = 'Before that nothing was known, which is not the same as figures that are missing.';
    end if;
end
$body$;
comment on function mart.require_moment(timestamptz) is
'Refuses a moment at which nothing can have been known: before the first accepted file, or in the future. | Từ chối thời điểm trước khi có số liệu đầu tiên hoặc ở tương lai.';

create function mart.report_as_known(moment timestamptz, only_period text default null) returns setof mart.report_latest
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.report_latest composed */;
end
$body$;
comment on function mart.report_as_known(timestamptz, text) is
'The report that counted of each body and period at a moment. Columns as in mart.report_latest. | Báo cáo được tính của mỗi đơn vị, mỗi kỳ tại một thời điểm. Các cột như mart.report_latest.';

create function mart.report_status_as_known(moment timestamptz, only_period text default null) returns setof mart.report_status
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.report_status composed */;
end
$body$;
comment on function mart.report_status_as_known(timestamptz, text) is
'Who had reported at a moment, on time, late or not. Columns as in mart.report_status. | Tại một thời điểm, đơn vị nào đã báo cáo, đúng hạn, muộn hay chưa. Các cột như mart.report_status.';

create function mart.observation_as_known(moment timestamptz, only_period text default null) returns setof mart.observation_latest
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.observation_latest composed */;
end
$body$;
comment on function mart.observation_as_known(timestamptz, text) is
'The figure of every body, period, measure and breakdown member as known at a moment. Columns as in mart.observation_latest. | Con số của mọi đơn vị, kỳ, số liệu và thành phần phân tổ như đã biết tại một thời điểm. Các cột như mart.observation_latest.';

create function mart.capital_flow_as_known(moment timestamptz) returns setof mart.capital_flow_latest
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    only_period constant text := null;
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.capital_flow_latest composed */;
end
$body$;
comment on function mart.capital_flow_as_known(timestamptz) is
'The FDI, ODA and NGO figures as known at a moment, by the rates known then. Columns as in mart.capital_flow_latest. | Số liệu FDI, ODA, PCPNN như đã biết tại một thời điểm, theo tỷ giá đã biết lúc đó. Các cột như mart.capital_flow_latest.';

create function mart.monitoring_day_as_known(moment timestamptz) returns setof mart.monitoring_day_latest
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    only_period constant text := null;
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.monitoring_day_latest composed */;
end
$body$;
comment on function mart.monitoring_day_as_known(timestamptz) is
'The revision of every monitored day that was current at a moment. Columns as in mart.monitoring_day_latest. | Bản số liệu theo dõi của từng ngày đang có hiệu lực tại một thời điểm. Các cột như mart.monitoring_day_latest.';

create function mart.series_as_known(moment timestamptz) returns setof mart.series_latest
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    only_period constant text := null;
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.series_latest composed */;
end
$body$;
comment on function mart.series_as_known(timestamptz) is
'The points of publishers'' series as known at a moment. Columns as in mart.series_latest. | Các chuỗi số liệu đã công bố như đã biết tại một thời điểm. Các cột như mart.series_latest.';

create function mart.indicator_as_known(moment timestamptz, only_period text default null) returns setof mart.indicator_value
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.indicator_value composed */;
end
$body$;
comment on function mart.indicator_as_known(timestamptz, text) is
'The indicators as known at a moment. Without a period: every period, which takes longer. Columns as in mart.indicator_value. | Các chỉ tiêu như đã biết tại một thời điểm. Không nêu kỳ: tính mọi kỳ, lâu hơn. Các cột như mart.indicator_value.';

create function mart.indicator_as_of_as_known(moment timestamptz, only_period text default null) returns setof mart.indicator_as_of
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.indicator_as_of composed */;
end
$body$;
comment on function mart.indicator_as_of_as_known(timestamptz, text) is
'How far the money figures reached, as known at a moment. Columns as in mart.indicator_as_of. | Số liệu vốn có đến ngày nào, như đã biết tại một thời điểm. Các cột như mart.indicator_as_of.';

create function mart.target_reading_as_known(moment timestamptz, only_period text default null) returns setof mart.indicator_target_reading
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.indicator_target_reading composed */;
end
$body$;
comment on function mart.target_reading_as_known(timestamptz, text) is
'Values beside the targets of today, as known at a moment. Columns as in mart.indicator_target_reading. | Giá trị bên cạnh mục tiêu hiện hành, như đã biết tại một thời điểm. Các cột như mart.indicator_target_reading.';

create function mart.target_question_as_known(moment timestamptz, only_period text default null) returns setof mart.target_question
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    headlines_only constant boolean := false;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    /* mart.target_question composed */;
end
$body$;
comment on function mart.target_question_as_known(timestamptz, text) is
'Missed targets and who had explained them, as known at a moment. Columns as in mart.target_question. | Mục tiêu chưa đạt và đơn vị nào đã giải trình, như đã biết tại một thời điểm. Các cột như mart.target_question.';

create function mart.headline_as_known(moment timestamptz, only_period text default null)
returns setof mart.indicator_dated
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    headlines_only constant boolean := true;
    reports_back constant integer := 0;
    registers_back constant integer := 0;
begin
    perform mart.require_moment(moment);
    return query
    select dated.*
    from (/* mart.indicator_dated composed */) as dated
    where dated.axis_code = 'total';
end
$body$;
comment on function mart.headline_as_known(timestamptz, text) is
'The headlines of the indicators as known at a moment, in a fraction of the time the breakdowns take. Columns as in mart.indicator_dated. | Các số chung của chỉ tiêu như đã biết tại một thời điểm, nhanh hơn nhiều so với khi tính cả phân tổ. Các cột như mart.indicator_dated.';

create function mart.contribution_of_versions(
    reports_back integer, registers_back integer, only_period text default null
)
returns setof mart.indicator_contribution
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
set work_mem = '128MB'
as $body$
declare
    headlines_only constant boolean := true;
    moment constant timestamptz := null;
begin
    return query
    /* mart.indicator_contribution composed */;
end
$body$;
comment on function mart.contribution_of_versions(integer, integer, text) is
'What bodies added to the indicators by an earlier version: 1 takes reports (or registers) sent again from the version before, 2 from the one before that. Headlines only. Reports without such a version add nothing; registers without one stay as they are. | Phần đóng góp của từng đơn vị theo bản trước đó của báo cáo hoặc sổ dự án.';

-- Grain: one row per project line of a file that counts.
-- Which record the line belongs to. The key is made of what stays when a file is revised: source, sender, flow and
-- number; spaces and letter case in a number are not part of it.
create table mart.project_line as
select
    flow.submission_id,
    flow.line_number,
    submission.subject_key,
    concat_ws('/', flow.source_id, coalesce(flow.reporting_unit_code, '-'), flow.flow_code, number.written) as project_key,
    number.written as project_number,
    -- Numbers without their punctuation: D002451-001 is D002451001. Donors put their own register's code before it.
    regexp_replace(number.written, '[-–—‐_.]', '', 'g') as identifier,
    case
        when
            flow.provider_code is not null
            and starts_with(number.written, upper(normalize(flow.provider_code, nfc)) || '-')
            then regexp_replace(
                substr(number.written, length(normalize(flow.provider_code, nfc)) + 2), '[-–—‐_.]', '', 'g'
            )
    end as identifier_without_prefix
from mart.capital_flow_latest as flow
inner join warehouse.submission on flow.submission_id = submission.submission_id
cross join lateral (
    select upper(regexp_replace(normalize(flow.project_code, nfc), '\s', '', 'g')) as written
) as number
where flow.axis_code = 'project' and number.written <> '';
alter table mart.project_line add constraint project_line_pk primary key (submission_id, line_number);
analyze mart.project_line;
comment on table mart.project_line is 'Which project record each line of the registers and donors'' files belongs to. | Mỗi dòng của sổ và tệp nhà tài trợ thuộc hồ sơ dự án nào.';
comment on column mart.project_line.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column mart.project_line.line_number is 'Its place in the submission. | Thứ tự của dòng trong lần gửi.';
comment on column mart.project_line.subject_key is 'What the file is about: body and period of a register, window of a donor''s file. | Tệp nói về gì: đơn vị và kỳ của sổ, khoảng ngày của tệp nhà tài trợ.';
comment on column mart.project_line.project_key is 'Source, sender, flow and project number: the name of the record in decisions and commands. | Nguồn, nơi gửi, dòng vốn và số dự án: tên của hồ sơ trong quyết định và lệnh.';
comment on column mart.project_line.project_number is 'Project number in one spelling. | Số hiệu dự án theo một cách viết.';
comment on column mart.project_line.identifier is 'The number without punctuation, as it is compared. | Số hiệu bỏ dấu câu, dạng đem so.';
comment on column mart.project_line.identifier_without_prefix is 'The same without the giver''s own code, where the file names the giver and the number begins with it. | Cũng số hiệu ấy bỏ mã của bên cho, khi tệp nêu bên cho và số hiệu bắt đầu bằng mã đó.';

-- Grain: one row per project record and file it is told in.
create table mart.project_entry as
select
    line.project_key,
    line.subject_key,
    line.submission_id,
    flow.source_id,
    flow.reporting_unit_code,
    flow.period_code,
    flow.flow_code,
    min(line.project_number) as project_number,
    (array_agg(flow.member_name order by flow.line_number))[1] as title,
    (array_agg(flow.partner_code order by flow.line_number) filter (where flow.partner_code is not null))[1]
        as partner_code,
    (array_agg(flow.sector_code order by flow.line_number) filter (where flow.sector_code is not null))[1]
        as sector_code,
    (array_agg(flow.locality_code order by flow.line_number) filter (where flow.locality_code is not null))[1]
        as locality_code,
    min(flow.window_start) as window_start,
    max(flow.window_end) as window_end,
    max(flow.as_of_date) as as_of_date,
    flow.received_at,
    flow.revision_number,
    -- A sum of which a part cannot be converted is no sum.
    case
        when bool_and(flow.usd_value is not null) filter (where money.kind = 'committed' and flow.value is not null)
            then sum(flow.usd_value) filter (where money.kind = 'committed')
    end as committed_usd,
    case
        when bool_and(flow.usd_value is not null) filter (where money.kind = 'disbursed' and flow.value is not null)
            then sum(flow.usd_value) filter (where money.kind = 'disbursed')
    end as disbursed_usd
from mart.project_line as line
inner join mart.capital_flow_latest as flow
    on line.submission_id = flow.submission_id and line.line_number = flow.line_number
cross join lateral (
    select
        case
            when flow.measure_code in ('capital_new', 'capital_signed', 'capital_committed') then 'committed'
            when flow.measure_code = 'capital_disbursed' then 'disbursed'
        end as kind
) as money
group by
    line.project_key,
    line.subject_key,
    line.submission_id,
    flow.source_id,
    flow.reporting_unit_code,
    flow.period_code,
    flow.flow_code,
    flow.received_at,
    flow.revision_number;
alter table mart.project_entry add constraint project_entry_pk primary key (project_key, submission_id);
analyze mart.project_entry;
comment on table mart.project_entry is 'A project as one file tells it. | Một dự án như một tệp kể.';
comment on column mart.project_entry.project_key is 'Source, sender, flow and project number. | Nguồn, nơi gửi, dòng vốn và số dự án, ghép thành một.';
comment on column mart.project_entry.subject_key is 'What the file is about. | Tệp nói về đơn vị và kỳ nào, hoặc khoảng ngày nào.';
comment on column mart.project_entry.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column mart.project_entry.source_id is 'Source contract the file was read by. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.project_entry.reporting_unit_code is 'Body that keeps the register; empty for a donor''s file. | Đơn vị giữ sổ; để trống với tệp của nhà tài trợ.';
comment on column mart.project_entry.period_code is 'Reporting period of the register; empty for a donor''s file. | Kỳ báo cáo của sổ; để trống với tệp của nhà tài trợ.';
comment on column mart.project_entry.flow_code is 'fdi, oda or ngo. | Dòng vốn: fdi, oda hoặc ngo.';
comment on column mart.project_entry.project_number is 'Project number in one spelling. | Số hiệu dự án theo một cách viết.';
comment on column mart.project_entry.title is 'Title as the file prints it first. | Tên dự án như tệp in lần đầu.';
comment on column mart.project_entry.partner_code is 'Country or donor. | Nước hoặc nhà tài trợ của dự án.';
comment on column mart.project_entry.sector_code is 'Sector of the project. | Ngành kinh tế của dự án, theo danh mục.';
comment on column mart.project_entry.locality_code is 'Commune or province. | Xã, phường hoặc tỉnh nơi thực hiện.';
comment on column mart.project_entry.window_start is 'First day its figures cover. | Ngày đầu tiên số liệu dự án bao trùm.';
comment on column mart.project_entry.window_end is 'Last day its figures cover. | Ngày cuối cùng số liệu dự án bao trùm.';
comment on column mart.project_entry.as_of_date is 'Day the figures were closed. | Ngày chốt số liệu dự án.';
comment on column mart.project_entry.received_at is 'When the file came. | Lúc tệp chứa con số đến.';
comment on column mart.project_entry.revision_number is 'Revision of the file. | Tệp là bản sửa thứ mấy.';
comment on column mart.project_entry.committed_usd is 'Registered, signed or committed, in USD; empty where nothing is said or a rate is missing. | Số đăng ký, ký kết hoặc cam kết, theo USD; để trống khi không nêu hoặc thiếu tỷ giá.';
comment on column mart.project_entry.disbursed_usd is 'Disbursed, in USD; empty where nothing is said or a rate is missing. | Số đã giải ngân, theo USD; để trống khi không nêu hoặc thiếu tỷ giá.';

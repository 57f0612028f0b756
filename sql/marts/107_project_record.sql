-- Grain: one row per project record and file it is told in.
-- Which record of a project counts: the Department of Finance's before another body's, a body's before a donor's.
-- Registers are compared within their period; a donor's record counts only where no register has the project.
create table mart.project_record as
with grouped as (
    select
        entry.*,
        coalesce(project_group.group_key, entry.project_key) as group_key,
        coalesce(project_group.is_contradicted, false) as is_contradicted,
        case
            when entry.reporting_unit_code = 'STC' then 1
            when entry.reporting_unit_code is not null then 2
            else 3
        end as precedence,
        entry.period_code is not null and entry.reporting_unit_code is not null as is_register
    from mart.project_entry as entry
    left join mart.project_group on entry.project_key = project_group.project_key
),

ranked as (
    select
        grouped.*,
        first_value(grouped.project_key) over by_precedence as best_key,
        row_number() over by_precedence as place,
        bool_or(grouped.is_register) over (partition by grouped.group_key) as has_register,
        -- The newest register's winner speaks for the group towards donors.
        first_value(grouped.project_key) over (
            partition by grouped.group_key
            order by grouped.precedence asc, grouped.period_code desc, grouped.project_key collate "C" asc
        ) as group_best_key
    from grouped
    window by_precedence as (
        partition by grouped.group_key, grouped.is_register, grouped.period_code
        order by
            grouped.precedence asc,
            grouped.reporting_unit_code asc,
            grouped.as_of_date desc,
            grouped.received_at desc,
            grouped.project_key collate "C" asc,
            grouped.submission_id desc
    )
),

judged as (
    select
        ranked.*,
        place = 1 and (is_register or not has_register) as is_counted,
        case when is_register or not has_register then best_key else group_best_key end as counted_as
    from ranked
)

select
    judged.project_key,
    judged.subject_key,
    judged.submission_id,
    judged.group_key,
    judged.is_counted,
    case when not judged.is_counted then judged.counted_as end as counted_as,
    case
        when judged.is_counted then null
        when judged.project_key = judged.counted_as then 'other_file'
        else link.reason_code
    end as reason_code,
    case when not judged.is_counted and judged.project_key <> judged.counted_as then link.other_key end as matched_with,
    case when not judged.is_counted then link.decided_by_role end as decided_by_role,
    case when not judged.is_counted then link.decided_at end as decided_at,
    judged.is_contradicted,
    judged.source_id,
    judged.reporting_unit_code,
    judged.period_code,
    judged.flow_code,
    judged.project_number,
    judged.title,
    judged.partner_code,
    judged.sector_code,
    judged.locality_code,
    judged.window_start,
    judged.window_end,
    judged.as_of_date,
    judged.committed_usd,
    judged.disbursed_usd,
    judged.received_at,
    judged.revision_number
from judged
-- The match that ties the record to its group: straight to the one that counts where there is one, else to a
-- record in between.
left join lateral (
    select
        near.other_key,
        near.reason_code,
        near.decided_by_role,
        near.decided_at
    from (
        select
            project_match.second_key as other_key,
            project_match.reason_code,
            project_match.decided_by_role,
            project_match.decided_at
        from mart.project_match
        where project_match.first_key = judged.project_key and project_match.decision = 'same'
        union all
        select
            project_match.first_key,
            project_match.reason_code,
            project_match.decided_by_role,
            project_match.decided_at
        from mart.project_match
        where project_match.second_key = judged.project_key and project_match.decision = 'same'
    ) as near
    where not judged.is_contradicted or near.reason_code = 'confirmed'
    order by near.other_key <> judged.counted_as, near.reason_code, near.other_key collate "C"
    limit 1
) as link on true;
alter table mart.project_record add constraint project_record_pk primary key (project_key, submission_id);
create index project_record_group on mart.project_record (group_key);
analyze mart.project_record;
comment on table mart.project_record is 'Every FDI, ODA and aid project as every register and donor tells it, and which telling counts. Losing records stay, with the reason. | Mọi dự án như mọi sổ và nhà tài trợ kể, và lời kể nào được tính; lời kể không được tính vẫn còn.';
comment on column mart.project_record.project_key is 'Source, sender, flow and project number. | Nguồn, nơi gửi, dòng vốn và số dự án, ghép thành một.';
comment on column mart.project_record.subject_key is 'What the file is about. | Tệp nói về đơn vị và kỳ nào, hoặc khoảng ngày nào.';
comment on column mart.project_record.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column mart.project_record.group_key is 'Records with the same group are one project. | Các hồ sơ cùng nhóm là một dự án.';
comment on column mart.project_record.is_counted is 'True for the one record of a project, and period, whose figures count. | Đúng với một hồ sơ duy nhất của dự án, và kỳ, có số được tính.';
comment on column mart.project_record.counted_as is 'Record that counts in its place; empty when it counts itself. | Hồ sơ được tính thay; để trống khi chính nó được tính.';
comment on column mart.project_record.reason_code is 'Why it does not count: identifier, a shared number; confirmed, a person said so; other_file, the same record in a newer file. | Vì sao không được tính: identifier trùng số hiệu; confirmed có người xác nhận; other_file cùng hồ sơ ở tệp mới hơn.';
comment on column mart.project_record.matched_with is 'Record it was matched with: the one that counts, or one in between. | Hồ sơ được ghép với: hồ sơ được tính, hoặc hồ sơ trung gian.';
comment on column mart.project_record.decided_by_role is 'Post of whoever confirmed the match. | Chức danh của người xác nhận việc ghép.';
comment on column mart.project_record.decided_at is 'When it was confirmed. | Lúc việc ghép được xác nhận.';
comment on column mart.project_record.is_contradicted is 'True when shared numbers tie it to a record a person said is another project; numbers are then not followed. | Đúng khi số hiệu chung buộc nó với hồ sơ mà có người nói là dự án khác; khi ấy không theo số hiệu.';
comment on column mart.project_record.source_id is 'Source contract the file was read by. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.project_record.reporting_unit_code is 'Body that keeps the register; empty for a donor''s file. | Đơn vị giữ sổ; để trống với tệp của nhà tài trợ.';
comment on column mart.project_record.period_code is 'Reporting period of the register; empty for a donor''s file. | Kỳ báo cáo của sổ; để trống với tệp của nhà tài trợ.';
comment on column mart.project_record.flow_code is 'fdi, oda or ngo. | Dòng vốn: fdi, oda hoặc ngo.';
comment on column mart.project_record.project_number is 'Project number in one spelling. | Số hiệu dự án theo một cách viết.';
comment on column mart.project_record.title is 'Title as the file prints it first. | Tên dự án như tệp in lần đầu.';
comment on column mart.project_record.partner_code is 'Country or donor. | Nước hoặc nhà tài trợ của dự án.';
comment on column mart.project_record.sector_code is 'Sector of the project. | Ngành kinh tế của dự án, theo danh mục.';
comment on column mart.project_record.locality_code is 'Commune or province. | Xã, phường hoặc tỉnh nơi thực hiện.';
comment on column mart.project_record.window_start is 'First day its figures cover. | Ngày đầu tiên số liệu dự án bao trùm.';
comment on column mart.project_record.window_end is 'Last day its figures cover. | Ngày cuối cùng số liệu dự án bao trùm.';
comment on column mart.project_record.as_of_date is 'Day the figures were closed. | Ngày chốt số liệu dự án.';
comment on column mart.project_record.committed_usd is 'Registered, signed or committed, in USD. | Số đăng ký, ký kết hoặc cam kết của hồ sơ, theo USD.';
comment on column mart.project_record.disbursed_usd is 'Disbursed, in USD. | Số tiền hồ sơ nói đã giải ngân, theo USD.';
comment on column mart.project_record.received_at is 'When the file came. | Lúc tệp chứa con số đến.';
comment on column mart.project_record.revision_number is 'Revision of the file. | Tệp là bản sửa thứ mấy.';

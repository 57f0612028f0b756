-- What promotion needs beyond adding rows, each as a function that does one thing with its owner's rights. The loader
-- itself creates and alters nothing.
create function warehouse.make_monitoring_month(month_start date) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    partition_name text;
begin
    if
        month_start is null or not isfinite(month_start)
        or month_start <> date_trunc('month', month_start::timestamp)::date
        or extract(year from month_start) not between 2000 and 2099
    then
        raise exception 'not the first day of a month from 2000 to 2099: %', coalesce(month_start::text, 'null')
            using errcode = 'invalid_parameter_value';
    end if;
    partition_name := 'monitoring_count_' || to_char(month_start, 'YYYY_MM');
    if to_regclass(format('warehouse.%I', partition_name)) is not null then
        return false;
    end if;
    -- Made beside the table and then attached: making it in place would lock readers out until the commit.
    execute format(
        'create table warehouse.%I (like warehouse.monitoring_count including defaults including constraints'
        ' including comments)', partition_name
    );
    execute format(
        'comment on table warehouse.%I is %L', partition_name,
        to_char(month_start, '"Monitoring counts of "MM/YYYY"; see warehouse.monitoring_count. | Số đếm theo dõi'
            ' của tháng "MM/YYYY"; xem warehouse.monitoring_count."')
    );
    execute format(
        'alter table warehouse.monitoring_count attach partition warehouse.%I for values from (%L) to (%L)',
        partition_name, month_start, (month_start + interval '1 month')::date
    );
    return true;
end
$$;
comment on function warehouse.make_monitoring_month(date) is 'Makes the partition of a month, still without its constraint; false when it is there already. | Tạo phân vùng của một tháng, chưa có ràng buộc; trả về false nếu đã có.';

create function warehouse.constrain_monitoring_month(month_start date) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    partition_name constant text := 'monitoring_count_' || to_char(month_start, 'YYYY_MM');
begin
    if
        not exists (
            select from pg_inherits
            where
                inhparent = 'warehouse.monitoring_count'::regclass
                and inhrelid = to_regclass('warehouse.' || partition_name)
        )
    then
        raise exception 'no month of counts: %', coalesce(month_start::text, 'null')
            using errcode = 'invalid_parameter_value';
    end if;
    execute format(
        'alter table warehouse.%I add constraint %I unique (monitored_date, submission_id, cell_code)',
        partition_name, partition_name || '_grain'
    );
end
$$;
comment on function warehouse.constrain_monitoring_month(date) is 'Gives a month its unique constraint, after the load that made it. | Đặt ràng buộc duy nhất cho phân vùng của tháng, sau lần nạp đã tạo ra nó.';

create function staging.stamp_monitoring_counts(submission bigint) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A constant default costs nothing a row; definitions take no bound parameters, so the number is written as one.
    execute format('alter table staging.monitoring_count alter column submission_id set default %L::bigint', submission);
end
$$;
comment on function staging.stamp_monitoring_counts(bigint) is 'Rows copied into staging.monitoring_count from now on belong to this submission. | Các dòng chép vào staging.monitoring_count từ đây thuộc lần gửi này.';
revoke execute on function warehouse.make_monitoring_month(date), warehouse.constrain_monitoring_month(date),
staging.stamp_monitoring_counts(bigint) from public;

-- A revision without a single row of changes still takes the place of what was published: a loader that left the
-- changes out would otherwise write a figure that the log does not know.
create function audit.note_revision_without_changes() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    changes record;
begin
    select * into changes from audit.count_changes(new.submission_id);
    if changes.added + changes.changed + changes.removed = 0 then
        perform audit.record_event(
            'restatement',
            coalesce(new.subject_key, 'submission ' || new.submission_id),
            jsonb_build_object(
                'submission', new.submission_id, 'source', new.source_id, 'revision', new.revision_number,
                'sha256', new.sha256, 'added', 0, 'changed', 0, 'removed', 0
            )
        );
    end if;
    return null;
end
$$;
comment on function audit.note_revision_without_changes() is 'Writes down a later revision that says it changed no figure. | Ghi lại một bản sau nói rằng không đổi con số nào.';
revoke execute on function audit.note_revision_without_changes() from public;
create constraint trigger submission_revision_without_changes after insert on warehouse.submission
deferrable initially deferred for each row
when (new.verdict = 'loaded' and new.revision_number > 1)
execute function audit.note_revision_without_changes();

-- A table that only grows is not emptied either. warehouse.explanation was made so.
create or replace trigger project_match_decision_append_only
before update or delete or truncate on warehouse.project_match_decision
for each statement execute function warehouse.refuse_change();
create or replace trigger applied_correction_append_only
before update or delete or truncate on warehouse.applied_correction
for each statement execute function warehouse.refuse_change();
create or replace trigger waiver_append_only before update or delete or truncate on warehouse.waiver
for each statement execute function warehouse.refuse_change();
create or replace trigger waiver_withdrawal_append_only
before update or delete or truncate on warehouse.waiver_withdrawal
for each statement execute function warehouse.refuse_change();
create or replace trigger waiver_use_append_only before update or delete or truncate on warehouse.waiver_use
for each statement execute function warehouse.refuse_change();
create or replace trigger shadow_finding_append_only before update or delete or truncate on warehouse.shadow_finding
for each statement execute function warehouse.refuse_change();

-- Written down by the tables themselves, whoever writes to them. The words stay in the table; the log has codes.
create function audit.note_waiver() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform audit.record_event(
        'waiver',
        'waiver ' || new.waiver_id,
        jsonb_build_object(
            'waiver', new.waiver_id, 'rule', new.rule_code, 'unit', new.reporting_unit_code,
            'period', new.period_code, 'valid_until', new.valid_until
        ),
        left(btrim(regexp_replace(new.decided_by_role, '[[:cntrl:]]', ' ', 'g')), 100)
    );
    return null;
end
$$;
comment on function audit.note_waiver() is 'Writes down that a rule was waived, without the words. | Ghi lại việc cho áp dụng một ngoại lệ, không kèm lời văn.';
create trigger waiver_noted after insert on warehouse.waiver for each row execute function audit.note_waiver();

create function audit.note_waiver_withdrawal() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform audit.record_event(
        'waiver',
        'waiver ' || new.waiver_id,
        jsonb_build_object('waiver', new.waiver_id, 'withdrawn', 1),
        left(btrim(regexp_replace(new.decided_by_role, '[[:cntrl:]]', ' ', 'g')), 100)
    );
    return null;
end
$$;
comment on function audit.note_waiver_withdrawal() is 'Writes down that a waiver was taken back. | Ghi lại việc rút một ngoại lệ.';
create trigger waiver_withdrawal_noted after insert on warehouse.waiver_withdrawal
for each row execute function audit.note_waiver_withdrawal();

create function audit.note_explanation() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform audit.record_event(
        'explanation',
        case new.subject_kind
            when 'target' then concat_ws(' ', new.indicator_code, new.period_code)
            when 'outlier' then 'finding ' || new.finding_id
            else 'submission ' || new.submission_id
        end || ' ' || new.reporting_unit_code,
        jsonb_build_object('explanation', new.explanation_id, 'kind', new.subject_kind),
        left(btrim(regexp_replace(new.given_by_role, '[[:cntrl:]]', ' ', 'g')), 100)
    );
    return null;
end
$$;
comment on function audit.note_explanation() is 'Writes down that a body explained a figure, without the words. | Ghi lại việc đơn vị giải trình một con số, không kèm lời văn.';
create trigger explanation_noted after insert on warehouse.explanation
for each row execute function audit.note_explanation();
revoke execute on function audit.note_waiver(), audit.note_waiver_withdrawal(), audit.note_explanation() from public;

-- The lists know it already; a mart that hides by name has to be able to ask.
alter table reference.code_list_member add column is_sensitive boolean not null default false;

-- Every schema, table and column of the core says what it holds in both languages; marts say it in their own files.
comment on schema staging is 'Typed rows of the batch being checked; emptied afterwards, unlogged. | Vùng chờ: những dòng đang được kiểm tra; xong lượt thì bỏ.';
comment on schema quarantine is 'Rows a check stopped, with the reason. | Vùng cách ly: những dòng bị kiểm tra giữ lại, kèm lý do.';
comment on schema audit is 'Who decided what, and when. Append only; no figures, no file content, no names of people. | Nhật ký: ai đã quyết định gì, khi nào. Chỉ ghi thêm; không có số liệu, không có nội dung tệp, không có tên người.';
comment on schema landing is 'What arrived: the bytes once, every arrival noted. | Nơi tiếp nhận: nội dung tệp giữ một lần, lần đến nào cũng được ghi.';
comment on schema warehouse is 'Accepted figures, append only, every revision kept. | Kho: số liệu đã được chấp nhận; chỉ ghi thêm, bản nào cũng giữ.';
comment on schema reference is 'Dated lists the platform works with: reporting units, measures, templates, periods. Copied from files in the project. | Danh mục có ngày hiệu lực: đơn vị báo cáo, số liệu, biểu mẫu, kỳ báo cáo. Chép từ các tệp của dự án.';
comment on table audit.event is 'Approvals, restatements, refusals, exports, grants, waivers, corrections of a source and explanations. Append only; event_hash covers all fields and the hash before. | Phê duyệt, đính chính, từ chối, xuất tệp, cấp quyền, ngoại lệ, hiệu chỉnh lỗi nguồn, giải trình; mỗi mục mang mã băm của mục trước.';
comment on column audit.event.event_number is 'Place in the chain: 1, 2, 3 without a gap. | Vị trí trong chuỗi nhật ký: 1, 2, 3, không bỏ số nào.';
comment on column audit.event.occurred_at is 'When it was written. | Thời điểm mục này được ghi.';
comment on column audit.event.actor is 'Database login of the session, whatever role it had taken on. | Tài khoản đăng nhập của phiên, dù phiên đã nhận vai trò nào.';
comment on column audit.event.action is 'approval, approval_withdrawn, restatement, refusal, export, delivery, grant, revocation, waiver, correction or explanation. | Việc đã làm: phê duyệt, rút phê duyệt, đính chính, từ chối, xuất tệp, gửi đi, cấp quyền, thu hồi, ngoại lệ, hiệu chỉnh lỗi nguồn hoặc giải trình.';
comment on column audit.event.subject is 'What it was done to: a receipt number, unit and period, a file of ours, a login, a rule. | Việc đó tác động đến cái gì: số biên nhận, đơn vị và kỳ, tệp của ta, tài khoản hoặc quy tắc.';
comment on column audit.event.decided_by is 'Office or account that decided, as the caller states it; empty where the platform itself did. | Cơ quan hoặc tài khoản đã quyết định, theo lời người gọi; để trống khi chính nền tảng làm.';
comment on column audit.event.details is 'Codes, counts and hashes; never a figure of a report, its text or the name of a file that came in. | Mã, số đếm và mã băm; không bao giờ là số liệu của báo cáo, lời văn của báo cáo hay tên tệp nhận về.';
comment on column audit.event.previous_hash is 'event_hash of the entry before; 64 zeros for the first. | Mã băm của mục liền trước; mục đầu tiên là 64 chữ số 0.';
comment on column audit.event.event_hash is 'SHA-256 over previous_hash and every other field, each with its length in front. | SHA-256 tính trên mã băm trước đó và mọi trường còn lại, trước mỗi trường có độ dài của nó.';
comment on table audit.head is 'Where the chain ends. One row. | Chỗ chuỗi nhật ký kết thúc; một dòng.';
comment on column audit.head.is_only is 'Always true: there is one chain. | Luôn đúng: chỉ có một chuỗi nhật ký.';
comment on column audit.head.event_count is 'Number of the last entry; 0 before the first. | Số của mục cuối cùng; 0 khi chưa có mục nào.';
comment on column audit.head.event_hash is 'Hash of the last entry; 64 zeros before the first. | Mã băm của mục cuối cùng; 64 chữ số 0 khi chưa có mục nào.';
comment on table landing.file is 'Distinct files by content. Of refused secret files only hash, size and time are kept. | Các tệp khác nhau về nội dung. Tệp mật bị từ chối chỉ để lại mã băm, dung lượng và thời điểm.';
comment on column landing.file.sha256 is 'Hash of the bytes. | SHA-256 tính trên từng byte của tệp.';
comment on column landing.file.byte_size is 'Size in bytes. | Tệp dài bao nhiêu byte.';
comment on column landing.file.stored_name is 'Path below the landing folder; never made from the sender''s file name. | Đường dẫn bên dưới thư mục tiếp nhận; không bao giờ đặt theo tên tệp của người gửi.';
comment on column landing.file.first_received_at is 'First arrival of these bytes. | Lần đầu nhận được đúng nội dung này.';
comment on column landing.file.forgotten_at is 'When the bytes of a file that may not be kept were given up; empty for all others. | Thời điểm bỏ nội dung của tệp không được phép giữ; để trống với mọi tệp khác.';
comment on column landing.file.forgotten_code is 'Why they were given up: SECRET, or a monitoring file with what it may never hold. The same bytes are refused again for it, unread. | Lý do bỏ: SECRET (có dấu mật), hoặc tệp theo dõi chứa điều không bao giờ được chứa. Nội dung ấy đến lần nữa thì bị từ chối ngay, không đọc.';
comment on table landing.receipt is 'Every arrival, one row each, also of bytes seen before; ends in exactly one verdict. | Mỗi lần tệp đến là một dòng, kể cả tệp đã có; mỗi dòng có đúng một kết quả.';
comment on column landing.receipt.receipt_id is 'Order of recording. | Thứ tự ghi nhận các lần đến.';
comment on column landing.receipt.receipt_number is 'Number printed on the answer, BN-<year>-<counter>. | Số in trên phiếu trả lời, BN-năm-số đếm.';
comment on column landing.receipt.sha256 is 'Hash of the bytes; all that is kept of a refused secret file besides size, time and sender. | Mã băm nội dung; với tệp mật bị từ chối, chỉ giữ mã này cùng dung lượng, thời điểm và nơi gửi.';
comment on column landing.receipt.byte_size is 'Size in bytes. | Tệp dài bao nhiêu byte.';
comment on column landing.receipt.original_name is 'File name as sent; replaced by a neutral text when it carries a secrecy mark. | Tên tệp như người gửi đặt; thay bằng câu trung tính khi tên mang dấu hiệu mật.';
comment on column landing.receipt.source_id is 'Source the file was taken for. | Tệp được nhận theo hợp đồng nguồn nào.';
comment on column landing.receipt.received_at is 'True time of receipt; decides on time or late. | Thời điểm nhận thật sự; căn cứ để xét đúng hạn hay muộn.';
comment on column landing.receipt.recorded_at is 'When the platform wrote this row. | Lúc nền tảng ghi dòng này.';
comment on column landing.receipt.submission_id is 'Submission the file belongs to; empty while open or when unreadable. | Lần gửi mà tệp thuộc về; để trống khi chưa xử lý xong hoặc không đọc được.';
comment on column landing.receipt.verdict is 'How it ended; empty while open. | Kết cục của tệp; để trống khi chưa xử lý xong.';
comment on column landing.receipt.verdict_code is 'Stable reason code, OK when loaded. | Mã lý do cố định, OK khi đã nạp vào kho.';
comment on column landing.receipt.answer_name is 'Path of the answer below the outbox. | Đường dẫn phiếu trả lời bên dưới thư mục gửi đi.';
comment on column landing.receipt.inbox_fingerprint is 'Name, size and time of the inbox file, so that a second run does not take it again; empty for files given by hand. | Tên, dung lượng và thời điểm của tệp trong hộp nhận, để lần chạy sau không nhận lại; để trống với tệp đưa vào bằng tay.';
comment on table quarantine.capital_flow is 'Capital flows held back. rule_codes names what stopped them; {FILE} when the row itself is good but its file may not load in part. | Dòng vốn bị giữ lại; rule_codes nêu quy tắc đã chặn, FILE là cả tệp bị giữ.';
comment on column quarantine.capital_flow.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column quarantine.capital_flow.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column quarantine.capital_flow.flow_code is 'fdi direct investment, oda development aid, ngo aid of foreign non-governmental organisations. | fdi là đầu tư trực tiếp, oda là hỗ trợ phát triển, ngo là viện trợ của tổ chức phi chính phủ nước ngoài.';
comment on column quarantine.capital_flow.measure_code is 'What is counted: projects_new, capital_new, capital_adjusted, committed, disbursed and so on; named by the source''s contract. | Đếm cái gì: projects_new, capital_new, capital_adjusted, committed, disbursed, v.v.; tên do hợp đồng nguồn đặt.';
comment on column quarantine.capital_flow.axis_code is 'How the figure is broken down: total, locality, partner, sector, zone or project. | Phân tổ theo gì: total số chung, locality địa bàn, partner đối tác, sector ngành, zone trong ngoài khu, project dự án.';
comment on column quarantine.capital_flow.member_name is 'Member as the publisher prints it, spelling normalised; total for the undivided figure. | Thành phần như nơi công bố in, đã chuẩn hóa chính tả; total là số chung.';
comment on column quarantine.capital_flow.member_code is 'Its code: ISO 3166 country, province of that day, project number. Empty where no list has one. | Mã của thành phần: nước theo ISO 3166, tỉnh tại ngày ấy, số dự án. Để trống khi không danh mục nào có.';
comment on column quarantine.capital_flow.partner_code is 'Country or organisation the money comes from, where the row names one beside its axis. | Nước hoặc tổ chức là nơi vốn đến, ở dòng có nêu bên cạnh phân tổ.';
comment on column quarantine.capital_flow.sector_code is 'Sector, where the row names one beside its axis. | Ngành của khoản vốn, ở dòng có nêu bên cạnh phân tổ.';
comment on column quarantine.capital_flow.locality_code is 'Province or commune, where the row names one beside its axis. | Tỉnh hoặc xã, phường, ở dòng có nêu bên cạnh phân tổ.';
comment on column quarantine.capital_flow.project_code is 'Project, where the row names one beside its axis. | Dự án mà dòng nói đến, ở dòng có nêu bên cạnh phân tổ.';
comment on column quarantine.capital_flow.provider_code is 'Organisation that gave the money, as the publisher refers to it; never a person. | Tổ chức đã cho tiền, theo cách nơi công bố gọi; không bao giờ là cá nhân.';
comment on column quarantine.capital_flow.receiver_code is 'Organisation that received it, as the publisher refers to it; never a person. | Tổ chức đã nhận tiền, theo cách nơi công bố gọi; không bao giờ là cá nhân.';
comment on column quarantine.capital_flow.value is 'Amount or count in whole units; empty unless reported or nil. | Số tiền hoặc số đếm theo đơn vị nguyên; chỉ có khi trạng thái là reported hoặc nil.';
comment on column quarantine.capital_flow.value_state is 'State as read, unreadable among them. | Trạng thái như đã đọc, kể cả unreadable là không đọc được.';
comment on column quarantine.capital_flow.unit_code is 'Currency (ISO 4217) or the thing counted: project, contribution. | Loại tiền (ISO 4217) hoặc cái được đếm: project dự án, contribution lượt đóng góp.';
comment on column quarantine.capital_flow.window_start is 'First day the figure covers. | Ngày đầu tiên mà con số bao trùm.';
comment on column quarantine.capital_flow.window_end is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column quarantine.capital_flow.as_of_date is 'Day the publisher closed the figure. | Ngày nơi công bố chốt con số.';
comment on column quarantine.capital_flow.is_cumulative is 'True: counts from 1 January; a month is the difference of two windows. | Đúng: cộng dồn từ ngày 1 tháng 1; số của một tháng là hiệu của hai con số lũy kế.';
comment on column quarantine.capital_flow.sheet_name is 'Sheet; the file''s own name where it has no sheets. | Trang tính nơi ghi con số; là tên tệp khi tệp không có trang.';
comment on column quarantine.capital_flow.cell is 'Where the figure stands: ''12. FDI''!D19, a csv line and column, an xml path. | Vị trí của con số: ''12. FDI''!D19, dòng và cột của tệp csv, đường dẫn xml.';
comment on column quarantine.capital_flow.rule_codes is 'Rules the row breaks; FILE when the row itself is good. | Các quy tắc mà dòng vi phạm; FILE khi bản thân dòng không sai.';
comment on column quarantine.capital_flow.quarantined_at is 'When the row was held back. | Thời điểm dòng bị đưa vào vùng cách ly.';
comment on column quarantine.capital_flow.value_date is 'Day whose exchange rate the publisher means, where it says so. | Ngày lấy tỷ giá theo ý nơi công bố, ở chỗ có nêu.';
comment on column quarantine.capital_flow.zone_code is 'Inside or outside an industrial zone, where the row says so. | Trong hay ngoài khu công nghiệp, ở dòng có nêu.';
comment on column quarantine.capital_flow.type_code is 'Kind of money: khong_hoan_lai, vay; du_an, phi_du_an. | Loại vốn: khong_hoan_lai không hoàn lại, vay; du_an theo dự án, phi_du_an phi dự án.';
comment on column quarantine.capital_flow.form_code is 'How it is passed on or given: cap_phat, vay_lai; tien, hien_vat. | Cách chuyển tiếp hoặc trao: cap_phat cấp phát, vay_lai cho vay lại; tien bằng tiền, hien_vat bằng hiện vật.';
comment on column quarantine.capital_flow.share_pct is 'Percentage of the printed amount that the value is, where only a share of it counts. | Giá trị bằng bao nhiêu phần trăm số tiền in ra, khi chỉ một phần được tính.';
comment on column quarantine.capital_flow.raw_text is 'What the cell held, as typed: the whole amount where share_pct is given. | Nội dung ô như đã gõ: toàn bộ số tiền khi có share_pct.';
comment on table quarantine.monitoring_count is 'Rows of monitoring files held back whole. A value outside the lists is not kept: it may name an outlet, an account or a person. | Dòng của tệp nắm bắt thông tin bị giữ cả tệp; giá trị ngoài danh mục không được giữ.';
comment on column quarantine.monitoring_count.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column quarantine.monitoring_count.line_number is 'Line of the file. | Dòng thứ mấy của tệp.';
comment on column quarantine.monitoring_count.column_number is 'Column of a layout with one column a channel. | Cột thứ mấy, ở dạng bảng mỗi kênh một cột.';
comment on column quarantine.monitoring_count.monitored_date is 'Day counted; empty when it could not be read. | Ngày được đếm; để trống khi không đọc được.';
comment on column quarantine.monitoring_count.cell_code is 'Cell of the cube; empty for a value outside the lists. | Ô của khối số liệu theo dõi; để trống khi giá trị nằm ngoài danh mục.';
comment on column quarantine.monitoring_count.item_count is 'Count as read; empty when it could not be. | Số đếm như đã đọc; để trống khi không đọc được.';
comment on table quarantine.monitoring_file is 'Monitoring files held back whole, with the rows that were kept of each. The reasons are in warehouse.finding. | Tệp nắm bắt thông tin bị giữ cả tệp; lý do ở warehouse.finding.';
comment on column quarantine.monitoring_file.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column quarantine.monitoring_file.row_count is 'Rows in quarantine.monitoring_count. | Bao nhiêu dòng của tệp nằm trong quarantine.monitoring_count.';
comment on column quarantine.monitoring_file.quarantined_at is 'When the file was held back. | Thời điểm tệp bị đưa vào vùng cách ly.';
comment on table quarantine.observation is 'Rows held back. rule_codes names what stopped them; {FILE} when the row itself is good but its file may not load in part. | Số liệu bị giữ lại; rule_codes nêu quy tắc đã chặn, FILE là cả tệp bị giữ.';
comment on column quarantine.observation.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column quarantine.observation.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column quarantine.observation.measure_code is 'Measure of the plan''s forms, for example MED01. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column quarantine.observation.reporting_unit_code is 'Reporting unit the row is about. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column quarantine.observation.period_code is 'Reporting period the row is about. | Kỳ mà báo cáo nói đến.';
comment on column quarantine.observation.axis_code is 'Breakdown, total for the undivided figure. | Cách phân tổ; total là số chung.';
comment on column quarantine.observation.member_code is 'Member of the breakdown, total for the undivided figure. | Thành phần của phân tổ; total là số chung.';
comment on column quarantine.observation.value_kind is 'thuc_hien, uoc, chinh_thuc. | thuc_hien thực hiện, uoc ước, chinh_thuc chính thức.';
comment on column quarantine.observation.value is 'What was read, in base units; empty when it could not be. | Điều đã đọc được, theo đơn vị gốc; để trống khi không đọc được.';
comment on column quarantine.observation.value_state is 'State as read. | Trạng thái khi đọc: có số, không phát sinh, thiếu, không đọc được, v.v.';
comment on column quarantine.observation.sheet_name is 'Sheet the row stands on. | Trang của tệp bảng tính nơi ghi con số.';
comment on column quarantine.observation.cell is 'A1 address of the figure. | Địa chỉ kiểu A1 của con số, ví dụ F12.';
comment on column quarantine.observation.rule_codes is 'Rules the row breaks. | Những quy tắc đã chặn dòng này.';
comment on column quarantine.observation.quarantined_at is 'When the row was held back. | Thời điểm dòng bị đưa vào vùng cách ly.';
comment on table quarantine.series_point is 'Series values held back. rule_codes names what stopped them; {FILE} when the row itself is good but its file may not load in part. | Giá trị chuỗi bị giữ lại; rule_codes nêu quy tắc đã chặn.';
comment on column quarantine.series_point.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column quarantine.series_point.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column quarantine.series_point.series_code is 'The publisher''s key without area and frequency. | Khóa do nơi công bố đặt, không kể vùng và tần suất.';
comment on column quarantine.series_point.area_code is 'Code of the country list, or the publisher''s own for a group of countries (WLD). | Mã theo danh mục nước, hoặc mã riêng của nơi công bố cho một nhóm nước (WLD).';
comment on column quarantine.series_point.frequency_code is 'A year, S half-year, Q quarter, M month, D day. | A năm, S nửa năm, Q quý, M tháng, D ngày.';
comment on column quarantine.series_point.window_start is 'First day the value is about. | Ngày đầu tiên mà giá trị nói đến.';
comment on column quarantine.series_point.window_end is 'Last day the value is about. | Ngày cuối cùng mà giá trị nói đến.';
comment on column quarantine.series_point.value is 'Value in whole units, multipliers applied; empty unless reported or nil. | Giá trị theo đơn vị nguyên, đã nhân hệ số; chỉ có khi trạng thái là reported hoặc nil.';
comment on column quarantine.series_point.value_state is 'State as read, unreadable among them. | Trạng thái như đã đọc, kể cả unreadable là không đọc được.';
comment on column quarantine.series_point.unit_name is 'What one unit is: USD, VND, VND per USD. | Một đơn vị là gì: USD, VND, VND cho một USD.';
comment on column quarantine.series_point.as_of_date is 'Day the publisher made the file. | Ngày nơi công bố lập tệp.';
comment on column quarantine.series_point.publisher_name is 'Who publishes the series. | Cơ quan, tổ chức công bố chuỗi số liệu.';
comment on column quarantine.series_point.rate_currency_code is 'Currency whose rate in đồng this is (ISO 4217), where the contract calls the series an exchange rate. | Đồng tiền có tỷ giá ra đồng Việt Nam ở đây (ISO 4217), khi hợp đồng nguồn nói chuỗi là tỷ giá.';
comment on column quarantine.series_point.rate_kind is 'average over the period or end_of_period, of an exchange rate. | Với tỷ giá: average bình quân của kỳ, hoặc end_of_period cuối kỳ.';
comment on column quarantine.series_point.cell is 'Where the value stands: an xml path with its line, or a csv line and column. | Vị trí của giá trị: đường dẫn xml kèm dòng, hoặc dòng và cột của tệp csv.';
comment on column quarantine.series_point.rule_codes is 'Rules the row breaks; FILE when the row itself is good. | Các quy tắc mà dòng vi phạm; FILE khi bản thân dòng không sai.';
comment on column quarantine.series_point.quarantined_at is 'When the row was held back. | Thời điểm dòng bị đưa vào vùng cách ly.';
comment on table reference.clause is 'Clauses of the province''s plan, numbered as in the dossier (II.2.3 is the third bullet of II.2). | Các mục của kế hoạch tỉnh.';
comment on column reference.clause.clause_code is 'Clause number, for example II.2.1 or IV.9.3. | Số mục trong kế hoạch, ví dụ II.2.1 hoặc IV.9.3.';
comment on column reference.clause.title_vi is 'What the clause asks for, shortened. | Mục ấy yêu cầu gì, viết gọn.';
comment on column reference.clause.lead_unit_code is 'Body that leads the work; inferred from section IV where section II is silent. | Đơn vị chủ trì; suy từ mục IV ở chỗ mục II không nói.';
comment on column reference.clause.counted_vi is 'What can be counted of it; empty when nothing is counted on purpose. | Những gì đếm được của mục ấy; để trống khi có chủ ý không đếm.';
comment on column reference.clause.position is 'Reading order of the plan. | Thứ tự đọc trong kế hoạch.';
comment on table reference.code_list_member is 'Closed code lists, one row a member. A value outside its list is refused, never guessed. | Danh mục mã đóng, mỗi mã một dòng. Giá trị ngoài danh mục bị trả lại, không đoán.';
comment on column reference.code_list_member.list_code is 'Which list: language, platform, topic, country and so on. | Danh mục nào: ngôn ngữ, nền tảng, chủ đề, nước, v.v.';
comment on column reference.code_list_member.member_code is 'Stable code stored beside every figure. | Mã cố định được lưu cạnh mọi con số.';
comment on column reference.code_list_member.name_vi is 'Name printed in workbooks and extracts. | Tên in trong biểu mẫu và báo cáo cho lãnh đạo.';
comment on column reference.code_list_member.name_en is 'English name. | Tên thành phần dịch sang tiếng Anh.';
comment on column reference.code_list_member.is_sensitive is 'Counts of 1 to 4 of it are shown as <5 outside the lead department. | Đúng: số đếm từ 1 đến 4 của thành phần này chỉ hiện là <5 ngoài Sở VHTTDL.';
comment on column reference.code_list_member.position is 'Order in dropdowns and tables. | Thứ tự trong ô chọn và bảng.';
comment on column reference.code_list_member.valid_from is 'First day the member may be used. | Ngày đầu tiên được dùng thành phần này.';
comment on column reference.code_list_member.valid_to is 'First day it may no longer be used; empty while in force. | Ngày đầu tiên không còn được dùng; để trống khi còn hiệu lực.';
comment on table reference.exchange_rate is 'What one unit of a foreign currency was in đồng, for which days, by whom. Append only: a later file adds rows, reference.exchange_rate_on says which one counts. | Một đơn vị ngoại tệ bằng bao nhiêu đồng, cho những ngày nào, theo ai. Chỉ ghi thêm.';
comment on column reference.exchange_rate.rate_id is 'Stands in the lineage of every converted amount. | Đứng trong đường truy vết của mọi số tiền đã quy đổi.';
comment on column reference.exchange_rate.currency_code is 'Currency (ISO 4217). | Đồng tiền nước ngoài theo ISO 4217.';
comment on column reference.exchange_rate.valid_from is 'First day the rate was published for. | Ngày đầu tiên tỷ giá được công bố cho.';
comment on column reference.exchange_rate.valid_to is 'Last day it was published for, included. | Ngày cuối cùng tỷ giá được công bố cho, tính cả ngày ấy.';
comment on column reference.exchange_rate.vnd_per_unit is 'Đồng for one unit of the currency. | Bao nhiêu đồng cho một đơn vị ngoại tệ.';
comment on column reference.exchange_rate.rate_kind is 'average over the period or end_of_period. Money that flowed is converted at averages. | average bình quân của kỳ, hoặc end_of_period cuối kỳ. Tiền đã chuyển được quy đổi theo bình quân.';
comment on column reference.exchange_rate.source_name is 'Publisher and series. | Nơi công bố và tên chuỗi.';
comment on column reference.exchange_rate.submission_id is 'File it came with; empty for a line of include/reference/exchange_rates.csv. | Lần gửi đem tỷ giá đến; để trống với dòng của include/reference/exchange_rates.csv.';
comment on column reference.exchange_rate.line_number is 'Line of warehouse.series_point, or of include/reference/exchange_rates.csv. | Dòng của warehouse.series_point, hoặc của include/reference/exchange_rates.csv.';
comment on column reference.exchange_rate.cell is 'Where in its file it stands. | Vị trí trong tệp của nó.';
comment on column reference.exchange_rate.as_of_date is 'Day the file was made, or the publisher announced the rate. | Ngày lập tệp, hoặc ngày nơi công bố thông báo tỷ giá.';
comment on column reference.exchange_rate.known_at is 'Since when it was known here: receipt of the file; of a line kept by hand the start of as_of_date, or its correction. | Ở đây biết từ khi nào: lúc nhận tệp; với dòng ghi tay là đầu ngày as_of_date, hoặc lúc sửa dòng.';
comment on column reference.exchange_rate.withdrawn_at is 'When its line left include/reference/exchange_rates.csv; such a rate converts nothing any more. | Lúc dòng của nó bị bỏ khỏi include/reference/exchange_rates.csv; tỷ giá ấy không quy đổi gì nữa.';
comment on table reference.indicator is 'The 60 indicators, copied from the catalogue in include/indicators; the only definition. | 60 chỉ tiêu, chép từ danh mục chỉ tiêu; chỉ định nghĩa một lần.';
comment on column reference.indicator.indicator_code is 'For example P01. | Ký hiệu ngắn gọi chỉ tiêu ở mọi nơi, ví dụ P01.';
comment on column reference.indicator.name_vi is 'Vietnamese name. | Tên chỉ tiêu viết đầy đủ, như in trong báo cáo cho lãnh đạo.';
comment on column reference.indicator.name_en is 'English name. | Tên chỉ tiêu dịch sang tiếng Anh.';
comment on column reference.indicator.unit_vi is 'Unit the value is shown in. | Giá trị được trình bày theo đơn vị nào.';
comment on column reference.indicator.unit_factor is 'How many base units one shown unit is. | Một đơn vị trình bày bằng bao nhiêu đơn vị gốc.';
comment on column reference.indicator.arithmetic is 'Which calculation of sql/marts applies. | Áp dụng phép tính nào của sql/marts.';
comment on column reference.indicator.multiplier is '100 for percentages, 1 otherwise. | 100 với tỷ lệ phần trăm, còn lại là 1.';
comment on column reference.indicator.direction is 'up, down or none. Context indicators have none and are never scored. | up cao hơn là tốt, down thấp hơn là tốt, none là không có. Chỉ tiêu bối cảnh luôn là none, không bao giờ chấm điểm.';
comment on column reference.indicator.target_status is 'Whether the province would set a target. | Tỉnh có giao chỉ tiêu hay không.';
comment on column reference.indicator.owner_vi is 'Who answers for the figure. | Ai trả lời về con số.';
comment on column reference.indicator.clauses is 'Plan clauses it reads on. | Chỉ tiêu này đọc từ những mục nào của kế hoạch.';
comment on column reference.indicator.period_kinds is 'Kinds of period it is computed for. | Tính cho những loại kỳ nào.';
comment on column reference.indicator.scopes is 'province, and group or unit where the catalogue asks for them. | province toàn tỉnh, và group nhóm hoặc unit từng đơn vị khi danh mục chỉ tiêu yêu cầu.';
comment on column reference.indicator.prevailing_units is 'When several bodies report the same thing, only these count; the rest is reconciliation. | Khi nhiều đơn vị báo cùng một việc, chỉ tính những đơn vị này; phần còn lại để đối chiếu.';
comment on column reference.indicator.denominator_population is 'For shares of units: received, with_website, communes. | Với tỷ lệ đơn vị: received đã nộp, with_website có trang tin, communes xã phường.';
comment on column reference.indicator.reading_note_vi is 'How to read it and what not to conclude. | Nên hiểu thế nào và không nên kết luận điều gì.';
comment on column reference.indicator.position is 'Catalogue order. | Thứ tự trong danh mục chỉ tiêu.';
comment on column reference.indicator.reconciling_units is 'Bodies that repeat what others already count: their figure stands in the reconciliation and never in the sum. | Đơn vị nhắc lại điều nơi khác đã tính: số của họ nằm ở phần đối chiếu, không bao giờ vào tổng.';
comment on column reference.indicator.waits_for is 'Feed the indicator needs and the platform does not have yet; its state is missing until then. | Nguồn mà chỉ tiêu cần và nền tảng chưa có; đến khi có thì trạng thái là missing.';
comment on table reference.indicator_axis is 'Breakdowns the catalogue asks of an indicator, at province level. | Các cách phân tổ mà danh mục yêu cầu cho một chỉ tiêu, ở cấp tỉnh.';
comment on column reference.indicator_axis.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column reference.indicator_axis.axis_code is 'An axis of its measures (language, source, ...) or of the reporting unit: template, former_province, border_zone, obligation, element. | Một phân tổ của số liệu (language, source, ...) hoặc của đơn vị báo cáo: template, former_province, border_zone, obligation, element.';
comment on column reference.indicator_axis.position is 'Reading order. | Thứ tự trình bày.';
comment on table reference.indicator_term is 'The measures an indicator is made of. | Chỉ tiêu được tính từ những số liệu nào.';
comment on column reference.indicator_term.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column reference.indicator_term.side is 'numerator and denominator; first and second for pairs, which are never added. | numerator tử số, denominator mẫu số; first và second là hai số đặt cạnh nhau, không bao giờ cộng.';
comment on column reference.indicator_term.measure_code is 'Measure that enters. | Số liệu của biểu mẫu tham gia phép tính.';
comment on column reference.indicator_term.axis_code is 'Breakdown it is taken from; total for the undivided figure. | Lấy ở phân tổ nào; total là số chung.';
comment on column reference.indicator_term.member_codes is 'Members counted; empty means all. | Những thành phần được tính; để trống là tất cả.';
comment on column reference.indicator_term.excluded_member_codes is 'Members left out. | Những thành phần bị loại ra.';
comment on column reference.indicator_term.required_value is 'For shares of units: the value that counts. | Với tỷ lệ đơn vị: câu trả lời được tính.';
comment on column reference.indicator_term.minimum_value is 'For shares of units: the smallest value that counts. | Với tỷ lệ đơn vị: mức nhỏ nhất được tính.';
comment on table reference.measure is 'The 77 measures of the plan, each defined once. | 77 số liệu của kế hoạch, mỗi số liệu định nghĩa một lần.';
comment on column reference.measure.measure_code is 'For example MED01. | Ký hiệu ngắn gọi số liệu ở mọi nơi, ví dụ MED01.';
comment on column reference.measure.name_vi is 'Name printed in the workbook. | Tên in trong biểu mẫu.';
comment on column reference.measure.name_en is 'English name. | Tên số liệu dịch sang tiếng Anh.';
comment on column reference.measure.unit_vi is 'Unit the clerk writes in: tin, bài; triệu đồng; nghìn USD. | Đơn vị tính mà cán bộ ghi vào ô: tin, bài; triệu đồng; nghìn USD.';
comment on column reference.measure.base_unit is 'Whole unit values are stored in: VND, USD, or the counted thing. | Đơn vị nguyên để lưu giá trị: VND, USD hoặc cái được đếm.';
comment on column reference.measure.unit_factor is 'How many base units one workbook unit is: 1000000 for triệu đồng. | Một đơn vị của biểu mẫu bằng bao nhiêu đơn vị gốc: 1000000 với triệu đồng.';
comment on column reference.measure.value_type is 'What a cell may hold. | Ô được chứa loại nội dung nào: số, có/không, lựa chọn, mốc.';
comment on column reference.measure.nature is 'flow: cumulative from 1 January; stock: as at the cut-off; flag: a state; system: produced by the platform. | flow: lũy kế từ 1 tháng 1; stock: tại ngày chốt; flag: một trạng thái; system: do nền tảng tạo ra.';
comment on column reference.measure.is_sensitive is 'Counts of 1 to 4 are shown as <5 outside the lead department. | Đúng: số từ 1 đến 4 hiện là <5 với mọi nơi ngoài cơ quan chủ trì.';
comment on column reference.measure.choice_list_code is 'Closed list the answer comes from, when value_type is choice, milestone or yes_no. | Danh mục đóng của câu trả lời, khi value_type là choice, milestone hoặc yes_no.';
comment on column reference.measure.rule_vi is 'Validity rule in words, printed beside the cell. | Quy tắc hợp lệ viết thành lời, in cạnh ô.';
comment on column reference.measure.position is 'Order in workbooks. | Thứ tự trong biểu mẫu.';
comment on column reference.measure.feed_flow_code is 'Flow of the capital feeds whose register gives this measure: fdi, oda or ngo. Empty where no feed does. | Dòng vốn có sổ cho ra số liệu này: fdi, oda hoặc ngo. Để trống khi không nguồn nào có.';
comment on column reference.measure.feed_measure_code is 'Which figure of that flow: capital_new, capital_disbursed and so on. | Con số nào của dòng vốn ấy: capital_new, capital_disbursed, v.v.';
comment on table reference.measure_axis is 'How a measure may be broken down, one breakdown at a time. | Một số liệu được phân tổ theo những cách nào, mỗi lần một cách.';
comment on column reference.measure_axis.measure_code is 'Measure broken down. | Số liệu được phân tổ.';
comment on column reference.measure_axis.axis_code is 'Breakdown: language, platform, source, country, ... | Cách phân tổ: language ngôn ngữ, platform nền tảng, source nguồn, country nước, ...';
comment on column reference.measure_axis.list_code is 'Closed list of its members. | Danh mục đóng của các thành phần.';
comment on column reference.measure_axis.adds_up is 'True: when the parts are given they must add up to the total. | Đúng: khi có các phần thì tổng các phần phải bằng số chung.';
comment on column reference.measure_axis.in_form is 'True: the main form prints a line for every member. False: lines are typed on the detail sheet. | Đúng: biểu chính in một dòng cho mỗi thành phần. Sai: các dòng gõ ở trang chi tiết.';
comment on column reference.measure_axis.position is 'Order within the measure. | Thứ tự trong một số liệu.';
comment on table reference.measure_bound is 'Subset rules: the sum of the parts may not exceed the sum of the wholes. | Quy tắc bao hàm: tổng các phần không được lớn hơn tổng các số chung.';
comment on column reference.measure_bound.bound_code is 'Names one rule, for example HRT01<=MED01+MED02. | Tên của một quy tắc, ví dụ HRT01<=MED01+MED02.';
comment on column reference.measure_bound.side is 'part or whole. | part là bộ phận, whole là toàn thể.';
comment on column reference.measure_bound.measure_code is 'Measure on that side. | Số liệu nằm ở vế ấy.';
comment on table reference.monitoring_cell is 'Every cell of the closed monitoring cube of a day. A code keeps its members for ever; cells are only added. | Mọi ô của khối nắm bắt thông tin trong một ngày; một mã giữ nguyên nghĩa mãi mãi.';
comment on column reference.monitoring_cell.cell_code is 'Number the warehouse stores instead of five words. | Con số kho lưu thay cho năm từ.';
comment on column reference.monitoring_cell.channel_type is 'Kind of channel; never an outlet, never an account. | Loại kênh; không bao giờ là tên cơ quan báo chí hay tài khoản.';
comment on column reference.monitoring_cell.topic is 'Topic, from its closed list. | Chủ đề của tin, bài, theo danh mục đóng.';
comment on column reference.monitoring_cell.tone is 'Tone, from its closed list; chua_phan_loai is not yet classified. | Sắc thái, theo danh mục đóng; chua_phan_loai là chưa phân loại.';
comment on column reference.monitoring_cell.language is 'Language, from its closed list. | Tin, bài viết bằng tiếng nào, theo danh mục đóng.';
comment on column reference.monitoring_cell.scope is 'Domestic or abroad. | Trong nước hay ngoài nước.';
comment on column reference.monitoring_cell.is_foreign_language is 'Any language but Vietnamese. | Bất cứ tiếng nào không phải tiếng Việt.';
comment on table reference.prepared is 'Which state of the reference files these tables were copied from; one row. | Các danh mục được chép từ trạng thái nào của tệp; một dòng.';
comment on column reference.prepared.state_hash is 'Hash over the files of include/reference, include/calendar, include/indicators and the migrations. | Mã băm trên các tệp include/reference, include/calendar, include/indicators và các bước nâng cấp cơ sở dữ liệu.';
comment on column reference.prepared.prepared_at is 'When they were copied. | Lúc các danh mục được chép vào đây.';
comment on table reference.province is 'Provinces of the country over the days they had these borders. A code means something only with its day: 82 was used again. | Các tỉnh của cả nước theo thời gian. Mã chỉ có nghĩa cùng với ngày: mã 82 đã được dùng lại.';
comment on column reference.province.province_code is 'Code of the General Statistics Office. | Mã do Tổng cục Thống kê cấp.';
comment on column reference.province.name_vi is 'Name of the province. | Tên tỉnh, thành phố theo văn bản thành lập.';
comment on column reference.province.valid_from is 'First day with these borders. | Ngày đầu tiên có địa giới này.';
comment on column reference.province.valid_to is 'First day it no longer had them. | Ngày đầu tiên không còn địa giới này.';
comment on column reference.province.successor_code is 'Province it became a part of, in that province''s code. | Tỉnh mà nó nhập vào, theo mã của tỉnh ấy.';
comment on table reference.reporting_period is 'The reporting calendar. A report is on time when it arrives before due_at. | Lịch báo cáo. Báo cáo đúng hạn khi đến trước due_at.';
comment on column reference.reporting_period.period_code is '2026-06T, 2026-NAM, DX-<number>. | 2026-06T sáu tháng, 2026-NAM năm, DX-số là đột xuất.';
comment on column reference.reporting_period.period_kind is '6T six months, NAM year, DX on request. | 6T sáu tháng, NAM năm, DX theo yêu cầu.';
comment on column reference.reporting_period.name_vi is 'Name printed in workbooks. | Tên kỳ báo cáo in trong biểu mẫu.';
comment on column reference.reporting_period.plan_year is 'Year of the plan. | Kế hoạch của năm nào.';
comment on column reference.reporting_period.window_start is 'First day the figures cover. | Ngày đầu tiên mà số liệu bao trùm.';
comment on column reference.reporting_period.window_end is 'Last day the figures may cover; the cut-off date of a report lies inside. | Ngày cuối cùng số liệu có thể bao trùm; ngày chốt số liệu của báo cáo nằm bên trong.';
comment on column reference.reporting_period.due_at is 'First instant that is late (exclusive), Asia/Ho_Chi_Minh. | Thời khắc đầu tiên bị coi là muộn (không tính vào đúng hạn), giờ Việt Nam.';
comment on column reference.reporting_period.rule_vi is 'The deadline in the plan''s words. | Hạn nộp theo lời của kế hoạch.';
comment on column reference.reporting_period.legal_basis_vi is 'Where the deadline comes from. | Hạn nộp lấy từ văn bản nào.';
comment on column reference.reporting_period.only_units is 'Ad hoc requests: the bodies asked; empty means every body. | Yêu cầu đột xuất: các đơn vị được hỏi; để trống là mọi đơn vị.';
comment on table reference.reporting_unit is 'Bodies of the province the plan speaks of: 102 communes and wards, agencies, front bodies, media. Dated; the province edits the file behind it. | Các đơn vị của tỉnh mà kế hoạch nói đến: 102 xã, phường, cơ quan, mặt trận, báo chí; có ngày hiệu lực.';
comment on column reference.reporting_unit.unit_code is 'Commune: the national five-digit code. Agency: its abbreviation without accents. | Xã, phường: mã quốc gia năm chữ số. Cơ quan: chữ viết tắt không dấu.';
comment on column reference.reporting_unit.name_vi is 'Full Vietnamese name. | Tên tiếng Việt đầy đủ.';
comment on column reference.reporting_unit.name_en is 'English name. | Tên đơn vị dịch sang tiếng Anh.';
comment on column reference.reporting_unit.short_name_vi is 'Name for tables and charts. | Tên gọn dùng trong bảng và biểu đồ.';
comment on column reference.reporting_unit.unit_kind is 'commune or agency. | commune xã, phường; agency cơ quan.';
comment on column reference.reporting_unit.group_code is 'Peer group: department, police, military, finance, office, front, media, association, commune, ... | Nhóm đơn vị cùng loại: department sở, police công an, military quân sự, finance, office, front mặt trận đoàn thể, media báo đài, association hội, commune xã phường, ...';
comment on column reference.reporting_unit.template_code is 'Template the unit fills; empty when it fills none. | Biểu mẫu đơn vị phải điền; để trống khi không điền biểu nào.';
comment on column reference.reporting_unit.obligation is 'obliged: the plan orders a periodic report. requested: the plan only asks, absence never lowers a rate. to_confirm, via_parent, none: not counted. | obliged: kế hoạch buộc báo cáo định kỳ. requested: kế hoạch chỉ đề nghị, thiếu không làm giảm tỷ lệ. to_confirm, via_parent, none: không tính.';
comment on column reference.reporting_unit.basis is 'Where the entry comes from; memory and to confirm wait for the province. | Mục này lấy từ đâu; memory và chờ xác nhận là còn đợi tỉnh.';
comment on column reference.reporting_unit.valid_from is 'First day the unit exists and reports. | Ngày đầu tiên đơn vị tồn tại và báo cáo.';
comment on column reference.reporting_unit.valid_to is 'First day it no longer does; empty while it exists. | Ngày đầu tiên không còn; để trống khi còn tồn tại.';
comment on column reference.reporting_unit.former_province is 'Province before 01/07/2025, communes only. | Thuộc tỉnh nào trước 01/07/2025, chỉ với xã, phường.';
comment on column reference.reporting_unit.border_zone is 'land_border or coast where known, communes only. | land_border biên giới đất liền hoặc coast ven biển khi đã rõ, chỉ với xã, phường.';
comment on column reference.reporting_unit.border_zone_basis is 'Why the zone is believed; to be confirmed by the province. | Vì sao cho là thuộc vùng ấy; tỉnh xác nhận sau.';
comment on column reference.reporting_unit.sort_key is 'Vietnamese alphabetical order without ICU. | Sắp theo cột này ra đúng thứ tự chữ cái tiếng Việt mà không cần ICU.';
comment on column reference.reporting_unit.note is 'Remark for the reader. | Điều người đọc cần biết thêm về đơn vị.';
comment on table reference.template is 'Report templates the platform sends out and accepts back. | Các biểu mẫu nền tảng gửi đi và nhận lại.';
comment on column reference.template.template_code is 'For example T-COMMUNE. | Mã biểu mẫu, ví dụ T-COMMUNE.';
comment on column reference.template.template_version is 'Version written in the workbook; another version is refused with the current one named. | Phiên bản ghi trong tệp; phiên bản khác bị từ chối và được cho biết phiên bản hiện hành.';
comment on column reference.template.name_vi is 'Title printed on the workbook. | Tiêu đề in trên biểu mẫu.';
comment on column reference.template.allows_partial_load is 'True: rows without mistakes load while the others wait in quarantine. False: one blocked row holds the file. | Đúng: dòng không sai được nạp, dòng khác chờ ở vùng cách ly. Sai: một dòng bị chặn giữ lại cả tệp.';
comment on column reference.template.valid_from is 'First day the version is accepted. | Ngày đầu tiên phiên bản được chấp nhận.';
comment on column reference.template.valid_to is 'First day it is refused; empty while in force. | Ngày đầu tiên bị từ chối; để trống khi còn hiệu lực.';
comment on table reference.template_measure is 'Which measures a template asks for. | Biểu mẫu nào hỏi số liệu nào.';
comment on column reference.template_measure.template_code is 'Template that asks for the measure. | Biểu mẫu có hỏi số liệu ấy.';
comment on column reference.template_measure.measure_code is 'Measure of the plan''s forms, for example MED01. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column reference.template_measure.is_required is 'False: may be left blank without counting as missing. | Sai: để trống cũng không bị tính là thiếu.';
comment on column reference.template_measure.position is 'Order in the workbook. | Thứ tự của dòng trong biểu mẫu.';
comment on table reference.unit_succession is 'Which commune of today contains which commune of before 01/07/2025. | Xã, phường nào ngày nay chứa xã nào trước 01/07/2025.';
comment on column reference.unit_succession.former_code is 'Code of the former commune; it may live on as the code of a different, larger commune. | Mã của xã cũ; mã này có thể đang là mã của một xã khác, lớn hơn.';
comment on column reference.unit_succession.former_name_vi is 'Name of the former commune. | Tên của xã cũ.';
comment on column reference.unit_succession.former_district_vi is 'Former district or town. | Huyện, thị xã cũ.';
comment on column reference.unit_succession.successor_code is 'Commune of today. | Xã, phường ngày nay.';
comment on column reference.unit_succession.is_partial is 'True: only part of the former commune went there, the share is unknown. | Đúng: chỉ một phần xã cũ nhập vào đó, không rõ bao nhiêu.';
comment on column reference.unit_succession.changed_on is 'Day of the change. | Ngày thay đổi địa giới.';
comment on table staging.blocked_line is 'Rows of the batch that the gate stopped, with the rules that stopped them. | Các dòng bị chặn của lượt đang kiểm tra, kèm quy tắc đã chặn.';
comment on column staging.blocked_line.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column staging.blocked_line.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column staging.blocked_line.rule_code is 'Rule the row breaks; FILE when its file may not load in part. | Quy tắc mà dòng vi phạm; FILE khi tệp của nó không được nạp từng phần.';
comment on table staging.capital_flow is 'Typed rows of the batch being checked, in the capital-flow shape. | Dòng vốn của lượt đang kiểm tra.';
comment on column staging.capital_flow.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column staging.capital_flow.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column staging.capital_flow.flow_code is 'fdi direct investment, oda development aid, ngo aid of foreign non-governmental organisations. | fdi là đầu tư trực tiếp, oda là hỗ trợ phát triển, ngo là viện trợ của tổ chức phi chính phủ nước ngoài.';
comment on column staging.capital_flow.measure_code is 'What is counted: projects_new, capital_new, capital_adjusted, committed, disbursed and so on; named by the source''s contract. | Đếm cái gì: projects_new, capital_new, capital_adjusted, committed, disbursed, v.v.; tên do hợp đồng nguồn đặt.';
comment on column staging.capital_flow.axis_code is 'How the figure is broken down: total, locality, partner, sector, zone or project. | Phân tổ theo gì: total số chung, locality địa bàn, partner đối tác, sector ngành, zone trong ngoài khu, project dự án.';
comment on column staging.capital_flow.member_name is 'Member as the publisher prints it, spelling normalised; total for the undivided figure. | Thành phần như nơi công bố in, đã chuẩn hóa chính tả; total là số chung.';
comment on column staging.capital_flow.member_code is 'Its code: ISO 3166 country, province of that day, project number. Empty where no list has one. | Mã của thành phần: nước theo ISO 3166, tỉnh tại ngày ấy, số dự án. Để trống khi không danh mục nào có.';
comment on column staging.capital_flow.partner_code is 'Country or organisation the money comes from, where the row names one beside its axis. | Nước hoặc tổ chức là nơi vốn đến, ở dòng có nêu bên cạnh phân tổ.';
comment on column staging.capital_flow.sector_code is 'Sector, where the row names one beside its axis. | Ngành của khoản vốn, ở dòng có nêu bên cạnh phân tổ.';
comment on column staging.capital_flow.locality_code is 'Province or commune, where the row names one beside its axis. | Tỉnh hoặc xã, phường, ở dòng có nêu bên cạnh phân tổ.';
comment on column staging.capital_flow.project_code is 'Project, where the row names one beside its axis. | Dự án mà dòng nói đến, ở dòng có nêu bên cạnh phân tổ.';
comment on column staging.capital_flow.provider_code is 'Organisation that gave the money, as the publisher refers to it; never a person. | Tổ chức đã cho tiền, theo cách nơi công bố gọi; không bao giờ là cá nhân.';
comment on column staging.capital_flow.receiver_code is 'Organisation that received it, as the publisher refers to it; never a person. | Tổ chức đã nhận tiền, theo cách nơi công bố gọi; không bao giờ là cá nhân.';
comment on column staging.capital_flow.value is 'Amount or count in whole units; empty unless reported or nil. | Số tiền hoặc số đếm theo đơn vị nguyên; chỉ có khi trạng thái là reported hoặc nil.';
comment on column staging.capital_flow.value_state is 'As in warehouse.capital_flow, or unreadable. | Như ở warehouse.capital_flow, hoặc unreadable là không đọc được.';
comment on column staging.capital_flow.unit_code is 'Currency (ISO 4217) or the thing counted: project, contribution. | Loại tiền (ISO 4217) hoặc cái được đếm: project dự án, contribution lượt đóng góp.';
comment on column staging.capital_flow.window_start is 'First day the figure covers. | Ngày đầu tiên mà con số bao trùm.';
comment on column staging.capital_flow.window_end is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column staging.capital_flow.as_of_date is 'Day the publisher closed the figure. | Ngày nơi công bố chốt con số.';
comment on column staging.capital_flow.is_cumulative is 'True: counts from 1 January; a month is the difference of two windows. | Đúng: cộng dồn từ ngày 1 tháng 1; số của một tháng là hiệu của hai con số lũy kế.';
comment on column staging.capital_flow.sheet_name is 'Sheet; the file''s own name where it has no sheets. | Trang tính nơi ghi con số; là tên tệp khi tệp không có trang.';
comment on column staging.capital_flow.cell is 'Where the figure stands: ''12. FDI''!D19, a csv line and column, an xml path. | Vị trí của con số: ''12. FDI''!D19, dòng và cột của tệp csv, đường dẫn xml.';
comment on column staging.capital_flow.raw_text is 'What the cell held, as typed. | Nội dung ô, đúng như đã gõ.';
comment on column staging.capital_flow.reading_code is 'Why the cell could not be read; empty when it was plain. | Vì sao không đọc được ô; để trống khi ô rõ ràng.';
comment on column staging.capital_flow.reading_detail is 'What was expected, for the sentence to the sender. | Đáng lẽ phải là gì, để viết câu trả lời cho người gửi.';
comment on column staging.capital_flow.value_date is 'Day whose exchange rate the publisher means, where it says so. | Ngày lấy tỷ giá theo ý nơi công bố, ở chỗ có nêu.';
comment on column staging.capital_flow.zone_code is 'Inside or outside an industrial zone, where the row says so. | Trong hay ngoài khu công nghiệp, ở dòng có nêu.';
comment on column staging.capital_flow.type_code is 'Kind of money: khong_hoan_lai, vay; du_an, phi_du_an. | Loại vốn: khong_hoan_lai không hoàn lại, vay; du_an theo dự án, phi_du_an phi dự án.';
comment on column staging.capital_flow.form_code is 'How it is passed on or given: cap_phat, vay_lai; tien, hien_vat. | Cách chuyển tiếp hoặc trao: cap_phat cấp phát, vay_lai cho vay lại; tien bằng tiền, hien_vat bằng hiện vật.';
comment on column staging.capital_flow.share_pct is 'Percentage of the printed amount that the value is, where only a share of it counts. | Giá trị bằng bao nhiêu phần trăm số tiền in ra, khi chỉ một phần được tính.';
comment on table staging.feed_file is 'Files of the batch being checked that are no report: capital flows, monitoring counts, series. | Tệp của lượt đang kiểm tra không phải báo cáo: dòng vốn, nắm bắt thông tin, chuỗi số.';
comment on column staging.feed_file.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column staging.feed_file.sha256 is 'Hash of the bytes. | SHA-256 tính trên từng byte của tệp.';
comment on column staging.feed_file.source_id is 'Source contract it was read by. | Tệp được đọc theo hợp đồng nguồn nào.';
comment on column staging.feed_file.shape is 'capital_flow, monitoring_count or series_point. | Dạng dòng: capital_flow dòng vốn, monitoring_count số đếm theo dõi, series_point giá trị chuỗi.';
comment on column staging.feed_file.subject_key is 'What a later file of the source would revise. | Điều mà một tệp sau của cùng nguồn sẽ thay.';
comment on column staging.feed_file.reporting_unit_code is 'Body that sent it, where the file names one. | Đơn vị đã gửi, khi tệp có nêu.';
comment on column staging.feed_file.period_code is 'Reporting period, where the file names one. | Kỳ báo cáo, khi tệp có nêu.';
comment on column staging.feed_file.received_at is 'True time of receipt. | Lúc tệp thật sự đến.';
comment on column staging.feed_file.sheet_name is 'Sheet the rows of a monitoring file stand on; empty for text files. | Trang tính chứa các dòng của tệp theo dõi; để trống với tệp văn bản.';
comment on table staging.monitoring_count is 'Counts of the monitoring files being checked, copied in as the reader left them. No key here: the gate looks for repeated cells, the warehouse holds them off. | Số đếm nắm bắt thông tin của lượt đang kiểm tra.';
comment on column staging.monitoring_count.submission_id is 'Submission; the default is set for each file before its rows are copied. | Lần gửi; giá trị mặc định được đặt cho từng tệp trước khi chép dòng vào.';
comment on column staging.monitoring_count.line_number is 'Line of the file. | Dòng thứ mấy của tệp.';
comment on column staging.monitoring_count.column_number is 'Column of a layout with one column a channel; empty where a line is one count. | Cột thứ mấy, ở dạng bảng mỗi kênh một cột; để trống khi mỗi dòng là một số đếm.';
comment on column staging.monitoring_count.monitored_date is 'Day counted; empty when it could not be read. | Ngày được đếm; để trống khi không đọc được.';
comment on column staging.monitoring_count.cell_code is 'Cell of the cube; -1 says that the day was monitored and nothing found; empty for a value outside the lists. | Ô của khối số liệu theo dõi; -1 là ngày có theo dõi mà không thấy gì; để trống khi giá trị nằm ngoài danh mục.';
comment on column staging.monitoring_count.item_count is 'How many items, never which; empty when it could not be read. | Bao nhiêu tin, bài, không bao giờ là tin, bài nào; để trống khi không đọc được.';
comment on table staging.monitoring_day is 'The staged counts summed up by file and day: what the gate looks at instead of a million rows. | Số đếm của lượt đang kiểm tra cộng theo tệp và ngày.';
comment on column staging.monitoring_day.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column staging.monitoring_day.monitored_date is 'Day counted; empty for rows without a day. | Ngày được đếm; để trống với dòng không có ngày.';
comment on column staging.monitoring_day.row_count is 'Rows of the day. | Ngày ấy có bao nhiêu dòng.';
comment on column staging.monitoring_day.cell_count is 'Different cells among them; fewer than rows when a cell is repeated. | Trong đó có bao nhiêu ô khác nhau; ít hơn số dòng khi có ô bị lặp.';
comment on column staging.monitoring_day.invalid_count is 'Rows without a day, without a count, or with a count that none can be. | Những dòng không có ngày, không có số đếm, hoặc có số đếm không thể có.';
comment on column staging.monitoring_day.unknown_count is 'Rows with a value outside the lists. | Những dòng có giá trị nằm ngoài danh mục.';
comment on column staging.monitoring_day.item_count is 'Items of the day. | Tổng số tin, bài của ngày.';
comment on column staging.monitoring_day.first_line is 'First line of the day in the file. | Dòng đầu tiên của ngày ấy trong tệp.';
comment on column staging.monitoring_day.last_line is 'Last line of the day in the file. | Dòng cuối cùng của ngày ấy trong tệp.';
comment on table staging.monitoring_value is 'Every distinct value of every dimension of the monitoring files being checked. | Mỗi giá trị khác nhau của mỗi chiều trong tệp nắm bắt thông tin đang kiểm tra.';
comment on column staging.monitoring_value.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column staging.monitoring_value.list_code is 'Code list the value is to come from. | Giá trị phải lấy từ danh mục nào.';
comment on column staging.monitoring_value.member_code is 'Its code; empty when it is outside the list. | Mã của giá trị; để trống khi nằm ngoài danh mục.';
comment on column staging.monitoring_value.shown_value is 'What may be repeated to the sender; emptied with the batch, never loaded. | Phần được phép nhắc lại với người gửi; xóa cùng lượt, không bao giờ nạp vào kho.';
comment on column staging.monitoring_value.nearest is 'Member of the list spelt most like it. | Thành phần của danh mục có cách viết gần nhất.';
comment on column staging.monitoring_value.first_day is 'First day it is used on. | Ngày đầu tiên dùng giá trị này.';
comment on column staging.monitoring_value.last_day is 'Last day it is used on. | Ngày cuối cùng dùng giá trị này.';
comment on column staging.monitoring_value.row_count is 'Rows that use it. | Bao nhiêu dòng dùng giá trị này.';
comment on column staging.monitoring_value.sheet_name is 'Sheet of its first use; empty for text files. | Trang tính nơi gặp lần đầu; để trống với tệp văn bản.';
comment on column staging.monitoring_value.cell is 'Place of its first use. | Vị trí gặp lần đầu.';
comment on table staging.observation is 'Typed rows of the batch being checked, in the observation shape. | Số liệu báo cáo của lượt đang kiểm tra.';
comment on column staging.observation.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column staging.observation.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column staging.observation.measure_code is 'Measure of the plan''s forms, for example MED01. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column staging.observation.reporting_unit_code is 'Reporting unit the row is about. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column staging.observation.period_code is 'Reporting period the row is about. | Kỳ mà báo cáo nói đến.';
comment on column staging.observation.axis_code is 'Breakdown, total for the undivided figure. | Cách phân tổ; total là số chung.';
comment on column staging.observation.member_code is 'Member of the breakdown, total for the undivided figure. | Thành phần của phân tổ; total là số chung.';
comment on column staging.observation.value_kind is 'thuc_hien, uoc, chinh_thuc. | thuc_hien thực hiện, uoc ước, chinh_thuc chính thức.';
comment on column staging.observation.value is 'Figure in base units; empty unless reported or nil. | Con số theo đơn vị gốc; chỉ có khi trạng thái là reported hoặc nil.';
comment on column staging.observation.value_state is 'As in warehouse.observation, or unreadable. | Như ở warehouse.observation, hoặc unreadable là không đọc được.';
comment on column staging.observation.sheet_name is 'Sheet the figure stands on. | Trang của biểu mẫu nơi ghi con số.';
comment on column staging.observation.cell is 'A1 address of the figure. | Địa chỉ kiểu A1 của ô chứa con số.';
comment on column staging.observation.raw_text is 'What the cell held, as typed. | Nội dung ô, đúng như đã gõ.';
comment on column staging.observation.printed_unit is 'Unit written on the line. | Đơn vị tính ghi trên dòng.';
comment on column staging.observation.note_text is 'Remark on the line; emptied with the batch, never loaded. | Ghi chú trên dòng; xóa cùng lượt, không bao giờ nạp vào kho.';
comment on column staging.observation.reading_code is 'Why the cell could not be read, or which repair it took; empty when it was plain. | Vì sao không đọc được ô, hoặc đã sửa cách đọc thế nào; để trống khi ô rõ ràng.';
comment on column staging.observation.reading_detail is 'What was found, for the sentence to the reporter. | Đã thấy gì, để viết câu trả lời cho đơn vị.';
comment on table staging.printed_total is 'Totals printed in the files (TỔNG CỘNG): compared with the parts, never loaded. | Các tổng in trong tệp (TỔNG CỘNG): đem so với các phần, không vào kho.';
comment on column staging.printed_total.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column staging.printed_total.measure_code is 'Measure of the plan''s forms, for example MED01. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column staging.printed_total.axis_code is 'Breakdown whose parts it sums. | Các phần của phân tổ nào được cộng vào đó.';
comment on column staging.printed_total.value_kind is 'thuc_hien, uoc, chinh_thuc. | thuc_hien thực hiện, uoc ước, chinh_thuc chính thức.';
comment on column staging.printed_total.value is 'Printed total in base units. | Tổng in ra, theo đơn vị gốc.';
comment on column staging.printed_total.sheet_name is 'Sheet the row stands on. | Trang của tệp bảng tính nơi ghi con số.';
comment on column staging.printed_total.cell is 'A1 address of the figure. | Địa chỉ kiểu A1 của con số, ví dụ F12.';
comment on table staging.report is 'Headings of the files in the batch being checked. | Phần đầu báo cáo của các tệp đang kiểm tra.';
comment on column staging.report.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column staging.report.sha256 is 'Hash of the file. | Mã băm của tệp: cùng mã băm là cùng nội dung.';
comment on column staging.report.source_id is 'Source contract it was read by. | Tệp được đọc theo hợp đồng nguồn nào.';
comment on column staging.report.reporting_unit_code is 'Reporting unit; empty when it could not be told. | Đơn vị báo cáo; để trống khi không xác định được.';
comment on column staging.report.period_code is 'Reporting period; empty when it could not be told. | Kỳ báo cáo; để trống khi không xác định được.';
comment on column staging.report.template_code is 'Template the workbook was made from. | Tệp được làm từ biểu mẫu nào.';
comment on column staging.report.template_version is 'Version found in the workbook. | Phiên bản thấy trong tệp.';
comment on column staging.report.cut_off_date is 'Last day the figures cover, as the reporter states it. | Ngày cuối cùng số liệu bao trùm, theo lời đơn vị.';
comment on column staging.report.value_kind is 'Kind the heading states: thuc_hien, uoc, chinh_thuc. | Loại số liệu nêu ở phần đầu: thuc_hien, uoc, chinh_thuc.';
comment on column staging.report.document_number is 'Number and symbol of the signed report. | Số và ký hiệu ghi trên báo cáo đã ký.';
comment on column staging.report.document_date is 'Date of the signed report. | Ngày ghi trên báo cáo đã ký.';
comment on column staging.report.received_at is 'True time of receipt. | Lúc tệp thật sự đến.';
comment on column staging.report.content_hash is 'Hash of the typed cells; equal hashes mean a re-saved file. | Mã băm các ô đã gõ; bằng nhau nghĩa là tệp chỉ được lưu lại.';
comment on column staging.report.allows_partial_load is 'Copied from the template: whether good rows may load beside blocked ones. | Chép từ biểu mẫu: dòng đúng có được nạp cạnh dòng bị chặn hay không.';
comment on column staging.report.received_count is 'Rows found in the file. | Số dòng thấy trong tệp.';
comment on column staging.report.ignored_count is 'Rows left out by a declared rule. | Số dòng bỏ qua theo quy tắc đã nêu.';
comment on column staging.report.required_cell_count is 'Cells the template requires (REP05). | Số ô mà biểu mẫu bắt buộc điền (REP05).';
comment on column staging.report.filled_cell_count is 'Of those, filled; a mark such as không phát sinh counts as filled. | Trong đó đã điền; ghi không phát sinh cũng là đã điền.';
comment on column staging.report.heading_cells is 'Where each statement of the heading stands: field name to [sheet, A1 address]. | Mỗi lời khai ở phần đầu đứng ở đâu: tên trường ứng với [trang tính, địa chỉ A1].';
comment on table staging.series_point is 'Typed rows of the batch being checked, in the series shape. | Giá trị chuỗi của lượt đang kiểm tra.';
comment on column staging.series_point.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column staging.series_point.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column staging.series_point.series_code is 'The publisher''s key without area and frequency. | Khóa do nơi công bố đặt, không kể vùng và tần suất.';
comment on column staging.series_point.area_code is 'Code of the country list, or the publisher''s own for a group of countries (WLD). | Mã theo danh mục nước, hoặc mã riêng của nơi công bố cho một nhóm nước (WLD).';
comment on column staging.series_point.frequency_code is 'A year, S half-year, Q quarter, M month, D day. | A năm, S nửa năm, Q quý, M tháng, D ngày.';
comment on column staging.series_point.window_start is 'First day the value is about. | Ngày đầu tiên mà giá trị nói đến.';
comment on column staging.series_point.window_end is 'Last day the value is about. | Ngày cuối cùng mà giá trị nói đến.';
comment on column staging.series_point.value is 'Value in whole units, multipliers applied; empty unless reported or nil. | Giá trị theo đơn vị nguyên, đã nhân hệ số; chỉ có khi trạng thái là reported hoặc nil.';
comment on column staging.series_point.value_state is 'As in warehouse.series_point, or unreadable. | Như ở warehouse.series_point, hoặc unreadable là không đọc được.';
comment on column staging.series_point.unit_name is 'What one unit is: USD, VND, VND per USD. | Một đơn vị là gì: USD, VND, VND cho một USD.';
comment on column staging.series_point.as_of_date is 'Day the publisher made the file. | Ngày nơi công bố lập tệp.';
comment on column staging.series_point.publisher_name is 'Who publishes the series. | Cơ quan, tổ chức công bố chuỗi số liệu.';
comment on column staging.series_point.rate_currency_code is 'Currency whose rate in đồng this is (ISO 4217), where the contract calls the series an exchange rate. | Đồng tiền có tỷ giá ra đồng Việt Nam ở đây (ISO 4217), khi hợp đồng nguồn nói chuỗi là tỷ giá.';
comment on column staging.series_point.rate_kind is 'average over the period or end_of_period, of an exchange rate. | Với tỷ giá: average bình quân của kỳ, hoặc end_of_period cuối kỳ.';
comment on column staging.series_point.cell is 'Where the value stands: an xml path with its line, or a csv line and column. | Vị trí của giá trị: đường dẫn xml kèm dòng, hoặc dòng và cột của tệp csv.';
comment on column staging.series_point.raw_text is 'What the file held, as typed. | Nội dung trong tệp, đúng như đã gõ.';
comment on column staging.series_point.reading_code is 'Why the value could not be read; empty when it was plain. | Vì sao không đọc được giá trị; để trống khi rõ ràng.';
comment on column staging.series_point.reading_detail is 'What was expected, for the sentence to the sender. | Đáng lẽ phải là gì, để viết câu trả lời cho người gửi.';
comment on table warehouse.capital_flow is 'Accepted amounts and counts, as printed. Grain: submission, flow, measure, axis, member, window. Append only; the current figure is the highest revision of source and window. | Số tiền và số đếm về vốn đã được chấp nhận, như in ra; chỉ ghi thêm.';
comment on column warehouse.capital_flow.submission_id is 'Submission it came with. | Lần gửi đem con số này đến.';
comment on column warehouse.capital_flow.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column warehouse.capital_flow.flow_code is 'fdi direct investment, oda development aid, ngo aid of foreign non-governmental organisations. | fdi là đầu tư trực tiếp, oda là hỗ trợ phát triển, ngo là viện trợ của tổ chức phi chính phủ nước ngoài.';
comment on column warehouse.capital_flow.measure_code is 'What is counted: projects_new, capital_new, capital_adjusted, committed, disbursed and so on; named by the source''s contract. | Đếm cái gì: projects_new, capital_new, capital_adjusted, committed, disbursed, v.v.; tên do hợp đồng nguồn đặt.';
comment on column warehouse.capital_flow.axis_code is 'How the figure is broken down: total, locality, partner, sector, zone or project. | Phân tổ theo gì: total số chung, locality địa bàn, partner đối tác, sector ngành, zone trong ngoài khu, project dự án.';
comment on column warehouse.capital_flow.member_name is 'Member as the publisher prints it, spelling normalised; total for the undivided figure. | Thành phần như nơi công bố in, đã chuẩn hóa chính tả; total là số chung.';
comment on column warehouse.capital_flow.member_code is 'Its code: ISO 3166 country, province of that day, project number. Empty where no list has one. | Mã của thành phần: nước theo ISO 3166, tỉnh tại ngày ấy, số dự án. Để trống khi không danh mục nào có.';
comment on column warehouse.capital_flow.partner_code is 'Country or organisation the money comes from, where the row names one beside its axis. | Nước hoặc tổ chức là nơi vốn đến, ở dòng có nêu bên cạnh phân tổ.';
comment on column warehouse.capital_flow.sector_code is 'Sector, where the row names one beside its axis. | Ngành của khoản vốn, ở dòng có nêu bên cạnh phân tổ.';
comment on column warehouse.capital_flow.locality_code is 'Province or commune, where the row names one beside its axis. | Tỉnh hoặc xã, phường, ở dòng có nêu bên cạnh phân tổ.';
comment on column warehouse.capital_flow.project_code is 'Project, where the row names one beside its axis. | Dự án mà dòng nói đến, ở dòng có nêu bên cạnh phân tổ.';
comment on column warehouse.capital_flow.provider_code is 'Organisation that gave the money, as the publisher refers to it; never a person. | Tổ chức đã cho tiền, theo cách nơi công bố gọi; không bao giờ là cá nhân.';
comment on column warehouse.capital_flow.receiver_code is 'Organisation that received it, as the publisher refers to it; never a person. | Tổ chức đã nhận tiền, theo cách nơi công bố gọi; không bao giờ là cá nhân.';
comment on column warehouse.capital_flow.value is 'Amount or count in whole units; empty unless reported or nil. | Số tiền hoặc số đếm theo đơn vị nguyên; chỉ có khi trạng thái là reported hoặc nil.';
comment on column warehouse.capital_flow.value_state is 'reported, nil (a dash), not_applicable, withheld, missing (a blank). Missing is not zero. | reported có số, nil là dấu gạch, not_applicable không áp dụng, withheld không cung cấp, missing là ô trống. Thiếu không phải là 0.';
comment on column warehouse.capital_flow.unit_code is 'Currency (ISO 4217) or the thing counted: project, contribution. | Loại tiền (ISO 4217) hoặc cái được đếm: project dự án, contribution lượt đóng góp.';
comment on column warehouse.capital_flow.window_start is 'First day the figure covers. | Ngày đầu tiên mà con số bao trùm.';
comment on column warehouse.capital_flow.window_end is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column warehouse.capital_flow.as_of_date is 'Day the publisher closed the figure. | Ngày nơi công bố chốt con số.';
comment on column warehouse.capital_flow.is_cumulative is 'True: counts from 1 January; a month is the difference of two windows. | Đúng: cộng dồn từ ngày 1 tháng 1; số của một tháng là hiệu của hai con số lũy kế.';
comment on column warehouse.capital_flow.revision_number is 'Revision of source and window. | Lần sửa thứ mấy của cùng nguồn và khoảng ngày.';
comment on column warehouse.capital_flow.sheet_name is 'Sheet; the file''s own name where it has no sheets. | Trang tính nơi ghi con số; là tên tệp khi tệp không có trang.';
comment on column warehouse.capital_flow.cell is 'Where the figure stands: ''12. FDI''!D19, a csv line and column, an xml path. | Vị trí của con số: ''12. FDI''!D19, dòng và cột của tệp csv, đường dẫn xml.';
comment on column warehouse.capital_flow.value_date is 'Day whose exchange rate the publisher means, where it says so. | Ngày lấy tỷ giá theo ý nơi công bố, ở chỗ có nêu.';
comment on column warehouse.capital_flow.zone_code is 'Inside or outside an industrial zone, where the row says so. | Trong hay ngoài khu công nghiệp, ở dòng có nêu.';
comment on column warehouse.capital_flow.type_code is 'Kind of money: khong_hoan_lai, vay; du_an, phi_du_an. | Loại vốn: khong_hoan_lai không hoàn lại, vay; du_an theo dự án, phi_du_an phi dự án.';
comment on column warehouse.capital_flow.form_code is 'How it is passed on or given: cap_phat, vay_lai; tien, hien_vat. | Cách chuyển tiếp hoặc trao: cap_phat cấp phát, vay_lai cho vay lại; tien bằng tiền, hien_vat bằng hiện vật.';
comment on column warehouse.capital_flow.share_pct is 'Percentage of the printed amount that the value is, where only a share of it counts. | Giá trị bằng bao nhiêu phần trăm số tiền in ra, khi chỉ một phần được tính.';
comment on column warehouse.capital_flow.raw_text is 'What the cell held, as typed: the whole amount where share_pct is given. | Nội dung ô như đã gõ: toàn bộ số tiền khi có share_pct.';
comment on table warehouse.capital_flow_change is 'What a revision of a window changed against the one before, figure by figure. | Bản sau của một khoảng thời gian đổi gì so với bản trước, từng số.';
comment on column warehouse.capital_flow_change.submission_id is 'The later submission. | Lần gửi sau, đã làm thay đổi.';
comment on column warehouse.capital_flow_change.change_number is 'Order of the changes, as the figures stand in the file; removed ones last. | Thứ tự các thay đổi, theo chỗ đứng trong tệp; con số bị bỏ xếp cuối.';
comment on column warehouse.capital_flow_change.flow_code is 'fdi, oda or ngo. | Dòng vốn: fdi, oda hoặc ngo.';
comment on column warehouse.capital_flow_change.measure_code is 'What is counted. | Con số đếm cái gì.';
comment on column warehouse.capital_flow_change.axis_code is 'How the figure is broken down. | Con số được phân tổ theo gì.';
comment on column warehouse.capital_flow_change.member_name is 'Member as printed in the later file, or in the earlier one when it was removed. | Thành phần như in trong tệp sau, hoặc trong tệp trước nếu đã bị bỏ.';
comment on column warehouse.capital_flow_change.member_code is 'Its code, when it has one. | Mã của thành phần, nếu có.';
comment on column warehouse.capital_flow_change.change_kind is 'added, removed or changed. | added thêm, removed bỏ, changed đổi.';
comment on column warehouse.capital_flow_change.old_value is 'Figure before. | Con số trước khi đổi.';
comment on column warehouse.capital_flow_change.new_value is 'Figure after. | Con số sau khi đổi.';
comment on column warehouse.capital_flow_change.old_state is 'State before. | Trạng thái trước khi đổi.';
comment on column warehouse.capital_flow_change.new_state is 'State after. | Trạng thái sau khi đổi.';
comment on column warehouse.capital_flow_change.sheet_name is 'Sheet of the later figure. | Trang tính của con số sau.';
comment on column warehouse.capital_flow_change.cell is 'Place of the later figure. | Vị trí của con số sau.';
comment on table warehouse.finding is 'Row-level results of reading and checking, as told to the reporter. | Điều tìm thấy khi đọc và kiểm tra, từng dòng, như đã nói với người gửi.';
comment on column warehouse.finding.finding_id is 'Order of finding. | Thứ tự phát hiện.';
comment on column warehouse.finding.receipt_id is 'Arrival it belongs to. | Lần đến mà phát hiện này thuộc về.';
comment on column warehouse.finding.rule_code is 'R-01 to R-20 or a reading code. | R-01 đến R-20, hoặc một mã đọc.';
comment on column warehouse.finding.message_code is 'Key of include/quality/messages, more exact than the rule. | Khóa trong include/quality/messages, cụ thể hơn quy tắc.';
comment on column warehouse.finding.severity is 'block stops the row or file; warn and info do not. | block chặn dòng hoặc tệp; warn và info thì không.';
comment on column warehouse.finding.sheet_name is 'Sheet, when the finding has one. | Trang tính, nếu phát hiện nằm trên một trang.';
comment on column warehouse.finding.cell is 'A1 address, when the finding has one. | Địa chỉ kiểu A1, nếu phát hiện nằm ở một ô.';
comment on column warehouse.finding.text_vi is 'Sentence for the reporter: found, expected, what to do. | Câu gửi đơn vị: đã thấy gì, cần gì, phải làm gì.';
comment on column warehouse.finding.found_at is 'When it was found, reading or checking. | Lúc phát hiện, khi đọc hoặc khi kiểm tra tệp.';
comment on table warehouse.gate_run is 'What Great Expectations said of each batch, expectation by expectation. Counts only, no cell contents. | Bộ kiểm tra nói gì về mỗi lượt; chỉ có số đếm, không có nội dung ô.';
comment on column warehouse.gate_run.gate_run_id is 'Order of running. | Thứ tự các lần chạy.';
comment on column warehouse.gate_run.ran_at is 'When the suite ran. | Bộ kiểm tra chạy lúc nào.';
comment on column warehouse.gate_run.suite_name is 'Suite file below great_expectations/suites. | Tệp của bộ kiểm tra bên dưới great_expectations/suites.';
comment on column warehouse.gate_run.expectation_type is 'Type of the check, as Great Expectations calls it. | Phép kiểm nào đã chạy, theo cách gọi của Great Expectations.';
comment on column warehouse.gate_run.rule_code is 'Rule it stands for. | Phép kiểm đại diện cho quy tắc nào.';
comment on column warehouse.gate_run.severity is 'block, warn or info. | block chặn, warn cảnh báo hoặc info cho biết.';
comment on column warehouse.gate_run.succeeded is 'Whether nothing broke it. | Đúng khi không có gì vi phạm.';
comment on column warehouse.gate_run.unexpected_count is 'Rows that broke it. | Số dòng vi phạm.';
comment on column warehouse.gate_run.submission_count is 'Submissions in the batch. | Số lần gửi trong lượt.';
comment on table warehouse.ignored_row is 'Rows of a file that were left out, each under a declared rule. Their text is not kept: it may hold names. | Các dòng của tệp được bỏ qua, mỗi dòng theo một quy tắc đã nêu; không giữ chữ trong dòng.';
comment on column warehouse.ignored_row.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column warehouse.ignored_row.sheet_name is 'Sheet the row stands on. | Trang của tệp bảng tính nơi ghi con số.';
comment on column warehouse.ignored_row.row_number is 'First row in the sheet. | Dòng đầu tiên trong trang tính.';
comment on column warehouse.ignored_row.rule_code is 'heading_row, printed_total, blank_line, column_number_row, note_or_signature, ... | heading_row tiêu đề, printed_total tổng in sẵn, blank_line dòng trống, column_number_row số cột, note_or_signature ghi chú hoặc chữ ký, ...';
comment on column warehouse.ignored_row.row_count is 'How many readings the row stood for. | Dòng ấy đại diện cho bao nhiêu con số đọc được.';
comment on table warehouse.monitoring_count is 'Accepted monitoring counts. Grain: submission, day, cell. Append only. A partition a month, made by the load that first needs it; each holds its own unique constraint on day, submission and cell, which therefore holds for the whole. | Số đếm nắm bắt thông tin đã được chấp nhận, theo ngày và ô; chỉ ghi thêm.';
comment on column warehouse.monitoring_count.submission_id is 'Submission it came with. No foreign key row by row: warehouse.monitoring_day has it once a day. | Lần gửi đem số đếm đến. Không đặt khóa ngoại từng dòng: warehouse.monitoring_day giữ khóa ấy mỗi ngày một lần.';
comment on column warehouse.monitoring_count.monitored_date is 'Day counted. | Ngày được đếm tin, bài.';
comment on column warehouse.monitoring_count.cell_code is 'Cell of the cube (reference.monitoring_cell); -1 says that the day was monitored and nothing found. | Ô của khối số liệu theo dõi (reference.monitoring_cell); -1 là ngày có theo dõi mà không thấy gì.';
comment on column warehouse.monitoring_count.item_count is 'How many items, never which. | Bao nhiêu tin, bài; không bao giờ là tin, bài nào.';
comment on column warehouse.monitoring_count.line_number is 'Line of the file. | Dòng thứ mấy của tệp.';
comment on column warehouse.monitoring_count.column_number is 'Column of a layout with one column a channel; empty where a line is one count. | Cột thứ mấy, ở dạng bảng mỗi kênh một cột; để trống khi mỗi dòng là một số đếm.';
comment on table warehouse.monitoring_day is 'Days each file speaks of, summed up from the rows that were inserted. The current day is the highest revision; a day a later file leaves out stays. | Mỗi tệp nói về những ngày nào; bản cao nhất là bản hiện tại.';
comment on column warehouse.monitoring_day.source_id is 'Feed that sent the counts. | Nguồn đã gửi số đếm, theo hợp đồng.';
comment on column warehouse.monitoring_day.monitored_date is 'Day counted. | Ngày được đếm tin, bài.';
comment on column warehouse.monitoring_day.revision_number is '1 for the first file that speaks of the day, then 2, 3, ... | 1 là tệp đầu tiên nói về ngày ấy, sau đó 2, 3, ...';
comment on column warehouse.monitoring_day.submission_id is 'File it came with. | Lần gửi của tệp nói về ngày ấy.';
comment on column warehouse.monitoring_day.row_count is 'Rows in warehouse.monitoring_count. | Bao nhiêu dòng nằm trong warehouse.monitoring_count.';
comment on column warehouse.monitoring_day.item_count is 'Items of the day; 0 is a day monitored on which nothing was found. | Số tin, bài của ngày; 0 là ngày có theo dõi mà không thấy gì.';
comment on column warehouse.monitoring_day.has_empty_mark is 'The file says of the day as a whole that it was monitored and nothing was found. | Tệp nói chung cho cả ngày rằng có theo dõi mà không thấy gì.';
comment on column warehouse.monitoring_day.sheet_name is 'Sheet the rows stand on; empty for text files. | Trang tính chứa các dòng; để trống với tệp văn bản.';
comment on column warehouse.monitoring_day.first_line is 'First line of the day in the file. | Dòng đầu tiên của ngày ấy trong tệp.';
comment on column warehouse.monitoring_day.last_line is 'Last line of the day in the file. | Dòng cuối cùng của ngày ấy trong tệp.';
comment on table warehouse.monitoring_day_change is 'What a file changed on a day that an earlier file had spoken of. | Một tệp đổi gì ở một ngày mà tệp trước đã nói.';
comment on column warehouse.monitoring_day_change.submission_id is 'The later file. | Tệp sau, đã nói lại về ngày ấy.';
comment on column warehouse.monitoring_day_change.monitored_date is 'Day counted. | Ngày được đếm tin, bài.';
comment on column warehouse.monitoring_day_change.earlier_submission_id is 'The file whose day it replaces. | Tệp trước, có ngày bị thay.';
comment on column warehouse.monitoring_day_change.old_item_count is 'Items before. | Số tin, bài trước khi thay.';
comment on column warehouse.monitoring_day_change.new_item_count is 'Items after. | Số tin, bài sau khi thay.';
comment on column warehouse.monitoring_day_change.added_count is 'Cells only the later file has. | Những ô chỉ tệp sau có.';
comment on column warehouse.monitoring_day_change.changed_count is 'Cells with another count. | Những ô có số đếm khác đi.';
comment on column warehouse.monitoring_day_change.removed_count is 'Cells only the earlier file had. | Những ô chỉ tệp trước có.';
comment on table warehouse.monitoring_day_total is 'Counts of a file and day, collapsed to one breakdown at a time: everything the monitoring indicators add up, so that they never read the counts themselves. Written with warehouse.monitoring_day and compared with it. | Số đếm của một tệp và ngày, gộp theo từng cách phân tổ.';
comment on column warehouse.monitoring_day_total.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column warehouse.monitoring_day_total.monitored_date is 'Day counted. | Ngày được đếm tin, bài.';
comment on column warehouse.monitoring_day_total.axis_code is 'total, channel_type, topic, scope or language. | total số chung, channel_type loại kênh, topic chủ đề, scope phạm vi hoặc language ngôn ngữ.';
comment on column warehouse.monitoring_day_total.member_code is 'Member of the breakdown; total for the undivided figure. | Thành phần trong cách phân tổ; total là số chung.';
comment on column warehouse.monitoring_day_total.tone is 'Tone, from its closed list. | Sắc thái của tin, bài, theo danh mục đóng.';
comment on column warehouse.monitoring_day_total.is_foreign_language is 'Any language but Vietnamese. | Bất cứ tiếng nào không phải tiếng Việt.';
comment on column warehouse.monitoring_day_total.item_count is 'Items; 0 where the file says 0. | Số tin, bài; 0 ở chỗ tệp ghi 0.';
comment on table warehouse.observation is 'Accepted figures. Grain: measure, unit, period, breakdown member, kind, revision. Append only; the current figure is the highest revision of unit and period. | Số liệu báo cáo đã được chấp nhận; chỉ ghi thêm, bản cao nhất là bản hiện tại.';
comment on column warehouse.observation.submission_id is 'Submission it came with. | Lần gửi đem con số này đến.';
comment on column warehouse.observation.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column warehouse.observation.measure_code is 'Measure of the plan''s forms, for example MED01. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column warehouse.observation.reporting_unit_code is 'Reporting unit the row is about. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column warehouse.observation.period_code is 'Reporting period the row is about. | Kỳ mà báo cáo nói đến.';
comment on column warehouse.observation.axis_code is 'Breakdown, total for the undivided figure. | Cách phân tổ; total là số chung.';
comment on column warehouse.observation.member_code is 'Member of the breakdown, total for the undivided figure. | Thành phần của phân tổ; total là số chung.';
comment on column warehouse.observation.value_kind is 'thuc_hien actual to the cut-off, uoc estimate of it, chinh_thuc final; uoc_nam estimate for the full year. | thuc_hien thực hiện đến ngày chốt, uoc ước của số ấy, chinh_thuc chính thức; uoc_nam ước cả năm.';
comment on column warehouse.observation.value is 'Figure in base units (VND, USD, things counted); empty unless reported or nil. | Con số theo đơn vị gốc (đồng, USD, cái được đếm); chỉ có khi trạng thái là reported hoặc nil.';
comment on column warehouse.observation.value_state is 'reported, nil (không phát sinh), not_applicable, withheld (không cung cấp), missing. Missing is not zero. | reported có số, nil không phát sinh, not_applicable không áp dụng, withheld không cung cấp, missing thiếu. Thiếu không phải là 0.';
comment on column warehouse.observation.revision_number is 'Revision of unit and period. | Lần sửa thứ mấy của báo cáo cùng đơn vị và kỳ.';
comment on column warehouse.observation.sheet_name is 'Sheet the figure stands on. | Trang của biểu mẫu nơi ghi con số.';
comment on column warehouse.observation.cell is 'A1 address of the figure. | Địa chỉ kiểu A1 của ô chứa con số.';
comment on table warehouse.observation_change is 'What a revision changed against the one before, cell by cell. | Một bản đổi gì so với bản trước, từng ô.';
comment on column warehouse.observation_change.submission_id is 'The later submission. | Lần gửi sau, đã làm thay đổi.';
comment on column warehouse.observation_change.measure_code is 'Measure of the plan''s forms, for example MED01. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column warehouse.observation_change.axis_code is 'Breakdown of the changed figure; total for the undivided one. | Cách phân tổ của ô đã đổi; total là số chung.';
comment on column warehouse.observation_change.member_code is 'Member of that breakdown; total for the undivided figure. | Thành phần đã đổi; total là số chung.';
comment on column warehouse.observation_change.value_kind is 'Kind of the changed figure. | thuc_hien, uoc, chinh_thuc hoặc uoc_nam: loại của con số đã đổi.';
comment on column warehouse.observation_change.change_kind is 'added, removed or changed. | added thêm, removed bỏ, changed đổi.';
comment on column warehouse.observation_change.old_value is 'Figure before. | Con số trước khi đổi.';
comment on column warehouse.observation_change.new_value is 'Figure after. | Con số sau khi đổi.';
comment on column warehouse.observation_change.old_state is 'State before. | Trạng thái trước khi đổi.';
comment on column warehouse.observation_change.new_state is 'State after. | Trạng thái sau khi đổi.';
comment on column warehouse.observation_change.sheet_name is 'Sheet of the later figure. | Trang tính của con số sau.';
comment on column warehouse.observation_change.cell is 'Cell of the later figure. | Ô của con số sau.';
comment on table warehouse.project_match_decision is 'What a person said of two records: the same project, or two. Append only; the last word on a pair counts. Keyed by source, sender, flow and project number, so a new revision of a file keeps it. | Người có trách nhiệm nói gì về hai hồ sơ: một dự án hay hai; chỉ ghi thêm.';
comment on column warehouse.project_match_decision.decision_id is 'Order in which they were said. | Thứ tự các quyết định.';
comment on column warehouse.project_match_decision.first_key is 'Record, as in mart.project_record.project_key; the smaller key of the two. | Hồ sơ dự án, như mart.project_record.project_key; khóa nhỏ hơn trong hai khóa.';
comment on column warehouse.project_match_decision.second_key is 'The other record. | Hồ sơ còn lại của cặp, khóa lớn hơn.';
comment on column warehouse.project_match_decision.decision is 'same or different. | same là một dự án, different là hai dự án.';
comment on column warehouse.project_match_decision.decided_by_role is 'Post of whoever decided; never a person''s name. | Chức danh của người quyết định; không bao giờ là tên người.';
comment on column warehouse.project_match_decision.decided_at is 'When it was said. | Thời điểm người ấy quyết định.';
comment on column warehouse.project_match_decision.reason is 'Why, without personal data. | Vì sao quyết định như vậy, không có dữ liệu cá nhân.';
comment on table warehouse.project_title is 'Every project title met and the keys it is compared by. Derived; a new version of the keys replaces the old. | Mọi tên dự án đã gặp và khóa để so sánh.';
comment on column warehouse.project_title.title is 'Title as it stands in warehouse.capital_flow. | Tên dự án như đứng trong warehouse.capital_flow.';
comment on column warehouse.project_title.title_key is 'Its words in one spelling, accents kept: Tân Thành is not Tân Thạnh. | Các từ của tên theo một cách viết, giữ dấu: Tân Thành không phải là Tân Thạnh.';
comment on column warehouse.project_title.bare_key is 'The same words without accents, word for word. | Cũng các từ ấy, bỏ dấu từng từ một.';
comment on column warehouse.project_title.key_version is 'Which rules made the keys. | Khóa được làm theo bộ quy tắc nào.';
comment on table warehouse.series_point is 'Accepted values of published series. Grain: submission, series, area, frequency, window. Append only; the current value is in the highest revision of source and subject. | Giá trị chuỗi đã được chấp nhận; chỉ ghi thêm.';
comment on column warehouse.series_point.submission_id is 'Submission it came with. | Lần gửi đem con số này đến.';
comment on column warehouse.series_point.line_number is 'Order in the file. | Thứ tự của dòng trong tệp.';
comment on column warehouse.series_point.series_code is 'The publisher''s key without area and frequency. | Khóa do nơi công bố đặt, không kể vùng và tần suất.';
comment on column warehouse.series_point.area_code is 'Code of the country list, or the publisher''s own for a group of countries (WLD). | Mã theo danh mục nước, hoặc mã riêng của nơi công bố cho một nhóm nước (WLD).';
comment on column warehouse.series_point.frequency_code is 'A year, S half-year, Q quarter, M month, D day. | A năm, S nửa năm, Q quý, M tháng, D ngày.';
comment on column warehouse.series_point.window_start is 'First day the value is about. | Ngày đầu tiên mà giá trị nói đến.';
comment on column warehouse.series_point.window_end is 'Last day the value is about. | Ngày cuối cùng mà giá trị nói đến.';
comment on column warehouse.series_point.value is 'Value in whole units, multipliers applied; empty unless reported or nil. | Giá trị theo đơn vị nguyên, đã nhân hệ số; chỉ có khi trạng thái là reported hoặc nil.';
comment on column warehouse.series_point.value_state is 'reported, nil, not_applicable, withheld, missing (a blank). Missing is not zero. | reported có số, nil không phát sinh, not_applicable không áp dụng, withheld không cung cấp, missing là ô trống. Thiếu không phải là 0.';
comment on column warehouse.series_point.unit_name is 'What one unit is: USD, VND, VND per USD. | Một đơn vị là gì: USD, VND, VND cho một USD.';
comment on column warehouse.series_point.as_of_date is 'Day the publisher made the file. | Ngày nơi công bố lập tệp.';
comment on column warehouse.series_point.publisher_name is 'Who publishes the series. | Cơ quan, tổ chức công bố chuỗi số liệu.';
comment on column warehouse.series_point.rate_currency_code is 'Currency whose rate in đồng this is (ISO 4217), where the contract calls the series an exchange rate. | Đồng tiền có tỷ giá ra đồng Việt Nam ở đây (ISO 4217), khi hợp đồng nguồn nói chuỗi là tỷ giá.';
comment on column warehouse.series_point.rate_kind is 'average over the period or end_of_period, of an exchange rate. | Với tỷ giá: average bình quân của kỳ, hoặc end_of_period cuối kỳ.';
comment on column warehouse.series_point.revision_number is 'Revision of source and subject. | Lần sửa thứ mấy của cùng nguồn và đối tượng.';
comment on column warehouse.series_point.cell is 'Where the value stands: an xml path with its line, or a csv line and column. | Vị trí của giá trị: đường dẫn xml kèm dòng, hoặc dòng và cột của tệp csv.';
comment on table warehouse.series_point_change is 'What a revision of a publisher''s file changed against the one before, value by value. | Bản sau của tệp công bố đổi gì so với bản trước, từng giá trị.';
comment on column warehouse.series_point_change.submission_id is 'The later submission. | Lần gửi sau, đã làm thay đổi.';
comment on column warehouse.series_point_change.change_number is 'Order of the changes, as the values stand in the file; removed ones last. | Thứ tự các thay đổi, theo chỗ đứng của giá trị trong tệp; giá trị bị bỏ xếp cuối.';
comment on column warehouse.series_point_change.series_code is 'Series the changed value belongs to. | Chuỗi có giá trị đã đổi, theo khóa của nơi công bố.';
comment on column warehouse.series_point_change.area_code is 'Area it is about. | Vùng hoặc nước mà giá trị nói đến.';
comment on column warehouse.series_point_change.frequency_code is 'Frequency of the series. | Chuỗi công bố theo năm, quý, tháng hay ngày.';
comment on column warehouse.series_point_change.window_start is 'First day the value is about. | Ngày đầu tiên mà giá trị nói đến.';
comment on column warehouse.series_point_change.window_end is 'Last day the value is about. | Ngày cuối cùng mà giá trị nói đến.';
comment on column warehouse.series_point_change.change_kind is 'added, removed or changed. | added thêm, removed bỏ, changed đổi.';
comment on column warehouse.series_point_change.old_value is 'Value before. | Giá trị trước khi đổi.';
comment on column warehouse.series_point_change.new_value is 'Value after. | Giá trị sau khi đổi.';
comment on column warehouse.series_point_change.old_state is 'State before. | Trạng thái trước khi đổi.';
comment on column warehouse.series_point_change.new_state is 'State after. | Trạng thái sau khi đổi.';
comment on column warehouse.series_point_change.cell is 'Place of the later value. | Vị trí của giá trị sau.';
comment on table warehouse.submission is 'One row per distinct file that was read: its heading, verdict and ledger. Append only. | Mỗi tệp đã đọc một dòng: phần đầu, kết quả và sổ; chỉ ghi thêm.';
comment on column warehouse.submission.submission_id is 'Identifies the submission everywhere. | Nhận ra lần gửi ở mọi bảng.';
comment on column warehouse.submission.sha256 is 'Hash of the file. | Mã băm của tệp: cùng mã băm là cùng nội dung.';
comment on column warehouse.submission.source_id is 'Source contract it was read by. | Tệp được đọc theo hợp đồng nguồn nào.';
comment on column warehouse.submission.reporting_unit_code is 'Reporting unit; empty when it could not be told. | Đơn vị báo cáo; để trống khi không xác định được.';
comment on column warehouse.submission.period_code is 'Reporting period; empty when it could not be told. | Kỳ báo cáo; để trống khi không xác định được.';
comment on column warehouse.submission.template_code is 'Template the workbook was made from. | Tệp được làm từ biểu mẫu nào.';
comment on column warehouse.submission.template_version is 'Version found in the workbook. | Phiên bản thấy trong tệp.';
comment on column warehouse.submission.cut_off_date is 'Last day the figures cover, as the reporter states it. | Ngày cuối cùng số liệu bao trùm, theo lời đơn vị.';
comment on column warehouse.submission.value_kind is 'thuc_hien actual, uoc estimate, chinh_thuc final. | thuc_hien thực hiện, uoc ước, chinh_thuc chính thức: loại nêu ở đầu báo cáo.';
comment on column warehouse.submission.document_number is 'Number and symbol of the signed report. | Số và ký hiệu ghi trên báo cáo đã ký.';
comment on column warehouse.submission.document_date is 'Date of the signed report. | Ngày ghi trên báo cáo đã ký.';
comment on column warehouse.submission.received_at is 'Receipt of these bytes. | Lúc nhận được nội dung này.';
comment on column warehouse.submission.content_hash is 'Hash of the typed cells; equal hashes mean a re-saved file. | Mã băm các ô đã gõ; bằng nhau nghĩa là tệp chỉ được lưu lại.';
comment on column warehouse.submission.verdict is 'loaded, unchanged, quarantined or rejected. | loaded đã nạp, unchanged không đổi, quarantined bị cách ly, rejected bị trả lại.';
comment on column warehouse.submission.verdict_code is 'Stable reason code, OK when loaded. | Mã lý do cố định, OK khi đã nạp vào kho.';
comment on column warehouse.submission.revision_number is '1 for the first accepted report of unit and period, then 2, 3, ... | 1 là báo cáo được chấp nhận đầu tiên của đơn vị và kỳ, sau đó 2, 3, ...';
comment on column warehouse.submission.received_count is 'Rows found in the file. | Số dòng thấy trong tệp.';
comment on column warehouse.submission.promoted_count is 'Rows loaded. | Số dòng đã nạp vào kho.';
comment on column warehouse.submission.quarantined_count is 'Rows held back by a check. | Số dòng bị kiểm tra giữ lại.';
comment on column warehouse.submission.ignored_count is 'Rows left out by a declared rule: headings, printed totals, blank breakdown lines, notes. | Số dòng bỏ qua theo quy tắc đã nêu: tiêu đề, tổng in sẵn, dòng phân tổ trống, ghi chú.';
comment on column warehouse.submission.required_cell_count is 'Cells the template requires (REP05). | Số ô mà biểu mẫu bắt buộc điền (REP05).';
comment on column warehouse.submission.filled_cell_count is 'Of those, filled; a mark such as không phát sinh counts as filled. | Trong đó đã điền; ghi không phát sinh cũng là đã điền.';
comment on column warehouse.submission.blocking_count is 'Blocking findings (REP06). | Số phát hiện chặn (REP06).';
comment on column warehouse.submission.warning_count is 'Warnings (REP06). | Số cảnh báo khi kiểm tra (REP06).';
comment on column warehouse.submission.known_from is 'When the warehouse came to know it. | Từ lúc nào kho biết điều này.';
comment on column warehouse.submission.subject_key is 'What a later file of the source would revise: unit/period of a report, first/last day of a publisher''s window. Empty when it could not be told. | Điều mà một tệp sau của cùng nguồn sẽ thay: đơn vị/kỳ của báo cáo, ngày đầu/ngày cuối của nơi công bố. Để trống khi không xác định được.';

-- Months of counts made before this speak as their parent does.
do $$
declare
    month record;
begin
    for month in
        select
            pg_class.oid,
            pg_class.oid::regclass as name,
            replace(substring(pg_class.relname, '[0-9]{4}_[0-9]{2}$'), '_', '-') || '-01' as first_day
        from pg_class
        inner join pg_inherits on pg_class.oid = pg_inherits.inhrelid
        where pg_inherits.inhparent = 'warehouse.monitoring_count'::regclass
    loop
        execute format(
            'comment on table %s is %L', month.name,
            to_char(month.first_day::date, '"Monitoring counts of "MM/YYYY"; see warehouse.monitoring_count. | Số đếm theo dõi'
                ' của tháng "MM/YYYY"; xem warehouse.monitoring_count."')
        );
        execute (
            select string_agg(
                format(
                    'comment on column %s.%I is %L', month.name, attname,
                    col_description('warehouse.monitoring_count'::regclass, attnum)
                ), '; '
            )
            from pg_attribute
            where attrelid = 'warehouse.monitoring_count'::regclass and attnum > 0 and not attisdropped
        );
    end loop;
end
$$;

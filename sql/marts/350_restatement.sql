-- Grain: one row per accepted file that took the place of an earlier one.
-- Who restated what, when, and what the two files tell of why; what the body says is in warehouse.explanation. Of a
-- monitoring file the earlier file is the one received last of those whose days it changed.
create table mart.restatement as
with replaced as (
    select distinct on (replacement.submission_id) replacement.*
    from mart.replacement
    inner join warehouse.submission as earlier on replacement.earlier_submission_id = earlier.submission_id
    order by replacement.submission_id asc, earlier.received_at desc, earlier.submission_id desc
),

changed as (
    select
        figure.submission_id,
        count(*) as changed_count,
        count(*) filter (where figure.axis_code = 'total') as headline_count
    from mart.restated_figure as figure
    where figure.change_kind <> 'confirmed'
    group by figure.submission_id
),

-- A warning about a figure that then changed.
questioned as (
    select distinct figure.submission_id
    from mart.restated_figure as figure
    inner join landing.receipt on figure.earlier_submission_id = receipt.submission_id
    inner join warehouse.finding
        on
            receipt.receipt_id = finding.receipt_id
            and finding.severity = 'warn'
            and figure.old_cell = finding.cell
            and figure.old_sheet_name = finding.sheet_name
    where figure.change_kind <> 'confirmed'
),

current_day as (
    select
        day.submission_id,
        bool_or(day.is_current) as is_current
    from mart.monitoring_day_replacement as day
    group by day.submission_id
)

select
    replaced.submission_id,
    replaced.earlier_submission_id,
    replaced.replacement_kind,
    submission.source_id,
    replaced.reporting_unit_code,
    replaced.period_code,
    submission.subject_key,
    coalesce(report.version_number, file.version_number) as version_number,
    submission.revision_number,
    coalesce(current_day.is_current, replaced.place = 1) as is_current,
    submission.received_at,
    submission.known_from,
    receipt.receipt_number,
    submission.sha256,
    earlier.received_at as earlier_received_at,
    earlier.sha256 as earlier_sha256,
    earlier.value_kind as old_kind,
    submission.value_kind as new_kind,
    earlier.cut_off_date as old_cut_off_date,
    submission.cut_off_date as new_cut_off_date,
    coalesce(changed.changed_count, 0) as changed_count,
    coalesce(changed.headline_count, 0) as headline_count,
    case
        when submission.sha256 = earlier.sha256 then 'corrected'
        when
            array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], submission.value_kind)
            > array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], earlier.value_kind)
            then 'firmer_kind'
        when earlier.verdict_code = 'PARTIAL' then 'held_lines'
        when submission.cut_off_date > earlier.cut_off_date then 'later_cut_off'
        when questioned.submission_id is not null then 'questioned'
        else 'unstated'
    end as reason_code
from replaced
inner join warehouse.submission on replaced.submission_id = submission.submission_id
inner join warehouse.submission as earlier on replaced.earlier_submission_id = earlier.submission_id
left join mart.report_version as report on replaced.submission_id = report.submission_id
left join mart.file_version as file on replaced.submission_id = file.submission_id
left join changed on replaced.submission_id = changed.submission_id
left join questioned on replaced.submission_id = questioned.submission_id
left join current_day on replaced.submission_id = current_day.submission_id
left join lateral (
    select receipt.receipt_number
    from landing.receipt
    where receipt.submission_id = submission.submission_id and receipt.verdict = 'loaded'
    order by receipt.receipt_id
    limit 1
) as receipt on true;
alter table mart.restatement add constraint restatement_pk primary key (submission_id);
create index restatement_period on mart.restatement (period_code, reporting_unit_code);
analyze mart.restatement;
comment on table mart.restatement is 'Every restatement: who sent again, when, how many figures changed, and why as far as it is known. | Mọi lần gửi lại làm thay đổi số liệu: ai, khi nào, bao nhiêu số, vì sao.';
comment on column mart.restatement.submission_id is 'The later file. | Tệp gửi sau.';
comment on column mart.restatement.earlier_submission_id is 'The file whose place it took. | Tệp bị thay.';
comment on column mart.restatement.replacement_kind is 'report, register, publication, monitoring. | Loại: báo cáo, sổ dự án, ấn phẩm, theo dõi.';
comment on column mart.restatement.source_id is 'Source. | Nguồn số liệu.';
comment on column mart.restatement.reporting_unit_code is 'Body that restated, where the file names one. | Đơn vị gửi lại, nếu tệp có nêu.';
comment on column mart.restatement.period_code is 'Reporting period, where the file names one. | Kỳ báo cáo, nếu tệp có nêu.';
comment on column mart.restatement.subject_key is 'What the file speaks of. | Nội dung tệp nói tới.';
comment on column mart.restatement.version_number is 'Which version of it, in order of receipt. | Bản thứ mấy, theo thời điểm nhận.';
comment on column mart.restatement.revision_number is 'Number it was given when it was loaded. | Số thứ tự khi nạp vào kho.';
comment on column mart.restatement.is_current is 'True while nothing newer has taken its place. | Đúng nếu chưa có bản nào thay tiếp.';
comment on column mart.restatement.received_at is 'True receipt of the later file. | Thời điểm thực nhận bản gửi sau.';
comment on column mart.restatement.known_from is 'When the warehouse came to know it. | Thời điểm nạp vào kho.';
comment on column mart.restatement.receipt_number is 'Number printed on the answer to the later file. | Số in trên phiếu trả lời của bản gửi sau.';
comment on column mart.restatement.sha256 is 'Its hash. | Mã băm của tệp.';
comment on column mart.restatement.earlier_received_at is 'Receipt of the earlier file. | Thời điểm nhận bản trước.';
comment on column mart.restatement.earlier_sha256 is 'Hash of the earlier file. | Mã băm của bản trước.';
comment on column mart.restatement.old_kind is 'Kind the earlier report states. | Loại số liệu của bản trước.';
comment on column mart.restatement.new_kind is 'Kind the later one states. | Loại số liệu của bản sau.';
comment on column mart.restatement.old_cut_off_date is 'Cut-off of the earlier file. | Ngày chốt của bản trước.';
comment on column mart.restatement.new_cut_off_date is 'Cut-off of the later one. | Ngày chốt của bản sau.';
comment on column mart.restatement.changed_count is 'Figures that changed, breakdowns included. | Số lượng số liệu thay đổi, kể cả phân tổ.';
comment on column mart.restatement.headline_count is 'Of those, undivided figures. | Trong đó số chung.';
comment on column mart.restatement.reason_code is 'corrected: the same bytes, read with another entry of corrections.yml. firmer_kind: an estimate became actual or final. held_lines: lines of the earlier file had been held back. later_cut_off: it reaches further. questioned: a figure that changed carried a warning. unstated: nothing tells. | Lý do suy ra: đã hiệu chỉnh lỗi nguồn, số vững hơn, dòng bị giữ lại, ngày chốt muộn hơn, số đã bị hỏi lại, hoặc không rõ.';

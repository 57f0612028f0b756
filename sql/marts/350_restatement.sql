-- Grain: one row per accepted file that took the place of an earlier one.
-- Who restated what, when, and what the two files tell of why; what the body says is in warehouse.explanation. Of a monitoring file the earlier file is the last of those whose
-- days it changed.
create table mart.restatement as
with replaced as (
    select
        replacement.submission_id,
        replacement.replacement_kind,
        replacement.reporting_unit_code,
        replacement.period_code,
        max(replacement.earlier_submission_id) as earlier_submission_id,
        min(replacement.place) as place
    from mart.replacement
    group by
        replacement.submission_id,
        replacement.replacement_kind,
        replacement.reporting_unit_code,
        replacement.period_code
)

select
    replaced.submission_id,
    replaced.earlier_submission_id,
    replaced.replacement_kind,
    submission.source_id,
    replaced.reporting_unit_code,
    replaced.period_code,
    submission.subject_key,
    submission.revision_number,
    replaced.place = 1 or replaced.place is null as is_current,
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
        when
            array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], submission.value_kind)
            > array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], earlier.value_kind)
            then 'firmer_kind'
        when earlier.verdict_code = 'PARTIAL' then 'held_lines'
        when submission.cut_off_date > earlier.cut_off_date then 'later_cut_off'
        when earlier.warning_count > 0 then 'questioned'
        else 'unstated'
    end as reason_code
from replaced
inner join warehouse.submission on replaced.submission_id = submission.submission_id
inner join warehouse.submission as earlier on replaced.earlier_submission_id = earlier.submission_id
left join lateral (
    select receipt.receipt_number
    from landing.receipt
    where receipt.submission_id = submission.submission_id and receipt.verdict = 'loaded'
    order by receipt.receipt_id
    limit 1
) as receipt on true
left join (
    select
        figure.submission_id,
        count(*) filter (where figure.change_kind <> 'confirmed') as changed_count,
        count(*) filter (where figure.change_kind <> 'confirmed' and figure.axis_code = 'total') as headline_count
    from mart.restated_figure as figure
    group by figure.submission_id
) as changed on submission.submission_id = changed.submission_id;
alter table mart.restatement add constraint restatement_pk primary key (submission_id);
create index restatement_period on mart.restatement (period_code, reporting_unit_code);
analyze mart.restatement;
comment on table mart.restatement is 'Every restatement: who sent again, when, how many figures changed, and why as far as it is known. | Mọi lần gửi lại làm thay đổi số liệu: ai, khi nào, bao nhiêu số, vì sao.';
comment on column mart.restatement.submission_id is 'The later file. | Tệp gửi sau.';
comment on column mart.restatement.earlier_submission_id is 'The file whose place it took. | Tệp bị thay.';
comment on column mart.restatement.replacement_kind is 'report, register, publication, monitoring. | Loại: báo cáo, sổ dự án, ấn phẩm, giám sát.';
comment on column mart.restatement.source_id is 'Source. | Nguồn số liệu.';
comment on column mart.restatement.reporting_unit_code is 'Body that restated, where the file names one. | Đơn vị gửi lại, nếu tệp có nêu.';
comment on column mart.restatement.period_code is 'Reporting period, where the file names one. | Kỳ báo cáo, nếu tệp có nêu.';
comment on column mart.restatement.subject_key is 'What the file speaks of. | Nội dung tệp nói tới.';
comment on column mart.restatement.revision_number is 'Number of the later file. | Số thứ tự của bản gửi sau.';
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
comment on column mart.restatement.reason_code is 'firmer_kind: an estimate became actual or final. held_lines: lines of the earlier file had been held back. later_cut_off: it reaches further. questioned: the earlier file carried warnings. unstated: nothing tells. | Lý do suy ra: số vững hơn, dòng bị giữ lại, ngày chốt muộn hơn, đã bị hỏi lại, hoặc không rõ.';

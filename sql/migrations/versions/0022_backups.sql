-- Two more kinds of entry, added to whatever kinds there are.
do $$
begin
    execute (
        select format(
            'alter table audit.event drop constraint event_action,'
            ' add constraint event_action check (%s or action in (''backup'', ''restore''))',
            pg_get_expr(conbin, conrelid)
        )
        from pg_constraint
        where conrelid = 'audit.event'::regclass and conname = 'event_action'
    );
end
$$;
comment on column audit.event.action is 'approval, approval_withdrawn, restatement, refusal, export, delivery, grant, revocation, waiver, correction, explanation, backup or restore. | Việc đã làm: phê duyệt, rút phê duyệt, đính chính, từ chối, xuất tệp, gửi đi, cấp quyền, thu hồi, ngoại lệ, hiệu chỉnh lỗi nguồn, giải trình, sao lưu hoặc phục hồi.';

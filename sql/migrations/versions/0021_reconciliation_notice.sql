-- A file that was seen and has no verdict half an hour later is told to whoever asked to be told.
alter table release.message drop constraint message_kind_known;
alter table release.message add constraint message_kind_known check (
    message_kind in (
        'release', 'reminder', 'late_list', 'final_request', 'release_late', 'withdrawal', 'reconciliation'
    )
);
comment on column release.message.message_kind is 'release, reminder, late_list, final_request, release_late, withdrawal or reconciliation. | release bản phát hành, reminder nhắc hạn, late_list danh sách muộn, final_request đề nghị số chính thức, release_late báo chậm, withdrawal báo rút lại, reconciliation báo tệp chưa có kết quả.';

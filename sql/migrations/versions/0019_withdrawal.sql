-- Whoever received an edition that is withdrawn is told so: the figure is in their hands.
alter table release.message drop constraint message_kind_known;
alter table release.message add constraint message_kind_known check (
    message_kind in ('release', 'reminder', 'late_list', 'final_request', 'release_late', 'withdrawal')
);
comment on column release.message.message_kind is 'release, reminder, late_list, final_request, release_late or withdrawal. | release bản phát hành, reminder nhắc hạn, late_list danh sách muộn, final_request đề nghị số chính thức, release_late báo chậm, withdrawal báo rút lại.';

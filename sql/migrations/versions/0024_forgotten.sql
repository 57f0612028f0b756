-- A register with a column of people was refused and its bytes were kept. Now they are forgotten, like a list of people;
-- the next run removes the bytes. What was also taken in, under another source or for another reason, stays.
update landing.file
set forgotten_at = now(), forgotten_code = 'FINANCE_PERSON_COLUMN'
where
    forgotten_at is null
    and sha256 in (select sha256 from landing.receipt where verdict_code = 'FINANCE_PERSON_COLUMN')
    and sha256 not in (select sha256 from landing.receipt where verdict not in ('rejected', 'duplicate'));
update landing.receipt
set original_name = '(tên tệp không lưu)'
from landing.file
where receipt.sha256 = file.sha256 and file.forgotten_code = 'FINANCE_PERSON_COLUMN';
comment on column landing.file.forgotten_code is 'Why they were given up: SECRET, PII_LIST (a list of people), FINANCE_PERSON_COLUMN (a register with a column of people), MONITORING_COLUMN_FORBIDDEN or MONITORING_VALUE_FORBIDDEN (a monitoring file with more than counts). The same bytes are refused again for it, unread. | Lý do bỏ: SECRET (có dấu mật), PII_LIST (danh sách người), FINANCE_PERSON_COLUMN (sổ dự án có cột về người), MONITORING_COLUMN_FORBIDDEN hoặc MONITORING_VALUE_FORBIDDEN (tệp theo dõi có nội dung ngoài số đếm). Nội dung ấy đến lần nữa thì bị từ chối ngay, không đọc.';
comment on column landing.receipt.original_name is 'File name as sent; personal data and a person''s name that stands apart in it are replaced, the whole by a neutral text when the file may not be kept. Not for analysts. | Tên tệp như người gửi đặt; dữ liệu cá nhân và tên người đứng riêng trong tên được thay, cả tên được thay bằng câu trung tính khi tệp không được lưu. Không mở cho người phân tích.';

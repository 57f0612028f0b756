-- Grain: one row per file that was read.
-- Rows received = promoted + quarantined + ignored: what the submission says against the rows that are really there.
create view mart.ledger as
with promoted as (
    select
        submission_id,
        sum(row_count) as row_count
    from (
        select submission_id, 1 as row_count from warehouse.observation
        union all
        select submission_id, 1 from warehouse.capital_flow
        union all
        select submission_id, 1 from warehouse.series_point
        union all
        -- Counted as the rows were inserted; nobody counts ten million of them again for every extract.
        select submission_id, row_count from warehouse.monitoring_day
    ) as loaded
    group by submission_id
),

quarantined as (
    select
        submission_id,
        sum(row_count) as row_count
    from (
        select submission_id, 1 as row_count from quarantine.observation
        union all
        select submission_id, 1 from quarantine.capital_flow
        union all
        select submission_id, 1 from quarantine.series_point
        union all
        select submission_id, row_count from quarantine.monitoring_file
    ) as held
    group by submission_id
),

ignored as (
    select
        submission_id,
        sum(row_count) as row_count
    from warehouse.ignored_row
    group by submission_id
)

select
    submission.submission_id,
    submission.sha256,
    submission.source_id,
    submission.reporting_unit_code,
    submission.period_code,
    submission.verdict,
    submission.verdict_code,
    submission.received_count,
    submission.promoted_count,
    submission.quarantined_count,
    submission.ignored_count,
    coalesce(promoted.row_count, 0) as promoted_row_count,
    coalesce(quarantined.row_count, 0) as quarantined_row_count,
    coalesce(ignored.row_count, 0) as ignored_row_count,
    submission.received_count = submission.promoted_count + submission.quarantined_count + submission.ignored_count
    and submission.promoted_count = coalesce(promoted.row_count, 0)
    and submission.quarantined_count = coalesce(quarantined.row_count, 0)
    and submission.ignored_count = coalesce(ignored.row_count, 0) as is_balanced
from warehouse.submission
left join promoted on submission.submission_id = promoted.submission_id
left join quarantined on submission.submission_id = quarantined.submission_id
left join ignored on submission.submission_id = ignored.submission_id;
comment on view mart.ledger is 'Every file''s account: each row received is promoted, quarantined or ignored under a declared rule. | Sổ của từng tệp: mỗi dòng nhận được hoặc vào kho, hoặc bị giữ lại, hoặc bỏ qua theo quy tắc đã nêu.';
comment on column mart.ledger.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column mart.ledger.sha256 is 'Hash of that file. | Mã băm của tệp mà dòng này dẫn đến.';
comment on column mart.ledger.source_id is 'Source contract the file was read by. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.ledger.reporting_unit_code is 'Reporting body, when it could be told. | Đơn vị báo cáo, khi xác định được.';
comment on column mart.ledger.period_code is 'Reporting period, when it could be told. | Kỳ báo cáo, khi xác định được.';
comment on column mart.ledger.verdict is 'loaded, unchanged, quarantined or rejected. | loaded đã nạp, unchanged không đổi, quarantined bị cách ly, rejected bị trả lại.';
comment on column mart.ledger.verdict_code is 'Stable reason code. | Mã lý do cố định, không đổi theo thời gian.';
comment on column mart.ledger.received_count is 'Rows found in the file. | Số dòng thấy trong tệp.';
comment on column mart.ledger.promoted_count is 'Rows the submission says were loaded. | Lần gửi nói đã nạp bao nhiêu dòng.';
comment on column mart.ledger.quarantined_count is 'Rows it says were held back. | Lần gửi nói bị giữ lại bao nhiêu dòng.';
comment on column mart.ledger.ignored_count is 'Rows it says were left out by rule. | Lần gửi nói bỏ qua bao nhiêu dòng theo quy tắc.';
comment on column mart.ledger.promoted_row_count is 'Rows that are in the warehouse. | Bao nhiêu dòng thật sự có trong kho.';
comment on column mart.ledger.quarantined_row_count is 'Rows that are in quarantine. | Bao nhiêu dòng thật sự có trong vùng cách ly.';
comment on column mart.ledger.ignored_row_count is 'Rows noted as ignored, with the rule. | Bao nhiêu dòng được ghi là bỏ qua, kèm quy tắc.';
comment on column mart.ledger.is_balanced is 'False stops every extract. | Sai thì dừng mọi báo cáo cho lãnh đạo.';

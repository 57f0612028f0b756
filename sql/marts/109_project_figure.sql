-- Grain: one row per body, period, measure and breakdown member a register of projects gives a figure for.
-- Sums of the records that count, in the base unit of the measure. A register whose cells for a measure are all blank
-- gives none. One amount without its exchange rate leaves the figure missing: a sum without it would be another figure.
create table mart.project_figure as
with replaced as materialized (
    select
        latest.submission_id,
        earlier.submission_id as earlier_submission_id
    from mart.file_version as latest
    inner join mart.file_version as earlier
        on
            latest.source_id = earlier.source_id
            and latest.subject_key = earlier.subject_key
            and latest.place < earlier.place
),

added as (
    select
        cell.reporting_unit_code,
        cell.period_code,
        cell.measure_code,
        cell.axis_code,
        cell.member_code,
        sum(cell.base_value) filter (where cell.is_counted) as counted_value,
        sum(cell.base_value) as register_value,
        count(cell.value) as answer_count,
        count(*) filter (where cell.is_counted and cell.value is not null and cell.base_value is null)
            as unconverted_count,
        count(*) filter (where cell.value is not null and cell.base_value is null) as register_unconverted_count,
        count(*) filter (where cell.is_counted and cell.value_state = 'missing') as missing_count,
        count(*) filter (where cell.is_counted and cell.value_state = 'withheld') as withheld_count,
        count(*) filter (where cell.value_state = 'withheld') as register_withheld_count,
        count(*) filter (where cell.value_state = 'not_applicable') as not_applicable_count,
        bool_or(cell.value_state = 'reported') as is_reported,
        count(distinct cell.project_key) filter (where cell.is_counted and cell.value is not null) as project_count,
        count(distinct cell.project_key) filter (where not cell.is_counted) as counted_elsewhere_count,
        max(cell.window_end) as cut_off_date,
        max(cell.as_of_date) as as_of_date,
        max(cell.received_at) as received_at,
        max(cell.submission_id) as submission_id,
        max(cell.source_id) as source_id,
        max(cell.revision_number) as revision_number,
        bool_or(cell.is_restated) as is_restated
    from mart.project_figure_cell as cell
    group by
        cell.reporting_unit_code,
        cell.period_code,
        cell.measure_code,
        cell.axis_code,
        cell.member_code
)

select
    added.reporting_unit_code,
    added.period_code,
    added.measure_code,
    added.axis_code,
    added.member_code,
    case
        when added.answer_count = 0 or added.unconverted_count > 0 then null
        -- Every project of it is counted in another register: what is left to count here is zero.
        else coalesce(added.counted_value, 0)
    end as value,
    case
        when added.unconverted_count > 0 then 'missing'
        when added.answer_count > 0 and added.is_reported then 'reported'
        when added.answer_count > 0 then 'nil'
        when added.register_withheld_count > 0 then 'withheld'
        else 'not_applicable'
    end as value_state,
    case when added.unconverted_count > 0 then 'missing_rate' end as reason_code,
    case
        when added.answer_count > 0 and added.register_unconverted_count = 0 then added.register_value
    end as register_value,
    added.project_count,
    added.counted_elsewhere_count,
    added.missing_count,
    added.withheld_count,
    added.unconverted_count,
    added.cut_off_date,
    added.as_of_date,
    added.received_at,
    added.source_id,
    added.submission_id,
    added.revision_number,
    coalesce(
        (select submission.value_kind from warehouse.submission where submission.submission_id = added.submission_id),
        'thuc_hien'
    ) as value_kind,
    added.is_restated
    or exists (
        -- A project an earlier revision had and this one has not.
        select 1
        from replaced
        inner join warehouse.capital_flow as gone on replaced.earlier_submission_id = gone.submission_id
        inner join reference.measure
            on
                gone.flow_code = measure.feed_flow_code
                and gone.measure_code = measure.feed_measure_code
                and measure.measure_code = added.measure_code
        where
            replaced.submission_id = added.submission_id
            and added.axis_code = 'total'
            and gone.axis_code = 'project'
            and not exists (
                select 1
                from warehouse.capital_flow as kept
                where
                    kept.submission_id = added.submission_id
                    and kept.flow_code = gone.flow_code
                    and kept.measure_code = gone.measure_code
                    and kept.project_code = gone.project_code
            )
    ) as is_revised
from added
where added.answer_count > 0 or added.register_withheld_count > 0 or added.not_applicable_count > 0;
alter table mart.project_figure add constraint project_figure_pk
primary key (reporting_unit_code, period_code, measure_code, axis_code, member_code);
analyze mart.project_figure;
comment on table mart.project_figure is 'Figures of the plan''s measures added up from the registers of projects, every project once. | Số liệu của kế hoạch cộng từ các sổ dự án, mỗi dự án tính một lần.';
comment on column mart.project_figure.reporting_unit_code is 'Body that keeps the register. | Đơn vị giữ sổ dự án.';
comment on column mart.project_figure.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.project_figure.measure_code is 'Measure of the plan''s forms, for example MED01. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column mart.project_figure.axis_code is 'Breakdown; total for the undivided figure. Members need not add up to it: a line may not say its sector. | Cách phân tổ; total là số chung. Các thành phần không nhất thiết cộng đủ: một dòng có thể không nêu ngành.';
comment on column mart.project_figure.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.project_figure.value is 'Sum of the records that count, in the base unit of the measure; empty unless the state is reported or nil. | Tổng của các hồ sơ được tính, theo đơn vị gốc của số liệu; chỉ có khi trạng thái là reported hoặc nil.';
comment on column mart.project_figure.value_state is 'reported, nil, withheld, not_applicable, or missing where an exchange rate is. | reported, nil, withheld, not_applicable, hoặc missing khi thiếu tỷ giá.';
comment on column mart.project_figure.reason_code is 'missing_rate: an amount cannot be converted; mart.missing_exchange_rate names currency and days. | missing_rate: một số tiền chưa quy đổi được; mart.missing_exchange_rate nêu loại tiền và các ngày.';
comment on column mart.project_figure.register_value is 'Sum of all the register holds, projects counted elsewhere included; for comparing with its aggregate report. | Tổng mọi thứ trong sổ, kể cả dự án được tính ở nơi khác; để so với báo cáo tổng hợp của đơn vị.';
comment on column mart.project_figure.project_count is 'Projects in the value. | Bao nhiêu dự án được cộng vào giá trị.';
comment on column mart.project_figure.counted_elsewhere_count is 'Projects of the register that count in another record. | Bao nhiêu dự án của sổ được tính ở hồ sơ khác.';
comment on column mart.project_figure.missing_count is 'Projects whose cell is blank. | Bao nhiêu dự án để trống ô.';
comment on column mart.project_figure.withheld_count is 'Projects whose figure is withheld. | Bao nhiêu dự án không cung cấp con số.';
comment on column mart.project_figure.unconverted_count is 'Amounts without an exchange rate. | Bao nhiêu số tiền thiếu tỷ giá.';
comment on column mart.project_figure.cut_off_date is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.project_figure.as_of_date is 'Day the register was closed. | Ngày chốt sổ dự án.';
comment on column mart.project_figure.received_at is 'When the register came. | Lúc sổ dự án đến.';
comment on column mart.project_figure.source_id is 'Source contract the file was read by. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.project_figure.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column mart.project_figure.revision_number is 'Revision of the register. | Sổ là bản sửa thứ mấy.';
comment on column mart.project_figure.value_kind is 'Kind the register states; actual where it states none. | Loại số liệu ghi trong sổ; không ghi thì là thực hiện.';
comment on column mart.project_figure.is_revised is 'True when an earlier revision of the register said something else. | Đúng khi một bản trước của sổ ghi khác.';

-- Grain: one row per indicator, period, term and cell (or report) behind its headline for the province.
-- Follows the same rules as the sums: only what was counted is here.
create view mart.indicator_lineage as
with cell as (
    select
        answer.indicator_code,
        answer.period_code,
        case when answer.side = 'second' and answer.arithmetic = 'ratio' then 'full_year' else answer.side end as side,
        term.measure_code,
        answer.reporting_unit_code,
        observation.axis_code,
        observation.member_code,
        observation.value,
        case
            when answer.arithmetic = 'units_share' then contribution.numerator
            when counted.is_counted then observation.value
            else 0
        end as added_value,
        observation.value_state,
        observation.submission_id,
        observation.sheet_name,
        observation.cell,
        not counted.is_counted as is_evidence_only
    from mart.indicator_answer as answer
    inner join reference.indicator_term as term
        on answer.indicator_code = term.indicator_code and answer.side = term.side
    inner join mart.indicator_contribution as contribution
        on
            answer.indicator_code = contribution.indicator_code
            and answer.period_code = contribution.period_code
            and answer.reporting_unit_code = contribution.reporting_unit_code
            and contribution.side in ('single', answer.side)
            and contribution.axis_code = 'total'
            and contribution.is_answered
    inner join mart.observation_latest as observation
        on
            answer.reporting_unit_code = observation.reporting_unit_code
            and answer.period_code = observation.period_code
            and term.measure_code = observation.measure_code
            and observation.axis_code in ('total', term.axis_code)
            and observation.value is not null
    cross join lateral (
        select
            observation.axis_code = term.axis_code
            and (term.member_codes is null or observation.member_code = any(term.member_codes))
            and (
                term.excluded_member_codes is null
                or observation.member_code <> all(term.excluded_member_codes)
            ) as is_counted
    ) as counted
    where
        answer.axis_code = 'total'
        and answer.is_counted
        and answer.value is not null
        and (
            counted.is_counted
            -- A zero that follows from the total and the other members is shown by all of them.
            or not exists (
                select 1
                from mart.observation_latest as part
                where
                    part.reporting_unit_code = observation.reporting_unit_code
                    and part.period_code = observation.period_code
                    and part.measure_code = observation.measure_code
                    and part.axis_code = term.axis_code
                    and part.value is not null
                    and (term.member_codes is null or part.member_code = any(term.member_codes))
                    and (
                        term.excluded_member_codes is null
                        or part.member_code <> all(term.excluded_member_codes)
                    )
            )
        )
),

-- Process indicators, and shares of bodies, stand on whole reports.
report as (
    select
        contribution.indicator_code,
        contribution.period_code,
        part.side,
        part.measure_code,
        contribution.reporting_unit_code,
        'total' as axis_code,
        'total' as member_code,
        part.value,
        part.value as added_value,
        'reported' as value_state,
        status.submission_id,
        null::text as sheet_name,
        null::text as cell,
        false as is_evidence_only
    from mart.indicator_contribution as contribution
    inner join reference.indicator on contribution.indicator_code = indicator.indicator_code
    inner join mart.report_status as status
        on
            contribution.period_code = status.period_code
            and contribution.reporting_unit_code = status.reporting_unit_code
    cross join lateral (
        values
        ('timeliness', 'numerator', 'REP02', contribution.numerator),
        ('timeliness', 'denominator', 'REP01', contribution.denominator),
        ('completeness', 'numerator', 'REP05', contribution.numerator),
        ('completeness', 'denominator', 'REP05', contribution.denominator),
        ('first_pass', 'numerator', 'REP06', contribution.numerator),
        ('first_pass', 'denominator', 'REP02', contribution.denominator),
        ('revised_share', 'numerator', 'REP03', contribution.numerator),
        ('revised_share', 'denominator', 'REP02', contribution.denominator),
        (
            'units_share',
            'denominator',
            case indicator.denominator_population when 'communes' then 'REP01' else 'REP02' end,
            contribution.denominator
        )
    ) as part (arithmetic, side, measure_code, value)
    where
        contribution.axis_code = 'total'
        and indicator.arithmetic = part.arithmetic
),

-- The error of estimates is read element by element: the final figures behind it.
final as (
    select
        contribution.indicator_code,
        contribution.period_code,
        'denominator' as side,
        observation.measure_code,
        contribution.reporting_unit_code,
        observation.axis_code,
        observation.member_code,
        observation.value,
        observation.value as added_value,
        observation.value_state,
        observation.submission_id,
        observation.sheet_name,
        observation.cell,
        false as is_evidence_only
    from mart.indicator_contribution as contribution
    inner join mart.observation_latest as observation
        on
            contribution.reporting_unit_code = observation.reporting_unit_code
            and contribution.period_code = observation.period_code
            and contribution.member_code = observation.measure_code
            and observation.axis_code = 'total'
    where contribution.axis_code = 'element'
)

select
    part.indicator_code,
    part.period_code,
    part.side,
    part.measure_code,
    part.reporting_unit_code,
    part.axis_code,
    part.member_code,
    part.value,
    part.added_value,
    part.value_state,
    part.is_evidence_only,
    part.submission_id,
    submission.sha256,
    receipt.original_name as file_name,
    receipt.receipt_number,
    submission.revision_number,
    part.sheet_name,
    part.cell,
    part.project_key,
    part.counted_as,
    part.printed_value,
    part.printed_unit_code,
    part.rate_ids,
    part.as_of_date
from (
    select
        answered.indicator_code,
        answered.period_code,
        answered.side,
        answered.measure_code,
        answered.reporting_unit_code,
        answered.axis_code,
        answered.member_code,
        case when line.project_key is null then answered.value else line.base_value end as value,
        case
            when line.project_key is null then answered.added_value
            when line.is_counted then line.base_value
            else 0
        end as added_value,
        coalesce(line.value_state, answered.value_state) as value_state,
        answered.is_evidence_only,
        coalesce(line.submission_id, answered.submission_id) as submission_id,
        coalesce(line.sheet_name, answered.sheet_name) as sheet_name,
        coalesce(line.cell, answered.cell) as cell,
        line.project_key,
        line.counted_as,
        line.value as printed_value,
        line.unit_code as printed_unit_code,
        line.rate_ids,
        line.as_of_date
    from (
        select * from cell
        union all
        select * from report
        union all
        select * from final
    ) as answered
    -- A figure made from a register has no cell of its own: it has the cells of its projects.
    left join mart.project_figure_cell as line
        on
            answered.cell is null
            and answered.reporting_unit_code = line.reporting_unit_code
            and answered.period_code = line.period_code
            and answered.measure_code = line.measure_code
            and answered.axis_code = line.axis_code
            and answered.member_code = line.member_code
            and line.value is not null
    union all
    select
        monitored.indicator_code,
        monitored.period_code,
        monitored.side,
        monitored.measure_code,
        monitored.reporting_unit_code,
        monitored.axis_code,
        monitored.member_code,
        monitored.value,
        monitored.value,
        'reported',
        false,
        monitored.submission_id,
        monitored.sheet_name,
        monitored.cell,
        null,
        null,
        null,
        null,
        null,
        null
    from mart.monitoring_lineage as monitored
) as part
left join warehouse.submission on part.submission_id = submission.submission_id
left join lateral (
    select
        receipt.original_name,
        receipt.receipt_number
    from landing.receipt
    where receipt.sha256 = submission.sha256 and receipt.source_id = submission.source_id
    order by receipt.receipt_id asc
    limit 1
) as receipt on true;
comment on view mart.indicator_lineage is 'From an indicator''s headline down to the files and cells it was added up from. | Từ giá trị chỉ tiêu xuống đến tệp và ô đã cộng nên nó.';
comment on column mart.indicator_lineage.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.indicator_lineage.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.indicator_lineage.side is 'numerator, denominator; first, second for pairs; full_year for the estimate of the whole year. | numerator tử số, denominator mẫu số; first, second là hai số đặt cạnh nhau; full_year là ước cả năm.';
comment on column mart.indicator_lineage.measure_code is 'Measure that enters; REP01 to REP06 are made by the platform. | Số liệu tham gia phép tính; REP01 đến REP06 do nền tảng tạo ra.';
comment on column mart.indicator_lineage.reporting_unit_code is 'Body the figure comes from. | Đơn vị cho con số.';
comment on column mart.indicator_lineage.axis_code is 'Breakdown of the cell. | Cách phân tổ của ô được cộng.';
comment on column mart.indicator_lineage.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.indicator_lineage.value is 'What the cell says, in base units; 1 for a body counted. | Ô ghi bao nhiêu, theo đơn vị gốc; 1 cho mỗi đơn vị được đếm.';
comment on column mart.indicator_lineage.added_value is 'What it adds to the term: the cell''s value, 1 or 0 for a share of bodies, 0 for a cell that only proves a zero. | Ô thêm bao nhiêu vào phép tính: giá trị của ô, 1 hoặc 0 với tỷ lệ đơn vị, 0 với ô chỉ chứng tỏ số không.';
comment on column mart.indicator_lineage.value_state is 'reported or nil. | reported có số hoặc nil không phát sinh.';
comment on column mart.indicator_lineage.is_evidence_only is 'True when the cell proves a zero and is not itself added. | Đúng khi ô chỉ chứng tỏ số không mà bản thân không được cộng.';
comment on column mart.indicator_lineage.submission_id is 'Submission; empty when a body that counts sent nothing. | Lần nộp; để trống khi một đơn vị được tính mà không gửi gì.';
comment on column mart.indicator_lineage.sha256 is 'Hash of the file. | Dấu vân tay của tệp nơi con số đứng.';
comment on column mart.indicator_lineage.file_name is 'Its name as first sent. | Tên tệp khi gửi lần đầu.';
comment on column mart.indicator_lineage.receipt_number is 'Receipt of its first arrival. | Biên nhận của lần đến đầu tiên.';
comment on column mart.indicator_lineage.revision_number is 'Revision of the body and period. | Lần sửa thứ mấy của đơn vị và kỳ.';
comment on column mart.indicator_lineage.sheet_name is 'Sheet; empty when the whole report counts. | Trang tính; để trống khi cả báo cáo được tính.';
comment on column mart.indicator_lineage.project_key is 'Project record, where the figure is made from a register. | Hồ sơ dự án, khi con số lấy từ sổ dự án.';
comment on column mart.indicator_lineage.counted_as is 'Record that counts in its place; the cell then adds nothing. | Hồ sơ được tính thay; khi ấy ô không thêm gì.';
comment on column mart.indicator_lineage.printed_value is 'What a register''s cell says, in the currency beside it. | Ô của sổ ghi bao nhiêu, theo loại tiền bên cạnh.';
comment on column mart.indicator_lineage.printed_unit_code is 'That currency, or the thing counted. | Loại tiền ấy, hoặc cái được đếm.';
comment on column mart.indicator_lineage.rate_ids is 'Exchange rates that made the value of it; see reference.exchange_rate. | Những tỷ giá đã làm ra giá trị; xem reference.exchange_rate.';
comment on column mart.indicator_lineage.as_of_date is 'Day the register was closed. | Ngày chốt sổ dự án.';
comment on column mart.indicator_lineage.cell is 'A1 address; empty when the whole report counts. | Địa chỉ kiểu A1; để trống khi cả báo cáo được tính.';

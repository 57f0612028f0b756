-- Grain: one row per reporting unit, period, measure and breakdown member.
-- What the reports that count say up to their cut-off: final before actual before estimate. The estimate for the whole
-- year (uoc_nam) has a column of its own beside it and never replaces it.
create view mart.reported_observation with (security_invoker = true) as
with known as not materialized (
    select
        observation.*,
        report_latest.cut_off_date,
        report_latest.source_id,
        report_latest.source_count,
        report_latest.place,
        report_latest.version_count,
        report_latest.received_at,
        array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], observation.value_kind) as kind_rank
    from mart.report_latest
    -- The build reads all figures there are; a function, the reports it was asked for one by one, by their key, and for
    -- headlines no other breakdown than some headline is made of.
    inner join
        /* composed: lateral (select * from */ warehouse.observation
        /* composed: where observation.submission_id = report_latest.submission_id
        and (not headlines_only or observation.axis_code in (select term.axis_code from reference.indicator_term as term))
        offset 0) as observation */
        on report_latest.submission_id = observation.submission_id
),

year_estimate as materialized (
    select
        known.submission_id,
        known.measure_code,
        known.axis_code,
        known.member_code,
        known.value
    from known
    where known.value_kind = 'uoc_nam'
),

-- Figures with a better kind beside them, in the same report: an estimate beside anything firmer, an actual beside
-- a final. Two small joins, because nearly every figure is an actual alone.
outdone as (
    select
        weaker.submission_id,
        weaker.line_number
    from known as weaker
    inner join known as stronger
        on
            weaker.submission_id = stronger.submission_id
            and weaker.measure_code = stronger.measure_code
            and weaker.axis_code = stronger.axis_code
            and weaker.member_code = stronger.member_code
    where weaker.value_kind = 'uoc' and stronger.value_kind in ('thuc_hien', 'chinh_thuc')
    union all
    select
        weaker.submission_id,
        weaker.line_number
    from known as stronger
    inner join known as weaker
        on
            stronger.submission_id = weaker.submission_id
            and stronger.measure_code = weaker.measure_code
            and stronger.axis_code = weaker.axis_code
            and stronger.member_code = weaker.member_code
    where stronger.value_kind = 'chinh_thuc' and weaker.value_kind = 'thuc_hien'
),

-- Two sources may carry the same figure; the later arrival of the better kind is the one that counts.
outranked as (
    select
        submission_id,
        line_number
    from (
        select
            known.submission_id,
            known.line_number,
            row_number() over (
                partition by
                    known.reporting_unit_code,
                    known.period_code,
                    known.measure_code,
                    known.axis_code,
                    known.member_code
                order by known.kind_rank desc, known.received_at desc, known.submission_id desc
            ) as place
        from known
        where known.source_count > 1 and known.value_kind <> 'uoc_nam'
    ) as ranked
    where place > 1
),

-- What the versions said that a report took the place of, or that are weaker: all of them as one range.
said_before as materialized (
    select
        latest.submission_id,
        earlier.measure_code,
        earlier.axis_code,
        earlier.member_code,
        earlier.value_kind,
        min(earlier.value) as lowest_value,
        max(earlier.value) as highest_value,
        count(earlier.value) = count(*) as has_values,
        count(earlier.value) = 0 as has_no_values,
        min(earlier.value_state) as first_state,
        max(earlier.value_state) as last_state
    from mart.report_latest as latest
    inner join mart.report_version as version
        on
            latest.source_id = version.source_id
            and latest.reporting_unit_code = version.reporting_unit_code
            and latest.period_code = version.period_code
            and latest.place < version.place
    inner join
        /* composed: lateral (select * from */ warehouse.observation
        /* composed: where observation.submission_id = version.submission_id
        and (not headlines_only or observation.axis_code in (select term.axis_code from reference.indicator_term as term))
        offset 0) */ as earlier
        on version.submission_id = earlier.submission_id
    where latest.version_count > 1
    group by
        latest.submission_id,
        earlier.measure_code,
        earlier.axis_code,
        earlier.member_code,
        earlier.value_kind
),

-- A register of projects of the same body, period and measure takes the place of the report's figure, breakdowns
-- included: parts of a report never stand beside the total of a register.
register as (
    select
        figure.reporting_unit_code,
        figure.period_code,
        figure.measure_code
    from mart.project_figure as figure
    where figure.axis_code = 'total'
),

left_out as (
    select
        submission_id,
        line_number
    from outdone
    union
    select
        submission_id,
        line_number
    from outranked
)

select
    known.reporting_unit_code,
    known.period_code,
    known.measure_code,
    known.axis_code,
    known.member_code,
    known.value,
    known.value_state,
    known.value_kind,
    known.kind_rank,
    estimate.value as full_year_estimate,
    known.cut_off_date,
    known.revision_number,
    -- Revised: one of them said something else. An actual that becomes final is not a restatement.
    said_before.submission_id is not null
    and not (
        said_before.first_state = known.value_state
        and said_before.last_state = known.value_state
        and (
            (known.value is null and said_before.has_no_values)
            or (
                said_before.has_values
                and said_before.lowest_value = known.value
                and said_before.highest_value = known.value
            )
        )
    ) as is_revised,
    false as is_partial,
    known.source_id,
    known.submission_id,
    known.line_number,
    known.sheet_name,
    known.cell,
    register.measure_code is not null as is_superseded
from known
left join register
    on
        known.reporting_unit_code = register.reporting_unit_code
        and known.period_code = register.period_code
        and known.measure_code = register.measure_code
left join left_out on known.submission_id = left_out.submission_id and known.line_number = left_out.line_number
left join said_before
    on
        known.submission_id = said_before.submission_id
        and known.measure_code = said_before.measure_code
        and known.axis_code = said_before.axis_code
        and known.member_code = said_before.member_code
        and known.value_kind = said_before.value_kind
left join year_estimate as estimate
    on
        known.submission_id = estimate.submission_id
        and known.measure_code = estimate.measure_code
        and known.axis_code = estimate.axis_code
        and known.member_code = estimate.member_code
where
    known.value_kind <> 'uoc_nam'
    and left_out.submission_id is null;
comment on view mart.reported_observation is 'What the reports that count say, before registers of projects take the place of figures. Start with mart.observation_latest instead. | Điều các báo cáo đang được tính ghi, trước khi sổ dự án thay số của báo cáo. Hãy bắt đầu từ mart.observation_latest, không phải ở đây.';
comment on column mart.reported_observation.reporting_unit_code is 'Reporting body. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.reported_observation.period_code is 'Reporting period; flows run from 1 January to the cut-off, so the annual figure replaces the six-month one. | Kỳ báo cáo; số phát sinh tính từ 1 tháng 1 đến ngày chốt, nên số năm thay số sáu tháng.';
comment on column mart.reported_observation.measure_code is 'Measure. | Mã số liệu theo biểu mẫu của kế hoạch, ví dụ MED01.';
comment on column mart.reported_observation.axis_code is 'Breakdown; total for the undivided figure. Never add the total to its parts. | Cách phân tổ; total là số chung. Không bao giờ cộng số chung với các phần của nó.';
comment on column mart.reported_observation.member_code is 'Member of the breakdown; total for the undivided figure. | Thành phần trong cách phân tổ; total là số chung.';
comment on column mart.reported_observation.value is 'Figure in base units; empty unless the state is reported or nil. | Con số theo đơn vị gốc; chỉ có khi trạng thái là reported hoặc nil, còn lại để trống.';
comment on column mart.reported_observation.value_state is 'reported, nil, not_applicable, withheld or missing. Missing is not zero. | reported, nil, not_applicable, withheld hoặc missing: có số, không phát sinh, không áp dụng, không cung cấp, thiếu. Thiếu không phải là 0.';
comment on column mart.reported_observation.value_kind is 'chinh_thuc final, thuc_hien actual, uoc estimate. | chinh_thuc chính thức, thuc_hien thực hiện, uoc ước.';
comment on column mart.reported_observation.kind_rank is 'The same as a number: 1 estimate, 2 actual, 3 final. | Thứ bậc bằng số: 1 ước, 2 thực hiện, 3 chính thức.';
comment on column mart.reported_observation.full_year_estimate is 'Estimate for the whole year given beside the figure, annual reports only. | Số ước đến 31/12 ghi bên cạnh con số, chỉ ở báo cáo năm.';
comment on column mart.reported_observation.cut_off_date is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.reported_observation.revision_number is 'Revision the figure comes from. | Con số lấy từ lần sửa thứ mấy.';
comment on column mart.reported_observation.is_revised is 'True when an earlier accepted revision said something else here. | Đúng khi một bản được chấp nhận trước đó ghi khác ở chỗ này.';
comment on column mart.reported_observation.is_partial is 'Always false: only a figure made from a register can be partial. | Luôn sai: chỉ con số lấy từ sổ dự án mới có thể chưa đủ.';
comment on column mart.reported_observation.source_id is 'Source contract. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.reported_observation.submission_id is 'Submission it comes from. | Lần gửi cho con số đang được tính.';
comment on column mart.reported_observation.line_number is 'Order of its cell in the report. | Thứ tự của ô này trong báo cáo.';
comment on column mart.reported_observation.sheet_name is 'Sheet of the report the cell is on. | Trang của báo cáo có ô này.';
comment on column mart.reported_observation.cell is 'A1 address on that sheet of the report. | Địa chỉ kiểu A1 của ô trên trang ấy của báo cáo.';
comment on column mart.reported_observation.is_superseded is 'True where a register of projects took the place of the figure. | Đúng nếu sổ dự án đã thay số này.';

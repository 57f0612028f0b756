-- Grain: one row per line of mart.indicator_value, side of it and cell (or report) behind it.
-- Headlines and breakdowns, province, groups and bodies. Follows the same rules as the sums: only what was counted is
-- here, and added_value adds up to what is published. Filter on indicator and period first: the rest follows from them.
create view mart.lineage as
with answered as not materialized (
    -- What each body adds, on every line it is added up on; the same lines as in mart.indicator_value.
    select
        contribution.indicator_code,
        contribution.period_code,
        contribution.reporting_unit_code,
        contribution.side,
        contribution.axis_code,
        contribution.member_code,
        contribution.numerator,
        contribution.denominator,
        contribution.full_year_numerator,
        contribution.full_year_denominator,
        contribution.is_answered,
        indicator.arithmetic,
        indicator.denominator_population,
        unit_scope.scope_type,
        unit_scope.scope_code,
        case contribution.axis_code when 'total' then unit_scope.axis_code else contribution.axis_code end
            as line_axis_code,
        case contribution.axis_code when 'total' then unit_scope.member_code else contribution.member_code end
            as line_member_code
    from mart.indicator_contribution as contribution
    inner join reference.indicator on contribution.indicator_code = indicator.indicator_code
    inner join mart.unit_scope
        on
            contribution.reporting_unit_code = unit_scope.reporting_unit_code
            and case
                when unit_scope.axis_code <> 'total'
                    then
                        contribution.axis_code = 'total'
                        and exists (
                            select 1
                            from reference.indicator_axis as axis
                            where
                                axis.indicator_code = contribution.indicator_code
                                and axis.axis_code = unit_scope.axis_code
                        )
                when contribution.axis_code <> 'total' and unit_scope.scope_type <> 'province'
                    then
                        indicator.arithmetic = 'estimate_error'
                        and unit_scope.scope_type = any(indicator.scopes)
                else unit_scope.scope_type = any(indicator.scopes)
            end
),

cell as (
    select
        answered.indicator_code,
        answered.period_code,
        answered.scope_type,
        answered.scope_code,
        answered.side as line_side,
        answered.line_axis_code,
        answered.line_member_code,
        answer.side,
        term.measure_code,
        answered.reporting_unit_code,
        observation.axis_code,
        observation.member_code,
        observation.value,
        case
            when answered.arithmetic = 'units_share' then answered.numerator
            when counted.is_counted then observation.value
            else 0
        end as added_value,
        observation.value_state,
        observation.submission_id,
        observation.sheet_name,
        observation.cell,
        not counted.is_counted as is_evidence_only,
        true as may_have_register
    from answered
    inner join mart.indicator_answer as answer
        on
            answered.indicator_code = answer.indicator_code
            and answered.period_code = answer.period_code
            and answered.reporting_unit_code = answer.reporting_unit_code
            and answered.side in ('single', answer.side)
            and answered.axis_code = answer.axis_code
            and answered.member_code = answer.member_code
            and (answered.arithmetic <> 'ratio' or answer.side <> 'second')
            and answer.is_counted
            and answer.value is not null
    inner join reference.indicator_term as term
        on answer.indicator_code = term.indicator_code and answer.side = term.side
    inner join mart.observation_latest as observation
        on
            answered.reporting_unit_code = observation.reporting_unit_code
            and answered.period_code = observation.period_code
            and term.measure_code = observation.measure_code
            and case
                when answered.axis_code = 'total' then observation.axis_code in ('total', term.axis_code)
                else observation.axis_code = answered.axis_code and observation.member_code = answered.member_code
            end
            and observation.value is not null
    cross join lateral (
        select
            answered.axis_code <> 'total'
            or (
                observation.axis_code = term.axis_code
                and (term.member_codes is null or observation.member_code = any(term.member_codes))
                and (
                    term.excluded_member_codes is null
                    or observation.member_code <> all(term.excluded_member_codes)
                )
            ) as is_counted
    ) as counted
    where
        answered.is_answered
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

-- The estimate of a ratio for the whole year: a measure of its own over the same denominator.
year_ratio as (
    select
        answered.indicator_code,
        answered.period_code,
        answered.scope_type,
        answered.scope_code,
        answered.side as line_side,
        answered.line_axis_code,
        answered.line_member_code,
        case answer.side when 'second' then 'full_year' else 'full_year_denominator' end as side,
        term.measure_code,
        answered.reporting_unit_code,
        observation.axis_code,
        observation.member_code,
        observation.value,
        observation.value as added_value,
        observation.value_state,
        observation.submission_id,
        observation.sheet_name,
        observation.cell,
        false as is_evidence_only,
        true as may_have_register
    from answered
    inner join mart.indicator_answer as answer
        on
            answered.indicator_code = answer.indicator_code
            and answered.period_code = answer.period_code
            and answered.reporting_unit_code = answer.reporting_unit_code
            and answered.axis_code = answer.axis_code
            and answered.member_code = answer.member_code
            and answer.side in ('second', 'denominator')
            and answer.is_counted
    inner join reference.indicator_term as term
        on answer.indicator_code = term.indicator_code and answer.side = term.side
    inner join mart.observation_latest as observation
        on
            answered.reporting_unit_code = observation.reporting_unit_code
            and answered.period_code = observation.period_code
            and term.measure_code = observation.measure_code
            and answered.axis_code = observation.axis_code
            and answered.member_code = observation.member_code
            and observation.value is not null
    where answered.arithmetic = 'ratio' and answered.full_year_numerator is not null
),

-- Breakdowns of sums are the province's, straight from the figures.
broken_down as not materialized (
    select
        term.indicator_code,
        observation.period_code,
        'province' as scope_type,
        'province' as scope_code,
        case indicator.arithmetic when 'pair' then term.side else 'single' end as line_side,
        observation.axis_code as line_axis_code,
        observation.member_code as line_member_code,
        term.side,
        term.measure_code,
        observation.reporting_unit_code,
        observation.axis_code,
        observation.member_code,
        observation.value,
        observation.value as added_value,
        observation.value_state,
        observation.submission_id,
        observation.sheet_name,
        observation.cell,
        false as is_evidence_only,
        true as may_have_register,
        observation.full_year_estimate
    from reference.indicator_term as term
    inner join reference.indicator on term.indicator_code = indicator.indicator_code
    inner join reference.indicator_axis as axis
        on term.indicator_code = axis.indicator_code and term.axis_code in ('total', axis.axis_code)
    inner join mart.observation_latest as observation
        on
            term.measure_code = observation.measure_code
            and axis.axis_code = observation.axis_code
            and (term.member_codes is null or observation.member_code = any(term.member_codes))
            and (term.excluded_member_codes is null or observation.member_code <> all(term.excluded_member_codes))
            and (indicator.prevailing_units is null or observation.reporting_unit_code = any(indicator.prevailing_units))
            and (
                indicator.reconciling_units is null
                or observation.reporting_unit_code <> all(indicator.reconciling_units)
            )
    inner join reference.reporting_period as period
        on observation.period_code = period.period_code and period.period_kind = any(indicator.period_kinds)
    where indicator.arithmetic in ('sum', 'pair')
),

-- Estimates for the whole year stand in a column, and so in a cell, of their own.
estimated as (
    select
        answered.indicator_code,
        answered.period_code,
        answered.scope_type,
        answered.scope_code,
        answered.side as line_side,
        answered.line_axis_code,
        answered.line_member_code,
        term.measure_code,
        answered.reporting_unit_code,
        observation.axis_code,
        observation.member_code,
        observation.full_year_estimate,
        observation.submission_id
    from answered
    inner join reference.indicator_term as term
        on
            answered.indicator_code = term.indicator_code
            and (answered.side = 'single' or answered.side = term.side)
    inner join mart.observation_latest as observation
        on
            answered.reporting_unit_code = observation.reporting_unit_code
            and answered.period_code = observation.period_code
            and term.measure_code = observation.measure_code
            and term.axis_code = observation.axis_code
            and (term.member_codes is null or observation.member_code = any(term.member_codes))
            and (term.excluded_member_codes is null or observation.member_code <> all(term.excluded_member_codes))
    where answered.arithmetic in ('sum', 'pair') and answered.full_year_numerator is not null
    union all
    select
        indicator_code,
        period_code,
        scope_type,
        scope_code,
        line_side,
        line_axis_code,
        line_member_code,
        measure_code,
        reporting_unit_code,
        axis_code,
        member_code,
        full_year_estimate,
        submission_id
    from broken_down
),

year_estimate as (
    select
        estimated.indicator_code,
        estimated.period_code,
        estimated.scope_type,
        estimated.scope_code,
        estimated.line_side,
        estimated.line_axis_code,
        estimated.line_member_code,
        'full_year' as side,
        estimated.measure_code,
        estimated.reporting_unit_code,
        estimated.axis_code,
        estimated.member_code,
        estimated.full_year_estimate as value,
        estimated.full_year_estimate as added_value,
        stated.value_state,
        stated.submission_id,
        stated.sheet_name,
        stated.cell,
        false as is_evidence_only,
        false as may_have_register
    from estimated
    -- A register has no estimate: the one beside its figure is that of the report it took the place of.
    left join mart.superseded_observation as superseded
        on
            estimated.reporting_unit_code = superseded.reporting_unit_code
            and estimated.period_code = superseded.period_code
            and estimated.measure_code = superseded.measure_code
            and estimated.axis_code = superseded.axis_code
            and estimated.member_code = superseded.member_code
    left join warehouse.observation as stated
        on
            estimated.reporting_unit_code = stated.reporting_unit_code
            and estimated.period_code = stated.period_code
            and estimated.measure_code = stated.measure_code
            and estimated.axis_code = stated.axis_code
            and estimated.member_code = stated.member_code
            and stated.value_kind = 'uoc_nam'
            and stated.submission_id = coalesce(superseded.submission_id, estimated.submission_id)
    where estimated.full_year_estimate is not null
),

-- Process indicators, and shares of bodies, stand on whole reports.
report as (
    select
        answered.indicator_code,
        answered.period_code,
        answered.scope_type,
        answered.scope_code,
        answered.side as line_side,
        answered.line_axis_code,
        answered.line_member_code,
        part.side,
        part.measure_code,
        answered.reporting_unit_code,
        'total' as axis_code,
        'total' as member_code,
        part.value,
        part.value as added_value,
        'reported' as value_state,
        latest.submission_id,
        null::text as sheet_name,
        null::text as cell,
        false as is_evidence_only,
        false as may_have_register
    from answered
    left join mart.report_latest as latest
        on
            latest.source_id = 'agency_reports'
            and answered.period_code = latest.period_code
            and answered.reporting_unit_code = latest.reporting_unit_code
    inner join lateral (
        values
        ('timeliness', 'numerator', 'REP02', answered.numerator),
        ('timeliness', 'denominator', 'REP01', answered.denominator),
        ('completeness', 'numerator', 'REP05', answered.numerator),
        ('completeness', 'denominator', 'REP05', answered.denominator),
        ('first_pass', 'numerator', 'REP06', answered.numerator),
        ('first_pass', 'denominator', 'REP02', answered.denominator),
        ('revised_share', 'numerator', 'REP03', answered.numerator),
        ('revised_share', 'denominator', 'REP02', answered.denominator),
        (
            'units_share',
            'denominator',
            case answered.denominator_population when 'communes' then 'REP01' else 'REP02' end,
            answered.denominator
        )
    ) as part (arithmetic, side, measure_code, value)
        on answered.arithmetic = part.arithmetic and part.value is not null
),

-- The error of estimates is read element by element: the final figure, and the estimate that stood before it. The two
-- cells of a body add with opposite signs, the larger one positive, and so add up to the distance between them.
element as (
    select
        answered.*,
        observation.measure_code,
        observation.value as final_value,
        observation.value_state,
        observation.submission_id,
        observation.sheet_name,
        observation.cell,
        estimate.measure_code as estimate_measure_code,
        estimate.value as estimate_value,
        estimate.value_state as estimate_state,
        estimate.submission_id as estimate_submission_id,
        estimate.sheet_name as estimate_sheet_name,
        estimate.cell as estimate_cell
    from answered
    inner join mart.observation_latest as observation
        on
            answered.reporting_unit_code = observation.reporting_unit_code
            and answered.period_code = observation.period_code
            and answered.member_code = observation.measure_code
            and observation.axis_code = 'total'
    -- The same choice of estimate as in mart.indicator_contribution.
    inner join lateral (
        select stated.*
        from warehouse.observation as stated
        inner join warehouse.submission on stated.submission_id = submission.submission_id
        cross join mart.build
        where
            stated.reporting_unit_code = observation.reporting_unit_code
            and stated.period_code = observation.period_code
            and stated.axis_code = 'total'
            and stated.value is not null
            and (
                (stated.measure_code = observation.measure_code and stated.value_kind = 'uoc_nam')
                or (
                    stated.value_kind <> 'chinh_thuc'
                    and exists (
                        select 1
                        from reference.indicator_term as term
                        inner join reference.indicator_term as whole_year
                            on term.indicator_code = whole_year.indicator_code and whole_year.side = 'second'
                        inner join reference.indicator on term.indicator_code = indicator.indicator_code
                        where
                            indicator.arithmetic = 'ratio'
                            and term.side = 'numerator'
                            and term.measure_code = observation.measure_code
                            and whole_year.measure_code = stated.measure_code
                    )
                )
            )
            and submission.received_at <= coalesce(build.as_known, 'infinity')
        order by submission.received_at desc, stated.revision_number desc
        limit 1
    ) as estimate on true
    where answered.arithmetic = 'estimate_error' and answered.axis_code = 'element'
),

element_cell as (
    select
        element.indicator_code,
        element.period_code,
        element.scope_type,
        element.scope_code,
        element.side as line_side,
        element.line_axis_code,
        element.line_member_code,
        part.side,
        part.measure_code,
        element.reporting_unit_code,
        'total' as axis_code,
        'total' as member_code,
        part.value,
        part.added_value,
        part.value_state,
        part.submission_id,
        part.sheet_name,
        part.cell,
        false as is_evidence_only,
        false as may_have_register
    from element
    cross join lateral (
        values
        (
            'numerator', element.measure_code, element.final_value,
            case when element.final_value >= element.estimate_value then 1 else -1 end * element.final_value,
            element.value_state, element.submission_id, element.sheet_name, element.cell
        ),
        (
            'numerator', element.estimate_measure_code, element.estimate_value,
            case when element.final_value >= element.estimate_value then -1 else 1 end * element.estimate_value,
            element.estimate_state, element.estimate_submission_id, element.estimate_sheet_name, element.estimate_cell
        ),
        (
            'denominator', element.measure_code, element.final_value, element.final_value,
            element.value_state, element.submission_id, element.sheet_name, element.cell
        )
    ) as part (side, measure_code, value, added_value, value_state, submission_id, sheet_name, cell)
),

stated as (
    select * from cell
    union all
    select * from year_ratio
    union all
    select
        indicator_code,
        period_code,
        scope_type,
        scope_code,
        line_side,
        line_axis_code,
        line_member_code,
        side,
        measure_code,
        reporting_unit_code,
        axis_code,
        member_code,
        value,
        added_value,
        value_state,
        submission_id,
        sheet_name,
        cell,
        is_evidence_only,
        may_have_register
    from broken_down
    where value is not null
    union all
    select * from year_estimate
    union all
    select * from report
    union all
    select * from element_cell
)

select
    part.indicator_code,
    indicator.definition_hash as indicator_version,
    part.period_code,
    part.scope_type,
    part.scope_code,
    part.line_side,
    part.line_axis_code,
    part.line_member_code,
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
    receipt.receipt_number,
    submission.revision_number,
    part.sheet_name,
    part.cell,
    part.first_date,
    part.last_date,
    part.project_key,
    part.counted_as,
    part.printed_value,
    part.printed_unit_code,
    part.as_of_date,
    part.first_rate_id,
    part.second_rate_id,
    rate.exchange_rate_vi,
    applied_correction.correction_code,
    applied_correction.printed_value as uncorrected_value
from (
    select
        stated.indicator_code,
        stated.period_code,
        stated.scope_type,
        stated.scope_code,
        stated.line_side,
        stated.line_axis_code,
        stated.line_member_code,
        stated.side,
        stated.measure_code,
        stated.reporting_unit_code,
        stated.axis_code,
        stated.member_code,
        case when line.project_key is null then stated.value else line.base_value end as value,
        case
            when line.project_key is null then stated.added_value
            when line.is_counted then line.base_value
            else 0
        end as added_value,
        coalesce(line.value_state, stated.value_state) as value_state,
        stated.is_evidence_only,
        coalesce(line.submission_id, stated.submission_id) as submission_id,
        coalesce(line.sheet_name, stated.sheet_name) as sheet_name,
        coalesce(line.cell, stated.cell) as cell,
        null::date as first_date,
        null::date as last_date,
        line.project_key,
        line.counted_as,
        line.value as printed_value,
        line.unit_code as printed_unit_code,
        line.as_of_date,
        line.rate_ids[1] as first_rate_id,
        line.rate_ids[2] as second_rate_id
    from stated
    -- A figure made from a register has no cell of its own: it has the cells of its projects.
    left join mart.project_figure_cell as line
        on
            stated.may_have_register
            and stated.cell is null
            and stated.reporting_unit_code = line.reporting_unit_code
            and stated.period_code = line.period_code
            and stated.measure_code = line.measure_code
            and stated.axis_code = line.axis_code
            and stated.member_code = line.member_code
            and line.value is not null
    union all
    select
        monitored.indicator_code,
        monitored.period_code,
        'province',
        'province',
        'single',
        monitored.axis_code,
        monitored.member_code,
        monitored.side,
        monitored.measure_code,
        monitored.reporting_unit_code,
        monitored.cell_axis_code,
        monitored.cell_member_code,
        monitored.value,
        monitored.value,
        'reported',
        false,
        monitored.submission_id,
        monitored.sheet_name,
        monitored.cell,
        monitored.first_date,
        monitored.last_date,
        null,
        null,
        null,
        null,
        null,
        null,
        null
    from mart.monitoring_lineage as monitored
) as part
inner join reference.indicator on part.indicator_code = indicator.indicator_code
left join warehouse.submission on part.submission_id = submission.submission_id
left join warehouse.applied_correction
    on
        part.submission_id = applied_correction.submission_id
        and part.cell = applied_correction.cell
        and (part.sheet_name = applied_correction.sheet_name or applied_correction.sheet_name is null)
left join lateral (
    select
        receipt.receipt_number
    from landing.receipt
    where receipt.sha256 = submission.sha256 and receipt.source_id = submission.source_id
    order by receipt.receipt_id asc
    limit 1
) as receipt on true
left join lateral (
    select
        string_agg(
            '1 ' || exchange_rate.currency_code || ' = ' || trim_scale(exchange_rate.vnd_per_unit) || ' VND ('
            || to_char(exchange_rate.valid_from, 'DD/MM/YYYY') || '–' || to_char(exchange_rate.valid_to, 'DD/MM/YYYY')
            || ', ' || exchange_rate.source_name || ')',
            '; ' order by exchange_rate.rate_id = part.second_rate_id
        ) as exchange_rate_vi
    from reference.exchange_rate
    where exchange_rate.rate_id in (part.first_rate_id, part.second_rate_id)
) as rate on part.first_rate_id is not null;
comment on view mart.lineage is 'From any value of an indicator, headline or breakdown, province, group or body, down to the files and cells it was added up from. | Từ một giá trị chỉ tiêu bất kỳ (số chung hay phân tổ; toàn tỉnh, nhóm hay đơn vị) xuống đến tệp và ô đã cộng nên nó.';
comment on column mart.lineage.indicator_code is 'Indicator. | Chỉ tiêu.';
comment on column mart.lineage.indicator_version is 'Hash of its entry in the catalogue: another hash, another definition. | Mã băm của mục định nghĩa; mã khác là định nghĩa khác.';
comment on column mart.lineage.period_code is 'Reporting period. | Kỳ báo cáo.';
comment on column mart.lineage.scope_type is 'province, group or unit. | Toàn tỉnh, nhóm hay đơn vị.';
comment on column mart.lineage.scope_code is 'province, the group code or the unit code. | Mã của phạm vi ấy.';
comment on column mart.lineage.line_side is 'Side in mart.indicator_value: single; first and second for pairs. | Vế trong mart.indicator_value: single; first, second với chỉ tiêu cặp.';
comment on column mart.lineage.line_axis_code is 'Breakdown of the value traced; total for the headline. | Cách phân tổ của giá trị được lần; total là số chung.';
comment on column mart.lineage.line_member_code is 'Member of that breakdown; total for the headline. | Thành phần của cách phân tổ ấy.';
comment on column mart.lineage.side is 'numerator, denominator; first, second for pairs; full_year and full_year_denominator for the estimate of the whole year. | Tử số, mẫu số; hai vế của cặp; full_year là ước cả năm.';
comment on column mart.lineage.measure_code is 'Measure that enters; REP01 to REP06 are made by the platform. | Số liệu được cộng; REP01 đến REP06 do hệ thống tự tính.';
comment on column mart.lineage.reporting_unit_code is 'Body the figure comes from. | Đơn vị có số liệu này.';
comment on column mart.lineage.axis_code is 'Breakdown of the cell. | Cách phân tổ của ô.';
comment on column mart.lineage.member_code is 'Member of the cell''s breakdown. | Thành phần phân tổ của ô.';
comment on column mart.lineage.value is 'What the cell says, in base units; 1 for a body counted. | Số trong ô, theo đơn vị gốc; 1 nếu là một đơn vị được đếm.';
comment on column mart.lineage.added_value is 'What it adds to the side: the cell''s value, 1 or 0 for a share of bodies, 0 for a cell that only proves a zero. | Phần cộng vào vế; 0 nếu ô chỉ làm chứng cho số 0.';
comment on column mart.lineage.value_state is 'reported or nil. | Có số, hoặc không phát sinh.';
comment on column mart.lineage.is_evidence_only is 'True when the cell proves a zero and is not itself added. | Đúng nếu ô chỉ làm chứng cho số 0.';
comment on column mart.lineage.submission_id is 'Submission; joins to mart.file_rule. Empty when a body that counts sent nothing. | Lần gửi; trống nếu đơn vị được đếm mà không gửi gì.';
comment on column mart.lineage.sha256 is 'Hash of the file. | Mã băm của tệp.';
comment on column mart.lineage.receipt_number is 'Receipt of its first arrival: what a file is called here, since its name may be a person''s. | Số biên nhận lần đến đầu tiên; dùng thay tên tệp, vì tên tệp có thể là tên người.';
comment on column mart.lineage.revision_number is 'Revision of the body and period. | Bản thứ mấy của đơn vị và kỳ.';
comment on column mart.lineage.sheet_name is 'Sheet; empty when the whole report counts. | Trang tính; trống khi tính cả báo cáo.';
comment on column mart.lineage.cell is 'A1 address, lines of a text file, or path of an XML file; empty when the whole report counts. | Địa chỉ ô, các dòng của tệp văn bản hoặc đường dẫn trong tệp XML; trống khi tính cả báo cáo.';
comment on column mart.lineage.first_date is 'First day added from the lines of a monitoring file. | Ngày đầu được cộng, với tệp theo dõi hằng ngày.';
comment on column mart.lineage.last_date is 'Last day added from them. | Ngày cuối được cộng.';
comment on column mart.lineage.project_key is 'Project record, where the figure is made from a register. | Hồ sơ dự án, khi số liệu cộng từ sổ dự án.';
comment on column mart.lineage.counted_as is 'Record that counts in its place; the cell then adds nothing. | Hồ sơ được tính thay; khi đó ô không cộng gì.';
comment on column mart.lineage.printed_value is 'What a register''s cell says, in the currency beside it. | Số trong ô của sổ, theo loại tiền bên cạnh.';
comment on column mart.lineage.printed_unit_code is 'That currency, or the thing counted. | Loại tiền, hoặc thứ được đếm.';
comment on column mart.lineage.as_of_date is 'Day the register was closed. | Ngày khóa sổ.';
comment on column mart.lineage.first_rate_id is 'Exchange rate that made the value of it; joins to reference.exchange_rate. | Tỷ giá đã dùng để quy đổi.';
comment on column mart.lineage.second_rate_id is 'Second rate, where a third currency reached USD through đồng. | Tỷ giá thứ hai, khi quy đổi qua đồng.';
comment on column mart.lineage.exchange_rate_vi is 'The same rates in words: amount, days they hold, publisher. | Các tỷ giá ấy viết thành lời: giá trị, ngày áp dụng, nơi công bố.';
comment on column mart.lineage.correction_code is 'Entry of corrections.yml by which the cell counts otherwise than printed; empty for all others. | Mục hiệu chỉnh khiến ô được tính khác số in; trống với mọi ô khác.';
comment on column mart.lineage.uncorrected_value is 'What is printed in such a cell, in whole units; empty when it could not be read. | Số in trong ô đó, theo đơn vị gốc; trống nếu không đọc được.';

-- Grain: one row per register line, measure it gives, breakdown and member.
-- The cells behind every figure made from registers, those of projects counted elsewhere among them.
create table mart.project_figure_cell as
with line as (
    select
        flow.*,
        project_line.project_key,
        record.is_counted,
        record.counted_as,
        measure.measure_code as element_code,
        measure.base_unit,
        -- Lines for the whole register speak only where it lists no project: "không phát sinh".
        bool_or(flow.axis_code = 'project') over (
            partition by flow.reporting_unit_code, flow.period_code, measure.measure_code
        ) as has_projects
    from mart.capital_flow_latest as flow
    inner join reference.measure
        on flow.flow_code = measure.feed_flow_code and flow.measure_code = measure.feed_measure_code
    left join mart.project_line
        on flow.submission_id = project_line.submission_id and flow.line_number = project_line.line_number
    left join mart.project_record as record
        on project_line.project_key = record.project_key and project_line.submission_id = record.submission_id
    where
        flow.reporting_unit_code is not null
        and flow.period_code is not null
        and flow.axis_code in ('project', 'total')
),

-- An earlier accepted revision of the register said something else of the project.
restated as (
    select distinct
        line.submission_id,
        line.line_number
    from line
    inner join mart.file_version as latest on line.submission_id = latest.submission_id
    inner join mart.file_version as earlier
        on
            latest.source_id = earlier.source_id
            and latest.subject_key = earlier.subject_key
            and latest.place < earlier.place
    where
        not exists (
            select 1
            from warehouse.capital_flow as said
            where
                said.submission_id = earlier.submission_id
                and said.flow_code = line.flow_code
                and said.measure_code = line.measure_code
                and said.project_code is not distinct from line.project_code
                and said.axis_code = line.axis_code
                and said.value is not distinct from line.value
                and said.value_state = line.value_state
                and said.unit_code = line.unit_code
        )
),

broken_down as (
    select
        line.*,
        'total' as breakdown_axis_code,
        'total' as breakdown_member_code
    from line
    union all
    select
        line.*,
        axis.axis_code,
        member.member_code
    from line
    inner join reference.measure_axis as axis
        on
            line.element_code = axis.measure_code
            /* composed: and (not headlines_only or axis.axis_code in (select axis_code from reference.indicator_term)) */
    inner join reference.code_list_member as member
        on
            axis.list_code = member.list_code
            and member.member_code = case
                when axis.axis_code in ('partner', 'donor') then line.partner_code
                when axis.axis_code = 'sector' then line.sector_code
                when axis.axis_code = 'zone' then line.zone_code
                when axis.axis_code = 'commune' then line.locality_code
                when axis.axis_code in ('oda_type', 'aid_kind') then line.type_code
                when axis.axis_code in ('funding', 'aid_form') then line.form_code
            end
)

select
    line.reporting_unit_code,
    line.period_code,
    line.element_code as measure_code,
    line.breakdown_axis_code as axis_code,
    line.breakdown_member_code as member_code,
    line.submission_id,
    line.line_number,
    line.source_id,
    line.project_key,
    coalesce(line.is_counted, true) as is_counted,
    line.counted_as,
    line.value,
    line.unit_code,
    line.value_state,
    case
        -- Nothing is nothing in every currency.
        when line.value = 0 then 0
        when line.base_unit = 'USD' then line.usd_value
        when line.base_unit = 'VND' then line.vnd_value
        else line.value
    end as base_value,
    line.rate_date,
    case
        when line.base_unit not in ('USD', 'VND') or line.unit_code = line.base_unit or coalesce(line.value, 0) = 0
            then null
        -- A third currency reaches USD through đồng, by two rates.
        when line.base_unit = 'USD' and line.unit_code <> 'VND'
            then array_remove(array[line.vnd_rate_id, line.usd_rate_id], null)
        when line.base_unit = 'USD' then array_remove(array[line.usd_rate_id], null)
        else array_remove(array[line.vnd_rate_id], null)
    end as rate_ids,
    line.window_end,
    line.as_of_date,
    line.received_at,
    line.revision_number,
    restated.line_number is not null as is_restated,
    line.sheet_name,
    line.cell
from broken_down as line
left join restated on line.submission_id = restated.submission_id and line.line_number = restated.line_number
where (line.axis_code = 'project') = line.has_projects;
alter table mart.project_figure_cell add constraint project_figure_cell_pk
primary key (submission_id, line_number, measure_code, axis_code);
create index project_figure_cell_figure
on mart.project_figure_cell (reporting_unit_code, period_code, measure_code, axis_code, member_code);
analyze mart.project_figure_cell;
comment on table mart.project_figure_cell is 'The register cells behind every figure of mart.project_figure. | Các ô của sổ đứng sau mỗi số của mart.project_figure.';
comment on column mart.project_figure_cell.reporting_unit_code is 'Body that keeps the register. | Đơn vị giữ sổ dự án.';
comment on column mart.project_figure_cell.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.project_figure_cell.measure_code is 'Measure of the plan the line gives. | Số liệu của kế hoạch mà dòng cho ra.';
comment on column mart.project_figure_cell.axis_code is 'Breakdown; total for the undivided figure. | Cách phân tổ của con số; total là số chung.';
comment on column mart.project_figure_cell.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.project_figure_cell.submission_id is 'Submission the row belongs to. | Lần gửi mà dòng này thuộc về: tệp nào, nơi nào gửi, bản thứ mấy.';
comment on column mart.project_figure_cell.line_number is 'Its place in the submission. | Thứ tự của dòng trong lần gửi.';
comment on column mart.project_figure_cell.source_id is 'Source contract the file was read by. | Hợp đồng nguồn đã đọc tệp.';
comment on column mart.project_figure_cell.project_key is 'Project record; empty for a line about the whole register. | Hồ sơ dự án; để trống với dòng nói về cả sổ.';
comment on column mart.project_figure_cell.is_counted is 'False when the project is counted in another record. | Sai khi dự án được tính ở hồ sơ khác.';
comment on column mart.project_figure_cell.counted_as is 'That record. | Hồ sơ được tính thay, khi dự án có hơn một hồ sơ.';
comment on column mart.project_figure_cell.value is 'As printed, in whole units. | Như in ra, theo đơn vị nguyên.';
comment on column mart.project_figure_cell.unit_code is 'Currency as printed, or the thing counted. | Loại tiền như in ra, hoặc cái được đếm.';
comment on column mart.project_figure_cell.value_state is 'reported, nil, not_applicable, withheld, missing. | reported có số, nil không phát sinh, not_applicable không áp dụng, withheld không cung cấp, missing thiếu.';
comment on column mart.project_figure_cell.base_value is 'In the base unit of the measure; empty when there is no value, or no rate. | Theo đơn vị gốc của số liệu; để trống khi không có giá trị hoặc không có tỷ giá.';
comment on column mart.project_figure_cell.rate_date is 'Day whose exchange rate converts it; empty for counts. | Lấy tỷ giá của ngày nào để quy đổi; để trống với số đếm.';
comment on column mart.project_figure_cell.rate_ids is 'Exchange rates used, in their order; empty list when one is missing, null when none is needed. | Những tỷ giá đã dùng, theo thứ tự; danh sách rỗng khi thiếu một tỷ giá, không có giá trị khi không cần.';
comment on column mart.project_figure_cell.window_end is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.project_figure_cell.as_of_date is 'Day the register was closed. | Ngày chốt sổ dự án.';
comment on column mart.project_figure_cell.received_at is 'When the file came. | Lúc tệp chứa con số đến.';
comment on column mart.project_figure_cell.revision_number is 'Revision of the register. | Sổ là bản sửa thứ mấy.';
comment on column mart.project_figure_cell.is_restated is 'True when an earlier revision of the register said something else of the project. | Đúng khi một bản trước của sổ ghi khác về dự án.';
comment on column mart.project_figure_cell.sheet_name is 'Sheet of the workbook. | Trang của tệp bảng tính nơi ghi con số.';
comment on column mart.project_figure_cell.cell is 'Where the figure stands. | Vị trí của con số trong tệp.';

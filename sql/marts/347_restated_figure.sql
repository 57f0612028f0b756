-- Grain: one row per figure that a file changed against the file whose place it took.
-- Figures only: a cell that moved, or a remark, is no change. Of each figure the firmest kind is compared, the estimate
-- for the whole year apart. Of monitoring the day is compared as a whole.
create table mart.restated_figure as
with said as (
    select distinct on (
        observation.submission_id,
        observation.measure_code,
        observation.axis_code,
        observation.member_code,
        observation.value_kind = 'uoc_nam'
    )
        observation.submission_id,
        jsonb_build_array(
            observation.measure_code,
            observation.axis_code,
            observation.member_code,
            observation.value_kind = 'uoc_nam'
        ) as identity,
        null::text as flow_code,
        observation.measure_code,
        observation.axis_code,
        observation.member_code,
        null::text as project_code,
        null::date as figure_date,
        observation.value,
        observation.value_state,
        null::text as unit_code,
        observation.value_kind,
        observation.sheet_name,
        observation.cell
    from warehouse.observation
    where
        observation.submission_id in (select submission_id from mart.replacement)
        or observation.submission_id in (select earlier_submission_id from mart.replacement)
    order by
        observation.submission_id asc,
        observation.measure_code asc,
        observation.axis_code asc,
        observation.member_code asc,
        observation.value_kind = 'uoc_nam' asc,
        array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], observation.value_kind) desc
),

-- A member is the same by its code, or by its printed name where it has none: a new spelling is no change.
printed as (
    select
        flow.submission_id,
        jsonb_build_array(
            flow.flow_code, flow.measure_code, flow.axis_code, coalesce(flow.member_code, flow.member_name),
            flow.partner_code, flow.sector_code, flow.locality_code, flow.project_code, flow.provider_code,
            flow.receiver_code, flow.zone_code, flow.type_code, flow.form_code, flow.unit_code,
            flow.window_start, flow.window_end
        ) as identity,
        flow.flow_code,
        flow.measure_code,
        flow.axis_code,
        coalesce(flow.member_code, flow.member_name) as member_code,
        flow.project_code,
        flow.window_end as figure_date,
        flow.value,
        flow.value_state,
        flow.unit_code,
        null::text as value_kind,
        flow.sheet_name,
        flow.cell
    from warehouse.capital_flow as flow
    where
        flow.submission_id in (select submission_id from mart.replacement)
        or flow.submission_id in (select earlier_submission_id from mart.replacement)
    union all
    select
        point.submission_id,
        jsonb_build_array(
            point.series_code, point.area_code, point.frequency_code, point.window_start, point.window_end
        ),
        null,
        point.series_code,
        'area',
        point.area_code,
        null,
        point.window_end,
        point.value,
        point.value_state,
        point.unit_name,
        null,
        null,
        point.cell
    from warehouse.series_point as point
    where
        point.submission_id in (select submission_id from mart.replacement)
        or point.submission_id in (select earlier_submission_id from mart.replacement)
),

figure as materialized (
    select * from said
    union all
    select * from printed
),

later as (
    select
        replacement.earlier_submission_id,
        figure.*
    from mart.replacement
    inner join figure on replacement.submission_id = figure.submission_id
),

earlier as (
    select
        replacement.submission_id as later_submission_id,
        figure.*
    from mart.replacement
    inner join figure on replacement.earlier_submission_id = figure.submission_id
),

compared as (
    select
        coalesce(later.submission_id, earlier.later_submission_id) as submission_id,
        coalesce(later.earlier_submission_id, earlier.submission_id) as earlier_submission_id,
        replacement.reporting_unit_code,
        replacement.period_code,
        coalesce(later.flow_code, earlier.flow_code) as flow_code,
        coalesce(later.measure_code, earlier.measure_code) as measure_code,
        coalesce(later.axis_code, earlier.axis_code) as axis_code,
        coalesce(later.member_code, earlier.member_code) as member_code,
        coalesce(later.project_code, earlier.project_code) as project_code,
        coalesce(later.figure_date, earlier.figure_date) as figure_date,
        coalesce(later.value_kind, earlier.value_kind, '') = 'uoc_nam' as is_full_year_estimate,
        case
            when earlier.submission_id is null then 'added'
            when later.submission_id is null then 'removed'
            when later.value_state <> earlier.value_state or (later.value is distinct from earlier.value) then 'changed'
            else 'confirmed'
        end as change_kind,
        earlier.value as old_value,
        later.value as new_value,
        earlier.value_state as old_state,
        later.value_state as new_state,
        earlier.value_kind as old_kind,
        later.value_kind as new_kind,
        coalesce(later.unit_code, earlier.unit_code) as unit_code,
        earlier.sheet_name as old_sheet_name,
        earlier.cell as old_cell,
        later.sheet_name,
        later.cell
    from later
    full outer join earlier
        on
            later.submission_id = earlier.later_submission_id
            and later.earlier_submission_id = earlier.submission_id
            and later.identity = earlier.identity
    inner join mart.replacement
        on
            coalesce(later.submission_id, earlier.later_submission_id) = replacement.submission_id
            and coalesce(later.earlier_submission_id, earlier.submission_id) = replacement.earlier_submission_id
    where
        earlier.submission_id is null
        or later.submission_id is null
        or later.value is distinct from earlier.value
        or later.value_state <> earlier.value_state
        or later.value_kind <> earlier.value_kind
    union all
    select
        change.submission_id,
        change.earlier_submission_id,
        replacement.reporting_unit_code,
        null,
        null,
        'MON01',
        'total',
        'total',
        null,
        change.monitored_date,
        false,
        'changed',
        change.old_item_count,
        change.new_item_count,
        'reported',
        'reported',
        null,
        null,
        null,
        null,
        null,
        null,
        null
    from mart.monitoring_day_replacement as change
    inner join mart.replacement
        on
            change.submission_id = replacement.submission_id
            and change.earlier_submission_id = replacement.earlier_submission_id
)

select
    row_number() over (
        partition by compared.submission_id
        order by
            compared.figure_date asc,
            compared.measure_code asc,
            compared.axis_code <> 'total' asc,
            compared.axis_code asc,
            compared.member_code asc,
            compared.project_code asc,
            compared.is_full_year_estimate asc,
            compared.cell asc,
            compared.old_cell asc
    ) as figure_number,
    compared.*
from compared;
alter table mart.restated_figure add constraint restated_figure_pk primary key (submission_id, figure_number);
create index restated_figure_period on mart.restated_figure (period_code, measure_code);
analyze mart.restated_figure;
comment on table mart.restated_figure is 'What each later file changed, figure by figure, with both cells. | Số liệu nào đã sửa, từ bao nhiêu thành bao nhiêu, ở ô nào.';
comment on column mart.restated_figure.figure_number is 'Order among the changes of that file. | Thứ tự trong các số đã sửa của tệp đó.';
comment on column mart.restated_figure.submission_id is 'The later file; joins to mart.restatement. | Tệp gửi sau; nối với mart.restatement.';
comment on column mart.restated_figure.earlier_submission_id is 'The file whose place it took. | Tệp bị thay.';
comment on column mart.restated_figure.reporting_unit_code is 'Body, where the file names one. | Đơn vị báo cáo, nếu tệp có nêu.';
comment on column mart.restated_figure.period_code is 'Reporting period, where the file names one. | Kỳ báo cáo, nếu tệp có nêu.';
comment on column mart.restated_figure.flow_code is 'fdi, oda or ngo, for capital figures. | Dòng vốn, với số liệu vốn.';
comment on column mart.restated_figure.measure_code is 'Measure; of a published series its code. | Mã số liệu; với chuỗi số liệu công bố là mã chuỗi.';
comment on column mart.restated_figure.axis_code is 'Breakdown; total for the undivided figure. | Cách phân tổ; total là số chung.';
comment on column mart.restated_figure.member_code is 'Member of the breakdown. | Thành phần của phân tổ.';
comment on column mart.restated_figure.project_code is 'Project, in registers and lists of projects. | Dự án, trong sổ hoặc danh mục dự án.';
comment on column mart.restated_figure.figure_date is 'Day monitored, or last day of the window; empty for reports. | Ngày theo dõi hoặc ngày cuối của khoảng; báo cáo thì để trống.';
comment on column mart.restated_figure.is_full_year_estimate is 'True for the estimate of the whole year. | Đúng nếu là số ước cả năm.';
comment on column mart.restated_figure.change_kind is 'changed, added, removed; confirmed: the same figure, of another kind. | Sửa, thêm, bỏ, hoặc giữ nguyên số nhưng đổi loại.';
comment on column mart.restated_figure.old_value is 'Figure before, in base units. | Số trước, theo đơn vị gốc.';
comment on column mart.restated_figure.new_value is 'Figure after, in base units. | Số sau, theo đơn vị gốc.';
comment on column mart.restated_figure.old_state is 'State before; empty when the figure was not there. | Trạng thái trước.';
comment on column mart.restated_figure.new_state is 'State after; empty when it was left out. | Trạng thái sau.';
comment on column mart.restated_figure.old_kind is 'Kind before: uoc, thuc_hien, chinh_thuc. | Loại số liệu trước.';
comment on column mart.restated_figure.new_kind is 'Kind after. | Loại số liệu sau.';
comment on column mart.restated_figure.unit_code is 'Currency or thing counted, for capital figures and series. | Đồng tiền hoặc đơn vị đếm, với số liệu vốn và chuỗi số liệu.';
comment on column mart.restated_figure.old_sheet_name is 'Sheet it stood on before. | Trang tính trước.';
comment on column mart.restated_figure.old_cell is 'Cell it stood in before. | Ô trước.';
comment on column mart.restated_figure.sheet_name is 'Sheet it stands on now. | Trang tính hiện nay.';
comment on column mart.restated_figure.cell is 'Cell it stands in now. | Ô hiện nay.';

-- Grain: one row per series, window, level the figures were given at, and place it is shown for.
-- A value stands only where the figures given cover the whole place and lie wholly in it. Otherwise it is empty and the
-- row says why; what is known of it stands beside, and is no total.
-- The place's own columns are part of the grouping, so that a filter on its level or map is met before the adding up.
create view mart.series_by_place with (security_invoker = true) as
with summed as (
    select
        figure.fact_name,
        figure.source_id,
        figure.series_code,
        figure.unit_code,
        figure.window_start_date,
        figure.window_end_date,
        figure.is_cumulative,
        given.geography as given_geography,
        given.place_level as given_level,
        place.geography,
        place.place_level,
        place.place_key,
        place.place_code,
        place.name_vi as place_name_vi,
        place.sort_key,
        crosswalk.to_piece_count,
        sum(figure.value) filter (where crosswalk.is_whole) as known_value,
        count(figure.value) filter (where crosswalk.is_whole) as known_count,
        count(*) filter (where not crosswalk.is_whole) as split_count,
        coalesce(
            sum(crosswalk.common_piece_count) filter (where crosswalk.is_whole and figure.value is not null), 0
        ) as covered_piece_count,
        string_agg(given.name_vi || ' (' || given.place_code || ')', '; ' order by given.sort_key) filter (
            where not crosswalk.is_whole
        ) as split_places
    from mart.fact_place_figure as figure
    inner join mart.dim_place as given on figure.place_key = given.place_key
    inner join mart.place_crosswalk as crosswalk on figure.place_key = crosswalk.from_place_key
    inner join mart.dim_place as place on crosswalk.to_place_key = place.place_key
    group by
        figure.fact_name,
        figure.source_id,
        figure.series_code,
        figure.unit_code,
        figure.window_start_date,
        figure.window_end_date,
        figure.is_cumulative,
        given.geography,
        given.place_level,
        place.geography,
        place.place_level,
        place.place_key,
        place.place_code,
        place.name_vi,
        place.sort_key,
        crosswalk.to_piece_count
)

select
    summed.fact_name,
    summed.source_id,
    summed.series_code,
    summed.unit_code,
    summed.window_start_date,
    summed.window_end_date,
    summed.is_cumulative,
    summed.given_geography,
    summed.given_level,
    summed.geography,
    summed.place_level,
    summed.place_key,
    summed.place_code,
    summed.place_name_vi,
    case when summed.covered_piece_count = summed.to_piece_count then summed.known_value end as value,
    case
        when summed.covered_piece_count = summed.to_piece_count then 'exact'
        when summed.split_count > 0 then 'share_unknown'
        else 'incomplete'
    end as series_state,
    case
        when summed.covered_piece_count = summed.to_piece_count then null
        when summed.split_count > 0 then 'Không tách được số liệu của ' || summed.split_places
        else 'Chưa đủ số liệu của các địa bàn thành phần'
    end as explanation_vi,
    summed.known_value,
    summed.known_count::integer as known_count,
    summed.split_count::integer as split_count,
    summed.sort_key
from summed;
comment on view mart.series_by_place is
'Every series by place on the old and the new map, where the crosswalk allows it; where it does not, the row says so. Filter geography, place_level and given_level. | Chuỗi số liệu theo địa bàn trên bản đồ cũ và mới, nơi nào quy đổi được; nơi không được thì dòng đó ghi rõ. Lọc theo geography, place_level và given_level.';
comment on column mart.series_by_place.fact_name is 'observation or capital_flow. | Bảng số liệu gốc.';
comment on column mart.series_by_place.source_id is 'Source contract; never add two sources. | Nguồn số liệu; không cộng hai nguồn.';
comment on column mart.series_by_place.series_code is 'Measure (MED01), or flow and what is counted (fdi/capital_new). | Số liệu (MED01), hoặc loại vốn và nội dung (fdi/capital_new).';
comment on column mart.series_by_place.unit_code is 'Whole unit of value. | Đơn vị nguyên của cột value.';
comment on column mart.series_by_place.window_start_date is 'First day the figures cover. | Ngày đầu tiên số liệu tính đến.';
comment on column mart.series_by_place.window_end_date is 'Last day they may cover; joins to dim_date. | Ngày cuối cùng số liệu tính đến; nối với dim_date.';
comment on column mart.series_by_place.is_cumulative is 'True: counts from 1 January; windows of one year are never added. | Đúng nếu lũy kế từ 01/01; không cộng các kỳ trong cùng năm.';
comment on column mart.series_by_place.given_geography is 'Map the figures were given on: old or new. | Bản đồ của số liệu gốc: old hoặc new.';
comment on column mart.series_by_place.given_level is 'Level they were given at: commune, district or province. Filter one; levels repeat each other. | Cấp của số liệu gốc. Chỉ lọc một cấp; các cấp trùng nhau.';
comment on column mart.series_by_place.geography is 'Map the place belongs to: old, new or both. | Bản đồ của địa bàn cần xem: old, new hoặc both.';
comment on column mart.series_by_place.place_level is 'province, district, commune or comparable_area. | Cấp của địa bàn cần xem.';
comment on column mart.series_by_place.place_key is 'Joins to dim_place. | Nối với dim_place.';
comment on column mart.series_by_place.place_code is 'Code of the place on its map. | Mã địa bàn trên bản đồ đó.';
comment on column mart.series_by_place.place_name_vi is 'Name of the place. | Tên địa bàn.';
comment on column mart.series_by_place.value is 'The figure for the whole place; empty unless the state is exact. | Số liệu của cả địa bàn; chỉ có khi trạng thái là exact.';
comment on column mart.series_by_place.series_state is 'exact; share_unknown: a figure lies only partly in the place; incomplete: a part of the place has no figure. | exact: chính xác; share_unknown: có số liệu chỉ thuộc một phần; incomplete: còn thiếu số liệu của một phần.';
comment on column mart.series_by_place.explanation_vi is 'Why there is no value, for the reader. | Vì sao không có số liệu.';
comment on column mart.series_by_place.known_value is 'Sum of the figures that lie wholly in the place; a total only when the state is exact. | Tổng các số nằm trọn trong địa bàn; chỉ là tổng số khi trạng thái là exact.';
comment on column mart.series_by_place.known_count is 'How many figures that sum is made of. | Số lượng số liệu trong tổng đó.';
comment on column mart.series_by_place.split_count is 'How many figures lie only partly in the place. | Số lượng số liệu chỉ thuộc một phần.';
comment on column mart.series_by_place.sort_key is 'Order by this for the Vietnamese alphabet. | Sắp xếp theo cột này để đúng bảng chữ cái tiếng Việt.';

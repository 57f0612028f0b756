-- Grain: one row per place and time with the same borders.
create table mart.dim_place as
select
    unit.unit_code || '@' || unit.valid_from as place_key,
    unit.unit_code as place_code,
    unit.unit_level as place_level,
    case unit.unit_level when 'province' then 'Tỉnh' when 'district' then 'Huyện' else 'Xã, phường' end
        as place_level_name_vi,
    case when coalesce(unit.valid_to <= last_change.changed_on, false) then 'old' else 'new' end as geography,
    unit.name_vi,
    parent.unit_code || '@' || parent.valid_from as parent_place_key,
    unit.valid_from,
    unit.valid_to,
    unit.basis,
    unit.sort_key
from reference.administrative_unit as unit
cross join (select max(changed_on) as changed_on from reference.unit_succession) as last_change
-- The parent of the same days: an old province's code lives on as that of the new one.
left join reference.administrative_unit as parent
    on
        unit.parent_code = parent.unit_code
        and unit.valid_from >= parent.valid_from
        and (parent.valid_to is null or unit.valid_from < parent.valid_to)
union all
select
    area.area_code,
    area.area_code,
    'comparable_area',
    'Vùng so sánh',
    'both',
    string_agg(unit.name_vi, ' + ' order by unit.sort_key),
    null,
    min(former.valid_from),
    null,
    'verified',
    string_agg(unit.sort_key, ' + ' order by unit.sort_key)
from mart.comparable_area as area
cross join (select max(changed_on) as changed_on from reference.unit_succession) as last_change
inner join reference.administrative_unit as unit
    on
        area.commune_code = unit.unit_code
        and unit.unit_level = 'commune'
        and not coalesce(unit.valid_to <= last_change.changed_on, false)
inner join lateral (
    select min(administrative_unit.valid_from) as valid_from
    from reference.unit_succession
    inner join reference.administrative_unit
        on
            unit_succession.former_code = administrative_unit.unit_code
            and unit_succession.changed_on = administrative_unit.valid_to
    where unit_succession.successor_code = area.commune_code
) as former on true
group by area.area_code;
alter table mart.dim_place add constraint dim_place_pk primary key (place_key);
create index dim_place_code on mart.dim_place (place_code);
analyze mart.dim_place;
comment on table mart.dim_place is
'Provinces, districts and communes of before and since 01/07/2025, and the areas that are the same on both sides. | Tỉnh, huyện, xã trước và từ ngày 01/07/2025, cùng các vùng có ranh giới không đổi qua ngày đó.';
comment on column mart.dim_place.place_key is 'Key: code and first day, because codes were used again. | Khóa: mã và ngày bắt đầu, vì mã đã được dùng lại.';
comment on column mart.dim_place.place_code is 'Code of the statistics office; of an area, the codes of its communes joined by +. | Mã của cơ quan thống kê; với vùng so sánh là mã các xã, phường nối bằng dấu +.';
comment on column mart.dim_place.place_level is 'province, district, commune or comparable_area. | Cấp địa bàn.';
comment on column mart.dim_place.place_level_name_vi is 'The same in words. | Cấp địa bàn, viết bằng chữ.';
comment on column mart.dim_place.geography is 'old: the map until 30/06/2025. new: the map since. both: the same on either. | old: bản đồ đến hết 30/06/2025. new: bản đồ từ đó. both: không đổi.';
comment on column mart.dim_place.name_vi is 'Full name. | Tên đầy đủ.';
comment on column mart.dim_place.parent_place_key is 'Place above it on the same map; empty for provinces and areas. | Địa bàn cấp trên trên cùng bản đồ; tỉnh và vùng so sánh thì để trống.';
comment on column mart.dim_place.valid_from is 'First day with these borders, or the first the list is believed for; older figures are put on no map. | Ngày đầu tiên có ranh giới này hoặc danh sách được coi là đúng; số liệu cũ hơn không đưa lên bản đồ.';
comment on column mart.dim_place.valid_to is 'First day it no longer had them. | Ngày đầu tiên không còn ranh giới này.';
comment on column mart.dim_place.basis is 'Where the entry comes from. | Căn cứ của dòng này.';
comment on column mart.dim_place.sort_key is 'Order by this for the Vietnamese alphabet. | Sắp xếp theo cột này để đúng bảng chữ cái tiếng Việt.';

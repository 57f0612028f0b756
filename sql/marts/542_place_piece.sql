-- Grain: one row per place and piece of land in it.
-- A piece is what one former commune gave to one commune of today. Every place of either map is made of whole pieces,
-- so one place lies inside another exactly when its pieces do.
create table mart.place_piece as
with piece as (
    select
        succession.former_code,
        succession.successor_code,
        succession.changed_on,
        former.parent_code as former_district_code,
        district.parent_code as former_province_code,
        today.parent_code as province_code,
        area.area_code
    from reference.unit_succession as succession
    inner join reference.administrative_unit as former
        on succession.former_code = former.unit_code and succession.changed_on = former.valid_to
    inner join reference.administrative_unit as district
        on former.parent_code = district.unit_code and succession.changed_on = district.valid_to
    inner join reference.administrative_unit as today
        on
            succession.successor_code = today.unit_code
            and succession.changed_on >= today.valid_from
            and (today.valid_to is null or succession.changed_on < today.valid_to)
    inner join mart.comparable_area as area on succession.successor_code = area.commune_code
)

select
    place.place_key,
    piece.former_code,
    piece.successor_code
from piece
inner join mart.dim_place as place
    on
        place.geography = 'old'
        and piece.changed_on = place.valid_to
        and place.place_code in (piece.former_code, piece.former_district_code, piece.former_province_code)
        or place.geography = 'new'
        and piece.changed_on >= place.valid_from
        and place.place_code in (piece.successor_code, piece.province_code)
        or place.geography = 'both'
        and piece.area_code = place.place_code;
alter table mart.place_piece add constraint place_piece_pk primary key (place_key, former_code, successor_code);
create index place_piece_of on mart.place_piece (former_code, successor_code);
analyze mart.place_piece;
comment on table mart.place_piece is
'What each place is made of: the pieces former communes gave to communes of today. | Mỗi địa bàn gồm những phần nào: phần đất xã cũ chuyển về xã mới.';
comment on column mart.place_piece.place_key is 'Place of either map. | Địa bàn của một trong hai bản đồ.';
comment on column mart.place_piece.former_code is 'Commune of before 01/07/2025 the piece comes from. | Xã, phường cũ có phần đất này.';
comment on column mart.place_piece.successor_code is 'Commune of today the piece lies in. | Xã, phường mới nhận phần đất này.';

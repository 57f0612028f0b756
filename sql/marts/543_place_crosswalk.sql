-- Grain: one row per two places that share land.
-- The share is 1 where the first lies wholly in the second and unknown otherwise: nobody published how people, projects
-- or events of a divided commune fell to its parts, so nothing is split by area or by guess.
create table mart.place_crosswalk as
with size as (
    select
        place_key,
        count(*) as piece_count
    from mart.place_piece
    group by place_key
),

common as (
    select
        source.place_key as from_place_key,
        target.place_key as to_place_key,
        count(*) as piece_count
    from mart.place_piece as source
    inner join mart.place_piece as target
        on source.former_code = target.former_code and source.successor_code = target.successor_code
    group by source.place_key, target.place_key
)

select
    common.from_place_key,
    common.to_place_key,
    case when common.piece_count = source.piece_count then 1 end::numeric as share_ratio,
    common.piece_count = source.piece_count as is_whole,
    case
        when common.piece_count = source.piece_count and common.piece_count = target.piece_count then 'same'
        when common.piece_count = source.piece_count then 'inside'
        when common.piece_count = target.piece_count then 'contains'
        else 'overlaps'
    end as relation,
    common.piece_count::integer as common_piece_count,
    target.piece_count::integer as to_piece_count
from common
inner join size as source on common.from_place_key = source.place_key
inner join size as target on common.to_place_key = target.place_key;
alter table mart.place_crosswalk add constraint place_crosswalk_pk primary key (from_place_key, to_place_key);
analyze mart.place_crosswalk;
comment on table mart.place_crosswalk is
'From any place to any other that shares land with it, across 01/07/2025 and between levels. | Bảng quy đổi giữa các địa bàn có chung phần đất, qua ngày 01/07/2025 và giữa các cấp.';
comment on column mart.place_crosswalk.from_place_key is 'Place a figure is about; joins to dim_place. | Địa bàn của số liệu; nối với dim_place.';
comment on column mart.place_crosswalk.to_place_key is 'Place it is wanted for; joins to dim_place. | Địa bàn cần có số liệu; nối với dim_place.';
comment on column mart.place_crosswalk.share_ratio is '1 when the first lies wholly in the second; empty when only part of it does: that share is not known. | Bằng 1 nếu nằm trọn; để trống nếu chỉ nằm một phần: không biết tỷ lệ.';
comment on column mart.place_crosswalk.is_whole is 'True when the first lies wholly in the second. | Đúng nếu nằm trọn.';
comment on column mart.place_crosswalk.relation is 'same, inside, contains or overlaps. | Trùng nhau, nằm trong, bao trùm hoặc chồng lấn.';
comment on column mart.place_crosswalk.common_piece_count is 'Pieces they share. | Số phần đất chung.';
comment on column mart.place_crosswalk.to_piece_count is 'Pieces the second is made of. | Số phần đất của địa bàn cần có số liệu.';

-- Grain: one row per commune of today.
-- The smallest areas whose outline is the same before and since the change of 01/07/2025: communes that share a former
-- commune in parts stand together, every other commune stands alone. Totals of an area compare across the day exactly.
create table mart.comparable_area as
with recursive reached as (
    select
        successor_code as commune_code,
        successor_code as member_code
    from reference.unit_succession
    union
    select
        reached.commune_code,
        neighbour.successor_code
    from reached
    inner join reference.unit_succession as own on reached.member_code = own.successor_code and own.is_partial
    inner join reference.unit_succession as neighbour on own.former_code = neighbour.former_code
)

select
    commune_code,
    string_agg(distinct member_code, '+' order by member_code) as area_code,
    count(distinct member_code)::integer as commune_count
from reached
group by commune_code;
alter table mart.comparable_area add constraint comparable_area_pk primary key (commune_code);
analyze mart.comparable_area;
comment on table mart.comparable_area is
'Which communes of today have to be taken together to compare with before 01/07/2025. | Những xã, phường nào phải gộp lại để so sánh được với trước ngày 01/07/2025.';
comment on column mart.comparable_area.commune_code is 'Commune of today. | Xã, phường hiện nay.';
comment on column mart.comparable_area.area_code is 'Its area: its own code, or the codes of all communes of the area joined by +. | Vùng so sánh: mã của chính nó, hoặc mã các xã, phường trong vùng nối bằng dấu +.';
comment on column mart.comparable_area.commune_count is 'Communes in the area; 1 when it compares by itself. | Số xã, phường trong vùng; 1 nghĩa là tự so sánh được.';

-- Grain: one row per reporting unit and line it is added up on.
-- Scopes (province, group, unit) and breakdowns by what the unit is (template, former province, border zone).
create table mart.unit_scope as
select
    unit.unit_code as reporting_unit_code,
    scope.scope_type,
    scope.scope_code,
    scope.axis_code,
    scope.member_code
from reference.reporting_unit as unit
cross join lateral (
    values
    ('province', 'province', 'total', 'total'),
    ('group', unit.group_code, 'total', 'total'),
    ('unit', unit.unit_code, 'total', 'total'),
    ('province', 'province', 'template', unit.template_code),
    ('province', 'province', 'former_province', unit.former_province),
    ('province', 'province', 'border_zone', unit.border_zone)
) as scope (scope_type, scope_code, axis_code, member_code)
where scope.member_code is not null;
alter table mart.unit_scope add constraint unit_scope_pk
primary key (reporting_unit_code, scope_type, axis_code, member_code);
analyze mart.unit_scope;
comment on table mart.unit_scope is 'Which lines of mart.indicator_value a reporting unit is added up on. | Một đơn vị được cộng vào những dòng nào của mart.indicator_value.';
comment on column mart.unit_scope.reporting_unit_code is 'Reporting unit the row is about. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.unit_scope.scope_type is 'province, group or unit. | province toàn tỉnh, group nhóm hoặc unit từng đơn vị.';
comment on column mart.unit_scope.scope_code is 'province, the group code or the unit code. | province toàn tỉnh, mã nhóm hoặc mã đơn vị.';
comment on column mart.unit_scope.axis_code is 'total, or a breakdown by what the unit is. | total, hoặc phân tổ theo đặc điểm của đơn vị.';
comment on column mart.unit_scope.member_code is 'total, or the member of that breakdown. | total, hoặc thành phần của phân tổ ấy.';

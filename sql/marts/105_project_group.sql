-- Grain: one row per pair of records that are the same project, or were said not to be.
-- The last word a person said on the pair; where nobody said anything, the number they share.
create table mart.project_match as
with decided as (
    select distinct on (decision.first_key, decision.second_key)
        decision.first_key,
        decision.second_key,
        decision.decision,
        decision.decision_id,
        decision.decided_by_role,
        decision.decided_at,
        decision.reason
    from warehouse.project_match_decision as decision
    cross join mart.build
    where decision.decided_at <= coalesce(build.as_known, 'infinity')
    order by decision.first_key asc, decision.second_key asc, decision.decision_id desc
),

identifier as (
    select distinct
        line.project_key,
        split_part(line.project_key, '/', 3) as flow_code,
        known.identifier
    from mart.project_line as line
    cross join lateral (values (line.identifier), (line.identifier_without_prefix)) as known (identifier)
    -- Fewer letters and digits than five are somebody's line numbers, which every list has.
    where length(known.identifier) >= 5
),

shared as (
    select distinct
        one.project_key as first_key,
        other.project_key as second_key
    from identifier as one
    inner join identifier as other
        on
            one.flow_code = other.flow_code
            and one.identifier = other.identifier
            and one.project_key collate "C" < other.project_key collate "C"
)

select
    coalesce(decided.first_key, shared.first_key) as first_key,
    coalesce(decided.second_key, shared.second_key) as second_key,
    coalesce(decided.decision, 'same') as decision,
    case when decided.decision_id is null then 'identifier' else 'confirmed' end as reason_code,
    decided.decision_id,
    decided.decided_by_role,
    decided.decided_at,
    decided.reason
from decided
full join shared on decided.first_key = shared.first_key and decided.second_key = shared.second_key;
alter table mart.project_match add constraint project_match_pk primary key (first_key, second_key);
analyze mart.project_match;
comment on table mart.project_match is 'Pairs of project records that are one, by their number or by a person''s word, and pairs a person said are two. | Các cặp hồ sơ là một dự án (trùng số hiệu hoặc có người xác nhận), và các cặp được xác nhận là hai.';
comment on column mart.project_match.first_key is 'Record; the smaller key. | Hồ sơ có khóa nhỏ hơn trong cặp.';
comment on column mart.project_match.second_key is 'The other record. | Hồ sơ còn lại của cặp, khóa lớn hơn.';
comment on column mart.project_match.decision is 'same or different. | same là một dự án, different là hai dự án.';
comment on column mart.project_match.reason_code is 'identifier: they share a project number. confirmed: a person said so. | identifier: trùng số hiệu dự án. confirmed: có người xác nhận.';
comment on column mart.project_match.decision_id is 'The decision; empty for a shared number. | Quyết định nào; để trống khi do trùng số hiệu.';
comment on column mart.project_match.decided_by_role is 'Post of whoever decided. | Chức danh của người đã quyết định.';
comment on column mart.project_match.decided_at is 'When the person said so; empty for a shared number. | Thời điểm người ấy quyết định; để trống khi do trùng số hiệu.';
comment on column mart.project_match.reason is 'Why, in that person''s words. | Vì sao, theo lời người ấy.';

-- Grain: one row per project record that is the same as another.
-- A is B and B is C make one group, over records that have since left the files too. Where numbers tie together what a
-- person said are two, the person is believed: in such a group only what was confirmed counts, and it is marked.
create table mart.project_group as
with recursive edge as (
    select
        first_key as from_key,
        second_key as to_key,
        reason_code
    from mart.project_match
    where decision = 'same'
    union all
    select
        second_key,
        first_key,
        reason_code
    from mart.project_match
    where decision = 'same'
),

reached as (
    select
        from_key,
        from_key as to_key
    from edge
    union
    select
        reached.from_key,
        edge.to_key
    from reached
    inner join edge on reached.to_key = edge.from_key
),

linked as (
    select
        from_key as project_key,
        min(to_key collate "C") as group_key
    from reached
    group by from_key
),

contradicted as (
    select distinct one.group_key
    from mart.project_match as apart
    inner join linked as one on apart.first_key = one.project_key
    inner join linked as other on apart.second_key = other.project_key and one.group_key = other.group_key
    where apart.decision = 'different'
),

kept_edge as (
    select
        edge.from_key,
        edge.to_key
    from edge
    inner join linked on edge.from_key = linked.project_key
    where edge.reason_code = 'confirmed' or linked.group_key not in (select contradicted.group_key from contradicted)
),

kept as (
    select
        project_key as from_key,
        project_key as to_key
    from linked
    union
    select
        kept.from_key,
        kept_edge.to_key
    from kept
    inner join kept_edge on kept.to_key = kept_edge.from_key
)

select
    kept.from_key as project_key,
    min(kept.to_key collate "C") as group_key,
    linked.group_key in (select contradicted.group_key from contradicted) as is_contradicted
from kept
inner join linked on kept.from_key = linked.project_key
group by kept.from_key, linked.group_key;
alter table mart.project_group add constraint project_group_pk primary key (project_key);
analyze mart.project_group;
comment on table mart.project_group is 'Project records that are one project, by the name of their group. | Các hồ sơ là cùng một dự án, theo tên nhóm.';
comment on column mart.project_group.project_key is 'Record that belongs to the group. | Hồ sơ thuộc nhóm này.';
comment on column mart.project_group.group_key is 'Smallest key of the group. | Khóa nhỏ nhất trong các hồ sơ của nhóm.';
comment on column mart.project_group.is_contradicted is 'True when shared numbers tie together records a person said are two: they are kept apart, and somebody has to look. | Đúng khi số hiệu chung buộc những hồ sơ mà có người nói là hai dự án: để riêng, cần người xem lại.';

-- Grain: one row per pair of project records that are probably the same and on which nobody has decided.
-- Same flow, same country or donor, amounts within 5 %, dates within 366 days, titles at least 80 % the same words.
-- Counts as nothing until a person confirms it. Pairs are looked for among equal donors, neighbouring sizes and titles that
-- share one of their rarer words only, so that twice the projects are not four times the work.
create table mart.project_proposal as
with amount as (
    select
        line.project_key,
        line.submission_id,
        flow.measure_code,
        case flow.measure_code when 'capital_disbursed' then 'disbursed' else 'committed' end as money_kind,
        money.currency_code,
        sum(money.amount) as amount,
        min(flow.window_start) as window_start,
        max(flow.window_end) as window_end
    from mart.project_line as line
    inner join mart.capital_flow_latest as flow
        on line.submission_id = flow.submission_id and line.line_number = flow.line_number
    cross join lateral (
        values
        ('USD', flow.usd_value),
        -- Without a rate two amounts of one currency can still be compared.
        (nullif(flow.unit_code, 'USD'), flow.value)
    ) as money (currency_code, amount)
    where
        flow.measure_code in ('capital_new', 'capital_signed', 'capital_committed', 'capital_disbursed')
        and flow.value is not null
        and money.currency_code is not null
    group by line.project_key, line.submission_id, flow.measure_code, money.currency_code
    having count(money.amount) = count(*)
),

title_word as materialized (
    select distinct
        title.title,
        part.word
    from warehouse.project_title as title
    cross join lateral unnest(string_to_array(title.title_key, ' ')) as part (word)
    where title.title in (select entry.title from mart.project_entry as entry)
),

ranked_word as materialized (
    select
        placed.title,
        placed.word,
        placed.word_count,
        row_number() over (partition by placed.title order by placed.use_count, placed.word) as place
    from (
        select
            title_word.title,
            title_word.word,
            count(*) over (partition by title_word.word) as use_count,
            count(*) over (partition by title_word.title) as word_count
        from title_word
    ) as placed
),

title_shape as (
    select
        title,
        max(word_count) as word_count,
        coalesce(string_agg(word, ' ' order by word) filter (where word ~ '[0-9]'), '') as number_key
    from ranked_word
    group by title
),

told as (
    select
        entry.project_key,
        entry.source_id,
        coalesce(entry.reporting_unit_code, '-') as sender_code,
        entry.flow_code,
        entry.partner_code,
        entry.locality_code,
        title.title_key,
        title.bare_key,
        amount.money_kind,
        amount.currency_code,
        amount.amount,
        amount.window_start,
        amount.window_end,
        -- Amounts within 5 % of each other are in the same size class or in neighbouring ones.
        floor(ln(amount.amount::double precision) / 0.052) as size_class,
        shape.number_key,
        shape.word_count,
        rare.word as rare_word,
        rare.place as rare_place
    from mart.project_entry as entry
    inner join amount on entry.project_key = amount.project_key and entry.submission_id = amount.submission_id
    inner join warehouse.project_title as title on entry.title = title.title
    inner join title_shape as shape on entry.title = shape.title
    -- Titles with 80 % of their words in common share two thirds of the longer one at least, so one of its rarest third and
    -- a word more; of the shorter one they share four fifths, so one of its rarest fifth and a word more, see below.
    inner join ranked_word as rare on entry.title = rare.title and rare.place <= rare.word_count / 3 + 1
    where entry.partner_code is not null and amount.amount > 0
),

candidate as (
    select distinct
        one.project_key as first_key,
        other.project_key as second_key,
        one.title_key as first_title_key,
        one.bare_key as first_bare_key,
        other.title_key as second_title_key,
        other.bare_key as second_bare_key,
        one.money_kind,
        abs(one.amount - other.amount) / greatest(one.amount, other.amount) as amount_difference,
        greatest(one.window_start - other.window_end, other.window_start - one.window_end, 0) as days_apart
    from told as one
    cross join (values (-1), (0), (1)) as neighbour (step)
    inner join told as other
        on
            one.flow_code = other.flow_code
            and one.partner_code = other.partner_code
            and one.money_kind = other.money_kind
            and one.currency_code = other.currency_code
            and one.size_class + neighbour.step = other.size_class
            -- Giai đoạn 1 is not giai đoạn 2.
            and one.number_key = other.number_key
            and one.rare_word = other.rare_word
            and one.project_key collate "C" < other.project_key collate "C"
            -- Two lines of one register are two projects by the word of its keeper.
            and (one.source_id, one.sender_code) is distinct from (other.source_id, other.sender_code)
    where
        abs(one.amount - other.amount) <= 0.05 * greatest(one.amount, other.amount)
        and case
            when one.word_count <= other.word_count then one.rare_place <= one.word_count / 5 + 1
            else other.rare_place <= other.word_count / 5 + 1
        end
        -- Titles of which one has more than half as many words again as the other cannot have 80 % in common.
        and 3 * least(one.word_count, other.word_count) >= 2 * greatest(one.word_count, other.word_count)
        and greatest(one.window_start - other.window_end, other.window_start - one.window_end) <= 366
        -- Two communes are two places; a province beside a commune is no contradiction.
        and not coalesce(
            one.locality_code <> other.locality_code
            and length(one.locality_code) = 5
            and length(other.locality_code) = 5,
            false
        )
),

compared as (
    select
        candidate.*,
        words.similarity
    from candidate
    cross join lateral (
        select
            2.0 * count(*) filter (where one.word is not null and other.word is not null)
            / nullif(count(one.word) + count(other.word), 0) as similarity,
            array_agg(one.bare) filter (where other.word is null) as first_only,
            array_agg(other.bare) filter (where one.word is null) as second_only
        from (
            select distinct
                part.word,
                part.bare
            from unnest(string_to_array(first_title_key, ' '), string_to_array(first_bare_key, ' ')) as part (word, bare)
        ) as one
        full join (
            select distinct
                part.word,
                part.bare
            from unnest(string_to_array(second_title_key, ' '), string_to_array(second_bare_key, ' '))
                as part (word, bare)
        ) as other on one.word = other.word
    ) as words
    where
        words.similarity >= 0.8
        -- Tân Thành is not Tân Thạnh: a word that differs by its accents alone is another name.
        and not coalesce(words.first_only && words.second_only, false)
),

closest as (
    select distinct on (first_key, second_key)
        first_key,
        second_key,
        money_kind,
        similarity,
        amount_difference,
        days_apart,
        0.6 * similarity + 0.2 * (1 - amount_difference / 0.05) + 0.2 * (1 - days_apart / 366.0) as score
    from compared
    order by first_key asc, second_key asc, score desc, money_kind asc
),

-- What is said of one record of a group is said of all of them.
named as (
    select
        entry.project_key,
        coalesce(project_group.group_key, entry.project_key) as group_key
    from mart.project_entry as entry
    left join mart.project_group on entry.project_key = project_group.project_key
    group by entry.project_key, project_group.group_key
),

apart as (
    select
        coalesce(one.group_key, project_match.first_key) as first_group,
        coalesce(other.group_key, project_match.second_key) as second_group
    from mart.project_match
    left join mart.project_group as one on project_match.first_key = one.project_key
    left join mart.project_group as other on project_match.second_key = other.project_key
    where project_match.decision = 'different'
)

select
    closest.first_key,
    closest.second_key,
    round(closest.score, 2) as score,
    round(closest.similarity, 2) as title_similarity,
    closest.money_kind,
    round(100 * closest.amount_difference, 2) as amount_difference_pct,
    closest.days_apart
from closest
inner join named as one on closest.first_key = one.project_key
inner join named as other on closest.second_key = other.project_key
where
    one.group_key <> other.group_key
    and not exists (
        select 1
        from apart
        where
            (apart.first_group = one.group_key and apart.second_group = other.group_key)
            or (apart.first_group = other.group_key and apart.second_group = one.group_key)
    );
alter table mart.project_proposal add constraint project_proposal_pk primary key (first_key, second_key);
comment on table mart.project_proposal is 'Pairs of project records that are probably the same, for a person to decide. Nothing is merged until then. | Các cặp hồ sơ có lẽ là một dự án, chờ người quyết định; chưa quyết thì chưa gộp.';
comment on column mart.project_proposal.first_key is 'Record; the smaller key. | Hồ sơ có khóa nhỏ hơn trong cặp.';
comment on column mart.project_proposal.second_key is 'The other record. | Hồ sơ còn lại của cặp, khóa lớn hơn.';
comment on column mart.project_proposal.score is '0 to 1: 0.6 for the title, 0.2 for the amounts, 0.2 for the dates. Only for the order of the list. | Từ 0 đến 1: 0,6 cho tên, 0,2 cho số tiền, 0,2 cho thời gian. Chỉ để xếp thứ tự danh sách.';
comment on column mart.project_proposal.title_similarity is 'Share of words the titles have in common, 0.8 to 1. | Phần từ ngữ chung của hai tên, từ 0,8 đến 1.';
comment on column mart.project_proposal.money_kind is 'Which amounts were compared: committed (registered, signed) or disbursed. | So số tiền nào: committed đăng ký, ký kết, hoặc disbursed giải ngân.';
comment on column mart.project_proposal.amount_difference_pct is 'By how much the amounts differ, in % of the larger. | Hai số tiền lệch bao nhiêu phần trăm của số lớn hơn.';
comment on column mart.project_proposal.days_apart is 'Days between the windows of the amounts; 0 when they touch. | Hai khoảng ngày cách nhau bao nhiêu ngày; 0 khi liền nhau.';

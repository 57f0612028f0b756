-- Grain: one row per indicator.
create view mart.dim_indicator with (security_invoker = true) as
select
    indicator.indicator_code,
    indicator.name_vi,
    indicator.name_en,
    indicator.unit_vi,
    indicator.arithmetic,
    indicator.direction,
    case indicator.direction
        when 'up' then 'Cao hơn là tốt'
        when 'down' then 'Thấp hơn là tốt'
        else 'Không xếp hướng (ngữ cảnh)'
    end as direction_name_vi,
    indicator.target_status,
    indicator.missing_unit_code,
    missing_unit.sentence_vi as missing_unit_name_vi,
    missing_unit.sentence_en as missing_unit_name_en,
    indicator.owner_vi,
    array_to_string(indicator.clauses, ', ') as clauses_text,
    array_to_string(indicator.period_kinds, ', ') as period_kinds_text,
    indicator.reading_note_vi,
    (
        select string_agg(coalesce(basis.document_number, basis.legal_basis_code), '; ' order by named.position)
        from reference.indicator_legal_basis as named
        inner join reference.legal_basis as basis on named.legal_basis_code = basis.legal_basis_code
        where named.indicator_code = indicator.indicator_code
    ) as legal_bases_text,
    indicator.position as position_number
from reference.indicator
left join reference.missing_unit_rule as missing_unit on indicator.missing_unit_code = missing_unit.missing_unit_code;
comment on view mart.dim_indicator is
'The 60 indicators with direction, owner and reading note. | 60 chỉ tiêu, kèm hướng đọc, đơn vị chịu trách nhiệm và ghi chú.';
comment on column mart.dim_indicator.indicator_code is 'Key: joins to every indicator_code. | Khóa: nối với mọi cột indicator_code.';
comment on column mart.dim_indicator.name_vi is 'Vietnamese name. | Tên chỉ tiêu.';
comment on column mart.dim_indicator.name_en is 'English name. | Tên bằng tiếng Anh.';
comment on column mart.dim_indicator.unit_vi is 'Unit of the value. | Đơn vị của giá trị.';
comment on column mart.dim_indicator.arithmetic is 'How it is computed: sum, ratio, units_share and the other kinds of docs/indicators.md. | Cách tính: tổng, tỷ lệ, tỷ lệ đơn vị và các cách khác trong docs/indicators.md.';
comment on column mart.dim_indicator.direction is 'up, down or none. Context indicators have none and are never scored. | Hướng: up, down hoặc none. Chỉ số ngữ cảnh không có hướng và không được chấm điểm.';
comment on column mart.dim_indicator.direction_name_vi is 'The same in words. | Hướng đọc, viết bằng chữ.';
comment on column mart.dim_indicator.target_status is 'Whether the province would set a target. | Tỉnh có đặt chỉ tiêu phấn đấu hay không.';
comment on column mart.dim_indicator.missing_unit_code is 'What becomes of it when a body has not reported: a closed list. | Đơn vị chưa báo cáo thì tính thế nào: danh mục đóng.';
comment on column mart.dim_indicator.missing_unit_name_vi is 'The same in words. | Cách tính khi thiếu đơn vị, viết bằng lời.';
comment on column mart.dim_indicator.missing_unit_name_en is 'The same in English. | Cách tính khi thiếu đơn vị, bằng tiếng Anh.';
comment on column mart.dim_indicator.owner_vi is 'Who answers for the figure. | Ai chịu trách nhiệm về số liệu.';
comment on column mart.dim_indicator.clauses_text is 'Clauses of the plan, separated by commas. | Các mục của Kế hoạch, cách nhau bằng dấu phẩy.';
comment on column mart.dim_indicator.period_kinds_text is 'Kinds of period it is computed for. | Loại kỳ có tính chỉ tiêu.';
comment on column mart.dim_indicator.reading_note_vi is 'How to read it and what not to conclude. | Cách đọc và điều không nên suy ra.';
comment on column mart.dim_indicator.legal_bases_text is 'Texts it rests on over time; which are in force in a period is in indicator_legal_basis. | Các văn bản làm căn cứ; văn bản nào có hiệu lực trong kỳ thì xem indicator_legal_basis.';
comment on column mart.dim_indicator.position_number is 'Catalogue order. | Thứ tự trong danh mục.';

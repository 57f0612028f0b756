-- Grain: one row per indicator, period and text in force on at least one day of the period's window.
create view mart.indicator_legal_basis with (security_invoker = true) as
select
    indicator.indicator_code,
    period.period_code,
    basis.legal_basis_code,
    basis.document_number,
    basis.name_vi,
    basis.name_en,
    greatest(basis.valid_from, period.window_start) as first_date,
    least(basis.valid_to - 1, period.window_end) as last_date,
    least(basis.valid_to - 1, period.window_end) - greatest(basis.valid_from, period.window_start) + 1 as day_count,
    period.window_end - period.window_start + 1 as window_day_count,
    basis.valid_from <= period.window_start and coalesce(basis.valid_to > period.window_end, true) as is_whole_window,
    basis.is_start_assumed,
    basis.valid_from >= period.window_start as starts_within,
    basis.evidence,
    named.position as position_number
from reference.indicator_legal_basis as named
inner join reference.indicator on named.indicator_code = indicator.indicator_code
inner join reference.legal_basis as basis on named.legal_basis_code = basis.legal_basis_code
inner join reference.reporting_period as period
    on
        period.period_kind = any(indicator.period_kinds)
        and basis.valid_from <= period.window_end
        and coalesce(basis.valid_to > period.window_start, true);
comment on view mart.indicator_legal_basis is
'The texts each indicator rests on in a period, with the days they are in force within it. | Căn cứ pháp lý của từng chỉ tiêu trong từng kỳ, kèm số ngày có hiệu lực trong kỳ.';
comment on column mart.indicator_legal_basis.indicator_code is 'Joins to dim_indicator. | Nối với dim_indicator.';
comment on column mart.indicator_legal_basis.period_code is 'Joins to dim_period. | Nối với dim_period.';
comment on column mart.indicator_legal_basis.legal_basis_code is 'Text, as in reference.legal_basis. | Mã văn bản, như trong reference.legal_basis.';
comment on column mart.indicator_legal_basis.document_number is 'Number and symbol; empty where the copy seen has none. | Số, ký hiệu; để trống nếu bản sao không có.';
comment on column mart.indicator_legal_basis.name_vi is 'Kind, issuer and subject. | Loại văn bản, cơ quan ban hành và trích yếu.';
comment on column mart.indicator_legal_basis.name_en is 'The same in short, in English. | Tên ngắn bằng tiếng Anh.';
comment on column mart.indicator_legal_basis.first_date is 'First day of the period on which it is in force. | Ngày đầu tiên trong kỳ có hiệu lực.';
comment on column mart.indicator_legal_basis.last_date is 'Last day of the period on which it is in force. | Ngày cuối cùng trong kỳ còn hiệu lực.';
comment on column mart.indicator_legal_basis.day_count is 'Days from the one to the other. | Số ngày có hiệu lực trong kỳ.';
comment on column mart.indicator_legal_basis.window_day_count is 'Days of the whole period. | Số ngày của cả kỳ.';
comment on column mart.indicator_legal_basis.is_whole_window is 'True when it is in force on all of them. | Đúng nếu có hiệu lực trong cả kỳ.';
comment on column mart.indicator_legal_basis.is_start_assumed is 'True when the day of issue stands in for the first day in force. | Đúng nếu lấy ngày ban hành thay ngày có hiệu lực chưa biết.';
comment on column mart.indicator_legal_basis.starts_within is 'True when it came into force in the period. | Đúng nếu bắt đầu có hiệu lực trong kỳ.';
comment on column mart.indicator_legal_basis.evidence is 'verified, second_hand or memory. | Mức xác minh: verified, second_hand hoặc memory.';
comment on column mart.indicator_legal_basis.position_number is 'Reading order within the indicator. | Thứ tự trong chỉ tiêu.';

-- Grain: one row per project of a register with newly registered capital that is not marked as newly licensed.
-- Capital is registered with a licence; without one it belongs to an adjustment or a share purchase.
-- The other half of R-15 (sum over partners = sum over sectors = total) holds by construction: every project has one
-- partner and one sector, and the sums are made from the projects.
select
    capital.submission_id,
    capital.line_number,
    capital.sheet_name,
    capital.cell,
    '{' || trim_scale(capital.value) || '} ' || capital.unit_code as found,
    'dự án chưa được đánh dấu cấp mới' as expected,
    capital.member_name as subject
from staging.capital_flow as capital
inner join staging.feed_file as file on capital.submission_id = file.submission_id
where
    file.source_id = 'finance_fdi'
    and capital.measure_code = 'capital_new'
    and capital.value > 0
    and not exists (
        select 1
        from staging.capital_flow as licence
        where
            licence.submission_id = capital.submission_id
            and licence.project_code = capital.project_code
            and licence.measure_code = 'projects_new'
            and (licence.value > 0 or licence.value_state = 'unreadable')
    )

-- Grain: one row per line that carries personal data, an account link or a secrecy mark.
-- Names, numbers and links of people are never collected, and a secret text belongs to another channel. The text itself
-- is not repeated: found names the kind only. Amounts never start with 0, so a 12-digit sum of money is not taken for
-- an identity number.
with suspect as (
    select
        submission_id,
        line_number,
        sheet_name,
        cell,
        measure_code,
        axis_code,
        member_code,
        reading_code,
        concat_ws(chr(10), raw_text, note_text) as written
    from staging.observation
    where
        reading_code in ('PERSONAL_DATA', 'SECRET')
        -- One cheap look before the exact ones: a mark, an address, a link or a long run of digits.
        or note_text ~ '(MẬT|@|[.](com|me|COM|ME)|[0-9][0-9 .-]{8})'
        or raw_text ~ '(MẬT|@|[.](com|me|COM|ME)|[0-9][0-9 .-]{8})'
),

recognised as (
    select
        suspect.*,
        case
            when reading_code = 'SECRET' or written ~ '(^|\n)\s*(MẬT|TỐI MẬT|TUYỆT MẬT)\s*(\n|$)' then 'dấu chỉ độ mật'
            when written ~* '[a-z0-9._%+-]+@[a-z0-9-]+[.][a-z]' then 'địa chỉ thư điện tử'
            when
                written ~* '(facebook[.]com|fb[.]com|zalo[.]me|tiktok[.]com|instagram[.]com|youtube[.]com/@|twitter[.]com)'
                then 'đường dẫn tài khoản'
            when written ~ '(^|[^0-9])0[0-9]{11}([^0-9]|$)' then 'số căn cước'
            when
                written ~ '(^|[^0-9])([+]84 ?|0)[235789][0-9]{8,9}([^0-9]|$)'
                or written ~ '(^|[^0-9])0[35789][0-9]{2}[ .-][0-9]{3}[ .-][0-9]{3}([^0-9]|$)'
                then 'số điện thoại'
            when reading_code = 'PERSONAL_DATA' then 'dữ liệu cá nhân'
        end as recognised_kind
    from suspect
)

select
    recognised.submission_id,
    recognised.line_number,
    recognised.sheet_name,
    recognised.cell,
    case when recognised.recognised_kind = 'dấu chỉ độ mật' then 'SECRET_TEXT' else 'PERSONAL_TEXT' end as code,
    recognised.recognised_kind as found,
    'số liệu tổng hợp và giải trình' as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(recognised.axis_code, 'total'), nullif(recognised.member_code, 'total'))
    || ')' as subject
from recognised
left join reference.measure on recognised.measure_code = measure.measure_code
where recognised.recognised_kind is not null

-- A full stop, a hyphen, a dropped accent or a space of no width made one post look like two people. Compared are the
-- letters a-z and digits only: two posts that differ in nothing else do not approve each other's editions.
create or replace function release.same_person(first_post text, second_post text) returns boolean
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
    select lower(regexp_replace(translate(normalize(first_post, nfkd), 'đĐ', 'dd'), '[^A-Za-z0-9]', '', 'g'))
        = lower(regexp_replace(translate(normalize(second_post, nfkd), 'đĐ', 'dd'), '[^A-Za-z0-9]', '', 'g'))
$$;
comment on function release.same_person(text, text) is 'Whether two posts or accounts are one, whatever their capitals, accents, spaces and punctuation. | Hai chức danh hay tài khoản có là một hay không, bất kể chữ hoa, dấu, khoảng trắng và dấu câu.';

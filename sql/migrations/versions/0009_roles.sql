-- Who a session speaks for, by the groups its login is a member of: what row-level security asks.
-- Never a setting: a session can change its settings, not its memberships.
revoke all on schema public from public;

create function reference.own_unit_codes() returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(unit.unit_code), '{}')
    from reference.reporting_unit as unit
    inner join pg_catalog.pg_roles as member_group
        on member_group.rolname = 'ttdn_agency_' || lower(unit.unit_code)
    where pg_has_role(member_group.oid, 'usage')
$$;
comment on function reference.own_unit_codes() is 'Codes of the reporting units whose group the session belongs to; empty for everybody who belongs to none.';

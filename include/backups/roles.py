"""The platform's roles and the logins people were given: written down, and made again on another server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from include.warehouse.roles import AGENCY_PREFIX, LOGIN_PREFIX, ROLES
from include.warehouse.sql import run_script

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ROLES = """
select
    r.rolname as name, r.rolcanlogin as can_log_in, r.rolinherit as inherits, r.rolconnlimit as connection_limit,
    to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as valid_until,
    coalesce(r.rolconfig, '{}') as settings,
    array(
        select m.roleid::regrole::text from pg_catalog.pg_auth_members as m
        inner join pg_catalog.pg_roles as g on g.oid = m.roleid
        where m.member = r.oid order by 1
    ) as member_of
from pg_catalog.pg_roles as r
where
    r.rolname = any(%(roles)s) or pg_catalog.starts_with(r.rolname, %(agencies)s)
    or pg_catalog.starts_with(r.rolname, %(logins)s)
order by r.rolname
"""


def list_roles(connection: Connection) -> list[dict[str, Any]]:
    """Every role of the platform and every login it gave, with limits, memberships and the verifier of a password.

    `verifier` is None where the connection's user may not read it: such a login has to be granted anew.
    """
    names = {"roles": list(ROLES), "agencies": AGENCY_PREFIX, "logins": LOGIN_PREFIX}
    rows = [dict(row) for row in connection.exec_driver_sql(_ROLES, names).mappings()]
    may_read = connection.exec_driver_sql(
        "select pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select')"
    ).scalar()
    verifiers: dict[str, str | None] = {}
    if may_read:
        rows_of = connection.exec_driver_sql("select rolname, rolpassword from pg_catalog.pg_authid")
        verifiers = {row.rolname: row.rolpassword for row in rows_of}
    return [
        {
            **row,
            "settings": list(row["settings"]),
            "member_of": list(row["member_of"]),
            "verifier": verifiers.get(row["name"]),
        }
        for row in rows
    ]


def make_roles(connection: Connection, roles: Sequence[dict[str, Any]]) -> None:
    """Make the roles that are missing and give each the limits, memberships and verifier written down.

    In the caller's transaction. A role that is there is brought to what was written down.
    """
    from psycopg2 import sql

    driver: Any = connection.connection.driver_connection

    def run(statement: sql.Composable) -> None:
        run_script(connection, statement.as_string(driver))

    there = set(connection.exec_driver_sql("select rolname from pg_catalog.pg_roles").scalars())
    for role in roles:
        who = sql.Identifier(role["name"])
        if role["name"] not in there:
            run(sql.SQL("create role {}").format(who))
        run(
            sql.SQL("alter role {} {} {} connection limit {} valid until {}").format(
                who,
                sql.SQL("login" if role["can_log_in"] else "nologin"),
                sql.SQL("inherit" if role["inherits"] else "noinherit"),
                sql.Literal(role["connection_limit"]),
                sql.Literal(role["valid_until"] or "infinity"),
            )
            if role["valid_until"] or role["can_log_in"]
            else sql.SQL("alter role {} {} {} connection limit {}").format(
                who,
                sql.SQL("nologin"),
                sql.SQL("inherit" if role["inherits"] else "noinherit"),
                sql.Literal(role["connection_limit"]),
            )
        )
        if role["verifier"]:
            run(sql.SQL("alter role {} password {}").format(who, sql.Literal(role["verifier"])))
        run(sql.SQL("alter role {} reset all").format(who))
        for setting in role["settings"]:
            name, _, value = setting.partition("=")
            # A list (search_path) was stored as one text and is set as its parts.
            parts = [part.strip().strip('"') for part in value.split(",")] if name == "search_path" else [value]
            run(
                sql.SQL("alter role {} set {} to {}").format(
                    who, sql.Identifier(name), sql.SQL(", ").join(map(sql.Literal, parts))
                )
            )
    for role in roles:
        for group in role["member_of"]:
            run(sql.SQL("grant {} to {}").format(sql.Identifier(group.strip('"')), sql.Identifier(role["name"])))

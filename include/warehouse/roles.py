"""The database roles of the platform: made, given their rights, handed to people for a time.

Groups own rights and cannot log in; people get logins that are members of a group, see docs/roles.md.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from include.errors import PlatformError
from include.private_files import make_private_folder, private_file
from include.warehouse.sql import SQL_ROOT, read_file, run_script

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_LOG = logging.getLogger(__name__)

ROLES = (
    "ttdn_owner",
    "ttdn_migrator",
    "ttdn_loader",
    "ttdn_mart_builder",
    "ttdn_extractor",
    "ttdn_releaser",
    "ttdn_analyst_ro",
    "ttdn_auditor",
    "ttdn_agency",
)
"""Groups every database of the platform knows; each body has one more, a member of the last."""

LOGIN_PREFIX = "ttdn_user_"
AGENCY_PREFIX = "ttdn_agency_"
GROUP_OF = {"analyst": "ttdn_analyst_ro", "auditor": "ttdn_auditor", "agency": "ttdn_agency"}

CONNECTION_LIMIT = 5

_WORKPLACES = {
    "ttdn_migrator": ("warehouse", "ttdn_owner"),
    "ttdn_loader": ("staging", "ttdn_owner"),
    "ttdn_mart_builder": ("mart", "ttdn_mart_builder"),
    "ttdn_extractor": ("mart", "ttdn_mart_builder"),
    "ttdn_releaser": ("release", "ttdn_owner"),
}
"""Roles the platform takes on for its own work: the schema each works in, and who owns that once rights are given."""

_LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "120s",
    "idle_in_transaction_session_timeout": "10min",
    "lock_timeout": "10s",
    "work_mem": "64MB",
    "search_path": "mart, reference",
    "timezone": "Asia/Ho_Chi_Minh",
}
_TEMP_FILE_LIMIT = "2GB"
"""Only a superuser may set it, and nobody below may lift it: the one limit a determined analyst cannot raise."""

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,29}")


@dataclass(frozen=True, slots=True)
class Login:
    """A login somebody was given. The password is in the file, nowhere else."""

    name: str
    groups: tuple[str, ...]
    valid_until: datetime
    password_file: Path


def missing_roles(connection: Connection) -> tuple[str, ...]:
    """Which of the platform's roles the server does not have."""
    there = set(
        connection.exec_driver_sql(
            "select rolname from pg_catalog.pg_roles where rolname = any(%s)", (list(ROLES),)
        ).scalars()
    )
    return tuple(role for role in ROLES if role not in there)


def may_create_roles(connection: Connection) -> bool:
    """Whether the connection's user may make roles and logins."""
    return bool(
        connection.exec_driver_sql(
            "select rolsuper or rolcreaterole from pg_catalog.pg_roles where rolname = session_user"
        ).scalar()
    )


def apply_roles(connection: Connection) -> str | None:
    """Make the roles that are missing and give each its rights in this database, in the caller's transaction.

    Returns None, or why it was left: a server whose administrator keeps roles to himself still gets its tables.
    """
    missing = missing_roles(connection)
    if missing and not may_create_roles(connection):
        reason = f"the server lacks {', '.join(missing)} and its user may not create roles"
        _LOG.warning("Roles and rights are left as they are: %s. See docs/roles.md.", reason)
        return reason
    for path in sorted((SQL_ROOT / "roles").glob("*.sql")):
        run_script(connection, read_file(f"roles/{path.name}"))
    return None


def role_problems(connection: Connection) -> list[str]:
    """What is wrong with the roles: missing, able to log in, or with a power that undoes their limits."""
    problems = [f"{role} is missing" for role in missing_roles(connection)]
    rows = connection.exec_driver_sql(
        "select rolname, rolcanlogin, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
        " from pg_catalog.pg_roles where rolname = any(%s) or starts_with(rolname, %s) order by rolname",
        (list(ROLES), AGENCY_PREFIX),
    )
    for name, can_log_in, is_powerful in rows:
        if can_log_in:
            problems.append(f"{name} can log in")
        if is_powerful:
            problems.append(f"{name} has a power of an administrator")
    return problems


_REFUSED = {"42501": "a login with the right to it", "25006": "a login that may write"}
"""Codes PostgreSQL refuses with: no right to it, and a session that only reads."""


def explain_refusal(error: BaseException) -> PlatformError | None:
    """What PostgreSQL refused for want of a right, as an error that says what to do; None for any other error."""
    refusal = getattr(error, "orig", None)
    expected = _REFUSED.get(getattr(refusal, "pgcode", None) or "")
    if expected is None:
        return None
    return PlatformError(
        where="the warehouse",
        found=str(refusal).strip().splitlines()[0],
        expected=expected,
        remedy="Nothing was changed. Check whose login TTDN_DATABASE_URL names; docs/roles.md says who may do what.",
    )


_VIEWS_WITH_OWNERS_RIGHTS = """
with recursive used as (
    select pg_rewrite.ev_class as view_oid, pg_depend.refobjid as used_oid
    from pg_catalog.pg_rewrite
    inner join pg_catalog.pg_depend
        on
            pg_rewrite.oid = pg_depend.objid
            and pg_depend.classid = 'pg_catalog.pg_rewrite'::regclass
            and pg_depend.refclassid = 'pg_catalog.pg_class'::regclass
            and pg_depend.refobjid <> pg_rewrite.ev_class
),

made_of as (
    select view_oid, used_oid from used
    union
    select made_of.view_oid, used.used_oid from made_of inner join used on made_of.used_oid = used.view_oid
)

select distinct pg_namespace.nspname || '.' || pg_class.relname
from made_of
inner join pg_catalog.pg_class on made_of.view_oid = pg_class.oid
inner join pg_catalog.pg_namespace on pg_class.relnamespace = pg_namespace.oid
inner join pg_catalog.pg_class as source on made_of.used_oid = source.oid
where
    not coalesce(pg_class.reloptions @> array['security_invoker=true'], false)
    and (
        source.relrowsecurity
        or source.relnamespace in (
            select oid from pg_catalog.pg_namespace
            where nspname in ('landing', 'staging', 'quarantine', 'warehouse', 'audit')
        )
    )
order by 1
"""


def view_problems(connection: Connection) -> list[str]:
    """Views and stored copies, whatever their schema, that show more than their reader may see in the tables below.

    A view runs with its owner's rights unless it says otherwise, and a materialised view knows no row-level security.
    """
    views = connection.exec_driver_sql(_VIEWS_WITH_OWNERS_RIGHTS).scalars()
    return [f"{view} shows guarded rows with its owner's rights" for view in views]


def may_work_as(connection: Connection, role: str) -> bool:
    """Whether the session may take on `role` and the role has been given its rights in this database."""
    schema_name, owner = _WORKPLACES[role]
    return bool(
        connection.exec_driver_sql(
            # Asked of the login, not of a role it has taken on: that is what SET ROLE goes by.
            "select pg_catalog.pg_has_role(session_user, pg_catalog.to_regrole(%s), 'usage')"
            " from pg_catalog.pg_namespace where nspname = %s and pg_catalog.pg_get_userbyid(nspowner) = %s",
            (role, schema_name, owner),
        ).scalar()
    )


@contextmanager
def connected_as(engine: Engine, role: str) -> Iterator[Connection]:
    """A connection with the rights of `role` alone, whatever it commits, where the server has the platform's roles.

    The rights end with the connection, which the platform's engines never keep (include.warehouse.connect).
    """
    with engine.connect() as connection:
        if may_work_as(connection, role):
            connection.exec_driver_sql("select set_config('role', %s, false)", (role,))
        connection.commit()
        yield connection


@contextmanager
def with_rights_of(connection: Connection, role: str) -> Iterator[None]:
    """Work with the rights of `role` alone until the block ends, where the server has the platform's roles.

    For the open transaction only; a failure inside leaves it to the caller's rollback to give the rights back.
    """
    if not may_work_as(connection, role):
        yield
        return
    former = connection.exec_driver_sql("select current_setting('role')").scalar()
    connection.exec_driver_sql("select set_config('role', %s, true)", (role,))
    yield
    connection.exec_driver_sql("select set_config('role', %s, true)", (former,))


def grant_login(
    engine: Engine, secrets_folder: Path, name: str, *, kind: str = "analyst", unit_code: str | None = None, until: date
) -> Login:
    """Make the login ttdn_user_<name>, or renew it, with a new password good through the day `until`.

    `kind` is analyst, auditor or agency; the last one needs `unit_code` and sees that body's rows only. The password
    goes into a file of mode 600 below `secrets_folder`; the server is sent its verifier. Raises PlatformError for a
    name, unit or day that cannot be used, and where the user of the warehouse may not create logins.
    """
    login = _login_name(name)
    valid_until = _end_of(until)
    password = secrets.token_urlsafe(24)
    target = secrets_folder / "logins" / name
    url = engine.url
    # The form of a pgpass file: everything a client asks for, in one line.
    line = f"{url.host or 'localhost'}:{url.port or 5432}:{url.database}:{login}:{password}\n"
    make_private_folder(secrets_folder)
    make_private_folder(target.parent)
    with private_file(target, line), engine.begin() as connection:
        _require_power(connection)
        groups = (_agency_group(connection, unit_code),) if kind == "agency" else (GROUP_OF[kind],)
        _make_login(connection, login, password, groups, valid_until)
        _note(connection, "grant", login, {"groups": ", ".join(groups), "until": until.isoformat()})
    return Login(login, groups, valid_until, target)


def revoke_login(engine: Engine, secrets_folder: Path, name: str) -> str:
    """Take the login back: end its sessions, remove it from the server and its password from the folder.

    Raises PlatformError when there is no such login.
    """
    from psycopg2 import sql

    login = _login_name(name)
    with engine.begin() as connection:
        _require_power(connection)
        if not _exists(connection, login):
            raise PlatformError(
                where=login,
                found="no login of that name",
                expected="a login made by `ttdn grant-analyst`",
                remedy="Give the name without the prefix ttdn_user_.",
            )
        _run(connection, sql.SQL("alter role {} nologin").format(sql.Identifier(login)))
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where usename = %s", (login,)
        )
        _run(connection, sql.SQL("drop role {}").format(sql.Identifier(login)))
        _note(connection, "revocation", login, {})
    (secrets_folder / "logins" / name).unlink(missing_ok=True)
    return login


def _make_login(
    connection: Connection, login: str, password: str, groups: tuple[str, ...], valid_until: datetime
) -> None:
    from psycopg2 import sql
    from psycopg2.extensions import encrypt_password

    who = sql.Identifier(login)
    if not _exists(connection, login):
        _run(connection, sql.SQL("create role {}").format(who))
    if _is_powerful(connection, login):
        raise PlatformError(
            where=login,
            found="a login with a power of an administrator",
            expected="a login without any",
            remedy="Have an administrator look into how it came by it, then revoke and grant it anew.",
        )
    for group in _memberships(connection, login) - set(groups):
        _run(connection, sql.SQL("revoke {} from {}").format(sql.Identifier(group), who))
    # The verifier is worked out here: the password itself never travels, nor stands in a log of statements.
    verifier = encrypt_password(password, login, _driver_connection(connection), "scram-sha-256")
    _run(
        connection,
        sql.SQL("alter role {} login inherit connection limit {} password {} valid until {}").format(
            who, sql.Literal(CONNECTION_LIMIT), sql.Literal(verifier), sql.Literal(valid_until.isoformat())
        ),
    )
    for group in groups:
        _run(connection, sql.SQL("grant {} to {}").format(sql.Identifier(group), who))
    limits = dict(_LIMITS)
    if connection.exec_driver_sql("select current_setting('is_superuser')").scalar() == "on":
        limits["temp_file_limit"] = _TEMP_FILE_LIMIT
    for setting, value in limits.items():
        parts = sql.SQL(", ").join(sql.Literal(part.strip()) for part in value.split(","))
        _run(connection, sql.SQL("alter role {} set {} to {}").format(who, sql.Identifier(setting), parts))


def _agency_group(connection: Connection, unit_code: str | None) -> str:
    from psycopg2 import sql

    known = connection.exec_driver_sql(
        "select unit_code from reference.reporting_unit where lower(unit_code) = lower(%s)", (unit_code or "",)
    ).scalar()
    if known is None:
        raise PlatformError(
            where="--unit",
            found=repr(unit_code),
            expected="the code of a body, for example 28249 or STC",
            remedy="`ttdn status` lists the codes.",
        )
    group = AGENCY_PREFIX + str(known).lower()
    if not _exists(connection, group):
        _run(connection, sql.SQL("create role {} nologin").format(sql.Identifier(group)))
    if "ttdn_agency" not in _memberships(connection, group):
        _run(connection, sql.SQL("grant ttdn_agency to {}").format(sql.Identifier(group)))
    return group


def _memberships(connection: Connection, role: str) -> set[str]:
    return set(
        connection.exec_driver_sql(
            "select roleid::regrole::text from pg_catalog.pg_auth_members"
            " where member = (select oid from pg_catalog.pg_roles where rolname = %s)",
            (role,),
        ).scalars()
    )


def _exists(connection: Connection, role: str) -> bool:
    return (
        connection.exec_driver_sql("select 1 from pg_catalog.pg_roles where rolname = %s", (role,)).scalar() is not None
    )


def _is_powerful(connection: Connection, role: str) -> bool:
    return bool(
        connection.exec_driver_sql(
            "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
            " from pg_catalog.pg_roles where rolname = %s",
            (role,),
        ).scalar()
    )


def _require_power(connection: Connection) -> None:
    missing = missing_roles(connection)
    if missing or not may_create_roles(connection):
        raise PlatformError(
            where="the warehouse",
            found=f"no {', '.join(missing)}" if missing else "a user who may not create logins",
            expected="the platform's roles, and a user with CREATEROLE",
            remedy="Run the command with TTDN_DATABASE_URL of an administrator; docs/roles.md has the steps.",
        )


def _login_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise PlatformError(
            where="the name",
            found=repr(name),
            expected="2 to 30 small letters a-z, digits and _, starting with a letter",
            remedy="Write the name without accents and spaces: nguyen_van_a.",
        )
    return LOGIN_PREFIX + name


def _end_of(day: date) -> datetime:
    end = datetime(day.year, day.month, day.day, tzinfo=_VIETNAM) + timedelta(days=1)
    if end <= datetime.now(_VIETNAM):
        raise PlatformError(
            where="--until",
            found=day.isoformat(),
            expected="today or later",
            remedy="To take a login back, use --revoke.",
        )
    return end


def _note(connection: Connection, action: str, login: str, details: dict[str, str]) -> None:
    from include.warehouse.audit import record_event

    record_event(connection, action, login, details)


def _run(connection: Connection, statement: Any) -> None:
    run_script(connection, statement.as_string(_driver_connection(connection)))


def _driver_connection(connection: Connection) -> Any:
    return connection.connection.driver_connection

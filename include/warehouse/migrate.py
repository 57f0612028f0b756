"""Bringing a database to the newest migration of sql/migrations."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from include.errors import PlatformError
from include.warehouse.connect import engine
from include.warehouse.roles import apply_roles, with_rights_of
from include.warehouse.sql import SQL_ROOT

if TYPE_CHECKING:
    from sqlalchemy import Connection

# One migration at a time: two commands started together must not both create the schemas.
_MIGRATION_LOCK = 7_402_026


def migrate(url: str) -> bool:
    """Apply every missing migration, all in one transaction; return whether there was anything to do.

    Raises PlatformError when the database is newer than this checkout.
    """
    warehouse = engine(url)
    with warehouse.connect() as connection:
        if applied_revision(connection) == newest_revision():
            return False

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SQL_ROOT / "migrations").replace("%", "%%"))
    with warehouse.begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        applied = applied_revision(connection)
        if applied is not None and applied not in known_revisions():
            raise PlatformError(
                where="the warehouse",
                found=f"migration {applied}, which this version does not know",
                expected=f"{newest_revision()} or an earlier one",
                remedy="Use the version of the platform that made the database, or a newer one.",
            )
        config.attributes["connection"] = connection
        with _rights_for_migrations(connection):
            command.upgrade(config, "head")
        apply_roles(connection)
    return True


def _rights_for_migrations(connection: Connection) -> AbstractContextManager[None]:
    # The first migration of a database, and the one that gives the migrator its rights there, run as the login.
    may_note_revision = connection.exec_driver_sql(
        "select pg_catalog.has_table_privilege("
        "pg_catalog.to_regrole('ttdn_migrator')::oid, pg_catalog.to_regclass('public.alembic_version')::oid, 'update')"
    ).scalar()
    return with_rights_of(connection, "ttdn_migrator") if may_note_revision else nullcontext()


def known_revisions() -> tuple[str, ...]:
    """Return the migrations of this checkout, oldest first; the number before the underscore names one."""
    return tuple(sorted(path.stem.split("_")[0] for path in (SQL_ROOT / "migrations" / "versions").glob("*.py")))


def newest_revision() -> str:
    """Return the migration a database should be at."""
    return known_revisions()[-1]


def applied_revision(connection: Connection) -> str | None:
    """Return the migration the database is at; None when it has never been migrated."""
    if connection.exec_driver_sql("select to_regclass('public.alembic_version')").scalar() is None:
        return None
    revision: str | None = connection.exec_driver_sql("select version_num from public.alembic_version").scalar()
    return revision

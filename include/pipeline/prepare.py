"""Prepare: a warehouse whose tables and reference data are those of this checkout."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from include.reference.sync import sync_reference
from include.settings import PROJECT_ROOT, Settings
from include.warehouse.connect import engine as engine_on
from include.warehouse.connect import warehouse_url
from include.warehouse.migrate import migrate
from include.warehouse.roles import apply_roles, with_rights_of

_REFERENCE_FOLDERS = ("include/reference", "include/calendar", "include/indicators")
_PREPARE_LOCK = 7_314_000


@contextmanager
def prepared_warehouse(settings: Settings) -> Iterator[Engine]:
    """An engine on a warehouse of this checkout's tables and lists; closed when the block ends."""
    opened = engine_on(warehouse_url(settings))
    try:
        prepare_warehouse(opened)
        yield opened
    finally:
        opened.dispose()


def prepare_warehouse(engine: Engine) -> bool:
    """Migrate and copy the reference files into the warehouse when either changed; True when anything was done.

    Several processes may call it at once: one works, the others wait.
    """
    state = _state_of_checkout()
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:number)"), {"number": _PREPARE_LOCK})
        connection.commit()
        if _prepared_state(engine) == state:
            return False
        migrate(engine.url.render_as_string(hide_password=False))
        with engine.begin() as granting:
            apply_roles(granting)
        with engine.begin() as writing, with_rights_of(writing, "ttdn_migrator"):
            sync_reference(writing)
            writing.execute(text("delete from reference.prepared"))
            writing.execute(text("insert into reference.prepared (state_hash) values (:state)"), {"state": state})
    return True


def _prepared_state(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if connection.execute(text("select to_regclass('reference.prepared')")).scalar() is None:
            return None
        return connection.execute(text("select state_hash from reference.prepared")).scalar()


def _state_of_checkout() -> str:
    digest = hashlib.sha256()
    files = [path for folder in _REFERENCE_FOLDERS for path in (PROJECT_ROOT / folder).rglob("*")]
    statements = [
        path for folder in ("migrations/versions", "roles") for path in (PROJECT_ROOT / "sql" / folder).glob("*.sql")
    ]
    for path in sorted(files + statements):
        if path.suffix in (".yml", ".csv", ".sql"):
            digest.update(str(path.relative_to(PROJECT_ROOT)).encode())
            digest.update(Path(path).read_bytes())
    return digest.hexdigest()

"""A warehouse with reports of two bodies and marts built by their own role, and sessions of the people who ask it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, make_url

from include.indicators.marts import build_marts
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.roles import apply_roles, grant_login, revoke_login
from tests.sql import builders

TEMPLATE_DATABASE = "ttdn_template"
_numbers = itertools.count(1)

Session = Callable[[str], Connection]


@pytest.fixture(scope="module")
def guarded(server: EmbeddedServer) -> Iterator[Engine]:
    """Reports of the commune 28249 (7 news items) and of the department STC (9), promoted and built."""
    name = f"guarded_{os.getpid()}_{next(_numbers)}"
    server.create_database(name, template=TEMPLATE_DATABASE)
    opened = engine(server.url(name))
    with opened.begin() as connection:
        apply_roles(connection)  # rights on the database itself are not copied from a template
        builders.send(connection, "28249", figures={"MED01": 7})
        builders.send(connection, "STC", figures={"MED01": 9})
        build_marts(connection)
    yield opened
    server.drop_database(name)


@pytest.fixture(scope="module")
def people(guarded: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A login of every kind: name -> URL with the password from its file."""
    secrets = tmp_path_factory.mktemp("secrets")
    until = date.today() + timedelta(days=2)
    kinds = {
        "analyst": {"kind": "analyst"},
        "auditor": {"kind": "auditor"},
        "commune": {"kind": "agency", "unit_code": "28249"},
        "department": {"kind": "agency", "unit_code": "STC"},
    }
    urls = {}
    for who, options in kinds.items():
        login = grant_login(guarded, secrets, f"{who}_{os.getpid()}", until=until, **options)
        urls[who] = url_of(guarded, login.password_file)
    yield urls
    for who in kinds:
        revoke_login(guarded, secrets, f"{who}_{os.getpid()}")


@pytest.fixture
def session(people: dict[str, str]) -> Iterator[Session]:
    """Opens a session of one of the people, closed after the test."""
    with ExitStack() as stack:
        yield lambda who: stack.enter_context(engine(people[who]).connect())


def url_of(opened: Engine, password_file: Path) -> str:
    _, _, _, login, password = password_file.read_text().strip().split(":")
    return make_url(opened.url).set(username=login, password=password).render_as_string(hide_password=False)


@contextmanager
def with_rights_of(connection: Connection, role: str) -> Iterator[None]:
    """What `role` may do, tried in a transaction that is rolled back."""
    connection.exec_driver_sql(f"set local role {role}")
    try:
        yield
    finally:
        connection.rollback()

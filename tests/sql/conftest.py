"""Fixtures for tests of what is built from reports."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from include.indicators.marts import build_marts
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from tests.sql.releases import send_checked

# The database tests/conftest.py migrates and fills once a run.
TEMPLATE_DATABASE = "ttdn_template"

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def warehouse_of_module(server: EmbeddedServer) -> Iterator[Connection]:
    name = f"reports_{os.getpid()}_{next(_numbers)}"
    server.create_database(name, template=TEMPLATE_DATABASE)
    with engine(server.url(name)).connect() as connection:
        yield connection
    server.drop_database(name)


@pytest.fixture
def reports(warehouse_of_module: Connection) -> Iterator[Connection]:
    """A warehouse without a single report, for tests that never commit: everything they do is rolled back.

    Cheaper than `warehouse`, which is a database of its own.
    """
    yield warehouse_of_module
    warehouse_of_module.rollback()


@pytest.fixture(scope="module")
def database_of_one_report(server: EmbeddedServer) -> Iterator[str]:
    """The name of a database with a checked report of the Department of Health (8 news items) and its marts.

    Building the marts takes half a second: a test that begins with this report copies the database or rolls back.
    """
    name = f"one_report_{os.getpid()}_{next(_numbers)}"
    server.create_database(name, template=TEMPLATE_DATABASE)
    with engine(server.url(name)).begin() as connection:
        send_checked(connection, "SYT", figures={"MED01": 8})
        build_marts(connection)
    yield name
    server.drop_database(name)


@pytest.fixture(scope="module")
def connection_to_one_report(server: EmbeddedServer, database_of_one_report: str) -> Iterator[Connection]:
    with engine(server.url(database_of_one_report)).connect() as connection:
        yield connection


@pytest.fixture
def one_report(connection_to_one_report: Connection) -> Iterator[Connection]:
    """A warehouse with that report, its marts built, for tests that never commit."""
    yield connection_to_one_report
    connection_to_one_report.rollback()


@pytest.fixture
def copy_of_one_report(server: EmbeddedServer, database_of_one_report: str) -> Iterator[str]:
    """The URL of a database of the test's own with that report, its marts built; dropped afterwards."""
    name = f"copy_{os.getpid()}_{next(_numbers)}"
    server.create_database(name, template=database_of_one_report)
    yield server.url(name)
    server.drop_database(name)

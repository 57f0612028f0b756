"""Fixtures for tests of what is built from reports."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer

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

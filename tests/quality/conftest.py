"""The fixture of these tests: an empty batch over the project's reference lists, in a real PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from tests.quality.staged import Batch


@pytest.fixture
def batch(warehouse: Connection) -> Batch:
    """An empty batch over the reference lists of the project."""
    measures = warehouse.execute(text("select measure_code, unit_factor from reference.measure"))
    return Batch(warehouse, {measure.measure_code: measure.unit_factor for measure in measures})

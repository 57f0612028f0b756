"""Airflow makes its home when it is imported: it must be the test run's, not the developer's."""

from __future__ import annotations

import os
import tempfile

os.environ["AIRFLOW_HOME"] = os.path.join(os.environ.get("TTDN_TEST_HOME") or tempfile.gettempdir(), "airflow")  # noqa: PTH118
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"

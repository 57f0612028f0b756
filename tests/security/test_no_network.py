"""Everything but the mail works without a network, and tries none: no address but this machine's is ever asked for.

A file Python reads at every start watches each process of the run, children included: it notes who looks a name up or
connects anywhere, and lets nobody through but to this machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from include.service import airflow_service
from include.service.credentials import load_credentials
from include.settings import PROJECT_ROOT, Settings

WATCH = """
import json, os, socket, sys

_HERE = {"127.0.0.1", "::1", "localhost"}

def _watch(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyname_ex"):
        place = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.bind"):
        address = arguments[1]
        place = address[0] if isinstance(address, tuple) else None
        if isinstance(address, str | bytes):
            return
    else:
        return
    name = place.decode() if isinstance(place, bytes) else place
    if name in _HERE or (event != "socket.connect" and name is None):
        return
    with open(os.environ["TTDN_TEST_WATCH"], "a") as file:
        file.write(json.dumps([event, str(name), sys.argv[:1]]) + "\\n")
    raise OSError("no network here")

sys.addaudithook(_watch)
"""
WHOLE_WAY = """
import sys
from datetime import datetime
from pathlib import Path

from include.calendar.periods import VIETNAM
from include.indicators.marts import build_marts
from include.pipeline.ingest import take_in
from include.pipeline.render import DOCUMENTS
from include.settings import load_settings
from include.warehouse.connect import engine
from tests.sources.reports import write_report
from tests.unit.edition_builders import edition

folder = Path(sys.argv[1])
settings = load_settings()
reports = [write_report(folder / f"{unit}.xlsx", unit) for unit in ("28249", "28261")]
opened = engine(settings.database_url)
results = take_in(
    reports, source_id="agency_reports", settings=settings, engine=opened,
    received_at=datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM),
).results
assert [each.verdict for each in results] == ["loaded", "loaded"], results
with opened.begin() as connection:
    build_marts(connection)
bundle = folder / "bundle"
bundle.mkdir()
for write in DOCUMENTS.values():
    write(edition(), bundle)
"""
COMMANDS = (
    ("extract", "--period", "2026-06T"),
    ("kpi", "--period", "2026-06T"),
    ("export", "INDICATORS", "--format", "sdmx-csv"),
    ("dictionary",),
)


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """The environment of a run whose processes are watched."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("TTDN_", "GX_", "AIRFLOW", "SCARF"))
    }
    return inherited | {
        "PYTHONPATH": os.pathsep.join((str(tmp_path / "watch"), str(PROJECT_ROOT))),
        "TTDN_TEST_WATCH": str(tmp_path / "asked"),
        "TTDN_HOME": str(tmp_path / "home"),
        "TTDN_INBOX": str(tmp_path / "home" / "inbox"),
    }


def asked(tmp_path: Path) -> list[list[object]]:
    path = tmp_path / "asked"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_the_watch_sees_a_name_looked_up_and_an_address_called_also_in_a_child(
    watched: dict[str, str], tmp_path: Path
) -> None:
    child = "import socket; socket.socket().connect(('192.0.2.1', 80))"
    code = (
        "import socket, subprocess, sys, contextlib\n"
        "with contextlib.suppress(OSError): socket.getaddrinfo('x.invalid', 443)\n"
        f"subprocess.run([sys.executable, '-c', {child!r}], stderr=subprocess.DEVNULL)\n"
    )
    subprocess.run((sys.executable, "-c", code), env=watched, check=True)

    assert [each[:2] for each in asked(tmp_path)] == [
        ["socket.getaddrinfo", "x.invalid"],
        ["socket.connect", "192.0.2.1"],
    ]


def test_from_a_report_to_a_rendered_release_no_process_asks_for_anything_outside(
    watched: dict[str, str], tmp_path: Path, warehouse_url: str
) -> None:
    environment = watched | {"TTDN_DATABASE_URL": warehouse_url}
    (tmp_path / "sent").mkdir()
    runs = [(sys.executable, "-c", WHOLE_WAY, str(tmp_path / "sent"))]
    runs += [(sys.executable, "-m", "include.cli", *words) for words in COMMANDS]
    for command in runs:
        done = subprocess.run(
            command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, (command[-3:], done.stdout[-1000:], done.stderr[-3000:])

    assert asked(tmp_path) == []
    written = {path.suffix for path in (tmp_path / "sent" / "bundle").iterdir()}
    assert {".pdf", ".docx", ".xlsx", ".html", ".csv", ".png"} <= written
    assert list((tmp_path / "home").rglob("KPI_2026-06T.html"))


def test_every_service_is_told_to_report_nothing_to_anybody(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, inbox=tmp_path)
    ours = airflow_service.airflow_environment(settings, load_credentials(settings.secrets), metadata_url="", port=1)
    compose = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    airflow = [compose[name]["environment"] for name in compose if name.startswith("airflow-")]

    for environment in (ours, *airflow):
        assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
        assert environment["SCARF_ANALYTICS"] == environment["GX_ANALYTICS_ENABLED"] == "false"
        assert environment["DO_NOT_TRACK"] == "1"
    assert len(airflow) == 4
    assert compose["platform"]["environment"]["GX_ANALYTICS_ENABLED"] == "false"

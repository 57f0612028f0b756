"""What Airflow adds to the work it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from tests.bench.home import PROJECT_ROOT, Measured


def measure_airflow_share() -> Measured:
    """The main job in a fresh home less the same work in one plain process in another fresh home.

    Memory is not watched: looking at a dozen processes five times a second would take the time that is measured.
    """
    plain = (sys.executable, "-c", "from tests.bench.airflow_share import work_without_airflow; work_without_airflow()")
    main_job = (sys.executable, "-m", "include.service.main_job")
    seconds = []
    for command, stop in ((plain, None), ((*main_job, "run"), (*main_job, "stop"))):
        home = Path(tempfile.mkdtemp(prefix="ttdn-bench-"))
        home.chmod(0o711)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TTDN_")}
        environment |= {"TTDN_HOME": str(home), "TTDN_ENV_FILE": os.devnull, "TTDN_PAGE_PORT": "18780"}
        try:
            started = time.perf_counter()
            subprocess.run(command, env=environment, cwd=PROJECT_ROOT, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - started)
        finally:
            if stop is not None:
                subprocess.run(stop, env=environment, cwd=PROJECT_ROOT, check=False, stdout=subprocess.DEVNULL)
            EmbeddedServer(home).remove()
            shutil.rmtree(home, ignore_errors=True)
    directly, under_airflow = seconds
    note = f"main job {under_airflow:.1f} s, the same work in one process {directly:.1f} s"
    return Measured("Airflow's share of make run", under_airflow - directly, 40, 0, note)


def work_without_airflow() -> None:
    """All that the main job does in a fresh home, in this process and in order."""
    from include.pipeline.build import build_marts
    from include.pipeline.extract import build_extracts
    from include.pipeline.ingest import ingest_receipts, land_inbox
    from include.pipeline.prepare import prepare_warehouse
    from include.service.sample_inbox import write_sample_inbox
    from include.settings import load_settings
    from include.sources import list_sources
    from include.warehouse.connect import warehouse_url

    settings = load_settings()
    prepare_warehouse(engine(warehouse_url(settings)))
    write_sample_inbox(settings.inbox, "2026-06T")
    time.sleep(settings.settling_seconds + 0.5)  # the inbox leaves alone what was touched in the last seconds
    for source in list_sources():
        for receipt_ids in land_inbox(source.source_id):
            ingest_receipts(source.source_id, receipt_ids)
    build_marts()
    build_extracts()

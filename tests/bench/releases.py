"""The bundle of a wide edition, rendered by a fresh process: how long, how much memory, how large the page.

`python -m tests.bench.releases EDITION.json FOLDER` is that process; with `each` behind, it writes the documents
without bundle or signature and tells the seconds of each.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from include.extracts.leadership.wording import VIETNAM
from include.warehouse.connect import WAREHOUSE_DATABASE, engine
from tests.bench.home import TTDN, Home, Measured, run

if TYPE_CHECKING:
    from include.extracts.leadership.edition import Comparison, Edition
    from include.extracts.leadership.snapshot import Snapshot

RUNS: Final = 3
_MOMENT: Final = datetime(2026, 11, 26, 8, 0, tzinfo=VIETNAM)
_MEGABYTE: Final = 1e6


def measure_releases(at: Home) -> list[Measured]:
    """The synthetic year, its widest period as an edition beside a year before, rendered and signed."""
    edition = wide_edition(at)
    source = at.path / "edition.json"
    from include.extracts.leadership.edition import edition_json

    source.write_bytes(edition_json(edition))
    environment = {**at.environment, "TTDN_ENV_FILE": os.devnull}
    command: list[str | Path] = [sys.executable, "-m", "tests.bench.releases", source, at.path / "bundle"]
    timed = [run(command, environment) for _ in range(RUNS)]
    answer, seconds, _ = min(timed, key=lambda each: each[1])
    told = json.loads(answer)
    apart = json.loads(run([*command, "each"], environment)[0])
    for name, each in sorted(apart.items(), key=lambda pair: -pair[1]):
        print(f"  {name:10} {each:6.2f} s  {100 * each / sum(apart.values()):3.0f} % of the writing")
    snapshot = edition.snapshot
    wide = (
        f"{len(snapshot.indicators)} indicators, {len(snapshot.bodies)} bodies, {len(snapshot.figures):,} figures,"
        f" {len(edition.lineage):,} cells behind them; best of {RUNS}"
        f" ({', '.join(f'{each[1]:.1f}' for each in timed)}), {told['cpu_seconds']:.1f} s of processor time"
    )
    page = (
        f"html {told['html_bytes'] / _MEGABYTE:.1f} MB (wanted 8), mail {told['mail_bytes'] / 1000:.0f} kB"
        f" (wanted 100), {told['bytes'] / _MEGABYTE:.1f} MB in all; wanted memory 400 MB"
    )
    peak = max(each[2] for each in timed)
    return [Measured("a release's bundle, fresh process", seconds, 10, peak, f"{wide}; {page}")]


def wide_edition(at: Home) -> Edition:
    """The widest period of the synthetic year, approved, every headline beside a made-up year before."""
    from include.extracts.leadership.edition import Approval
    from include.indicators.marts import ensure_current
    from include.pipeline.release import working_copy
    from include.settings import load_settings
    from include.sources.agency_reports.sample import PERIODS, write_sample

    folder = at.path / "sample-release"
    write_sample(folder)
    run([*TTDN, "ingest", "--json", "--as-of", "2026-11-20T09:00+07:00", folder], at.environment)
    settings = load_settings(at.environment, Path(os.devnull))
    opened = engine(at.server.url(WAREHOUSE_DATABASE))
    try:
        with opened.begin() as connection:
            ensure_current(connection)
            copies = [working_copy(connection, settings, code, _MOMENT) for code in PERIODS]
    finally:
        opened.dispose()
    widest = max(copies, key=lambda each: len(each.snapshot.figures))
    return replace(
        widest,
        edition_number=1,
        frozen_by="Lịch phát hành",
        comparisons=tuple(_year_before(widest.snapshot)),
        approval=Approval("Trưởng phòng Văn hóa", "Giám đốc Sở", _MOMENT),
    )


def _year_before(snapshot: Snapshot) -> list[Comparison]:
    from include.extracts.leadership.edition import Comparison

    code, name = f"{snapshot.period.plan_year - 1}{snapshot.period.code[4:]}", "cùng kỳ năm trước"
    return [
        Comparison(
            figure.indicator_code,
            figure.side,
            code,
            name,
            figure.value * Decimal("0.9"),
            "reported",
            "chinh_thuc",
            figure.value * Decimal("0.1"),
        )
        for figure in snapshot.headlines
        if figure.value is not None
    ]


def main(edition_file: str, folder: str, how: str = "bundle") -> None:
    """Render it and print sizes and processor time; or write document by document and print the seconds of each."""
    from include.extracts.leadership.edition import Approval, edition_of_json
    from include.pipeline.render import DOCUMENTS, render_edition
    from include.settings import load_settings

    approval = Approval("Trưởng phòng Văn hóa", "Giám đốc Sở", _MOMENT)
    edition = edition_of_json(Path(edition_file).read_bytes(), approval)
    if how == "each":
        Path(folder).mkdir(exist_ok=True)
        seconds = {}
        for name, write in DOCUMENTS.items():
            started = time.perf_counter()
            write(edition, Path(folder))
            seconds[name] = time.perf_counter() - started
        print(json.dumps(seconds))
        return
    sizes = {each.name: each.byte_size for each in render_edition(edition, Path(folder), load_settings())}
    times = os.times()
    told = {
        "cpu_seconds": times.user + times.system + times.children_user + times.children_system,
        "html_bytes": sizes[f"{edition.file_stem}.html"],
        "mail_bytes": sizes["mail.html"],
        "bytes": sum(sizes.values()),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])

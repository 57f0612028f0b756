"""Made-up monitoring files of a half-year, for tests and for a first look at the platform."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from include.sources.monitoring_statistics.sample_feed import write_feed


def write_sample(folder: Path) -> list[Path]:
    """Write January to May 2026 into the folder, a week of it not monitored, three days corrected; the files.

    Their names say that they are made up. In the order of their names, as they are received, the corrected days come
    after the month they are in.
    """
    return [
        write_feed(folder / "gia-lap-2026-01-den-03.csv", date(2026, 1, 1), 90),
        # 1 to 7 April: no file, nobody looked.
        write_feed(folder / "gia-lap-2026-04.csv.gz", date(2026, 4, 8), 23, seed=4),
        write_feed(folder / "gia-lap-2026-05a.xlsx", date(2026, 5, 1), 31, seed=5),
        write_feed(folder / "gia-lap-2026-05b-dinh-chinh.parquet", date(2026, 5, 11), 3, seed=55),
    ]

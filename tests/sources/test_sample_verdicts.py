"""The synthetic year through the whole gate, against the table of verdicts written beside it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from include.pipeline.ingest import take_in
from include.pipeline.results import FileResult
from include.settings import Settings
from include.sources.agency_reports.sample import SampleFile, read_expected, write_sample


def _differences(results: list[FileResult], expected: dict[str, SampleFile]) -> list[str]:
    differences = []
    for result in results:
        item = expected[Path(result.path).name]
        absent = set(item.findings) - {message["code"] for message in result.messages}
        if result.verdict != item.verdict or (item.code and result.code != item.code) or absent:
            differences.append(
                f"{item.file} ({item.kind}): {result.verdict}/{result.code}, expected {item.verdict}/{item.code}"
                f" telling {item.findings}: {[m['text'] for m in result.messages][:3]}"
            )
    return differences


@pytest.mark.parametrize("period", ["2026-06T", pytest.param(None, marks=pytest.mark.long)])
def test_every_file_of_the_sample_ends_in_the_verdict_the_table_expects(
    period: str | None, tmp_path: Path, warehouse: Connection
) -> None:
    expected = {item.file: item for item in read_expected() if period in (None, item.period_code)}
    write_sample(tmp_path / "inbox", period)
    engine = create_engine(warehouse.engine.url, poolclass=NullPool)
    settings = Settings(home=tmp_path / "home", inbox=tmp_path / "inbox")

    results = take_in([tmp_path / "inbox"], source_id="agency_reports", settings=settings, engine=engine).results

    assert {Path(result.path).name for result in results} == set(expected)
    assert _differences(results, expected) == []
    assert Counter(result.verdict for result in results) == Counter(item.verdict for item in expected.values())
    assert all(result.answer and Path(result.answer).is_file() for result in results)
    unbalanced = warehouse.execute(
        text(
            "select count(*) from warehouse.submission as s where s.received_count <>"
            " (select count(*) from warehouse.observation as o where o.submission_id = s.submission_id)"
            " + (select count(*) from quarantine.observation as q where q.submission_id = s.submission_id)"
            " + (select coalesce(sum(i.row_count), 0) from warehouse.ignored_row as i"
            "    where i.submission_id = s.submission_id)"
        )
    ).scalar_one()
    assert unbalanced == 0

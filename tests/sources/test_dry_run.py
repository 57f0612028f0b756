"""A dry run says of each file what taking it in says, also of what comes again in the same drop."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from include.pipeline.results import FileResult
from tests.sources.reports import write_report
from tests.sources.test_ingest import Office, office

__all__ = ["office"]

OTHER_BODY = "28261"


def said(results: list[FileResult]) -> list[tuple[str, str, dict[str, int]]]:
    return [(result.verdict, result.code, result.counts) for result in results]


def save_again(path: Path, new: Path) -> Path:
    """The same cells in other bytes, as after opening and saving."""
    book = openpyxl.load_workbook(path)
    book.properties.creator = "Văn thư"
    book.save(new)
    return new


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture
def letters(tmp_path: Path) -> dict[str, Path]:
    first = write_report(tmp_path / "first.xlsx", actual={"MED01": 40})
    return {
        "first": first,
        "revised": write_report(tmp_path / "revised.xlsx", actual={"MED01": 50}),
        "saved again": save_again(first, tmp_path / "saved again.xlsx"),
        "other": write_report(tmp_path / "other.xlsx", OTHER_BODY),
        "held": write_report(tmp_path / "held.xlsx", OTHER_BODY, actual={"MED01": -1}),
        "cut": written(tmp_path / "cut.xlsx", first.read_bytes()[:-2000]),
        "no workbook": written(tmp_path / "no workbook.xlsx", "Kính gửi Sở VHTTDL\n".encode()),
    }


@pytest.mark.parametrize(
    ("before", "drop", "expected"),
    [
        ([], ["first", "first"], ["loaded", "duplicate"]),
        ([], ["first", "other", "first"], ["loaded", "loaded", "duplicate"]),
        ([], ["first", "revised", "first", "first"], ["loaded", "loaded", "loaded", "duplicate"]),
        ([], ["first", "saved again", "revised"], ["loaded", "unchanged", "loaded"]),
        (["first"], ["first", "saved again"], ["duplicate", "unchanged"]),
        (["first"], ["saved again", "saved again"], ["unchanged", "duplicate"]),
        (["first"], ["revised", "first"], ["loaded", "loaded"]),
        (["first"], ["other", "first"], ["loaded", "duplicate"]),
        (["first"], ["revised", "saved again", "first"], ["loaded", "loaded", "duplicate"]),
        (["first", "revised"], ["first"], ["loaded"]),
        ([], ["held", "held"], ["quarantined", "duplicate"]),
        (["held"], ["held"], ["duplicate"]),
        ([], ["held", "other", "held"], ["quarantined", "loaded", "duplicate"]),
        ([], ["no workbook", "first", "no workbook"], ["rejected", "loaded", "duplicate"]),
        (["no workbook"], ["no workbook"], ["duplicate"]),
        (["cut"], ["cut", "cut"], ["incomplete", "incomplete"]),
    ],
    ids=str,
)
def test_of_every_drop_a_dry_run_says_what_the_real_one_says(
    office: Office, letters: dict[str, Path], before: list[str], drop: list[str], expected: list[str], tmp_path: Path
) -> None:
    for name in before:
        office.receive(letters[name])
    sent = [written(tmp_path / f"{number}-{name}.xlsx", letters[name].read_bytes()) for number, name in enumerate(drop)]

    rehearsed = office.receive(*sent, dry_run=True)
    taken_in = office.receive(*sent)

    assert [result.verdict for result in rehearsed] == expected
    assert said(rehearsed) == said(taken_in)

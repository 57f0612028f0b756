"""Corrections and waivers among the extract's notes: the same rows on the page and in the workbook, none when none."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from include.extracts.leadership.exceptions import AcceptedException, CorrectedFigure
from include.extracts.leadership.page import render_page
from include.extracts.leadership.snapshot import Snapshot
from include.extracts.leadership.statements import exception_tables, facts
from include.extracts.leadership.workbook import NOTES, write_workbook
from tests.unit.edition_builders import edition
from tests.unit.extract_builders import snapshot

CORRECTED = CorrectedFigure(
    sender_name="Phường Đạo Thạnh",
    figure_name="Tin, bài TTĐN đã đăng, phát (MED01)",
    printed="120 tin, bài",
    counted="12 tin, bài",
    reason="Đơn vị xác nhận ghi thừa <một> số 0.",
    decided_by="Trưởng phòng Thông tin",
    reported="UBND phường Đạo Thạnh, 05/06/2026",
    until="không hạn",
    code="BC-2026-1",
)
ACCEPTED = AcceptedException(
    number=3,
    unit_name="Phường Mỹ Tho",
    rule="R-08",
    text="có 40 học viên; cần có lớp.",
    reason="Hai lớp ghép.",
    decided_by="Phó Giám đốc Sở VHTTDL",
    until="30/06/2026",
)
BOTH = snapshot(corrections=(CORRECTED,), exceptions=(ACCEPTED,))
TITLES = ("Số liệu có hiệu chỉnh nguồn", "Ngoại lệ đã được chấp nhận")


def words_of_page(shown: Snapshot) -> str:
    without_scripts = re.sub(r"(?s)<script.*?</script>", "", render_page(edition(snapshot=shown)))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without_scripts))


def words_of_notes(shown: Snapshot, path: Path) -> list[str]:
    write_workbook(edition(snapshot=shown), path)
    return [str(cell.value) for row in openpyxl.load_workbook(path)[NOTES].iter_rows() for cell in row if cell.value]


def test_what_why_who_and_until_when_stand_on_the_page_and_in_the_workbook(tmp_path: Path) -> None:
    page, notes = words_of_page(BOTH), words_of_notes(BOTH, tmp_path / "a.xlsx")

    for cell in (cell for table in exception_tables(BOTH) for row in table.rows for cell in row):
        assert cell in notes
        assert cell.replace("<một>", "&lt;một&gt;") in page
    assert set(TITLES) <= set(notes)
    assert all(title in page for title in TITLES)
    assert exception_tables(BOTH)[0].rows == (
        (
            "Phường Đạo Thạnh",
            "Tin, bài TTĐN đã đăng, phát (MED01)",
            "120 tin, bài",
            "12 tin, bài",
            "Trưởng phòng Thông tin, mục BC-2026-1; thời hạn: không hạn",
            "Đơn vị xác nhận ghi thừa <một> số 0. Đã báo UBND phường Đạo Thạnh, 05/06/2026.",
        ),
    )
    assert exception_tables(BOTH)[1].rows == (
        (
            "Phường Mỹ Tho",
            "R-08",
            "Phó Giám đốc Sở VHTTDL, ngoại lệ số 3",
            "30/06/2026",
            "Hai lớp ghép.",
            "có 40 học viên; cần có lớp.",
        ),
    )


def test_the_facts_at_the_top_count_them() -> None:
    assert dict(facts(BOTH))["Hiệu chỉnh, ngoại lệ"].startswith("1 số liệu có hiệu chỉnh nguồn, 1 ngoại lệ")


def test_nothing_is_printed_where_there_is_none(tmp_path: Path) -> None:
    plain = snapshot()

    assert exception_tables(plain) == []
    assert "Hiệu chỉnh, ngoại lệ" not in dict(facts(plain))
    assert not set(TITLES) & set(words_of_notes(plain, tmp_path / "a.xlsx"))
    assert not any(title in words_of_page(plain) for title in TITLES)


@pytest.mark.parametrize(("kept", "left_out"), [("corrections", 1), ("exceptions", 0)])
def test_one_without_the_other_prints_one_table(kept: str, left_out: int) -> None:
    shown = snapshot(**{kept: getattr(BOTH, kept)})

    assert [table.title for table in exception_tables(shown)] == [TITLES[1 - left_out]]

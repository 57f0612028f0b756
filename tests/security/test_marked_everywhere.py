"""Every source refuses a marked file, in every format it takes and wherever the mark stands."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from include.calendar.periods import VIETNAM
from include.pipeline.land import Receipt
from include.pipeline.read import read_in_sandbox
from include.readers.sandbox import Sandbox
from include.sources import SOURCES_FOLDER, list_sources, load_source
from tests.sources.monitoring_files import line, write_counts
from tests.sources.registers import TYPICAL, fill
from tests.sources.reports import write_report
from tests.sources.typed import Page, save_ods, save_xls

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM)
MARK = "TỐI MẬT"

Make = Callable[[Path, str], Path]
"""Writes a sound file of a source with these words in it into the folder; “” gives the file without them."""


def _report(folder: Path, words: str) -> Path:
    def stamp(book: openpyxl.Workbook) -> None:
        book.worksheets[0].cell(book.worksheets[0].max_row + 2, 2).value = words or None

    return write_report(folder / "bao-cao.xlsx", edit=stamp)


def _typed_xls(folder: Path, words: str) -> Path:
    save_xls(folder / "bao-cao.xls", [Page([["Báo cáo", words or None], ["Số lớp", 3]])])
    return folder / "bao-cao.xls"


def _typed_ods(folder: Path, words: str) -> Path:
    save_ods(folder / "bao-cao.ods", [Page([["Báo cáo", words or None], ["Số lớp", 3]])])
    return folder / "bao-cao.ods"


def _register(source: str) -> Make:
    def make(folder: Path, words: str) -> Path:
        def stamp(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
            sheet.cell(sheet.max_row + 2, 2).value = words or None

        return fill(folder, source, TYPICAL[source], edit=stamp)

    return make


def _sample(source: str, pattern: str) -> Path:
    return next((SOURCES_FOLDER / source / "sample").glob(pattern))


def _book(folder: Path, words: str) -> Path:
    book = openpyxl.load_workbook(_sample("nso_fdi", "*.xlsx"))
    if words:
        book.worksheets[0].oddHeader.right.text = words
    book.save(folder / "bieu.xlsx")
    return folder / "bieu.xlsx"


def _rewritten(source: str, pattern: str, old: str, new: str) -> Make:
    def make(folder: Path, words: str) -> Path:
        sample = _sample(source, pattern)
        content = sample.read_text(encoding="utf-8")
        assert old in content
        path = folder / sample.name
        path.write_text(content.replace(old, new.replace("MARK", words), 1) if words else content, encoding="utf-8")
        return path

    return make


def _list_workbook(folder: Path, words: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Project ID", "Project Title", words])
    if words:
        sheet["A1"].comment = Comment(words, "x")
    book.save(folder / "danh-muc.xlsx")
    return folder / "danh-muc.xlsx"


def _counts(folder: Path, words: str) -> Path:
    changed = {"topic": words} if words else {}
    return write_counts(folder / "th.csv", [line("2026-05-04", 3), line("2026-05-05", 4, **changed)])


def _counts_headed(folder: Path, words: str) -> Path:
    path = _counts(folder, "")
    if words:
        head, _, rest = path.read_text(encoding="utf-8").partition("\n")
        path.write_text(f"{head},{words}\n{rest}", encoding="utf-8")
    return path


def _counts_packed(folder: Path, words: str) -> Path:
    path = _counts(folder, words)
    packed = folder / "th.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed


def _counts_columns(folder: Path, words: str) -> Path:
    from pyarrow import csv, parquet

    parquet.write_table(csv.read_csv(_counts(folder, words)), folder / "th.parquet")
    return folder / "th.parquet"


def _counts_sheet(folder: Path, words: str) -> Path:
    book = openpyxl.Workbook()
    for row in _counts(folder, words).read_text(encoding="utf-8").splitlines():
        book.worksheets[0].append([int(cell) if cell.isdigit() else cell for cell in row.split(",")])
    book.save(folder / "th.xlsx")
    return folder / "th.xlsx"


MARKED: Mapping[str, Mapping[str, Make]] = {
    "agency_reports": {"xlsx": _report, "xls": _typed_xls, "ods": _typed_ods},
    "finance_fdi": {"xlsx": _register("finance_fdi")},
    "finance_oda": {"xlsx": _register("finance_oda")},
    "finance_ngo": {"xlsx": _register("finance_ngo")},
    "nso_fdi": {"xlsx, page header": _book},
    "donor_projects": {
        "csv": _rewritten("donor_projects", "*.csv", "Synthetic: rural roads", "MARK"),
        "csv, heading": _rewritten("donor_projects", "*.csv", "Source URL", "MARK"),
        "xlsx": _list_workbook,
    },
    "wdi_series": {"csv": _rewritten("wdi_series", "*.csv", "2026-09-30", '2026-09-30","MARK')},
    "iati_activities": {
        "xml, text": _rewritten("iati_activities", "*.xml", "Synthetic: clean water in Dong Thap", "MARK"),
        "xml, attribute": _rewritten("iati_activities", "*.xml", 'xml:lang="en"', 'xml:lang="en" note="MARK"'),
        "xml, comment": _rewritten("iati_activities", "*.xml", "<iati-activities", "<!--MARK--><iati-activities"),
        "xml, unread element": _rewritten(
            "iati_activities", "*.xml", "<iati-activity ", "<note>MARK</note><iati-activity "
        ),
    },
    "sdmx_series": {
        "xml, header": _rewritten("sdmx_series", "*.xml", "<message:ID>GIALAP1", "<message:ID>MARK"),
        "xml, comment": _rewritten("sdmx_series", "*.xml", "<message:Header>", "<message:Header><!-- MARK -->"),
    },
    "monitoring_statistics": {
        "csv": _counts,
        "csv, heading": _counts_headed,
        "csv.gz": _counts_packed,
        "parquet": _counts_columns,
        "xlsx": _counts_sheet,
    },
}
CASES = [(source, form) for source, forms in MARKED.items() for form in forms]


def test_every_source_has_marked_files_here() -> None:
    assert {source.source_id for source in list_sources(loadable_only=False)} == set(MARKED)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox(workers=1)


def code_of(sandbox: Sandbox, source_id: str, path: Path, name: str) -> str:
    receipt = Receipt(1, "", "0" * 64, 1, name, source_id, NOW, path, path)
    [reading] = read_in_sandbox(sandbox, load_source(source_id), [receipt])
    if reading.monitoring is not None:
        Path(reading.monitoring.spool_path).unlink()
    return reading.refusal.code if reading.refusal else "read"


@pytest.mark.parametrize(("source_id", "form"), CASES)
def test_a_mark_in_a_file_of_a_source_refuses_it(source_id: str, form: str, sandbox: Sandbox, tmp_path: Path) -> None:
    path = MARKED[source_id][form](tmp_path, MARK)

    assert code_of(sandbox, source_id, path, path.name) == "SECRET"


@pytest.mark.parametrize(("source_id", "form"), CASES)
def test_the_same_file_without_the_mark_is_not_taken_for_secret_and_with_a_marked_name_is(
    source_id: str, form: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = MARKED[source_id][form](tmp_path, "")

    assert code_of(sandbox, source_id, path, path.name) != "SECRET"
    assert code_of(sandbox, source_id, path, f"BC (MẬT){path.suffix}") == "SECRET"

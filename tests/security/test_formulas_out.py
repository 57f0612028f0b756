"""Text that a spreadsheet would calculate, through every writer of a workbook, a csv, a document or a parquet file.

Per string and writer: tests/unit/test_extract_workbook.py, tests/unit/test_machine_files.py, tests/sql/test_exports.py,
tests/sources/test_answers.py, tests/sources/test_templates.py, tests/sources/test_finance_template.py and
tests/unit/test_report_docx.py. Here all writers stand in one table, so that a new one has a place to be added to.
"""

from __future__ import annotations

import ast
import csv
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from pyarrow import parquet
from sqlalchemy import Connection

from include.calendar.periods import load_periods
from include.dictionary.content import read_dictionary
from include.dictionary.workbook import write_workbook as write_dictionary
from include.exports.delimited import write_delimited
from include.exports.parquet import write_parquet
from include.exports.relations import ExportColumn
from include.exports.workbook import ROWS_SHEET, write_rows_workbook
from include.extracts.leadership.machine_files import write_csv
from include.extracts.leadership.report import write_report
from include.extracts.leadership.workbook import write_workbook
from include.reference import load_reference
from include.settings import PROJECT_ROOT
from include.sources.agency_reports.answer import write_answer
from include.sources.agency_reports.template import FormEntries, write_template
from include.sources.project_workbooks.template import RegisterEntries, write_register
from tests.security.pouring import WORDS_OF_DICTIONARY, Poured
from tests.sources.registers import FACTORY, register_of
from tests.sources.test_answers import RECEIPT
from tests.unit.edition_builders import CORRECTION
from tests.unit.page_editions import hostile

PREFIXED = (
    '=HYPERLINK("http://x.invalid","xem")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    " =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    '"=1+1"',
    "'=1+1",
    "=cmd|' /C calc'!A0",
    "{=1+1}",
    "http://x.invalid/a",
    "mailto:ban@x.invalid",
    "internal:'Nguồn'!A1",
)
COLUMNS = (ExportColumn("number", "integer"), ExportColumn("said", "text"), ExportColumn("amount", "numeric"))
ROWS = [(at, said, Decimal("-1.5") - at) for at, said in enumerate(PREFIXED)]
DIGITS = {"amount": (4, 2)}

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def poured() -> Any:
    pouring = Poured(PREFIXED, instead=True)
    made = pouring.into(replace(hostile(PREFIXED), correction=CORRECTION))
    assert pouring.count > 5 * len(PREFIXED)
    return made


def formulas_in(path: Path) -> list[str]:
    """The formulas of a workbook's cells, and whatever in it points out of it."""
    found = []
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            content = book.read(name)
            if name.startswith("xl/worksheets/sheet"):
                found += [each.text or "" for each in etree.fromstring(content).iter(f"{MAIN}f")]
            if name.endswith(".rels"):
                found += re.findall(rb'Target="[^"]*"[^>]*TargetMode="External"', content)
            assert not name.startswith(("xl/externalLinks", "xl/connections", "xl/vbaProject"))
    return [str(each) for each in found]


def shown_in(path: Path) -> set[str]:
    book = openpyxl.load_workbook(path, read_only=True)
    return {
        cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str)
    }


def bare(text: str) -> str:
    """The text without what nobody sees, which a workbook may leave out or write out."""
    return re.sub(r"\\(?:[trn]|x00|ufeff)|_x[0-9A-F]{4}_|[\s\x00\ufeff]+", "", text)


# --- workbooks -------------------------------------------------------------------------------------------------------


def extract_workbook(folder: Path, poured: Any) -> Path:
    write_workbook(poured, folder / "x.xlsx")
    return folder / "x.xlsx"


def export_workbook(folder: Path, poured: Any) -> Path:
    write_rows_workbook("note", COLUMNS, ROWS, folder / "x.xlsx")
    return folder / "x.xlsx"


def answer_without_the_file(folder: Path, poured: Any) -> Path:
    mistakes = [("block", text, "C4", text, text) for text in PREFIXED]
    write_answer(None, folder / "x.xlsx", replace(RECEIPT, file_name=PREFIXED[0]), mistakes)
    return folder / "x.xlsx"


def answer_with_the_senders_own(folder: Path, poured: Any) -> Path:
    own = openpyxl.Workbook()
    sheet = own.active
    sheet.title = "Báo cáo"
    for at, text in enumerate(PREFIXED, start=1):
        cell = sheet.cell(at, 3)
        cell.value = text.replace("\x00", "")
        cell.data_type = "s"  # typed as text: an apostrophe before it in the office's own program
        cell.quotePrefix = True
        sheet.cell(at, 4, -3)
    own.save(folder / "own.xlsx")
    mistakes = [("block", "Báo cáo", f"D{at}", text, text) for at, text in enumerate(PREFIXED, start=1)]
    write_answer(folder / "own.xlsx", folder / "x.xlsx", RECEIPT, mistakes)
    return folder / "x.xlsx"


@pytest.mark.parametrize(
    "write", [extract_workbook, export_workbook, answer_without_the_file, answer_with_the_senders_own]
)
def test_no_text_of_a_workbook_is_calculated_or_linked_and_all_of_it_is_shown(
    write: Callable[[Path, Any], Path], tmp_path: Path, poured: Any
) -> None:
    path = write(tmp_path, poured)

    assert formulas_in(path) == []
    shown = "\n".join(bare(each) for each in shown_in(path))
    assert [each for each in PREFIXED if bare(each) not in shown] == []


def test_the_workbook_of_the_dictionary_calculates_nothing(tmp_path: Path, warehouse: Connection) -> None:
    pouring = Poured(PREFIXED, WORDS_OF_DICTIONARY, instead=True)
    write_dictionary(pouring.into(read_dictionary(warehouse)), tmp_path / "x.xlsx")

    assert pouring.count > 10 * len(PREFIXED)
    assert formulas_in(tmp_path / "x.xlsx") == []
    shown = "\n".join(bare(each) for each in shown_in(tmp_path / "x.xlsx"))
    assert [each for each in PREFIXED if bare(each) not in shown] == []


def test_the_forms_have_the_formulas_of_the_blank_form_and_no_other(tmp_path: Path) -> None:
    reference, period = load_reference(), load_periods()["2026-06T"]
    unit, finance = reference.units["28249"], reference.units["STC"]
    register = register_of("finance_fdi")
    for at, text in enumerate(["", *PREFIXED]):
        # Every typed field of both forms holds the same string; Excel knows no NUL.
        said = text.replace("\x00", "")
        entries = FormEntries(notes={"MED01": said, "TRN02": said}, heading={"document_number": said})
        write_template(unit, period, reference, tmp_path / f"form{at}.xlsx", entries)
        line = {**FACTORY, "title": said, "code": said}
        write_register(register, finance, period, tmp_path / f"register{at}.xlsx", RegisterEntries([line]))
        for kind in ("form", "register"):
            own = formulas_in(tmp_path / f"{kind}0.xlsx")
            assert formulas_in(tmp_path / f"{kind}{at}.xlsx") == own, (kind, text)


def test_a_string_that_is_a_formula_is_seen_by_this_check(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = PREFIXED[0]
    book.active["A2"].hyperlink = "http://x.invalid/a"
    book.save(tmp_path / "x.xlsx")

    assert len(formulas_in(tmp_path / "x.xlsx")) == 2


def test_negative_numbers_of_a_workbook_are_numbers(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(export_workbook(tmp_path, None))[ROWS_SHEET]

    amounts = [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert amounts == [float(row[2]) for row in ROWS]


# --- csv and parquet -------------------------------------------------------------------------------------------------

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def calculated_in(path: Path) -> list[str]:
    """Cells a spreadsheet would calculate; a plain number is none of them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    starts = re.compile(r"[\s\x00\ufeff\u200b]*[=+\-@＝＋－＠]|[\t\r\n]")
    return [cell for cell in cells if starts.match(cell) and not NUMBER.fullmatch(cell)]


def test_no_cell_of_a_csv_is_calculated_and_negative_numbers_are_numbers(tmp_path: Path, poured: Any) -> None:
    write_delimited(COLUMNS, ROWS, tmp_path / "export.csv")
    write_csv(poured, tmp_path / "release.csv")

    assert calculated_in(tmp_path / "export.csv") == []
    assert calculated_in(tmp_path / "release.csv") == []
    with (tmp_path / "export.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [Decimal(row["amount"]) for row in csv.DictReader(file)] == [row[2] for row in ROWS]


def test_a_csv_cell_that_would_be_calculated_is_seen_by_this_check(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('=1,-2+3,-2,"\t=1",a=1\n', encoding="utf-8")

    assert calculated_in(tmp_path / "x.csv") == ["=1", "-2+3", "\t=1"]


def test_parquet_holds_the_text_as_it_is_and_numbers_with_their_sign(tmp_path: Path) -> None:
    write_parquet(COLUMNS, ROWS, DIGITS, tmp_path / "x.parquet")

    table = parquet.read_table(tmp_path / "x.parquet")
    assert table["said"].to_pylist() == list(PREFIXED)
    assert table["amount"].to_pylist() == [row[2] for row in ROWS]


# --- Word ------------------------------------------------------------------------------------------------------------


def test_the_word_report_has_no_field_but_its_page_numbers(tmp_path: Path, poured: Any) -> None:
    write_report(poured, tmp_path / "x.docx")

    fields, outside = set(), []
    with zipfile.ZipFile(tmp_path / "x.docx") as document:
        for name in document.namelist():
            content = document.read(name)
            if name.endswith(".rels"):
                outside += re.findall(rb'TargetMode="External"', content)
            elif name.startswith("word/") and name.endswith(".xml"):
                tree = etree.fromstring(content)
                fields |= {(each.text or "").split()[0] for each in tree.iter(f"{WORD}instrText")}
                fields |= {each.get(f"{WORD}instr", "").split()[0] for each in tree.iter(f"{WORD}fldSimple")}
    assert fields <= {"PAGE", "NUMPAGES"}
    assert outside == []


# --- nobody goes around the writers ----------------------------------------------------------------------------------


def test_every_workbook_is_opened_with_its_formulas_off() -> None:
    for path in sorted((PROJECT_ROOT / "include").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
            name = ast.unparse(call.func)
            assert not name.endswith((".to_excel", ".to_csv", ".to_html")), path
            if name == "xlsxwriter.Workbook":
                options = ast.unparse(call.args[1])
                said = "'strings_to_formulas': False" in options and "'strings_to_urls': False" in options
                assert said or options in ("WORKBOOK_OPTIONS", "options"), path

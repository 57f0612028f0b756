"""The readers against public workbooks that nobody here wrote: every one opens, and the tables listed
beside this file are found where a person sees them."""

from __future__ import annotations

import math
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.readers import Sandbox, Workbook, WorkbookRefused
from include.readers.grid import Sheet, column_letters, position
from include.readers.personal_data import find_personal_data
from include.readers.secrecy import find_marks
from include.readers.table import Table, discover_tables

EXPECTED = yaml.safe_load((Path(__file__).parent / "real_tables.yml").read_text(encoding="utf-8"))
_PIECES = ("file", "sheet")


@pytest.fixture(scope="session")
def books(request: pytest.FixtureRequest) -> dict[str, Workbook | WorkbookRefused]:
    """Every .xls and .xlsx of the real data by its path below it, read through the sandbox."""
    real_data: Path = request.getfixturevalue("real_data")
    paths = sorted(path for path in real_data.rglob("*.xls*") if path.is_file())
    with Sandbox(workers=2) as sandbox:
        outcomes = list(sandbox.map("include.readers:open_workbook", [(path,) for path in paths]))
    names = (unicodedata.normalize("NFC", path.relative_to(real_data).as_posix()) for path in paths)
    return dict(zip(names, outcomes, strict=True))


def test_every_real_workbook_opens(books: dict[str, Any]) -> None:
    refused = {name: outcome.code for name, outcome in books.items() if isinstance(outcome, WorkbookRefused)}

    assert refused == {}
    assert len(books) >= 25


def test_no_real_workbook_has_cells_outside_its_data(books: dict[str, Any]) -> None:
    """Final_2012 claims 65,535 rows on one sheet; other books claim 256 columns."""
    for book in books.values():
        for sheet in book.sheets:
            assert not sheet.rows or sheet.rows[-1], sheet.name
            assert all(not row or row[-1] is not None for row in sheet.rows), sheet.name

    assert books["vn-mof-budget/Final_2012.xls"].sheet("M09+").row_count == 84


def test_the_list_covers_the_three_collections() -> None:
    folders = {entry["file"].split("/")[0] for entry in EXPECTED}

    assert folders == {"vn-mof-budget", "vn-bhyt-laocai", "vn-gso-monthly"}
    assert len(EXPECTED) >= 20


@pytest.mark.parametrize(
    "expected", EXPECTED, ids=[f"{entry['file'].split('/')[1]}:{entry['sheet']}" for entry in EXPECTED]
)
def test_a_real_table_is_read_as_a_person_reads_it(books: dict[str, Any], expected: dict[str, Any]) -> None:
    sheet = books[expected["file"]].sheet(expected["sheet"])
    table = discover_tables(sheet)[0]

    assert _facts(sheet, table, expected) == {key: value for key, value in expected.items() if key not in _PIECES}


def test_the_first_sheet_of_two_books_is_hidden(books: dict[str, Any]) -> None:
    for year in ("2023-12-29-02.Bieu-T12.2023", "2024-12-29-02.Bieu-T12.2024"):
        first, second = books[f"vn-gso-monthly/{year}.xlsx"].sheets[:2]
        assert (first.name, first.is_visible, second.is_visible) == ("6NN", False, True)


def test_all_136_formula_errors_of_2003_are_kept_as_errors(books: dict[str, Any]) -> None:
    errors = [error for sheet in books["vn-mof-budget/Plan_2003.xls"].sheets for error in sheet.errors.values()]

    assert (errors.count("#REF!"), errors.count("#VALUE!"), len(errors)) == (72, 64, 136)


def test_an_old_workbook_with_an_empty_macro_project_is_not_refused(books: dict[str, Any]) -> None:
    assert len(books["vn-mof-budget/Final_2007.xls"].sheets) == 9


def test_no_public_office_workbook_is_taken_for_a_secret_one_or_one_about_persons(books: dict[str, Any]) -> None:
    """Half of them name a range MAT (materials), many hold twelve-digit sums."""
    offices = {name: book for name, book in books.items() if name.startswith("vn-")}

    assert {name for name, book in offices.items() if find_marks(book, name)} == set()
    assert {name for name, book in offices.items() if find_personal_data(book)} == set()


def _facts(sheet: Sheet, table: Table, expected: dict[str, Any]) -> dict[str, Any]:
    """What was read, in the words of the expectation and about the same things only."""
    rows = {
        kind: [row.index + 1 for row in table.rows_of(kind)]
        for kind in ("total", "numbering", "note", "heading", "repeated_header")
    }
    figures = table.rows_of("record", "total")
    facts: dict[str, Any] = {
        "labels": {letters: table.labels.get(position(f"{letters}1")[1]) for letters in expected["labels"]},
        "totals": rows["total"],
        "numbering": rows["numbering"],
        "notes": rows["note"],
        "headings": rows["heading"],
        "repeated_header": rows["repeated_header"],
        "visible": sheet.is_visible,
        "hidden_rows": sorted(row + 1 for row in sheet.hidden_rows),
        "hidden_columns": [column_letters(column) for column in sorted(sheet.hidden_columns)],
        "heading_labels": {row: _row_label(table, row) for row in expected.get("heading_labels", {})},
        "errors": {cell: sheet.errors.get(position(cell)) for cell in expected.get("errors", {})},
        "percent": [cell for cell in expected.get("percent", []) if position(cell) in sheet.percent_cells],
        "values": {
            cell: value if _is_same(sheet.value(*position(cell)), value) else sheet.value(*position(cell))
            for cell, value in expected.get("values", {}).items()
        },
    }
    if table.unit_line is not None:
        facts["unit"] = {"unit": table.unit_line.unit, "cell": table.unit_line.cell}
    if "title" in expected:
        starts = expected["title"]["starts"]
        facts["title"] = {"starts": table.title[: len(starts)], "cell": table.title_cell}
    for name, row in (("first", figures[0]), ("last", figures[-1])):
        facts[name] = {"row": row.index + 1}
        if "label" in expected.get(name, {}):
            facts[name]["label"] = row.label
    asked = {key for key in expected if key not in _PIECES} | ({"unit"} & facts.keys())
    return {key: value for key, value in facts.items() if key in asked}


def _row_label(table: Table, row: int) -> str:
    return next(entry.label for entry in table.rows if entry.index + 1 == row)


def _is_same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float):
        return isinstance(found, (int, float)) and math.isclose(found, expected, rel_tol=1e-9)
    return found == expected and type(found) is type(expected)

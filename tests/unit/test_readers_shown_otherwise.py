"""Figures whose cell prints another one than is stored, or strikes it through: by format code, and in three formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from include.readers import open_workbook
from include.readers.grid import Sheet, WorkbookRefused
from include.readers.number_formats import prints_another_figure, shows_percent
from tests.unit.reader_files import write_ods

ANOTHER = (
    "#,##0,",
    "0.0,,",
    '0"000"',
    "0\\0\\0\\0",
    '#,##0" nghìn"',
    '0" tr"\\i"ệu"',
    '0" tỉ đồng"',
    "[$triệu]\\ 0",
    "[>=1000]#,##0,;0",
    '#,##0" nghi\u0300n"',
)
THE_SAME = (
    "General",
    "0",
    "#,##0",
    "#,##0.00;[Red]-#,##0.00",
    "# ##0",
    '_(* #,##0" tin"_);_(* (#,##0)',
    "0.0%",
    '0"%"',
    "#,##0\\ [$₫-42A]",
    "0.00E+00",
    "# ?/?",
    '0" công ty"',
    '0" tỉnh"',
    '0" ngân hàng"',
    '0" km"',
    '0" kg"',
    '0" trang"',
    '0" trường"',
    "@",
)


@pytest.mark.parametrize("code", ANOTHER)
def test_a_format_that_shortens_or_adds_digits_or_thousands_prints_another_figure(code: str) -> None:
    assert prints_another_figure(code)


@pytest.mark.parametrize("code", THE_SAME)
def test_separators_signs_and_units_of_things_leave_the_figure_as_it_is(code: str) -> None:
    assert not prints_another_figure(code)


def test_a_percent_sign_that_is_only_a_word_multiplies_nothing() -> None:
    assert [code for code in THE_SAME if shows_percent(code)] == ["0.0%"]


# --- the same in each format ----------------------------------------------------------------------------------


def _as_xlsx(path: Path, codes: Sequence[str]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    for row, code in enumerate(codes):
        sheet.write_number(row, 0, 46_000, book.add_format({"num_format": code}))
    struck = {"font_strikeout": True}
    sheet.write_number(0, 1, 12, book.add_format(struck))
    sheet.write_number(1, 1, 0.5, book.add_format({**struck, "num_format": "0%"}))
    sheet.write_string(2, 1, "chữ", book.add_format(struck))
    sheet.write_blank(3, 1, None, book.add_format(struck))
    sheet.write_formula(4, 1, "=5+7", book.add_format(struck), 12)
    sheet.write_number(5, 1, 46_000, book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write_number(6, 1, 0.5, book.add_format({"num_format": "0%"}))
    book.close()


def _as_xls(path: Path, codes: Sequence[str]) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for row, code in enumerate(codes):
        sheet.write(row, 0, 46_000, xlwt.easyxf(num_format_str=code))
    struck = "font: struck_out true"
    sheet.write(0, 1, 12, xlwt.easyxf(struck))
    sheet.write(1, 1, 0.5, xlwt.easyxf(struck, num_format_str="0%"))
    sheet.write(2, 1, "chữ", xlwt.easyxf(struck))
    sheet.write(3, 1, None, xlwt.easyxf(struck))
    sheet.write(4, 1, 12.25, xlwt.easyxf(struck))
    sheet.write(5, 1, 46_000, xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    sheet.write(6, 1, 0.5, xlwt.easyxf(num_format_str="0%"))
    book.save(str(path))


@pytest.mark.parametrize("save", [_as_xlsx, _as_xls])
def test_a_figure_that_is_printed_as_another_or_struck_through_is_told(
    tmp_path: Path, save: Callable[[Path, Sequence[str]], None]
) -> None:
    path = tmp_path / f"a.{save.__name__.removeprefix('_as_')}"
    save(path, (*ANOTHER, *THE_SAME))

    sheet = open_workbook(path).sheets[0]

    told = {row for row, column in sheet.otherwise_cells if column == 0}
    assert told == set(range(len(ANOTHER)))
    # Beside them: a struck word, a struck empty cell, a day and a percentage are no such figures.
    assert {row for row, column in sheet.otherwise_cells if column == 1} == {0, 1, 4}
    percent = len(ANOTHER) + THE_SAME.index("0.0%")
    assert sheet.percent_cells == {(percent, 0), (1, 1), (6, 1)}


# --- open documents: number styles, styles that take over from others, defaults of rows and columns -----------

_STRUCK = '<style:text-properties style:text-line-through-style="solid" style:text-line-through-type="single"/>'
_THOUSANDS = '<number:number-style style:name="N"><number:number number:display-factor="1000"/></number:number-style>'


def _of_format(shape: str, kind: str = "number") -> str:
    """A cell style named x with that number format."""
    return f'<number:{kind}-style style:name="N">{shape}</number:{kind}-style>' + _cell_style("x", data="N")


def _cell_style(name: str, inner: str = "", *, data: str = "", parent: str = "") -> str:
    attributes = (f' style:data-style-name="{data}"' if data else "") + (
        f' style:parent-style-name="{parent}"' if parent else ""
    )
    return f'<style:style style:name="{name}" style:family="table-cell"{attributes}>{inner}</style:style>'


def _cell(kind: str = "float", style: str = "x", value: str = "46000", more: str = "") -> str:
    named = f' table:style-name="{style}"' if style else ""
    stored = f' office:value-type="{kind}" office:value="{value}"'
    return f"<table:table-cell{named}{stored}{more}><text:p>46</text:p></table:table-cell>"


def _open_document(
    folder: Path, styles: str, *rows: str, columns: str = "", of_document: str = "", row: str = ""
) -> Sheet:
    body = "".join(f"<table:table-row{row}>{cells}</table:table-row>" for cells in rows)
    path = write_ods(folder / "a.ods", styles, body, columns=columns, of_document=of_document)
    return open_workbook(path).sheets[0]


@pytest.mark.parametrize(
    ("styles", "is_told"),
    [
        (_of_format('<number:number number:display-factor="1000"/>'), True),
        (_of_format('<number:number number:display-factor="1000000.0"/><number:text> tr</number:text>'), True),
        (_of_format("<number:number/><number:text>000</number:text>"), True),
        (_of_format("<number:number/><number:text> ngh</number:text><number:text>ìn</number:text>"), True),
        (_of_format("<number:number/><number:currency-symbol>triệu</number:currency-symbol>", "currency"), True),
        (
            _of_format(
                '<number:number><number:embedded-text number:position="0">00</number:embedded-text></number:number>'
            ),
            True,
        ),
        (
            _of_format('<number:number/><style:map style:condition="value()&gt;999" style:apply-style-name="M"/>')
            + '<number:number-style style:name="M"><style:map style:apply-style-name="K"/></number:number-style>'
            + _THOUSANDS.replace('"N"', '"K"'),
            True,
        ),
        (_cell_style("x", _STRUCK), True),
        (_cell_style("x", _STRUCK.replace('style:text-line-through-style="solid" ', "")), True),
        (_cell_style("x", parent="y") + _cell_style("y", parent="z") + _cell_style("z", _STRUCK), True),
        (_THOUSANDS + _cell_style("x", parent="y") + _cell_style("y", data="N"), True),
        # Near misses.
        (_of_format('<number:number number:grouping="true" number:display-factor="1"/>'), False),
        (_of_format('<number:number number:grouping="true"/><number:text> tin, bài</number:text>'), False),
        (_of_format("<number:number/><number:currency-symbol>₫</number:currency-symbol>", "currency"), False),
        (_of_format('<number:number/><style:map style:apply-style-name="N"/>'), False),
        (_THOUSANDS + _cell_style("y", data="N"), False),
        (_cell_style("x", _STRUCK.replace("solid", "none").replace("single", "none")), False),
        (
            _cell_style("x", _STRUCK.replace("solid", "none"), parent="y") + _cell_style("y", _STRUCK),
            False,
        ),
        (_cell_style("x", parent="y") + _cell_style("y", parent="x"), False),
        (_cell_style("x", _STRUCK).replace("table-cell", "text"), False),
    ],
)
def test_a_figure_of_an_open_document_is_told_by_its_style(tmp_path: Path, styles: str, is_told: bool) -> None:
    cells = _cell() + _cell("percentage") + _cell("currency") + '<table:table-cell table:style-name="x"/>'
    words = '<table:table-cell table:style-name="x" office:value-type="string"><text:p>chữ</text:p></table:table-cell>'

    sheet = _open_document(tmp_path, styles, cells + words)

    assert sheet.otherwise_cells == ({(0, 0), (0, 1), (0, 2)} if is_told else set())
    assert sheet.percent_cells == {(0, 1)}


def test_a_document_style_is_known_by_its_name_and_the_contents_own_goes_before_it(tmp_path: Path) -> None:
    struck = _cell_style("x", _STRUCK) + _cell_style("y", _STRUCK)

    sheet = _open_document(tmp_path, _cell_style("y"), _cell(style="x") + _cell(style="y"), of_document=struck)

    assert sheet.otherwise_cells == {(0, 0)}


def test_what_every_cell_looks_like_by_default_counts_unless_a_style_says_otherwise(tmp_path: Path) -> None:
    default = f'<style:default-style style:family="table-cell">{_STRUCK}</style:default-style>'
    plain = _STRUCK.replace("solid", "none").replace("single", "none")

    sheet = _open_document(
        tmp_path, _cell_style("x") + _cell_style("y", plain), _cell() + _cell(style="y"), of_document=default
    )

    assert sheet.otherwise_cells == {(0, 0)}


def test_a_cell_without_a_style_has_that_of_its_row_or_else_of_its_column(tmp_path: Path) -> None:
    styles = _cell_style("struck", _STRUCK) + _cell_style("plain")
    columns = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:default-cell-style-name="struck" table:number-columns-repeated="2"/>'
        '<table:table-column table:default-cell-style-name="plain" table:number-columns-repeated="16380"/>'
    )
    cells = _cell(style="", more=' table:number-columns-repeated="3"') + _cell(style="plain") + _cell(style="")

    by_column = _open_document(tmp_path, styles, cells, columns=columns)
    by_row = _open_document(tmp_path, styles, cells, columns=columns, row=' table:default-cell-style-name="struck"')

    assert by_column.otherwise_cells == {(0, 2)}
    assert by_row.otherwise_cells == {(0, 0), (0, 1), (0, 2), (0, 4)}


def test_in_repeated_rows_and_columns_every_cell_is_told(tmp_path: Path) -> None:
    sheet = _open_document(
        tmp_path,
        _cell_style("x", _STRUCK + '<style:text-properties fo:color="#ffffff"/>'),
        _cell("percentage", value="0.125", more=' table:number-columns-repeated="2"'),
        row=' table:number-rows-repeated="3"',
    )

    everywhere = {(row, column) for row in range(3) for column in range(2)}
    assert sheet.rows == [[0.125, 0.125]] * 3
    assert sheet.otherwise_cells == sheet.percent_cells == sheet.unseen_cells == everywhere


def test_a_few_bytes_do_not_unroll_into_millions_of_told_cells(tmp_path: Path) -> None:
    cells = _cell(more=' table:number-columns-repeated="500"')

    with pytest.raises(WorkbookRefused) as caught:
        _open_document(tmp_path, _cell_style("x", _STRUCK), cells, row=' table:number-rows-repeated="2001"')

    assert caught.value.code == "SHEET_RANGE"


def test_formats_that_turn_to_one_another_without_end_are_no_endless_work(tmp_path: Path) -> None:
    chain = "".join(
        f'<number:number-style style:name="N{number}"><style:map style:apply-style-name="N{number + 1}"/>'
        "</number:number-style>"
        for number in range(5_000)
    )
    last = _THOUSANDS.replace('"N"', '"N5000"')

    sheet = _open_document(tmp_path, chain + last + _cell_style("x", data="N0"), _cell())

    assert sheet.otherwise_cells == {(0, 0)}

"""Letters nobody can see: the measure itself, and cells of three formats in the colour of their ground or too small."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from include.readers import open_workbook
from include.readers.colours import (
    BLACK,
    OFFICE_THEME,
    WHITE,
    Colour,
    are_letters_lost,
    contrast,
    distance,
    from_hex,
    from_palette,
    tinted,
)
from include.readers.number_formats import colour_printed, prints_nothing
from tests.unit.reader_files import write_ods, write_parts, xlsx_parts

# --- the measure ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "ground", "ratio"),
    [
        ("000000", "FFFFFF", 21.0),
        ("FFFFFF", "FFFFFF", 1.0),
        # By hand: 0.2126 × 0.2159 + 0.7152 × 0.2159 + 0.0722 × 0.2159 = 0.2159; 1.05 / 0.2659.
        ("808080", "FFFFFF", 3.95),
        ("FF0000", "FFFFFF", 4.0),
        ("D9D9D9", "FFFFFF", 1.41),
        ("FFFFFF", "BDD7EE", 1.49),
    ],
)
def test_contrast_is_as_the_guidelines_count_it_whichever_lies_below(letters: str, ground: str, ratio: float) -> None:
    one, other = from_hex(letters), from_hex(ground)
    assert one is not None
    assert other is not None

    assert round(contrast(one, other), 2) == round(contrast(other, one), 2) == ratio


def test_white_darkened_up_to_a_seventh_is_lost_on_white_and_a_quarter_is_not() -> None:
    assert [are_letters_lost(tinted(WHITE, tint)) for tint in (-0.05, -0.15, -0.25, -0.35)] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("letters", "ground", "apart"),
    [
        ("FFFFFF", "FFFFFF", 0),
        # L* of black is 0, of white 100.
        ("000000", "FFFFFF", 100),
        # White 100, 0, 0; yellow 97.1, -21.6, 94.5: the root of 8.4 + 466.6 + 8930.
        ("FFFF00", "FFFFFF", 97),
        ("FFF2CC", "FFFFFF", 20),
    ],
)
def test_how_far_colours_are_apart_is_as_the_eye_sees_it(letters: str, ground: str, apart: int) -> None:
    one, other = from_hex(letters), from_hex(ground)
    assert one is not None
    assert other is not None

    assert round(distance(one, other)) == round(distance(other, one)) == apart


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("FF4472C4", (68, 114, 196)),
        ("#4472c4", (68, 114, 196)),
        ("4472C4", (68, 114, 196)),
        ("auto", None),
        ("4472C", None),
        ("", None),
    ],
)
def test_a_colour_is_read_with_or_without_its_opacity(written: str, colour: Colour | None) -> None:
    assert from_hex(written) == colour


def test_the_palette_begins_twice_with_the_same_eight_and_ends_with_the_systems_own() -> None:
    assert [from_palette(number) for number in range(8)] == [from_palette(number) for number in range(8, 16)]
    assert [from_palette(number) for number in (9, 22, 63, 64, 65)] == [
        WHITE,
        (192, 192, 192),
        (51, 51, 51),
        BLACK,
        WHITE,
    ]
    assert [from_palette(number) for number in (-1, 66, 32767)] == [None] * 3


@pytest.mark.parametrize(
    ("colour", "tint", "shown"),
    [
        # What a spreadsheet's own list of colours calls “White, darker 15 %”, “Black, lighter 35 %”, “Accent 1, 60 %”.
        (WHITE, -0.14999847407452621, (217, 217, 217)),
        (BLACK, 0.34998626667073579, (89, 89, 89)),
        (OFFICE_THEME["accent1"], 0.59999389629810485, (180, 198, 231)),
        (OFFICE_THEME["accent1"], 0, (68, 114, 196)),
    ],
)
def test_a_tint_is_the_one_a_spreadsheet_shows(colour: Colour, tint: float, shown: Colour) -> None:
    assert all(abs(part - other) <= 1 for part, other in zip(tinted(colour, tint), shown, strict=True))


@pytest.mark.parametrize(
    ("code", "colour"),
    [
        ("[White]0", WHITE),
        ("[white] #,##0;[Red]-#,##0", WHITE),
        ("[Color 2]0", WHITE),
        ("[Color16]General", (128, 128, 128)),
        ("[$-42A][White]0", WHITE),
        ("[Red]0", (255, 0, 0)),
        ("[Color56]0", (51, 51, 51)),
        # Only other figures than the ordinary ones have a colour, or there is none.
        ("0;[White]-0", None),
        ("0;-0;[White]0", None),
        ("[=0][White]0;0", None),
        ("[White][=0]0;0", None),
        ("#,##0", None),
        ("[Color 0]0", None),
        ("[Color 99]0", None),
        ("[Color57]0", None),
        ("[h]:mm", None),
        ('"[White]"0', None),
    ],
)
def test_a_format_that_has_a_colour_prints_ordinary_figures_in_it(code: str, colour: Colour | None) -> None:
    assert colour_printed(code, from_palette) == colour


def test_a_numbered_colour_of_a_format_is_the_workbooks_own() -> None:
    own = {9: (128, 0, 0), 10: WHITE}

    assert [colour_printed(f"[Color{number}]0", own.get) for number in (2, 3)] == [(128, 0, 0), WHITE]


def test_a_format_with_empty_sections_for_figures_prints_none_and_one_that_hides_zeros_prints_the_others() -> None:
    assert [prints_nothing(code) for code in (";;", ";;;", " ; ; ", "0;-0;;@", ";;@", ";", "")] == [True] * 3 + [
        False
    ] * 4


# --- the same in each format ------------------------------------------------------------------------------------

LOST = (
    {"font_color": "#FFFFFF"},
    {"font_color": "#F2F2F2"},
    {"font_color": "#D9D9D9"},
    {"font_color": "#FFFFFF", "bg_color": "#FFFFFF"},
    {"font_color": "#000000", "bg_color": "#000000"},
    {"bg_color": "#000000"},
    {"font_color": "#1F4E78", "bg_color": "#203864"},
    {"num_format": "[White]0"},
    {"font_color": "#FF0000", "num_format": "[Color2]#,##0"},
    {"num_format": ";;;"},
    {"font_size": 1},
)
SEEN = (
    {},
    {"font_color": "#A6A6A6"},
    {"font_color": "#FFFFFF", "bg_color": "#1F4E78"},
    {"font_color": "#FFFFFF", "bg_color": "#BDD7EE"},
    {"font_color": "#000000", "bg_color": "#FFFF00"},
    {"font_color": "#FFFFFF", "num_format": "[Red]0"},
    # As bright as their ground, in another colour.
    {"num_format": "[Green]#,##0;[Red]-#,##0"},
    {"font_color": "#FFFF00"},
    {"font_color": "#FF0000", "bg_color": "#00B050"},
    {"font_color": "#FF0000", "bg_color": "#ED7D31"},
    {"font_color": "#0070C0", "bg_color": "#C00000"},
    {"num_format": "0;-0;[White]0"},
    {"font_size": 6},
    # What lies behind a pattern is not one colour.
    {"font_color": "#FFFFFF", "pattern": 17},
)


def _as_xlsx(path: Path, looks: Sequence[dict[str, object]]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    for row, look in enumerate(looks):
        sheet.write_number(row, 0, 12, book.add_format(look))
    book.close()


def _as_xls(path: Path, looks: Sequence[dict[str, object]]) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    numbers: dict[str, int] = {}

    def number_of(colour: object) -> int:
        if colour not in numbers:
            numbers[str(colour)] = 8 + len(numbers)
            red, green, blue = from_hex(str(colour)) or BLACK
            book.set_colour_RGB(numbers[str(colour)], red, green, blue)
        return numbers[str(colour)]

    for row, look in enumerate(looks):
        style = xlwt.XFStyle()
        if "font_color" in look:
            style.font.colour_index = number_of(look["font_color"])
        if "bg_color" in look:
            style.pattern.pattern = xlwt.Pattern.SOLID_PATTERN
            style.pattern.pattern_fore_colour = number_of(look["bg_color"])
        if "pattern" in look:
            style.pattern.pattern = look["pattern"]
        style.font.height = int(str(look.get("font_size", 10))) * 20
        style.num_format_str = str(look.get("num_format", "General"))
        sheet.write(row, 0, 12, style)
    book.save(str(path))


def _write_open_document(path: Path, styles: str, *names: str) -> Path:
    """A row a style, with a figure in it."""
    rows = "".join(
        f'<table:table-row><table:table-cell table:style-name="{name}" office:value-type="float" office:value="12">'
        "<text:p>12</text:p></table:table-cell></table:table-row>"
        for name in names
    )
    return write_ods(path, styles, rows)


@pytest.mark.parametrize("save", [_as_xlsx, _as_xls])
def test_a_cell_whose_letters_are_lost_on_their_ground_or_tiny_is_told(
    tmp_path: Path, save: Callable[[Path, Sequence[dict[str, object]]], None]
) -> None:
    path = tmp_path / f"a.{save.__name__.removeprefix('_as_')}"
    save(path, (*LOST, *SEEN))

    unseen = open_workbook(path).sheets[0].unseen_cells

    assert sorted(row for row, _ in unseen) == list(range(len(LOST)))


_LETTERS_OF = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<fonts><font/><font>{}</font></fonts><fills><fill><patternFill/></fill></fills>"
    '<cellXfs><xf/><xf fontId="1"/></cellXfs></styleSheet>'
)


@pytest.mark.parametrize(
    ("colour", "is_lost"),
    [
        ('<color theme="0"/>', True),
        ('<color theme="0" tint="-0.05"/>', True),
        ('<color theme="1" tint="0.95"/>', True),
        ('<color indexed="9"/>', True),
        ('<color indexed="65"/>', True),
        ('<color rgb="00FFFFFF"/>', True),
        ('<color theme="0" tint="-0.5"/>', False),
        ('<color theme="1"/>', False),
        ('<color indexed="64"/>', False),
        ('<color auto="1"/>', False),
        ('<color theme="99"/>', False),
        ('<color theme="0" tint="nhạt"/>', True),
        ('<color theme="0" tint="nan"/>', True),
        ('<color theme="0" tint="1e400"/>', True),
        ('<color theme="1" tint="-7"/>', False),
        ('<color theme="4" tint="0.8"/>', True),
        ("", False),
    ],
)
def test_a_workbooks_own_names_for_colours_are_known(tmp_path: Path, colour: str, is_lost: bool) -> None:
    assert _unseen_with(tmp_path, _LETTERS_OF.format(colour)) == ({(0, 0)} if is_lost else set())


def test_a_workbook_that_paints_white_in_another_colour_is_read_by_its_own_palette_and_theme(tmp_path: Path) -> None:
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<fonts><font/><font><color indexed="1"/></font></fonts>'
        '<cellXfs><xf/><xf fontId="1"/></cellXfs><colors><indexedColors><rgbColor rgb="FFFFFFFF"/>'
        '<rgbColor rgb="FF000080"/></indexedColors></colors></styleSheet>'
    )
    theme = (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:themeElements>'
        '<a:clrScheme name="x"><a:lt1><a:srgbClr val="000080"/></a:lt1><a:accent1><a:srgbClr val="FFFFFF"/></a:accent1>'
        "</a:clrScheme></a:themeElements></a:theme>"
    )

    assert _unseen_with(tmp_path, styles) == set()
    assert _unseen_with(tmp_path, styles.replace('indexed="1"', 'indexed="0"')) == {(0, 0)}
    assert _unseen_with(tmp_path, styles.replace('indexed="1"', 'theme="0"'), theme) == set()
    assert _unseen_with(tmp_path, styles.replace('indexed="1"', 'theme="4"'), theme) == {(0, 0)}


def _unseen_with(folder: Path, styles: str, theme: str = "<theme/>") -> frozenset[tuple[int, int]]:
    return open_workbook(_workbook_with(folder, styles, theme)).sheets[0].unseen_cells


def _workbook_with(folder: Path, styles: str, theme: str = "<theme/>") -> Path:
    """Two figures, the first in the second style, the second in none."""
    parts = xlsx_parts('<row r="1"><c r="A1" s="1"><v>12</v></c><c r="B1"><v>13</v></c></row>')
    relations = "".join(
        f'<Relationship Id="r{kind}" Target="{kind}/{kind}1.xml"'
        f' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/>'
        for kind in ("styles", "theme")
    )
    listed = str(parts["xl/_rels/workbook.xml.rels"]).replace("</Relationships>", f"{relations}</Relationships>")
    parts |= {"xl/styles/styles1.xml": styles, "xl/theme/theme1.xml": theme, "xl/_rels/workbook.xml.rels": listed}
    return write_parts(folder / "a.xlsx", parts)


@pytest.mark.parametrize("theme", ["", '<a:theme xmlns:a="x"><a:themeElements>', "<theme>" * 300 + "</theme>" * 300])
def test_a_theme_that_cannot_be_read_is_none_and_the_figures_are_read(tmp_path: Path, theme: str) -> None:
    assert _unseen_with(tmp_path, _LETTERS_OF.format('<color theme="0"/>'), theme) == {(0, 0)}


def test_of_several_schemes_a_theme_has_the_first_counts_and_of_the_systems_colours_those_of_paper(
    tmp_path: Path,
) -> None:
    theme = (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:themeElements>'
        '<a:clrScheme name="x"><a:dk1><a:sysClr val="windowText" lastClr="FFFFFF"/></a:dk1>'
        '<a:lt1><a:sysClr val="window" lastClr="000000"/></a:lt1></a:clrScheme></a:themeElements><a:extraClrSchemeLst>'
        '<a:extraClrScheme><a:clrScheme name="y"><a:lt1><a:srgbClr val="000000"/></a:lt1></a:clrScheme>'
        "</a:extraClrScheme></a:extraClrSchemeLst></a:theme>"
    )

    assert _unseen_with(tmp_path, _LETTERS_OF.format('<color theme="0"/>'), theme) == {(0, 0)}
    assert _unseen_with(tmp_path, _LETTERS_OF.format('<color theme="1"/>'), theme) == set()


def test_cells_that_name_no_style_have_the_first(tmp_path: Path) -> None:
    first = _LETTERS_OF.format("").replace("<font/><font></font>", '<font><color rgb="FFFFFFFF"/></font><font/>')

    assert _unseen_with(tmp_path, first) == {(0, 1)}


def test_of_two_formats_of_one_number_either_may_be_the_one_a_program_takes(tmp_path: Path) -> None:
    formats = (
        '<numFmts><numFmt numFmtId="170" formatCode="0%"/><numFmt numFmtId="170" formatCode="0"/>'
        '<numFmt numFmtId="9" formatCode="0.00"/></numFmts><fonts'
    )
    styles = _LETTERS_OF.format("").replace("<fonts", formats)
    path = _workbook_with(tmp_path, styles.replace('<xf fontId="1"/>', '<xf numFmtId="170"/><xf numFmtId="9"/>'))

    assert open_workbook(path).sheets[0].percent_cells == {(0, 0)}


_OF_LETTERS = "<style:text-properties {}/>"
_WHITE_FORMAT = (
    '<number:number-style style:name="N"><style:text-properties fo:color="#ffffff"/><number:number/>{}'
    "</number:number-style>"
)


@pytest.mark.parametrize(
    ("inside", "is_lost"),
    [
        (_OF_LETTERS.format('fo:color="#ffffff"'), True),
        (_OF_LETTERS.format('fo:color="#F2F2F2"'), True),
        (_OF_LETTERS.format('fo:color="white"'), True),
        (_OF_LETTERS.format('fo:font-size="1.5pt"'), True),
        (
            '<style:table-cell-properties fo:background-color="#000000"/>' + _OF_LETTERS.format('fo:color="#000000"'),
            True,
        ),
        (
            '<style:table-cell-properties fo:background-color="transparent"/>'
            + _OF_LETTERS.format('fo:color="#ffffff"'),
            True,
        ),
        (
            '<style:table-cell-properties fo:background-color="#1f4e78"/>' + _OF_LETTERS.format('fo:color="#ffffff"'),
            False,
        ),
        # The automatic colour is light on a dark ground.
        ('<style:table-cell-properties fo:background-color="#000000"/>', False),
        (_OF_LETTERS.format('fo:color="#ffffff" style:use-window-font-color="true"'), False),
        (_OF_LETTERS.format('fo:color="#a6a6a6"'), False),
        (_OF_LETTERS.format('fo:font-size="10pt"'), False),
    ],
)
def test_an_open_documents_cell_is_told_by_its_letters_and_its_ground(
    tmp_path: Path, inside: str, is_lost: bool
) -> None:
    styles = f'<style:style style:name="x" style:family="table-cell">{inside}</style:style>'

    sheet = open_workbook(_write_open_document(tmp_path / "a.ods", styles, "x", "y")).sheets[0]

    assert sheet.unseen_cells == ({(0, 0)} if is_lost else set())


@pytest.mark.parametrize(
    ("formats", "is_lost"),
    [
        (_WHITE_FORMAT.format(""), True),
        (
            '<number:number-style style:name="N"><number:number/>'
            '<style:map style:condition="value()&gt;=0" style:apply-style-name="P"/></number:number-style>'
            + _WHITE_FORMAT.format("").replace('"N"', '"P"'),
            True,
        ),
        # Only what is below zero is white.
        (
            _WHITE_FORMAT.format('<style:map style:condition="value()&gt;=0" style:apply-style-name="P"/>')
            + '<number:number-style style:name="P"><number:number/></number:number-style>',
            False,
        ),
        (_WHITE_FORMAT.format("").replace("#ffffff", "#ff0000"), False),
    ],
)
def test_an_open_documents_number_format_may_have_the_colour(tmp_path: Path, formats: str, is_lost: bool) -> None:
    style = '<style:style style:name="x" style:family="table-cell" style:data-style-name="N"/>'

    sheet = open_workbook(_write_open_document(tmp_path / "a.ods", formats + style, "x")).sheets[0]

    assert sheet.unseen_cells == ({(0, 0)} if is_lost else set())

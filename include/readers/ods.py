"""Reads .ods straight from its content.xml, which holds values, types, errors, merges and hidden parts.

Repeated rows and cells are unrolled only where they hold something: a column of a million empty cells
is one element there.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import product
from pathlib import Path
from typing import Any

from include.readers.colours import LARGEST_TINY, PLAIN_COLOURS, WHITE, Colour, are_letters_lost, from_hex
from include.readers.formulas import network_function, starts_program
from include.readers.grid import (
    CellPosition,
    CellValue,
    LooseText,
    MergedRange,
    Sheet,
    Visibility,
    Workbook,
    WorkbookRefused,
    address,
    trimmed,
)
from include.readers.number_formats import changes_a_figure
from include.readers.preflight import MAX_AREA, MAX_COLUMN, MAX_MERGED_CELLS, MAX_ROW

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_CALC_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_OTHER_PARTS = ("meta.xml", "styles.xml")
_FETCHED = re.compile(r"(?:[a-z][a-z0-9+.-]+:|//)", re.IGNORECASE)
_POINTS = re.compile(r"(\d*\.?\d+)pt")
_META_NAMES = frozenset({"title", "subject", "description", "keyword", "user-defined"})
_ERROR_TEXT = re.compile(r"#(?:REF|DIV/0|VALUE|NAME|NUM|NULL|N/A)[!?]?|Err:\d{3}")
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)")
_PREFIX = re.compile(r"^\w+:")
_LITERAL = re.compile(r'"([^"]+)"')
_NUMBER = "{urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0}"
_TEXTS_OF_FORMATS = (f"{_NUMBER}text", f"{_NUMBER}currency-symbol")
_FORMATS = tuple(f"{_NUMBER}{kind}-style" for kind in ("number", "currency", "percentage"))
_NUMBER_TYPES = frozenset({"float", "percentage", "currency"})
_LONGEST_ANCESTRY = 32
_MAX_MARKED_CELLS = 1_000_000
_NETWORK_REFERENCE = re.compile(r"'(?:file|https?|smb)://", re.IGNORECASE)


def read_ods(path: Path) -> Workbook:
    """The whole workbook.

    Raises WorkbookRefused: UNREADABLE, WORKBOOK_AMBIGUOUS, SHEET_RANGE, MERGE_RANGE, DDE, MACRO, EMBEDDED, XML_DEPTH.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        with zipfile.ZipFile(path) as archive:
            content = etree.fromstring(archive.read("content.xml"), parser)
            parts: dict[str, Any] = {
                name: etree.fromstring(archive.read(name), parser)
                for name in _OTHER_PARTS
                if name in archive.namelist()
            }
    except etree.XMLSyntaxError as error:
        raise WorkbookRefused("XML_DEPTH" if "depth" in str(error).lower() else "UNREADABLE") from error
    except (KeyError, zipfile.BadZipFile) as error:
        raise WorkbookRefused("UNREADABLE", type(error).__name__) from error
    try:
        return _workbook(content, parts)
    except ValueError as error:  # a count that is no number
        raise WorkbookRefused("UNREADABLE", type(error).__name__) from error


def _workbook(content: Any, parts: dict[str, Any]) -> Workbook:
    hidden_tables = {
        style.get(f"{_STYLE}name")
        for style in content.iter(f"{_STYLE}style")
        if any(child.get(f"{_TABLE}display") == "false" for child in style)
    }
    _refuse_active(content)
    reading = _Reading(_styles(content, parts.get("styles.xml")))
    sheets = []
    for table in content.iter(f"{_TABLE}table"):
        if table.getparent().tag == f"{_OFFICE}spreadsheet":
            is_hidden = table.get(f"{_TABLE}style-name") in hidden_tables
            sheets.append(reading.sheet(table, "hidden" if is_hidden else "visible"))
    if len({sheet.name.casefold() for sheet in sheets}) < len(sheets):
        raise WorkbookRefused("WORKBOOK_AMBIGUOUS", "hai trang tính cùng tên")
    names = {
        element.get(f"{_TABLE}name", ""): element.get(f"{_TABLE}cell-range-address", "")
        for element in content.iter(f"{_TABLE}named-range")
    }
    loose_texts = (*reading.loose_texts, *_outside_texts(parts))
    loose_texts += tuple(LooseText("defined_name", None, name) for name in names)
    loose_texts += tuple(_texts_beside_cells(content))
    has_links = reading.has_external_links or any(True for _ in content.iter(f"{_TABLE}table-source"))
    changes = next(content.iter(f"{_TABLE}tracked-changes"), None)
    return Workbook("ods", tuple(sheets), names, loose_texts, has_links, has_change_log=changes is not None)


def _refuse_active(content: Any) -> None:
    """Refuse what starts a program, fetches a picture from elsewhere, or calls a script."""
    for element in content.iter():
        if not isinstance(element.tag, str):
            continue
        kind = element.tag.rpartition("}")[2]
        if kind in ("dde-source", "dde-link", "dde-connection-decl"):
            raise WorkbookRefused("DDE")
        if kind == "event-listener":
            raise WorkbookRefused("MACRO")
        is_fetched = kind == "image" and _FETCHED.match(element.get(f"{_XLINK}href", ""))
        if is_fetched or kind in ("object", "object-ole", "plugin", "applet", "floating-frame"):
            raise WorkbookRefused("EMBEDDED", kind)


@dataclass(frozen=True, slots=True)
class _Styles:
    """The names of the cell styles that print nothing a reader can see, and of those that print another figure."""

    unseen: frozenset[str] = frozenset()
    otherwise: frozenset[str] = frozenset()


def _styles(content: Any, styles: Any) -> _Styles:
    cells: dict[str, Any] = {}
    formats: dict[str, Any] = {}
    default = None
    # What the content calls by a name is its own style of that name, before the document's.
    of_document = styles.iterfind(f"{_OFFICE}styles/*") if styles is not None else ()
    for element in (*of_document, *content.iter(*_FORMATS, f"{_STYLE}style", f"{_STYLE}default-style")):
        if element.tag in _FORMATS:
            formats[element.get(f"{_STYLE}name", "")] = element
        elif element.get(f"{_STYLE}family") == "table-cell":
            if element.tag == f"{_STYLE}style":
                cells[element.get(f"{_STYLE}name", "")] = element
            elif element.tag == f"{_STYLE}default-style":
                default = element
    lines = {name: _line_of_descent(name, cells, default) for name in cells}
    changing = _changing_formats(formats)
    return _Styles(
        frozenset(name for name, line in lines.items() if _is_unseen(line, formats)),
        frozenset(
            name
            for name, line in lines.items()
            if _is_struck(line) or _inherited(line, None, f"{_STYLE}data-style-name") in changing
        ),
    )


def _line_of_descent(name: str, cells: Mapping[str, Any], default: Any) -> list[Any]:
    """The style, the one it takes over from, and so on."""
    line: list[Any] = []
    while (style := cells.get(name)) is not None and len(line) < _LONGEST_ANCESTRY:
        line.append(style)
        name = style.get(f"{_STYLE}parent-style-name", "")
    return line if default is None else [*line, default]


def _inherited(line: list[Any], group: str | None, attribute: str) -> str | None:
    """The attribute of the first style that has it, on itself or in its group of properties."""
    for style in line:
        for holder in (style,) if group is None else style.iterfind(group):
            if (value := holder.get(attribute)) is not None:
                return str(value).lower() if group is not None else str(value)
    return None


def _is_unseen(line: list[Any], formats: Mapping[str, Any]) -> bool:
    """Whether letters are lost on their ground, or too small to be seen."""
    ground = _inherited(line, f"{_STYLE}table-cell-properties", f"{_FO}background-color") or ""
    size = _POINTS.fullmatch(_inherited(line, f"{_STYLE}text-properties", f"{_FO}font-size") or "")
    if size is not None and float(size[1]) <= LARGEST_TINY:
        return True
    shape = formats.get(_inherited(line, None, f"{_STYLE}data-style-name") or "")
    letters = _colour_printed(shape, formats) or _letter_colour(line)
    paper = WHITE if ground in ("", "transparent") else _colour(ground)
    return letters is not None and paper is not None and are_letters_lost(letters, paper)


def _letter_colour(line: list[Any]) -> Colour | None:
    """The colour of the letters; None for the automatic one, which is light on a dark ground."""
    for properties in (each for style in line for each in style.iterfind(f"{_STYLE}text-properties")):
        if properties.get(f"{_STYLE}use-window-font-color") == "true":
            return None
        if written := properties.get(f"{_FO}color"):
            return _colour(written.lower())
    return None


def _colour(written: str) -> Colour | None:
    return PLAIN_COLOURS.get(written) or from_hex(written)


def _colour_printed(shape: Any | None, formats: Mapping[str, Any]) -> Colour | None:
    """The colour a number format prints ordinary figures in, itself or in the format it turns to for them."""
    if shape is None:
        return None
    for turn in shape.iterfind(f"{_STYLE}map"):
        if re.fullmatch(r"value\(\)\s*>=?\s*0(?:\.0+)?", turn.get(f"{_STYLE}condition", "")):
            shape = formats.get(turn.get(f"{_STYLE}apply-style-name", ""), shape)
            break
    return next((_colour(each.get(f"{_FO}color", "")) for each in shape.iterfind(f"{_STYLE}text-properties")), None)


def _is_struck(line: list[Any]) -> bool:
    drawn = (
        _inherited(line, f"{_STYLE}text-properties", f"{_STYLE}text-line-through-{kind}") for kind in ("style", "type")
    )
    # Either says that there is a line; both say what it looks like.
    return next((value for value in drawn if value is not None), "none") != "none"


def _changing_formats(formats: Mapping[str, Any]) -> set[str]:
    """The number formats that print another figure than is stored, or turn to one that does under a condition."""
    turned_to: dict[str, list[str]] = {}
    for name, shape in formats.items():
        for turn in shape.iterfind(f"{_STYLE}map"):
            turned_to.setdefault(turn.get(f"{_STYLE}apply-style-name", ""), []).append(name)
    found = {name for name, shape in formats.items() if _prints_another_figure(shape)}
    waiting = list(found)
    while waiting:
        new = set(turned_to.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def _prints_another_figure(shape: Any) -> bool:
    """Whether a number format shows thousands of what is stored, or puts digits or a unit of thousands beside it."""
    factors = (each.get(f"{_NUMBER}display-factor") for each in shape.iter(f"{_NUMBER}number"))
    beside = "".join((each.text or "") if each.tag in _TEXTS_OF_FORMATS else "\n" for each in shape)
    within = (each.text or "" for each in shape.iter(f"{_NUMBER}embedded-text"))
    return any(factor is not None and float(factor) != 1 for factor in factors) or any(
        map(changes_a_figure, (beside, *within))
    )


def _texts_beside_cells(content: Any) -> Iterator[LooseText]:
    """Every text of the content that is no cell's own: shapes, prompts, recorded changes, tables inside cells."""
    for tag in (f"{_TEXT}p", f"{_TEXT}h", f"{_SVG}title", f"{_SVG}desc"):
        for element in content.iter(tag):
            above = [each.tag for each in element.iterancestors()]
            is_cell_text = above[0] in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell") and (
                above.count(f"{_TABLE}table") == 1 and f"{_TABLE}tracked-changes" not in above
            )
            if is_cell_text or f"{_OFFICE}annotation" in above:
                continue
            text = _paragraph(element).strip()
            if text:
                is_old = f"{_TABLE}tracked-changes" in above or f"{_TABLE}dde-link" in above
                is_drawn = any(each.startswith(_DRAW) for each in above)
                yield LooseText("cache" if is_old else "drawing" if is_drawn else "part", None, text)
    for style in content.iter(f"{_NUMBER}text"):
        if style.text and any(map(str.isalpha, style.text)):
            yield LooseText("part", None, style.text.strip())
    for element in content.iter(f"{_TABLE}content-validation"):
        if condition := element.get(f"{_TABLE}condition", ""):
            yield LooseText("part", None, " ".join(_LITERAL.findall(condition)))


def _outside_texts(parts: dict[str, Any]) -> tuple[LooseText, ...]:
    texts = []
    if "meta.xml" in parts:
        for element in parts["meta.xml"].iter():
            if isinstance(element.tag, str) and element.tag.rpartition("}")[2] in _META_NAMES and element.text:
                texts.append(LooseText("property", None, element.text.strip()))
    if "styles.xml" in parts:
        for kind in ("header", "footer", "header-left", "footer-left"):
            for element in parts["styles.xml"].iter(f"{_STYLE}{kind}"):
                texts += [LooseText("header_footer", None, line) for line in _paragraphs(element)]
    return tuple(texts)


class _Reading:
    """Collects what concerns the whole workbook while its sheets are read."""

    def __init__(self, styles: _Styles) -> None:
        self._styles = styles
        self.loose_texts: list[LooseText] = []
        self.has_external_links = False

    def sheet(self, table: Any, visibility: Visibility) -> Sheet:
        name = table.get(f"{_TABLE}name", "")
        rows: list[list[CellValue]] = []
        merges: list[MergedRange] = []
        errors: dict[CellPosition, str] = {}
        formulas: dict[CellPosition, str] = {}
        uncalculated: set[CellPosition] = set()
        percent_cells: set[CellPosition] = set()
        otherwise_cells: set[CellPosition] = set()
        net_cells: dict[CellPosition, str] = {}
        unseen_cells: set[CellPosition] = set()
        hidden_rows: set[int] = set()
        column_styles = _column_styles(table)
        merged_cells = marked_cells = 0
        row_index = 0
        has_pictures = False
        for row in _rows(table):
            repeats = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
            values: list[CellValue] = []
            percents: set[int] = set()
            otherwise: set[int] = set()
            unseen: set[int] = set()
            row_style = row.get(f"{_TABLE}default-cell-style-name")
            column = 0
            for cell in row:
                if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    continue
                times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
                place = (row_index, column)
                value = _value(cell)
                shown = _shown_text(cell)
                formula = cell.get(f"{_TABLE}formula")
                if formula is not None:
                    self._note_formula(formula, name, place)
                    formulas[place] = formula[:300]
                if cell.get(_CALC_TYPE) == "error" or (formula is not None and _ERROR_TEXT.fullmatch(shown)):
                    errors[place], value = shown or "#?", None
                elif formula is not None and value is None and not shown:
                    uncalculated.add(place)
                function = network_function(formula or "")
                if function is not None and (not isinstance(value, str) or any(map(str.isdigit, value))):
                    net_cells[place], value = function, None
                    uncalculated.add(place)
                    self.has_external_links = True
                spans = (int(cell.get(f"{_TABLE}number-{kind}-spanned", "1")) for kind in ("rows", "columns"))
                height, width = spans
                if height * width > 1:
                    merged_cells += height * width
                    if merged_cells > MAX_MERGED_CELLS:
                        raise WorkbookRefused("MERGE_RANGE", str(merged_cells), sheet=name)
                    merges.append(MergedRange(row_index, column, row_index + height - 1, column + width - 1))
                for note in cell.iter(f"{_OFFICE}annotation"):
                    self.loose_texts += [
                        LooseText("comment", name, line, address(*place)) for line in _paragraphs(note)
                    ]
                has_pictures = has_pictures or any(element.tag.endswith("}image") for element in cell.iter())
                if value is not None:
                    if column + times > MAX_COLUMN:
                        raise WorkbookRefused("SHEET_RANGE", address(row_index, column), sheet=name)
                    values += [None] * (column - len(values))
                    values += [value] * times
                    kind = cell.get(f"{_OFFICE}value-type")
                    style = cell.get(f"{_TABLE}style-name") or row_style
                    for number in range(column, column + times):
                        shown_as = style or column_styles.get(number)
                        if shown_as in self._styles.unseen:
                            unseen.add(number)
                        if kind in _NUMBER_TYPES and shown_as in self._styles.otherwise:
                            otherwise.add(number)
                        if kind == "percentage":
                            percents.add(number)
                column += times
            if values and (row_index + repeats > MAX_ROW or (row_index + repeats) * len(values) > MAX_AREA):
                raise WorkbookRefused("SHEET_RANGE", address(row_index, 0), sheet=name)
            marked_cells += repeats * (len(percents) + len(otherwise) + len(unseen))
            if marked_cells > _MAX_MARKED_CELLS:
                raise WorkbookRefused("SHEET_RANGE", address(row_index, 0), sheet=name)
            for cells, columns in ((percent_cells, percents), (otherwise_cells, otherwise), (unseen_cells, unseen)):
                cells.update(product(range(row_index, row_index + repeats), columns))
            if row.get(f"{_TABLE}visibility") in ("collapse", "filter"):
                hidden_rows.update(range(row_index, row_index + min(repeats, MAX_ROW)))
            if values or any(where[0] == row_index for where in errors):
                rows += [[] for _ in range(row_index - len(rows))]
                rows += [list(values) for _ in range(repeats)]
            row_index += repeats
        return Sheet(
            name=name,
            rows=trimmed(rows),
            visibility=visibility,
            merges=tuple(merges),
            errors=errors,
            formulas=formulas,
            uncalculated=frozenset(uncalculated),
            hidden_rows=frozenset(hidden_rows),
            hidden_columns=_hidden_columns(table),
            percent_cells=frozenset(percent_cells),
            otherwise_cells=frozenset(otherwise_cells),
            net_cells=net_cells,
            unseen_cells=frozenset(unseen_cells),
            has_pictures=has_pictures,
        )

    def _note_formula(self, formula: str, sheet_name: str, place: CellPosition) -> None:
        if starts_program(_PREFIX.sub("", formula)):
            raise WorkbookRefused("DDE", sheet=sheet_name, cell=address(*place))
        self.has_external_links = self.has_external_links or _NETWORK_REFERENCE.search(formula) is not None


def _rows(table: Any) -> Any:
    """The sheet's rows, those in header and group elements included, those of nested tables not."""
    for child in table:
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in (f"{_TABLE}table-header-rows", f"{_TABLE}table-row-group", f"{_TABLE}table-rows"):
            yield from _rows(child)


def _hidden_columns(table: Any) -> frozenset[int]:
    hidden: set[int] = set()
    for element, columns in _columns(table):
        if element.get(f"{_TABLE}visibility") in ("collapse", "filter"):
            hidden.update(columns)
    return frozenset(hidden)


def _column_styles(table: Any) -> dict[int, str]:
    """The style of the cells of a column that name none themselves."""
    styles: dict[int, str] = {}
    for element, columns in _columns(table):
        if name := element.get(f"{_TABLE}default-cell-style-name"):
            styles |= dict.fromkeys(columns, name)
    return styles


def _columns(table: Any) -> Iterator[tuple[Any, range]]:
    """Each element that stands for columns, with the columns it stands for."""
    column = 0
    for element in table.iter(f"{_TABLE}table-column"):
        times = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
        yield element, range(column, column + min(times, MAX_COLUMN))
        column += times


def _value(cell: Any) -> CellValue:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in ("float", "percentage", "currency"):
        return float(cell.get(f"{_OFFICE}value", "nan"))
    if kind == "boolean":
        return bool(cell.get(f"{_OFFICE}boolean-value") == "true")
    if kind == "date":
        return _moment(cell.get(f"{_OFFICE}date-value", "")) or _shown_text(cell) or None
    if kind == "time":
        found = _DURATION.match(cell.get(f"{_OFFICE}time-value", ""))
        hours, minutes, seconds = (int(part) for part in found.groups()) if found else (24, 0, 0)
        return time(hours, minutes, seconds) if hours < 24 else _shown_text(cell) or None
    return _shown_text(cell) or None


def _moment(text: str) -> date | datetime | None:
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None


def _shown_text(cell: Any) -> str:
    return "\n".join(_paragraph(child) for child in cell if child.tag == f"{_TEXT}p").strip()


def _paragraphs(element: Any) -> list[str]:
    return [line for child in element.iter(f"{_TEXT}p") if (line := _paragraph(child).strip())]


def _paragraph(paragraph: Any) -> str:
    """A paragraph's text; spaces, tabs and line breaks are elements of their own."""
    pieces = [paragraph.text or ""]
    for child in paragraph:
        if child.tag == f"{_TEXT}s":
            pieces.append(" " * min(int(child.get(f"{_TEXT}c", "1")), 200))
        elif child.tag == f"{_TEXT}tab":
            pieces.append("\t")
        elif child.tag == f"{_TEXT}line-break":
            pieces.append("\n")
        elif isinstance(child.tag, str) and not child.tag.endswith("annotation"):
            pieces.append(_paragraph(child))
        pieces.append(child.tail or "")
    return "".join(pieces)

"""Reads .xlsx: values through python-calamine, and one light pass over the XML for what it drops.

calamine gives '' for an error cell and for a formula without result, and says nothing of hidden
rows, percent formats or text outside the cells; an error would silently become "missing".
Call only inside a sandbox child: the parser can abort the process.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any, cast

from include.readers.colours import are_letters_lost
from include.readers.formulas import looks_uncalculated, names_that_reach, network_function, starts_program
from include.readers.grid import (
    OWN_COMMENT_AUTHOR,
    CellPosition,
    LoosePlace,
    LooseText,
    MergedRange,
    Sheet,
    Visibility,
    Workbook,
    WorkbookRefused,
    address,
    header_pieces,
    position,
    trimmed,
)
from include.readers.markup import child_named, children_named
from include.readers.preflight import MAX_COLUMN
from include.readers.xlsx_styles import Palette, Styles, is_struck, is_tiny, read_palette, read_styles

# Of cells that name none.
_PLAIN_STYLE = "0"
_FORMAT_LITERAL = re.compile(r'"([^"]+)"')
_FORMAT_CURRENCY = re.compile(r"\[\$([^\]-]+)")
_WORDS_ALONE = re.compile(r'\s*"[^"]*"(?:\s*&\s*"[^"]*")*\s*')
# Document properties that describe the document; the others name people, programs and machines.
_KEPT_PROPERTIES = frozenset({"title", "subject", "keywords", "description", "category", "contentStatus"})
_HEADER_FOOTER_TAGS = ("oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter")
# What programs refresh, fetch or draw from outside when the workbook is opened.
_FETCHED_KINDS = frozenset({"image", "oleObject", "package", "attachedTemplate", "control", "video", "audio", "media"})
# Parts whose text is read elsewhere, or that name people: authors, editors, the machine.
_READ_ELSEWHERE = re.compile(
    r"(?i)^(\[Content_Types\]\.xml|.*\.rels|docProps/(?:core|app|custom)\.xml|xl/persons/.*|xl/sharedStrings\.xml"
    r"|xl/calcChain\.xml|xl/theme/.*|xl/worksheets/[^/]*\.xml|xl/revisions/userNames\.xml)$"
)
_CACHE_PART = re.compile(r"(?i)^xl/(pivotCache|pivotTables|slicerCaches|externalLinks|queryTables|revisions|richData)/")
_DRAWN_PART = re.compile(r"(?i)/(drawings|diagrams)/")
_XML_PART = re.compile(r"(?i)\.(xml|vml)$")
_CUSTOM_PROPERTY = re.compile(r"(?i)/customProperty[^/]*\.bin$")
# Attributes that hold words somebody typed; all others are ids, colours and measures.
_WORDED_ATTRIBUTES = frozenset(
    "v descr title caption altText altTextSummary text string prompt promptTitle error errorTitle display tooltip"
    " comment description help statusBar totalsRowLabel headerRowCellCaption dataCaption grandTotalCaption"
    " errorCaption missingCaption rowHeaderCaption colHeaderCaption".split()
)
_NAMING_ATTRIBUTES = frozenset({"name", "displayName", "uniqueName", "codeName", "tag"})
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SHEET_OR_BOOK = re.compile(r"(?i)^xl/(workbook|worksheets/[^/]*|chartsheets/[^/]*)\.xml$")
_STRINGS = "sharedStrings"
_MANY_DIGITS = re.compile(r"(?:\d[ .-]?){6}")
_READABLE_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#?"})
_SHEET_TEXT_TAGS = (
    *("dataValidation", "cfRule", "hyperlink", "customPr", "protectedRange", "sheetPr"),
    *("scenario", "filter", "customFilter", "numFmt"),
)
_NO_TEXT_TAGS = frozenset({"t", *_SHEET_TEXT_TAGS})
# Of these elements of a sheet or book the name, or the value, is words somebody typed.
_TYPED_ATTRIBUTE = {
    "scenario": "name",
    "filter": "val",
    "customFilter": "val",
    "sheetPr": "codeName",
    "customWorkbookView": "name",
}
_KEPT_OF_PROGRAM = frozenset({"Company", "HyperlinkBase"})
_PARAGRAPHS = frozenset({"p", "si", "is", "comment", "rst"})
_CHUNK = 256 * 1024
_OVERLAP = 256
_TEXTS_KEPT = 256
_MAX_FORMULA_TEXT = 300
_MAX_LOOSE_TEXT = 2_000
_LONGEST_FIGURE = 40


@dataclass
class _Details:
    """What the XML of one sheet says beside its values."""

    merges: list[MergedRange] = field(default_factory=list)
    errors: dict[CellPosition, str] = field(default_factory=dict)
    formulas: dict[CellPosition, str] = field(default_factory=dict)
    uncalculated: set[CellPosition] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    percent_cells: set[CellPosition] = field(default_factory=set)
    otherwise_cells: set[CellPosition] = field(default_factory=set)
    unseen_cells: set[CellPosition] = field(default_factory=set)
    zeros: set[CellPosition] = field(default_factory=set)
    apart: dict[CellPosition, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    header_footer: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _SheetEntry:
    name: str
    visibility: Visibility
    part: str
    is_worksheet: bool


@dataclass(frozen=True)
class _Index:
    """What the workbook part lists. `names` are those of the whole book, `all_names` those of single sheets too."""

    entries: list[_SheetEntry]
    names: dict[str, str]
    all_names: list[tuple[str, str]]
    is_calculation_due: bool


def read_xlsx(path: Path) -> Workbook:
    """The whole workbook.

    Raises WorkbookRefused: UNREADABLE, WORKBOOK_AMBIGUOUS, ERROR_CELL, MACRO, DDE, EMBEDDED, XML_DEPTH.
    """
    from lxml import etree
    from python_calamine import CalamineError, load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            package = _Package(archive)
            package.refuse_fetched_parts()
            index = package.index()
            entries = index.entries
            styles = package.styles()
            details = {entry.part: package.sheet_details(entry, styles) for entry in entries}
            _refuse_new_errors(entries, details)
            loose_texts = list(package.loose_texts(index, details))
            pictures = package.sheets_with_pictures(entries)
            has_links = package.has_external_links()
            strings, apart = package.shared_strings()
            from_1904 = package.counts_from_1904()
            has_change_log = package.has_change_log
            # Its trees go before the value reader takes the workbook into memory once more.
            del package
    except etree.XMLSyntaxError as error:
        raise WorkbookRefused("XML_DEPTH" if "depth" in str(error).lower() else "UNREADABLE") from error
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise WorkbookRefused("UNREADABLE", type(error).__name__) from error

    try:
        with load_workbook(path) as book:
            read = []
            for entry in entries:
                if not entry.is_worksheet:
                    continue
                rows = cast(list[list[Any]], book.get_sheet_by_name(entry.name).to_python(skip_empty_area=False))
                read.append((entry, rows))
    except CalamineError as error:
        raise WorkbookRefused("UNREADABLE", type(error).__name__) from error
    _note_uncalculated(read, details, index.is_calculation_due)
    reaching = names_that_reach(dict(index.all_names))
    sheets = [
        _sheet(
            entry,
            rows,
            details[entry.part],
            reaching,
            apart,
            has_pictures=entry.part in pictures,
            from_1904=from_1904,
        )
        for entry, rows in read
    ]
    in_cells = set(chain.from_iterable(row for sheet in sheets for row in sheet.rows))
    if unused := strings - in_cells:
        unused -= {value.strip() for value in in_cells if isinstance(value, str)}
    loose_texts += [LooseText("part", None, each[:_MAX_LOOSE_TEXT]) for each in unused]
    return Workbook(
        "xlsx",
        tuple(sheets),
        index.names,
        tuple(loose_texts),
        has_external_links=has_links or any(sheet.net_cells for sheet in sheets),
        has_change_log=has_change_log,
    )


def _refuse_new_errors(entries: list[_SheetEntry], details: Mapping[str, _Details]) -> None:
    """Name the cell with an error only new programs know (#SPILL!): the value reader takes it for a broken file."""
    for entry in entries:
        for place, error in details[entry.part].errors.items():
            if error not in _READABLE_ERRORS:
                raise WorkbookRefused("ERROR_CELL", error, sheet=entry.name, cell=address(*place))


def _note_uncalculated(
    read: list[tuple[_SheetEntry, list[list[Any]]]], details: Mapping[str, _Details], is_due: bool
) -> None:
    """Move the formulas whose stored 0 was never calculated to the uncalculated ones."""
    with_formulas = [(details[entry.part], rows) for entry, rows in read if details[entry.part].formulas]
    zeros_only = all(set(each.formulas) <= each.zeros | each.uncalculated for each, _ in with_formulas)
    is_due = is_due and zeros_only

    def judge(due: bool) -> bool:
        proven = False
        for each, rows in with_formulas:
            found, is_proven = looks_uncalculated(each.formulas, frozenset(each.zeros), partial(_at, rows), is_due=due)
            each.uncalculated |= found
            proven = proven or is_proven
        return proven

    if judge(is_due) and not is_due:
        judge(True)


def _at(rows: list[list[Any]], row: int, column: int) -> Any:
    value = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
    return None if value == "" else value


def _sheet(
    entry: _SheetEntry,
    rows: list[list[Any]],
    details: _Details,
    reaching: frozenset[str],
    apart: Mapping[str, str],
    *,
    has_pictures: bool,
    from_1904: bool,
) -> Sheet:
    net_cells = {}
    for place, formula in details.formulas.items():
        function = network_function(formula, reaching)
        shown = _at(rows, *place)
        # Words behind a link stay words; a number that came from elsewhere is nobody's figure.
        if function is not None and (not isinstance(shown, str) or any(map(str.isdigit, shown))):
            net_cells[place] = function
            details.uncalculated.add(place)
    for row, column in (*details.errors, *details.uncalculated):
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = None
    for line in rows if apart else ():
        for column, shown in enumerate(line):
            if isinstance(shown, str) and shown in apart:
                line[column] = apart[shown]
    for (row, column), shown in details.apart.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = shown
    return Sheet(
        name=entry.name,
        rows=trimmed(rows),
        visibility=entry.visibility,
        merges=tuple(details.merges),
        errors=details.errors,
        formulas=details.formulas,
        uncalculated=frozenset(details.uncalculated),
        hidden_rows=frozenset(details.hidden_rows),
        hidden_columns=frozenset(details.hidden_columns),
        percent_cells=frozenset(details.percent_cells),
        otherwise_cells=frozenset(details.otherwise_cells),
        net_cells=net_cells,
        unseen_cells=frozenset(place for place in details.unseen_cells if _at(rows, *place) is not None),
        has_pictures=has_pictures,
        counts_from_1904=from_1904,
    )


class _Package:
    """The parts of an .xlsx container, found through their relationships."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        from lxml import etree

        self._archive = archive
        self._names = set(archive.namelist())
        self._etree = etree
        self._relations: dict[str, dict[str, tuple[str, str]]] = {}
        self._telling_cells = etree.XPath(
            "*[@t='e' or *[local-name()='f' or (local-name()='is' and *[local-name()='r'])]"
            " or (@s and contains($styles, concat(' ', @s, ' '))) or (not(@s) and contains($styles, ' 0 '))]"
        )
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        self.has_change_log = any(name.lower().startswith("xl/revisions/revisionlog") for name in self._names)

    def tree(self, part: str) -> Any:
        return self._etree.fromstring(self._archive.read(part), self._parser)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id -> (kind, target part) of one part. Raises WorkbookRefused: EMBEDDED."""
        folder, name = posixpath.split(part)
        rels = f"{folder}/_rels/{name}.rels".lstrip("/")
        return self._relations_in(rels) if rels in self._names else {}

    def _relations_in(self, rels: str) -> dict[str, tuple[str, str]]:
        if (known := self._relations.get(rels)) is not None:
            return known
        folder = posixpath.dirname(posixpath.dirname(rels))
        found = {}
        for relation in self.tree(rels).iterchildren("*"):
            target, kind = relation.get("Target", ""), relation.get("Type", "").rsplit("/", 1)[-1]
            if relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            elif kind in _FETCHED_KINDS:
                raise WorkbookRefused("EMBEDDED", kind)
            found[relation.get("Id", "")] = (kind, target)
        self._relations[rels] = found
        return found

    @cached_property
    def book_part(self) -> str:
        for kind, target in self.relations("").values():
            if kind == "officeDocument" and target in self._names:
                return target
        return "xl/workbook.xml"

    @cached_property
    def _book(self) -> Any:
        return self.tree(self.book_part)

    def refuse_fetched_parts(self) -> None:
        """Refuse pictures and objects that are drawn from an address elsewhere."""
        for name in self._names:
            if name.endswith(".rels"):
                self._relations_in(name)

    def index(self) -> _Index:
        """The sheets in their order, and the defined names."""
        relations = self.relations(self.book_part)
        entries = []
        names: dict[str, str] = {}
        all_names: list[tuple[str, str]] = []
        is_calculation_due = False
        for element in self._book.iter():
            tag = _local(element)
            if tag == "sheet":
                relation_id = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
                kind, target = relations.get(relation_id, ("", ""))
                if kind in ("xlMacrosheet", "xlIntlMacrosheet", "dialogsheet"):
                    raise WorkbookRefused("MACRO")
                state: Visibility = {"hidden": "hidden", "veryHidden": "very_hidden"}.get(  # type: ignore[assignment]
                    element.get("state", ""), "visible"
                )
                entries.append(_SheetEntry(element.get("name", ""), state, target, kind == "worksheet"))
            elif tag == "definedName":
                name, formula = element.get("name", ""), (element.text or "").strip()
                if starts_program(formula):
                    raise WorkbookRefused("DDE")
                all_names.append((name, formula))
                if element.get("localSheetId") is None:
                    names[name] = formula
            elif tag == "calcPr":
                is_calculation_due = element.get("fullCalcOnLoad") in ("1", "true")
        for told, values in (
            ("hai trang tính cùng tên", [entry.name.casefold() for entry in entries]),
            ("hai trang tính cùng một nội dung", [entry.part for entry in entries]),
        ):
            if len(set(values)) < len(values):
                raise WorkbookRefused("WORKBOOK_AMBIGUOUS", told)
        if any(entry.part not in self._names for entry in entries):
            raise WorkbookRefused("UNREADABLE")
        return _Index(entries, names, all_names, is_calculation_due)

    def counts_from_1904(self) -> bool:
        """Whether days are counted from 1904, as old Macintosh workbooks do; calamine turns true dates alone."""
        elements = self._book.iter()
        return any(element.get("date1904") in ("1", "true") for element in elements if _local(element) == "workbookPr")

    @cached_property
    def _style_parts(self) -> dict[str, Any]:
        """The part of styles and that of the theme, as far as there are any; a broken theme is none."""
        parts: dict[str, str] = {}
        for kind, target in self.relations(self.book_part).values():
            if target in self._names:
                parts.setdefault(kind, target)
        read = {"styles": self.tree(parts["styles"])} if "styles" in parts else {}
        if "theme" in parts:
            with suppress(self._etree.XMLSyntaxError):
                read["theme"] = self.tree(parts["theme"])
        return read

    @cached_property
    def _palette(self) -> Palette:
        return read_palette(self._style_parts.get("styles"), self._style_parts.get("theme"))

    def styles(self) -> Styles:
        """What the styles of the workbook do to the figures of cells."""
        root = self._style_parts.get("styles")
        return Styles() if root is None else read_styles(root, self._palette)

    def sheet_details(self, entry: _SheetEntry, all_styles: Styles) -> _Details:
        """One streaming pass over a sheet's XML, a row at a time; only telling cells reach Python."""
        details = _Details()
        if not entry.is_worksheet:
            return details
        styles = f" {' '.join(all_styles.telling)} "
        frame = self._frame_of_plain_sheet(entry.part, all_styles.telling)
        known = ("row", "cols", "mergeCell", *_HEADER_FOOTER_TAGS, *_SHEET_TEXT_TAGS)
        tags = [f"{{*}}{name}" for name in known]
        shared: dict[str, str] = {}
        row_index = -1
        hides_rows = hides_columns = False
        shown_columns: set[int] = set()
        with io.BytesIO(frame) if frame is not None else self._archive.open(entry.part) as part:
            for _, element in self._etree.iterparse(
                part,
                events=("end",),
                tag=[*tags, "{*}sheetFormatPr"],
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
            ):
                tag = _local(element)
                if tag == "row":
                    row_index = int(element.get("r", row_index + 2)) - 1
                    is_flat = _is_zero(element.get("ht")) or (hides_rows and element.get("ht") is None)
                    if element.get("hidden") in ("1", "true") or is_flat:
                        details.hidden_rows.add(row_index)
                    for cell in self._telling_cells(element, styles=styles):
                        place = cell.get("r")
                        where = position(place) if place else (row_index, element.index(cell))
                        if where[0] != row_index:
                            raise WorkbookRefused("WORKBOOK_AMBIGUOUS", "ô ghi sai hàng", sheet=entry.name, cell=place)
                        self._note_cell(details, where, cell, all_styles, shared, entry.name)
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
                elif tag == "sheetFormatPr":
                    hides_rows = element.get("zeroHeight") in ("1", "true") or _is_zero(element.get("defaultRowHeight"))
                    hides_columns = _is_zero(element.get("defaultColWidth"))
                elif tag == "cols":
                    for column in element:
                        span = range(int(column.get("min", "1")) - 1, min(int(column.get("max", "1")), 16_384))
                        if column.get("hidden") in ("1", "true") or _is_zero(column.get("width")):
                            details.hidden_columns.update(span)
                        else:
                            shown_columns.update(span)
                elif tag == "mergeCell":
                    first, _, second = element.get("ref", "").partition(":")
                    (top, left), (bottom, right) = position(first), position(second or first)
                    details.merges.append(MergedRange(top, left, bottom, right))
                elif tag in _HEADER_FOOTER_TAGS:
                    details.header_footer.append(element.text or "")
                else:
                    details.texts += _words_of(element, tag)
        if hides_columns:
            details.hidden_columns |= set(range(MAX_COLUMN)) - shown_columns
        return details

    def _frame_of_plain_sheet(self, part: str, telling_styles: frozenset[str]) -> bytes | None:
        """The sheet's XML without its rows, when no row holds anything this pass looks for; else None.

        Most of a big sheet is plain numbers and words; looking for bytes is many times faster than parsing.
        """
        if _PLAIN_STYLE in telling_styles:
            return None
        # Attributes in single quotes or prefixed element names are rare, legal, and left to the parser.
        marks = [b"<f", b":f", b"<is><r", b":is>", b't="e"', b"hidden=", b' ht="0', b"='"]
        marks += [f's="{style}"'.encode() for style in telling_styles]
        head, tail, overlap = bytearray(), bytearray(), b""
        with self._archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                if tail:
                    tail += chunk
                    continue
                window = overlap + chunk
                start = 0
                if not head:
                    start = window.find(b"<sheetData")
                    if start < 0:
                        return None
                    head += window[:start]
                    if b"zeroHeight" in head or b'defaultRowHeight="0' in head:
                        return None
                end = window.find(b"</sheetData>", start)
                stop = end if end >= 0 else len(window)
                # A single byte is found much faster than several, and some of these last ones hardly ever occur.
                if any(
                    window.find(mark[-1:], start, stop) >= 0 and window.find(mark, start, stop) >= 0 for mark in marks
                ):
                    return None
                if end >= 0:
                    tail += window[end:]
                overlap = window[-_OVERLAP:]
        return bytes(head) + b"<sheetData>" + bytes(tail) if tail else None

    def _note_cell(
        self,
        details: _Details,
        place: CellPosition,
        cell: Any,
        styles: Styles,
        shared: dict[str, str],
        sheet_name: str,
    ) -> None:
        formula: str | None = None
        value: str | None = None
        for child in cell:
            tag = _local(child)
            if tag == "f":
                formula = child.text or ""
                if child.get("t") == "shared" and (group := child.get("si")) is not None:
                    # The text stands in the first cell of the group; the others share it.
                    formula = shared.setdefault(group, formula) or formula
            elif tag == "v":
                value = child.text
            elif tag == "is" and (signs := _with_signs(child, self._palette)) is not None:
                details.apart[place] = signs[1]
        kind, style = cell.get("t"), cell.get("s", _PLAIN_STYLE)
        if kind == "e":
            details.errors[place] = (value or "").strip() or "#?"
        elif kind in (None, "n") and value:
            if style in styles.percent:
                details.percent_cells.add(place)
            if style in styles.otherwise:
                details.otherwise_cells.add(place)
        if style in styles.unseen:
            details.unseen_cells.add(place)
        if formula is not None:
            if starts_program(formula):
                raise WorkbookRefused("DDE", sheet=sheet_name, cell=address(*place))
            details.formulas[place] = formula[:_MAX_FORMULA_TEXT]
            if value is None and kind in (None, "n"):
                details.uncalculated.add(place)
            elif value is not None and kind in (None, "n") and _is_zero(value):
                details.zeros.add(place)

    def sheets_with_pictures(self, entries: list[_SheetEntry]) -> set[str]:
        """The sheets that show a picture: on them, behind them, in their page header or in a cell."""
        found = {
            entry.part
            for entry in entries
            if any(
                kind == "image" or any(inner == "image" for inner, _ in self.relations(target).values())
                for kind, target in self.relations(entry.part).values()
                if target in self._names
            )
        }
        if not found and entries and any(name.lower().startswith("xl/media/") for name in self._names):
            found.add(entries[0].part)
        return found

    def has_external_links(self) -> bool:
        links = [target for kind, target in self.relations(self.book_part).values() if kind == "externalLink"]
        for link in links:
            if link in self._names and any(_local(element) == "ddeLink" for element in self.tree(link).iter()):
                raise WorkbookRefused("DDE")
        # A table kept fresh from a database or a web page is a link too.
        return bool(links) or any(name.lower() == "xl/connections.xml" for name in self._names)

    def shared_strings(self) -> tuple[set[str], dict[str, str]]:
        """Every text of the table of shared strings: what no cell shows is looked at all the same.

        Second, the texts without letters in which digits are raised or struck out, with signs that tell those apart:
        “5¹” is no 51.
        """
        part = next((target for kind, target in self.relations(self.book_part).values() if kind == _STRINGS), "")
        texts: list[str | None] = []
        apart: dict[str, str] = {}
        if part not in self._names:
            return set(), apart
        with self._archive.open(part) as stream:
            items = self._etree.iterparse(
                stream,
                events=("end",),
                tag="{*}si",
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                # One text may be longer than ten million characters; the process it is read in has its limits.
                huge_tree=True,
            )
            for number, (_, element) in enumerate(items, start=1):
                if len(element) == 1 and not len(only := element[0]):
                    # Nearly every text is one run without a look of its own.
                    texts.append(only.text)
                else:
                    for within in element.iterdescendants(element.tag):
                        # Taken by itself: what it says must not hide in a longer text.
                        within.clear()
                    phonetic = [each for each in element if _local(each) == "rPh"]
                    for each in phonetic:
                        element.remove(each)
                    texts += map(_joined_runs, (element, *phonetic))
                    if (signs := _with_signs(element, self._palette)) is not None:
                        apart[signs[0]] = signs[1]
                    element.clear()
                parent = element.getparent() if number % _TEXTS_KEPT == 0 else None
                if parent is not None and parent.getparent() is None:
                    del parent[: parent.index(element)]
        found = {text.strip() for text in texts if text}
        return {_ESCAPED.sub(_code_point, text) if "_x" in text else text for text in found if text}, apart

    def loose_texts(self, index: _Index, details: Mapping[str, _Details]) -> Iterator[LooseText]:
        """Every text outside the cells in which a mark could stand, whatever part of the package it is in."""
        entries = index.entries
        for name, formula in index.all_names:
            yield LooseText("defined_name", None, name)
            for literal in _FORMAT_LITERAL.findall(formula):
                yield LooseText("part", None, literal[:_MAX_LOOSE_TEXT])
        for element in self._book.iter():
            tag = _local(element)
            for text in _words_of(element, tag) if tag != "sheet" else ():
                yield LooseText("property", None, text[:_MAX_LOOSE_TEXT])
        for part in ("docProps/core.xml", "docProps/custom.xml", "docProps/app.xml"):
            kept = _KEPT_OF_PROGRAM if part.endswith("app.xml") else _KEPT_PROPERTIES
            if part in self._names:
                for element in self.tree(part).iter():
                    is_kept = part.endswith("custom.xml") or _local(element) in kept
                    if is_kept and (text := (element.text or "").strip()):
                        yield LooseText("property", None, text[:_MAX_LOOSE_TEXT])
                    if custom_name := element.get("name"):
                        yield LooseText("property", None, custom_name[:_MAX_LOOSE_TEXT])
        for entry in entries:
            for text in details[entry.part].header_footer:
                for piece in header_pieces(text):
                    yield LooseText("header_footer", entry.name, piece[:_MAX_LOOSE_TEXT])
            for place in details[entry.part].uncalculated:
                # Nobody has calculated it yet; whoever opens the workbook is shown the words.
                formula = details[entry.part].formulas.get(place, "")
                if _WORDS_ALONE.fullmatch(formula):
                    yield LooseText("property", entry.name, "".join(_FORMAT_LITERAL.findall(formula)))
            links = [target for kind, target in self.relations(entry.part).values() if kind == "hyperlink"]
            for text in (*details[entry.part].texts, *links):
                yield LooseText("part", entry.name, text[:_MAX_LOOSE_TEXT])
        owners = {part: entry.name for entry in reversed(entries) for part in self._parts_of(entry.part)}
        comments = {
            target
            for entry in entries
            for kind, target in self.relations(entry.part).values()
            if kind in ("comments", "threadedComment")
        }
        book = self.book_part
        listed = {entry.part for entry in entries}
        for part in sorted(self._names):
            if part in comments:
                yield from self._comments(part, owners.get(part))
            elif _CUSTOM_PROPERTY.search(part):
                text = self._archive.read(part)[: 2 * _MAX_LOOSE_TEXT].decode("utf-16-le", "replace").strip("\0 \n\r\t")
                yield LooseText("property", owners.get(part), text)
            elif (
                _XML_PART.search(part)
                and part != book
                and (not _READ_ELSEWHERE.match(part) or (_SHEET_OR_BOOK.match(part) and part not in listed))
            ):
                yield from self._texts_of_part(part, owners.get(part))

    def _parts_of(self, sheet_part: str) -> set[str]:
        """The parts a sheet leads to, directly or through others."""
        found: set[str] = set()
        waiting = [sheet_part]
        while waiting:
            for _, target in self.relations(waiting.pop()).values():
                if target in self._names and target not in found and not _SHEET_OR_BOOK.match(target):
                    found.add(target)
                    waiting.append(target)
        return found

    def _comments(self, part: str, sheet: str | None) -> Iterator[LooseText]:
        root = self.tree(part)
        authors = [element.text for element in root.iter() if _local(element) == "author"]
        for element in root.iter():
            if _local(element) in ("comment", "threadedComment"):
                author = element.get("authorId", "")
                is_ours = author.isdigit() and authors[int(author) : int(author) + 1] == [OWN_COMMENT_AUTHOR]
                if text := _joined_runs(element, ("t", "text")):
                    yield LooseText("comment", sheet, text[:_MAX_LOOSE_TEXT], element.get("ref"), is_ours)

    def _texts_of_part(self, part: str, sheet: str | None) -> Iterator[LooseText]:
        """The paragraphs, texts and worded attributes of any other part, each once; a big one is never held whole."""
        place: LoosePlace = "cache" if _CACHE_PART.match(part) else "part"
        is_drawn = _DRAWN_PART.search(part) is not None
        seen: set[str] = set()
        events = self._etree.iterparse(
            io.BytesIO(self._archive.read(part)),
            events=("end",),
            remove_comments=True,
            remove_pis=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            # Drawings for old programs are not always well-formed, and nothing but words is looked for there.
            recover=part.lower().endswith(".vml"),
        )
        for _, element in events:
            tag = _local(element)
            pieces: list[tuple[LoosePlace, str]] = [(place, text) for text in _words_of(element, tag)]
            if tag in _HEADER_FOOTER_TAGS:
                pieces += [("header_footer", piece) for piece in header_pieces(element.text or "")]
            pieces += [("defined_name", text) for key, text in element.attrib.items() if key in _NAMING_ATTRIBUTES]
            if tag in _PARAGRAPHS:
                pieces.append(("drawing" if is_drawn else place, _joined_runs(element)))
            for where, text in pieces:
                if text and text not in seen:
                    seen.add(text)
                    yield LooseText(where, sheet, text[:_MAX_LOOSE_TEXT])
            parent = element.getparent()
            if parent is not None and parent.getparent() is None:
                element.clear()
                while element.getprevious() is not None:
                    del parent[0]


def _joined_runs(element: Any, tags: tuple[str, ...] = ("t",)) -> str:
    return "".join(run.text or "" for run in element.iter() if _local(run) in tags and len(run) == 0).strip()


def _code_point(code: re.Match[str]) -> str:
    return chr(int(code[1], 16))


def _with_signs(text: Any, palette: Palette) -> tuple[str, str] | None:
    """A cell's text of digits and signs as its runs join, and with signs between them; None where they are alike."""
    whole = _joined_runs(text)
    if len(whole) > _LONGEST_FIGURE or not any(map(str.isdigit, whole)) or any(map(str.isalpha, whole)):
        return None
    shown = "".join(_run_with_signs(run, palette) for run in text).strip()
    return None if shown == whole else (whole, shown)


def _run_with_signs(run: Any, palette: Palette) -> str:
    """The text of a run of a cell, with a sign where it is raised, lowered, struck out, pale or too small to see."""
    text = "".join(each.text or "" for each in run.iter() if _local(each) == "t")
    for properties in children_named(run, "rPr"):
        colour = palette.read(child_named(properties, "color"))
        # The ground is the cell's, which the text does not know: nearly always white.
        if is_struck(properties) or is_tiny(properties) or (colour is not None and are_letters_lost(colour)):
            text = f"~{text}~"
        if any(each.get("val") in ("superscript", "subscript") for each in children_named(properties, "vertAlign")):
            text = f"^{text}"
    return text


def _words_of(element: Any, tag: str) -> list[str]:
    """The words an element holds itself: its text, worded attributes, and attributes that are no plain ASCII.

    A run of a paragraph is no text by itself: "mật" may be a word of "bảo mật".
    """
    found = [
        value
        for key, value in element.attrib.items()
        if key in _WORDED_ATTRIBUTES or (not value.isascii() and key not in _NAMING_ATTRIBUTES)
    ]
    if code := element.get("formatCode"):
        # What one section prints stands together.
        found += ["".join(_FORMAT_LITERAL.findall(section)) for section in code.split(";")]
        found += _FORMAT_CURRENCY.findall(code)
    if typed := _TYPED_ATTRIBUTE.get(tag):
        found.append(element.get(typed, ""))
    if tag not in _NO_TEXT_TAGS:
        found.append(element.text or "")
    elif tag == "dataValidation":
        found += ["".join(each.itertext()).strip('"') for each in element]
    elif tag == "cfRule":
        found += [literal for each in element for literal in _FORMAT_LITERAL.findall(each.text or "")]
    return [
        bare
        for text in found
        if text and (bare := text.strip()) and (any(map(str.isalpha, bare)) or _MANY_DIGITS.search(bare))
    ]


def _is_zero(text: str | None) -> bool:
    try:
        return text is not None and float(text) == 0
    except ValueError:
        return False


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""

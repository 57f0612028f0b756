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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from include.readers.grid import (
    CellPosition,
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

_PERCENT_FORMAT_IDS = frozenset({9, 10})
_QUOTED_FORMAT_TEXT = re.compile(r'"[^"]*"|\\.')
# Formulas that start a program or reach the network when the answer workbook is opened.
_PROGRAM_FORMULA = re.compile(r"^[+\-=@\s]*[\w.]+\|", re.ASCII)
# Document properties that describe the document; the others name people, programs and machines.
_KEPT_PROPERTIES = frozenset({"title", "subject", "keywords", "description", "category", "contentStatus"})
_HEADER_FOOTER_TAGS = ("oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter")
_CHUNK = 256 * 1024
_OVERLAP = 256
_MAX_FORMULA_TEXT = 300
_MAX_LOOSE_TEXT = 2_000


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
    header_footer: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _SheetEntry:
    name: str
    visibility: Visibility
    part: str
    is_worksheet: bool


def read_xlsx(path: Path) -> Workbook:
    """The whole workbook. Raises WorkbookRefused: UNREADABLE, MACRO, DDE, XML_DEPTH."""
    from lxml import etree
    from python_calamine import CalamineError, load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            package = _Package(archive)
            entries, defined_names = package.index()
            percent_styles = package.percent_styles()
            details = {entry.part: package.sheet_details(entry, percent_styles) for entry in entries}
            loose_texts = tuple(package.loose_texts(entries, details, defined_names))
            pictures = {entry.part for entry in entries if package.has_pictures(entry.part)}
            has_links = package.has_external_links()
            from_1904 = package.counts_from_1904()
    except etree.XMLSyntaxError as error:
        raise WorkbookRefused("XML_DEPTH" if "depth" in str(error).lower() else "UNREADABLE") from error
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise WorkbookRefused("UNREADABLE", type(error).__name__) from error

    try:
        with load_workbook(path) as book:
            sheets = []
            for entry in entries:
                if not entry.is_worksheet:
                    continue
                rows = cast(list[list[Any]], book.get_sheet_by_name(entry.name).to_python(skip_empty_area=False))
                sheets.append(_sheet(entry, rows, details[entry.part], entry.part in pictures, from_1904))
    except CalamineError as error:
        raise WorkbookRefused("UNREADABLE", type(error).__name__) from error
    return Workbook("xlsx", tuple(sheets), defined_names, loose_texts, has_links)


def _sheet(entry: _SheetEntry, rows: list[list[Any]], details: _Details, has_pictures: bool, from_1904: bool) -> Sheet:
    for row, column in (*details.errors, *details.uncalculated):
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = None
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
        self._telling_cells = etree.XPath(
            "*[@t='e' or *[local-name()='f'] or (@s and contains($styles, concat(' ', @s, ' ')))]"
        )
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)

    def tree(self, part: str) -> Any:
        return self._etree.fromstring(self._archive.read(part), self._parser)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id -> (kind, target part) of one part."""
        folder, name = posixpath.split(part)
        rels = f"{folder}/_rels/{name}.rels".lstrip("/")
        if rels not in self._names:
            return {}
        found = {}
        for relation in self.tree(rels):
            target = relation.get("Target", "")
            if relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[relation.get("Id", "")] = (relation.get("Type", "").rsplit("/", 1)[-1], target)
        return found

    def workbook_part(self) -> str:
        for kind, target in self.relations("").values():
            if kind == "officeDocument" and target in self._names:
                return target
        return "xl/workbook.xml"

    def index(self) -> tuple[list[_SheetEntry], dict[str, str]]:
        """The sheets in their order, and the defined names of the whole book."""
        part = self.workbook_part()
        relations = self.relations(part)
        entries = []
        names: dict[str, str] = {}
        for element in self.tree(part).iter():
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
            elif tag == "definedName" and element.get("localSheetId") is None:
                names[element.get("name", "")] = (element.text or "").strip()
        return entries, names

    def counts_from_1904(self) -> bool:
        """Whether days are counted from 1904, as old Macintosh workbooks do; calamine turns true dates alone."""
        elements = self.tree(self.workbook_part()).iter()
        return any(element.get("date1904") in ("1", "true") for element in elements if _local(element) == "workbookPr")

    def percent_styles(self) -> frozenset[str]:
        """The style numbers, as written on cells, whose number format is a percentage."""
        style_part = next(
            (target for kind, target in self.relations(self.workbook_part()).values() if kind == "styles"), None
        )
        if style_part is None or style_part not in self._names:
            return frozenset()
        percent_ids = set(_PERCENT_FORMAT_IDS)
        root = self.tree(style_part)
        for element in root.iter():
            if _local(element) == "numFmt" and "%" in _QUOTED_FORMAT_TEXT.sub("", element.get("formatCode", "")):
                percent_ids.add(int(element.get("numFmtId", "0")))
        for element in root:
            if _local(element) == "cellXfs":
                return frozenset(
                    str(number)
                    for number, style in enumerate(element)
                    if int(style.get("numFmtId", "0")) in percent_ids
                )
        return frozenset()

    def sheet_details(self, entry: _SheetEntry, percent_styles: frozenset[str]) -> _Details:
        """One streaming pass over a sheet's XML, a row at a time; only telling cells reach Python."""
        details = _Details()
        if not entry.is_worksheet:
            return details
        styles = f" {' '.join(percent_styles)} "
        frame = self._frame_of_plain_sheet(entry.part, percent_styles)
        tags = ["{*}row", "{*}col", "{*}mergeCell", *(f"{{*}}{name}" for name in _HEADER_FOOTER_TAGS)]
        row_index = -1
        with io.BytesIO(frame) if frame is not None else self._archive.open(entry.part) as part:
            for _, element in self._etree.iterparse(
                part, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False
            ):
                tag = _local(element)
                if tag == "row":
                    row_index = int(element.get("r", row_index + 2)) - 1
                    if element.get("hidden") in ("1", "true"):
                        details.hidden_rows.add(row_index)
                    for cell in self._telling_cells(element, styles=styles):
                        place = cell.get("r")
                        where = position(place) if place else (row_index, element.index(cell))
                        self._note_cell(details, where, cell, percent_styles, entry.name)
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
                elif tag == "col":
                    if element.get("hidden") in ("1", "true"):
                        last = min(int(element.get("max", "1")), 16_384)
                        details.hidden_columns.update(range(int(element.get("min", "1")) - 1, last))
                elif tag == "mergeCell":
                    first, _, second = element.get("ref", "").partition(":")
                    (top, left), (bottom, right) = position(first), position(second or first)
                    details.merges.append(MergedRange(top, left, bottom, right))
                else:
                    details.header_footer.append(element.text or "")
        return details

    def _frame_of_plain_sheet(self, part: str, percent_styles: frozenset[str]) -> bytes | None:
        """The sheet's XML without its rows, when no row holds anything this pass looks for; else None.

        Most of a big sheet is plain numbers and words; looking for bytes is many times faster than parsing.
        """
        # Attributes in single quotes or prefixed element names are rare, legal, and left to the parser.
        marks = [b"<f", b":f", b't="e"', b"hidden=", b"='", *(f's="{style}"'.encode() for style in percent_styles)]
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
                end = window.find(b"</sheetData>", start)
                if any(window.find(mark, start, end if end >= 0 else None) >= 0 for mark in marks):
                    return None
                if end >= 0:
                    tail += window[end:]
                overlap = window[-_OVERLAP:]
        return bytes(head) + b"<sheetData>" + bytes(tail) if tail else None

    def _note_cell(
        self, details: _Details, place: CellPosition, cell: Any, percent_styles: frozenset[str], sheet_name: str
    ) -> None:
        formula: str | None = None
        value: str | None = None
        for child in cell:
            tag = _local(child)
            if tag == "f":
                formula = child.text or ""
            elif tag == "v":
                value = child.text
        kind = cell.get("t")
        if kind == "e":
            details.errors[place] = (value or "").strip() or "#?"
        elif cell.get("s") in percent_styles and kind in (None, "n") and value:
            details.percent_cells.add(place)
        if formula is not None:
            if _PROGRAM_FORMULA.match(formula):
                raise WorkbookRefused("DDE", sheet=sheet_name, cell=address(*place))
            details.formulas[place] = formula[:_MAX_FORMULA_TEXT]
            if value is None and kind in (None, "n"):
                details.uncalculated.add(place)

    def has_pictures(self, sheet_part: str) -> bool:
        return any(
            kind == "drawing" and any(inner == "image" for inner, _ in self.relations(target).values())
            for kind, target in self.relations(sheet_part).values()
        )

    def has_external_links(self) -> bool:
        links = [target for kind, target in self.relations(self.workbook_part()).values() if kind == "externalLink"]
        for link in links:
            if link in self._names and any(_local(element) == "ddeLink" for element in self.tree(link).iter()):
                raise WorkbookRefused("DDE")
        return bool(links)

    def loose_texts(
        self, entries: list[_SheetEntry], details: dict[str, _Details], defined_names: dict[str, str]
    ) -> Iterator[LooseText]:
        """Every text outside the cells in which a mark could stand."""
        for name in defined_names:
            yield LooseText("defined_name", None, name)
        for part in ("docProps/core.xml", "docProps/custom.xml"):
            if part in self._names:
                for element in self.tree(part).iter():
                    is_kept = part.endswith("custom.xml") or _local(element) in _KEPT_PROPERTIES
                    if is_kept and (text := (element.text or "").strip()):
                        yield LooseText("property", None, text[:_MAX_LOOSE_TEXT])
                    if custom_name := element.get("name"):
                        yield LooseText("property", None, custom_name[:_MAX_LOOSE_TEXT])
        for entry in entries:
            for text in details[entry.part].header_footer:
                for piece in header_pieces(text):
                    yield LooseText("header_footer", entry.name, piece[:_MAX_LOOSE_TEXT])
            for kind, target in self.relations(entry.part).values():
                if target not in self._names:
                    continue
                if kind == "drawing":
                    for piece in self._paragraphs(target, "p"):
                        yield LooseText("drawing", entry.name, piece)
                elif kind == "comments":
                    for piece in self._paragraphs(target, "comment"):
                        yield LooseText("comment", entry.name, piece)

    def _paragraphs(self, part: str, holder: str) -> Iterator[str]:
        for element in self.tree(part).iter():
            if _local(element) == holder:
                runs = (run.text or "" for run in element.iter() if _local(run) == "t")
                if text := "".join(runs).strip():
                    yield text[:_MAX_LOOSE_TEXT]


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""

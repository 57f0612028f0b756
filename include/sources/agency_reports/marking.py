"""Mark cells of an .xlsx and put a sheet in front of it by changing only the parts concerned.

Everything else in the package (formulas with their cached values, pictures, print settings, other sheets)
stays as its author left it, and a hundred-line workbook costs about 10 ms instead of 90 through a full object model.
The bytes are somebody else's: entities and document types are refused, nothing is extracted to disk.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final
from unicodedata import normalize
from xml.sax.saxutils import escape

from lxml import etree

from include.readers.grid import OWN_COMMENT_AUTHOR, CellPosition, address, column_letters, position

MAIN_NS: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION_NS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_NS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES_NS: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
COMMENT_AUTHOR: Final = OWN_COMMENT_AUTHOR

MAX_PACKAGE_BYTES: Final = 80_000_000
MAX_ENTRIES: Final = 2_000
MAX_COMMENTS_PER_SHEET: Final = 2_000
"""Beyond this Excel takes minutes to draw the comments; the list on the first sheet stays complete."""

_MAX_TEXT = 32_000
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHAPE = re.compile(rb"<v:shape .*?</v:shape>", re.DOTALL)
_SHAPE_ROW = re.compile(rb"<x:Row>\s*(\d{1,7})\s*</x:Row>")
_SHAPE_COLUMN = re.compile(rb"<x:Column>\s*(\d{1,5})\s*</x:Column>")
_AFTER_LEGACY_DRAWING = (
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
)


class PackageError(Exception):
    """The bytes are no workbook this module can change safely; the caller writes a new one instead."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell to colour and comment on. `fill` is an RRGGBB colour, `text` plain text."""

    sheet: str
    cell: str
    fill: str
    text: str


@dataclass(frozen=True, slots=True)
class CellStyle:
    """Look of a cell on the sheet put in front. Sizes in points, colours RRGGBB."""

    size: int = 12
    is_bold: bool = False
    is_italic: bool = False
    color: str = "222222"
    fill: str | None = None
    has_border: bool = False
    horizontal: str = "left"
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class FrontCell:
    """One text on the sheet put in front; `link` is a place in the same workbook such as 'Báo cáo'!F12."""

    column: int
    text: str
    style: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class FrontRow:
    """One line of the sheet put in front; `merge` is its first and last merged column, height in points."""

    cells: tuple[FrontCell, ...] = ()
    height: float | None = None
    merges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FrontSheet:
    """The sheet put in front of the workbook: rows from the top, column widths in characters."""

    name: str
    rows: tuple[FrontRow, ...]
    widths: tuple[float, ...]
    styles: Mapping[str, CellStyle]


@dataclass(slots=True)
class _Package:
    parts: dict[str, bytes]
    types: Any
    workbook_name: str = ""
    workbook: Any = None
    relations: Any = None
    styles_name: str = ""
    styles: Any = None
    marked_styles: dict[tuple[int, str | None], int] = field(default_factory=dict)
    fills: dict[str, int] = field(default_factory=dict)


def read_parts(path: Path) -> dict[str, bytes]:
    """All parts of the package in memory. Raises PackageError for anything but a plain, bounded .xlsx."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > MAX_ENTRIES or len(names) != len(entries):
                raise PackageError("too many or repeated entries")
            if sum(entry.file_size for entry in entries) > MAX_PACKAGE_BYTES or any(e.flag_bits & 1 for e in entries):
                raise PackageError("too large or encrypted")
            return {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as problem:
        raise PackageError(str(problem)) from problem
    except Exception as problem:  # zlib.error, lzma errors: a damaged stream inside an intact directory
        raise PackageError(type(problem).__name__) from problem


def sheet_names(parts: dict[str, bytes]) -> frozenset[str]:
    """Names of the package's sheets as stored. Raises PackageError like `patch_workbook`."""
    package = _open_package(dict(parts))
    return frozenset(sheet.get("name", "") for sheet in package.workbook.iterfind(f"{_q('sheets')}/{_q('sheet')}"))


def patch_workbook(parts: dict[str, bytes], target: Path, front: FrontSheet, marks: Sequence[Mark]) -> None:
    """Write `parts` to `target` with the marks set and `front` as first sheet.

    A mark on a sheet or cell that does not exist is left out; marks inside a merged range go to its first cell;
    several marks on one cell share one comment and the colour of the first.
    Raises PackageError when the package is not a transitional, macro-free .xlsx.
    """
    package = _open_package(dict(parts))
    sheets = _sheet_parts(package)
    if _sheet_key(front.name) in sheets:
        for part in sheets.values():
            _forget_earlier_marks(package, part)
    _deselect_sheets(package, sheets.values())
    by_sheet: dict[str, list[Mark]] = {}
    for mark in marks:
        marked_part = sheets.get(_sheet_key(mark.sheet))
        if marked_part is not None:
            by_sheet.setdefault(marked_part, []).append(mark)
    for number, (part, sheet_marks) in enumerate(sorted(by_sheet.items()), start=1):
        _mark_sheet(package, part, sheet_marks, number)
    _put_in_front(package, front)
    package.parts[package.workbook_name] = _serialise(package.workbook)
    package.parts[_relations_name(package.workbook_name)] = _serialise(package.relations)
    package.parts[package.styles_name] = _serialise(package.styles)
    package.parts["[Content_Types].xml"] = _serialise(package.types)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, content in package.parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def empty_parts() -> dict[str, bytes]:
    """A package without any sheet, for an answer that carries no workbook of the reporter."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES_NS}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{office}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE_NS}"><Relationship Id="rId1"'
        f' Type="{RELATION_NS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN_NS}" xmlns:r="{RELATION_NS}"><sheets/></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE_NS}"/>',
    }
    return {name: (head + text).encode() for name, text in texts.items()}


def clean_text(text: str) -> str:
    """Text an XML part may hold: control characters out, cut at the cell limit."""
    return _FORBIDDEN.sub("", text)[:_MAX_TEXT]


def _q(name: str, namespace: str = MAIN_NS) -> str:
    return f"{{{namespace}}}{name}"


def _parse(content: bytes) -> Any:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise PackageError("document type in a part")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise PackageError("a part is not well-formed") from problem
    if root.getroottree().docinfo.internalDTD is not None:
        # Reached by parts in UTF-16, where the search for the plain bytes above finds nothing.
        raise PackageError("document type in a part")
    return root


def _serialise(root: Any) -> bytes:
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content


def _relations_name(part: str) -> str:
    path = PurePosixPath(part)
    return str(path.parent / "_rels" / f"{path.name}.rels")


def _resolve(part: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    pieces: list[str] = []
    for piece in (PurePosixPath(part).parent / target).parts:
        if piece == "..":
            if not pieces:
                raise PackageError("a relation leaves the package")
            pieces.pop()
        else:
            pieces.append(piece)
    return "/".join(pieces)


def _open_package(parts: dict[str, bytes]) -> _Package:
    try:
        types, root_relations = _parse(parts["[Content_Types].xml"]), _parse(parts["_rels/.rels"])
    except KeyError as problem:
        raise PackageError("not a workbook package") from problem
    if b"macroEnabled" in parts["[Content_Types].xml"] or any("vbaProject" in name for name in parts):
        raise PackageError("workbook with macros")
    package = _Package(parts, types)
    for relation in root_relations:
        if relation.get("Type") == f"{RELATION_NS}/officeDocument":
            package.workbook_name = _resolve("", relation.get("Target", ""))
    if package.workbook_name not in parts:
        raise PackageError("no workbook part")
    package.workbook = _parse(parts[package.workbook_name])
    if package.workbook.tag != _q("workbook"):
        raise PackageError("not a transitional workbook")
    relations = parts.get(_relations_name(package.workbook_name))
    if relations is None:
        raise PackageError("workbook without relations")
    package.relations = _parse(relations)
    _open_styles(package)
    return package


def _open_styles(package: _Package) -> None:
    for relation in package.relations:
        if relation.get("Type") == f"{RELATION_NS}/styles":
            package.styles_name = _resolve(package.workbook_name, relation.get("Target", ""))
    if package.styles_name not in package.parts:
        package.styles_name = package.styles_name or "xl/styles.xml"
        package.parts[package.styles_name] = (
            f'<styleSheet xmlns="{MAIN_NS}"><fonts count="1"><font><sz val="11"/><name val="Times New Roman"/></font>'
            '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill'
            ' patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1">'
            '<xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs><cellStyles count="1"><cellStyle'
            ' name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        ).encode()
        if not any(relation.get("Type") == f"{RELATION_NS}/styles" for relation in package.relations):
            _relate(package.relations, f"{RELATION_NS}/styles", "/" + package.styles_name)
        _declare(package, package.styles_name, "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml")
    package.styles = _parse(package.parts[package.styles_name])
    for name in ("fonts", "fills", "borders", "cellXfs"):
        if package.styles.find(_q(name)) is None:
            raise PackageError("incomplete styles")


def _relate(relations: Any, kind: str, target: str) -> str:
    taken = {relation.get("Id") for relation in relations}
    number = len(taken) + 1
    while f"rIdTTDN{number}" in taken:
        number += 1
    relation_id = f"rIdTTDN{number}"
    etree.SubElement(relations, _q("Relationship", PACKAGE_NS), Id=relation_id, Type=kind, Target=target)
    return relation_id


def _declare(package: _Package, part: str, content_type: str) -> None:
    if not any(item.get("PartName") == f"/{part}" for item in package.types):
        etree.SubElement(package.types, _q("Override", TYPES_NS), PartName=f"/{part}", ContentType=content_type)


def _sheet_key(name: str) -> str:
    return normalize("NFC", name).strip()


def _sheet_parts(package: _Package) -> dict[str, str]:
    targets = {item.get("Id"): item.get("Target", "") for item in package.relations}
    found: dict[str, str] = {}
    for sheet in package.workbook.iterfind(f"{_q('sheets')}/{_q('sheet')}"):
        target = targets.get(sheet.get(_q("id", RELATION_NS)))
        part = _resolve(package.workbook_name, target) if target else ""
        if part in package.parts:
            found.setdefault(_sheet_key(sheet.get("name", "")), part)
    return found


def _deselect_sheets(package: _Package, parts: Any) -> None:
    # Two selected sheets are edited together: what the clerk types on one lands on the other too.
    for part in parts:
        head, opening, rest = package.parts[part].partition(b"sheetData")
        if b"tabSelected" in head:
            package.parts[part] = re.sub(rb'tabSelected="(1|true)"', b'tabSelected="0"', head) + opening + rest


def _add(parent: Any, child: Any) -> int:
    parent.append(child)
    parent.set("count", str(len(parent)))
    return len(parent) - 1


def _fill_index(package: _Package, color: str) -> int:
    if color not in package.fills:
        fill = etree.Element(_q("fill"))
        pattern = etree.SubElement(fill, _q("patternFill"), patternType="solid")
        etree.SubElement(pattern, _q("fgColor"), rgb=f"FF{color}")
        etree.SubElement(pattern, _q("bgColor"), indexed="64")
        package.fills[color] = _add(package.styles.find(_q("fills")), fill)
    return package.fills[color]


def _marked_style(package: _Package, style: int, color: str | None) -> int:
    """The style with that fill, without any for None."""
    if (style, color) not in package.marked_styles:
        formats = package.styles.find(_q("cellXfs"))
        clone = deepcopy(formats[style if 0 <= style < len(formats) else 0])
        clone.set("fillId", str(_fill_index(package, color)) if color else "0")
        clone.set("applyFill", "1")
        package.marked_styles[style, color] = _add(formats, clone)
    return package.marked_styles[style, color]


def _split_cell(cell: str) -> CellPosition | None:
    try:
        return position(cell)
    except ValueError:
        return None


def _mark_sheet(package: _Package, part: str, marks: Sequence[Mark], number: int) -> None:
    sheet = _parse(package.parts[part])
    grid = sheet.find(_q("sheetData"))
    if sheet.tag != _q("worksheet") or grid is None:
        return
    texts: dict[tuple[int, int], list[str]] = {}
    colors: dict[tuple[int, int], str] = {}
    merges = [reference.get("ref", "") for reference in sheet.iterfind(f"{_q('mergeCells')}/{_q('mergeCell')}")]
    for mark in marks:
        place = _split_cell(mark.cell)
        if place is not None:
            place = _first_of_merge(place, merges)
            texts.setdefault(place, []).append(mark.text)
            colors.setdefault(place, mark.fill)
    rows = _index_rows(grid)
    for place in sorted(colors):
        cell = _cell_at(grid, rows, *place)
        cell.set("s", str(_marked_style(package, int(cell.get("s", "0")), colors[place])))
    comments = {place: "\n".join(dict.fromkeys(texts[place])) for place in sorted(texts)[:MAX_COMMENTS_PER_SHEET]}
    _comment(package, part, sheet, comments, number)
    package.parts[part] = _serialise(sheet)


def _forget_earlier_marks(package: _Package, part: str) -> None:
    """Take off comments and colours of an earlier answer: what they said was about the report before this one."""
    relations_name = _relations_name(part)
    if relations_name not in package.parts:
        return
    relations = _parse(package.parts[relations_name])
    comments_part = _related_part(package, part, relations, "comments")
    if comments_part is None:
        return
    comments = _parse(package.parts[comments_part])
    authors, listing = comments.find(_q("authors")), comments.find(_q("commentList"))
    if authors is None or listing is None:
        return
    own = {str(number) for number, author in enumerate(authors) if author.text == COMMENT_AUTHOR}
    places = []
    for comment in list(listing):
        if comment.get("authorId") in own:
            listing.remove(comment)
            places.append(_split_cell(comment.get("ref", "")))
    if not places:
        return
    package.parts[comments_part] = _serialise(comments)
    drawing_part = _related_part(package, part, relations, "vmlDrawing")
    sheet = _parse(package.parts[part])
    rows = _index_rows(sheet.find(_q("sheetData")))
    for place in places:
        if place is not None and place[0] in rows:
            cell = _cell_at(sheet.find(_q("sheetData")), rows, *place)
            cell.set("s", str(_marked_style(package, int(cell.get("s", "0")), None)))
    package.parts[part] = _serialise(sheet)
    if drawing_part is not None:
        package.parts[drawing_part] = _erase_shapes(package.parts[drawing_part], set(places))


def _erase_shapes(drawing: bytes, places: set[CellPosition | None]) -> bytes:
    def keep(match: re.Match[bytes]) -> bytes:
        row, column = _SHAPE_ROW.search(match[0]), _SHAPE_COLUMN.search(match[0])
        is_erased = row is not None and column is not None and (int(row[1]), int(column[1])) in places
        return b"" if is_erased else match[0]

    return _SHAPE.sub(keep, drawing)


def _first_of_merge(place: tuple[int, int], merges: Sequence[str]) -> tuple[int, int]:
    for reference in merges:
        first, _, last = reference.partition(":")
        top, bottom = _split_cell(first), _split_cell(last)
        if top and bottom and top[0] <= place[0] <= bottom[0] and top[1] <= place[1] <= bottom[1]:
            return top
    return place


def _index_rows(grid: Any) -> dict[int, Any]:
    rows: dict[int, Any] = {}
    index = -1
    for row in grid.iterfind(_q("row")):
        index = int(row.get("r")) - 1 if row.get("r", "").isdigit() else index + 1
        rows[index] = row
    return rows


def _cell_at(grid: Any, rows: dict[int, Any], row_index: int, column: int) -> Any:
    row = rows.get(row_index)
    if row is None:
        row = etree.Element(_q("row"), r=str(row_index + 1))
        later = min((index for index in rows if index > row_index), default=None)
        if later is None:
            grid.append(row)
        else:
            rows[later].addprevious(row)
        rows[row_index] = row
    seen = -1
    for cell in row.iterfind(_q("c")):
        place = _split_cell(cell.get("r", ""))
        seen = place[1] if place else seen + 1
        if seen == column:
            return cell
        if seen > column:
            new = etree.Element(_q("c"), r=address(row_index, column))
            cell.addprevious(new)
            return new
    return etree.SubElement(row, _q("c"), r=address(row_index, column))


def _comment(package: _Package, part: str, sheet: Any, texts: Mapping[tuple[int, int], str], number: int) -> None:
    relations_name = _relations_name(part)
    relations = (
        _parse(package.parts[relations_name])
        if relations_name in package.parts
        else etree.Element(_q("Relationships", PACKAGE_NS), nsmap={None: PACKAGE_NS})
    )
    comments_part = _related_part(package, part, relations, "comments")
    comments = _parse(package.parts[comments_part]) if comments_part else _new_comments()
    if comments_part is None:
        comments_part = f"xl/commentsTTDN{number}.xml"
        _relate(relations, f"{RELATION_NS}/comments", f"/{comments_part}")
        _declare(package, comments_part, "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml")
    shapes = _write_comments(comments, texts)
    package.parts[comments_part] = _serialise(comments)

    drawing_part = _related_part(package, part, relations, "vmlDrawing")
    if drawing_part is None:
        drawing_part = f"xl/drawings/vmlDrawingTTDN{number}.vml"
        package.parts[drawing_part] = (
            b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
            b' xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
        )
        relation_id = _relate(relations, f"{RELATION_NS}/vmlDrawing", f"/{drawing_part}")
        _insert_legacy_drawing(sheet, relation_id)
        if not any(item.get("Extension", "").lower() == "vml" for item in package.types):
            package.types.insert(
                0,
                etree.Element(
                    _q("Default", TYPES_NS),
                    Extension="vml",
                    ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing",
                ),
            )
    package.parts[drawing_part] = _draw_comments(package.parts[drawing_part], {p: texts[p] for p in shapes}, number)
    package.parts[relations_name] = _serialise(relations)


def _related_part(package: _Package, part: str, relations: Any, kind: str) -> str | None:
    for relation in relations:
        if relation.get("Type") == f"{RELATION_NS}/{kind}":
            name = _resolve(part, relation.get("Target", ""))
            return name if name in package.parts else None
    return None


def _new_comments() -> Any:
    root = etree.Element(_q("comments"), nsmap={None: MAIN_NS})
    etree.SubElement(root, _q("authors"))
    etree.SubElement(root, _q("commentList"))
    return root


def _write_comments(comments: Any, texts: Mapping[tuple[int, int], str]) -> list[tuple[int, int]]:
    """Add the texts, after what a cell's comment says already; returns the cells that had no comment."""
    authors, listing = comments.find(_q("authors")), comments.find(_q("commentList"))
    if authors is None or listing is None:
        raise PackageError("incomplete comments")
    names = [author.text for author in authors]
    if COMMENT_AUTHOR not in names:
        etree.SubElement(authors, _q("author")).text = COMMENT_AUTHOR
        names.append(COMMENT_AUTHOR)
    own = str(names.index(COMMENT_AUTHOR))
    existing = {comment.get("ref"): comment for comment in listing}
    without = []
    for (row, column), text in texts.items():
        reference = address(row, column)
        comment = existing.get(reference)
        if comment is None:
            comment = etree.SubElement(listing, _q("comment"), ref=reference, authorId=own)
            without.append((row, column))
        holder = comment.find(_q("text"))
        if holder is None:
            holder = etree.SubElement(comment, _q("text"))
        run = etree.SubElement(holder, _q("r"))
        properties = etree.SubElement(run, _q("rPr"))
        etree.SubElement(properties, _q("sz"), val="10")
        etree.SubElement(properties, _q("rFont"), val="Times New Roman")
        words = etree.SubElement(run, _q("t"))
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        words.text = clean_text(("\n" if len(holder) > 1 else "") + text)
    return without


def _insert_legacy_drawing(sheet: Any, relation_id: str) -> None:
    element = etree.Element(_q("legacyDrawing"), nsmap={"r": RELATION_NS})
    element.set(_q("id", RELATION_NS), relation_id)
    for child in sheet:
        if isinstance(child.tag, str) and etree.QName(child).localname in _AFTER_LEGACY_DRAWING:
            child.addprevious(element)
            return
    sheet.append(element)


def _draw_comments(drawing: bytes, texts: Mapping[tuple[int, int], str], number: int) -> bytes:
    opening, closing, rest = drawing.rpartition(b"</xml>")
    if not closing:
        raise PackageError("comment drawing")
    kind = (
        '<v:shapetype id="_x0000_tTTDN" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"'
        ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
    )
    shapes = [kind]
    for index, ((row, column), text) in enumerate(texts.items()):
        lines = sum(1 + len(line) // 44 for line in text.split("\n"))
        shapes.append(
            '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
            ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
            f' id="_x0000_s{900_000 + number * 10_000 + index}" type="#_x0000_tTTDN"'
            ' style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
            '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
            '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note"><x:MoveWithCells/>'
            f"<x:SizeWithCells/><x:Anchor>{column + 1}, 12, {max(row - 1, 0)}, 4, {column + 3}, 60,"
            f" {max(row - 1, 0) + max(3, lines)}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
            f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        )
    return opening + "".join(shapes).encode() + closing + rest


def _put_in_front(package: _Package, front: FrontSheet) -> None:
    sheets = package.workbook.find(_q("sheets"))
    if sheets is None:
        raise PackageError("workbook without sheets")
    earlier = next((s for s in sheets if _sheet_key(s.get("name", "")) == _sheet_key(front.name)), None)
    targets = {item.get("Id"): item.get("Target", "") for item in package.relations}
    if earlier is not None:
        # An answer sent back as the next report: its first sheet is replaced, not doubled.
        old_index = list(sheets).index(earlier)
        part = _resolve(package.workbook_name, targets.get(earlier.get(_q("id", RELATION_NS)), ""))
        package.parts.pop(_relations_name(part), None)
        sheets.remove(earlier)
        sheets.insert(0, earlier)
        earlier.attrib.pop("state", None)
        moved = {old_index: 0, **{index: index + 1 for index in range(old_index)}}
    else:
        part = "xl/worksheets/sheetTTDN.xml"
        relation_id = _relate(package.relations, f"{RELATION_NS}/worksheet", f"/{part}")
        _declare(package, part, "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml")
        numbers = [int(s.get("sheetId", "0")) for s in sheets if s.get("sheetId", "").isdigit()]
        element = etree.Element(_q("sheet"), name=front.name, sheetId=str(max(numbers, default=0) + 1))
        element.set(_q("id", RELATION_NS), relation_id)
        moved = {index: index + 1 for index in range(len(sheets))}
        sheets.insert(0, element)
    for name in package.workbook.iterfind(f"{_q('definedNames')}/{_q('definedName')}"):
        index = name.get("localSheetId", "")
        if index.isdigit():
            name.set("localSheetId", str(moved.get(int(index), int(index))))
    for view in package.workbook.iterfind(f"{_q('bookViews')}/{_q('workbookView')}"):
        view.set("activeTab", "0")
        view.set("firstSheet", "0")
    package.parts[part] = _front_xml(front, {name: _add_style(package, s) for name, s in front.styles.items()})


def _add_style(package: _Package, style: CellStyle) -> int:
    font = etree.Element(_q("font"))
    if style.is_bold:
        etree.SubElement(font, _q("b"))
    if style.is_italic:
        etree.SubElement(font, _q("i"))
    if style.is_link:
        etree.SubElement(font, _q("u"))
    etree.SubElement(font, _q("sz"), val=str(style.size))
    etree.SubElement(font, _q("color"), rgb=f"FF{style.color}")
    etree.SubElement(font, _q("name"), val="Times New Roman")
    etree.SubElement(font, _q("family"), val="1")
    border = etree.Element(_q("border"))
    for side in ("left", "right", "top", "bottom"):
        edge = etree.SubElement(border, _q(side))
        if style.has_border:
            edge.set("style", "thin")
            etree.SubElement(edge, _q("color"), rgb="FFBFBFBF")
    format_ = etree.Element(
        _q("xf"),
        numFmtId="49",
        fontId=str(_add(package.styles.find(_q("fonts")), font)),
        fillId=str(_fill_index(package, style.fill)) if style.fill else "0",
        borderId=str(_add(package.styles.find(_q("borders")), border)),
        applyNumberFormat="1",
        applyFont="1",
        applyFill="1",
        applyBorder="1",
        applyAlignment="1",
    )
    etree.SubElement(
        format_,
        _q("alignment"),
        horizontal=style.horizontal,
        vertical="top" if style.has_border else "center",
        wrapText="1",
    )
    return _add(package.styles.find(_q("cellXfs")), format_)


def _front_xml(front: FrontSheet, styles: Mapping[str, int]) -> bytes:
    rows, merges, links = [], [], []
    for index, row in enumerate(front.rows, start=1):
        cells = []
        for cell in sorted(row.cells, key=lambda item: item.column):
            reference = address(index - 1, cell.column)
            cells.append(
                f'<c r="{reference}" s="{styles[cell.style]}" t="inlineStr"><is><t xml:space="preserve">'
                f"{escape(clean_text(cell.text))}</t></is></c>"
            )
            if cell.link:
                target = escape(clean_text(cell.link), {'"': "&quot;"})
                links.append(f'<hyperlink ref="{reference}" location="{target}"/>')
        height = f' ht="{row.height:g}" customHeight="1"' if row.height else ""
        rows.append(f'<row r="{index}"{height}>{"".join(cells)}</row>')
        merges += [f"{column_letters(first)}{index}:{column_letters(last)}{index}" for first, last in row.merges]
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width:g}" customWidth="1"/>'
        for number, width in enumerate(front.widths, start=1)
    )
    merged = "".join(f'<mergeCell ref="{merge}"/>' for merge in merges)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN_NS}">'
        '<sheetPr><tabColor rgb="FF1F5C99"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="16"/><cols>{columns}</cols><sheetData>{"".join(rows)}</sheetData>'
        + (f'<mergeCells count="{len(merges)}">{merged}</mergeCells>' if merges else "")
        + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
        + '<pageMargins left="0.6" right="0.6" top="0.7" bottom="0.7" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/></worksheet>'
    ).encode()

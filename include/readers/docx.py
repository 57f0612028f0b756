"""Reads .docx from its raw XML: every table becomes a sheet, with the paragraphs above it as rows.

Text boxes, content controls, results of fields and nested tables are read where they stand. What does not show on paper
(hidden text, text covered by a merge) and what stands outside the tables is kept for those who look for marks only.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
import zipfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from include.readers.docx_styles import CellPlace, Look, Styles, is_on
from include.readers.grid import (
    CellPosition,
    CellRemark,
    CellValue,
    LooseText,
    MergedRange,
    Paragraph,
    Sheet,
    Workbook,
    WorkbookRefused,
    trimmed,
)
from include.readers.markup import attribute_of, child_named, children_named, local_name
from include.readers.preflight import MAX_COLUMN, MAX_MERGED_CELLS, MAX_ROW
from include.readers.preflight_word import check_word

TEXT_PART: Final = "Văn bản"
"""What the paragraphs outside the tables are called where a sheet has a name."""

HEADER_PART: Final = "Đầu trang"
PARAGRAPH: Final = "đoạn"
"""How the name of a row begins that is a paragraph and has no columns."""

MAX_TABLES: Final = 1_000

_ORDER_OF_TEXT: Final = ("footnotes", "endnotes", "comments")
_WHOLE_NUMBER: Final = re.compile(r"0|[1-9]\d{0,14}")
_PASSED_THROUGH: Final = frozenset(
    {"sdtContent", "customXml", "smartTag", "hyperlink", "fldSimple", "ins", "moveTo", "dir", "bdo"}
)
_WORD_NAMESPACES: Final = frozenset(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    }
)
_UNREADABLE: Final = "□"
# Elements whose value is shown, offered or said to the reader.
_WORDED_ELEMENTS: Final = frozenset(
    "docVar lvlText alias tag tblCaption tblDescription listEntry default statusText helpText".split()
)
_WORDED_ATTRIBUTES: Final = frozenset("string title descr alt tooltip displayText".split())
_LIST_NUMBER: Final = re.compile(r"%[1-9]")
_QUOTED: Final = re.compile(r'[“"]([^“”"]+)[”"]')
_BUTTON: Final = re.compile(r"(?i)\b(?:MACRO|GOTO)BUTTON\s+\S+\s+(.+)")
_CHANGES: Final = {
    "ins": "chỗ thêm",
    "moveTo": "chỗ chuyển đến",
    "del": "chỗ xóa",
    "moveFrom": "chỗ chuyển đi",
    "cellIns": "ô thêm",
    "cellDel": "ô xóa",
    "cellMerge": "ô gộp",
}


def read_docx(path: Path) -> Workbook:
    """The whole document.

    Raises WorkbookRefused: UNREADABLE, XML_DEPTH, SHEET_RANGE, MERGE_RANGE, and those of check_word.
    """
    from lxml import etree

    try:
        with zipfile.ZipFile(path) as archive:
            package = _Package(archive)
    except etree.XMLSyntaxError as error:
        raise WorkbookRefused("XML_DEPTH" if "depth" in str(error).lower() else "UNREADABLE") from error
    except (KeyError, zipfile.BadZipFile) as error:
        raise WorkbookRefused("UNREADABLE", type(error).__name__) from error
    check_word(package.trees, package.relations)
    try:
        return _workbook(package)
    except ValueError as error:  # a count that is no number
        raise WorkbookRefused("UNREADABLE", type(error).__name__) from error


class _Package:
    """The parts that hold text, parsed, and the relationships of them all."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        names = archive.namelist()
        self.relations = {
            name: etree.fromstring(archive.read(name), parser) for name in names if name.lower().endswith(".rels")
        }
        self.main = self._main_part(names)
        self.trees: dict[str, Any] = {
            name: etree.fromstring(archive.read(name), parser)
            for name in names
            if name.lower().endswith(".xml") and name != "[Content_Types].xml"
        }
        if local_name(self.trees[self.main]) != "document":
            raise KeyError(self.main)

    def _main_part(self, names: list[str]) -> str:
        for relation in self.relations.get("_rels/.rels", ()):
            if str(relation.get("Type", "")).endswith("/officeDocument"):
                target = posixpath.normpath(str(relation.get("Target", "")).lstrip("/"))
                if target in names:
                    return target
        raise KeyError("officeDocument")

    def of_kind(self, kind: str) -> list[Any]:
        """The parts the document refers to as `kind`, in the order of their names."""
        folder, name = posixpath.split(self.main)
        found = set()
        for relation in self.relations.get(f"{folder}/_rels/{name}.rels", ()):
            target = str(relation.get("Target", ""))
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if str(relation.get("Type", "")).endswith(f"/{kind}") and part in self.trees:
                found.add(part)
        return [self.trees[part] for part in sorted(found)]


def _workbook(package: _Package) -> Workbook:
    styles = Styles(package.of_kind("styles"), package.of_kind("theme"), package.of_kind("settings"))
    reading = _Reading(styles)
    document = package.trees[package.main]
    for body in children_named(document, "body"):
        reading.read_story(body)
    reading.end_text()
    for header in package.of_kind("header"):
        # A table printed at the head of each page: read, and its figures told apart.
        if any(local_name(element) == "tbl" for element in header.iter() if isinstance(element.tag, str)):
            reading.read_header(header)
    reading.end_document()
    loose_texts = (*reading.loose_texts, *_outside_texts(package))
    known = {line.strip() for loose in loose_texts for line in loose.text.splitlines()}
    cells = (value for sheet in reading.sheets for _, _, value in sheet.cells())
    known.update(line.strip() for value in cells if isinstance(value, str) for line in value.splitlines())
    return Workbook(
        "docx",
        tuple(reading.sheets),
        loose_texts=(*loose_texts, *_texts_read_nowhere_else(package, known)),
        paragraphs=tuple(reading.paragraphs),
        unsettled_changes=_unsettled_changes(package),
    )


def _unsettled_changes(package: _Package) -> str:
    """Insertions, deletions and comments that are still open, in words; a change of layout alone changes no figure."""
    counts: dict[str, int] = {}
    for tree in package.trees.values():
        for element in tree.iter(*(f"{{*}}{name}" for name in _CHANGES)):
            words = _CHANGES[local_name(element)]
            counts[words] = counts.get(words, 0) + 1
    comments = sum(len(children_named(tree, "comment")) for tree in package.of_kind("comments"))
    if comments:
        counts["ghi chú bên lề"] = comments
    return ", ".join(f"{count} {words}" for words, count in counts.items())


def _outside_texts(package: _Package) -> Iterator[LooseText]:
    for kind in ("header", "footer"):
        for tree in package.of_kind(kind):
            yield from (LooseText("header_footer", None, line) for line in _plain_lines(tree))
    for kind in _ORDER_OF_TEXT:
        for tree in package.of_kind(kind):
            yield from (LooseText("comment", None, line) for line in _plain_lines(tree))
    for name, tree in package.trees.items():
        is_property = name.startswith("docProps/")
        is_plain = tree.nsmap.get(tree.prefix) not in _WORD_NAMESPACES
        for element in tree.iter():
            if not isinstance(element.tag, str):
                continue
            kind = local_name(element)
            if is_property:
                if kind not in ("creator", "lastModifiedBy") and (element.text or "").strip():
                    yield LooseText("property", None, str(element.text).strip())
                continue
            if kind == "textpath":  # letters drawn across the page
                yield LooseText("drawing", None, str(element.get("string", "")))
            elif kind == "docPr":
                yield LooseText("drawing", None, f"{element.get('title', '')}\n{element.get('descr', '')}".strip())
            elif kind == "delText":
                yield LooseText("comment", None, element.text or "")
            elif is_plain and (text := (element.text or "").strip()):  # charts, diagrams, data behind fields
                yield LooseText("drawing", None, text)


def _texts_read_nowhere_else(package: _Package, known: set[str]) -> Iterator[LooseText]:
    """Every other line and word somebody may have typed, for those who look for marks: no figure stands there."""
    seen = set(known)
    for name, tree in package.trees.items():
        if name.startswith("docProps/"):
            continue
        for element in tree.iter():
            if not isinstance(element.tag, str):
                continue
            kind = local_name(element)
            for text in (*_attribute_words(element, kind), *(_whole_lines(element) if kind == "p" else ())):
                if text not in seen:
                    seen.add(text)
                    yield LooseText("property", None, text)


def _attribute_words(element: Any, kind: str) -> Iterator[str]:
    """Words kept in attributes: numbers of lists, prompts, choices and names of fields, alternative text."""
    found = [attribute_of(element)] if kind in _WORDED_ELEMENTS else []
    found += [str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] in _WORDED_ATTRIBUTES]
    if kind == "lvlText":
        found = [_LIST_NUMBER.sub("", each) for each in found]
    elif kind == "fldSimple":
        found += _words_of_instruction(attribute_of(element, "instr"))
    yield from (each for each in found if each.strip())


def _whole_lines(paragraph: Any) -> Iterator[str]:
    """The whole text of a paragraph whatever its runs are: deleted, hidden, only a prompt, in a chart or an old box."""
    yield from _lines_of(paragraph, ("t", "delText"))
    instruction = "".join(each.text or "" for each in paragraph.iter("{*}instrText", "{*}delInstrText"))
    yield from _words_of_instruction(instruction)
    for name in ("del", "moveFrom"):
        for change in paragraph.iter(f"{{*}}{name}"):
            yield from _lines_of(change, ("t", "delText"))
    for switch in ("vanish", "strike", "dstrike"):
        runs = [run for run in paragraph.iter("{*}r") if next(run.iter(f"{{*}}{switch}"), None) is not None]
        if line := "".join(piece.text or "" for run in runs for piece in run.iter("{*}t")).strip():
            yield line
    for inner in paragraph.iter("{*}rt", "{*}rubyBase"):
        yield from _lines_of(inner, ("t",))


def _words_of_instruction(instruction: str) -> list[str]:
    """What a field's code would print of itself: its quoted words, and the words of a button."""
    found = _QUOTED.findall(instruction)
    if button := _BUTTON.search(instruction):
        found.append(button[1])
    return found


def _plain_lines(tree: Any) -> Iterator[str]:
    for paragraph in tree.iter("{*}p"):
        yield from _lines_of(paragraph, ("t",))


def _lines_of(container: Any, texts: tuple[str, ...]) -> Iterator[str]:
    """The text within, a line a line of the page; at a tab the words of another place of the line begin."""
    pieces = []
    for element in container.iter():
        kind = local_name(element) if isinstance(element.tag, str) else ""
        if kind in texts:
            pieces.append(element.text or "")
        elif kind in ("br", "cr", "p"):
            pieces.append("\n")
        elif kind in ("tab", "ptab") and local_name(element.getparent()) == "r":
            pieces.append("\t")
        elif kind == "sym":
            pieces.append(_symbol(element))
    yield from (line.strip() for line in "".join(pieces).splitlines() if line.strip())


def _symbol(element: Any) -> str:
    """The character a run takes from a font; one of a font's own is no letter or sign anybody could read."""
    code = attribute_of(element, "char")
    number = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,6}", code) else 0xFFFD
    letter = chr(number) if number < 0x110000 else _UNREADABLE
    return letter if unicodedata.category(letter)[0] not in "C" else _UNREADABLE


@dataclass(slots=True)
class _Words:
    """The text of a paragraph or cell as printed, and what to know of it.

    `left_out` is what is not printed, a list for what stands together; `is_printing` tells that something was since.
    """

    pieces: list[str] = field(default_factory=list)
    left_out: list[list[str]] = field(default_factory=list)
    is_printing: bool = True
    remarks: set[CellRemark] = field(default_factory=set)
    boxes: list[Any] = field(default_factory=list)
    has_picture: bool = False

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip()


@dataclass(slots=True)
class _Field:
    """A field being read: its instruction first, then what it last came to."""

    instruction: str = ""
    is_result: bool = False


class _Reading:
    """One pass over the document, in the order in which it is printed."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.sheets: list[Sheet] = []
        self.paragraphs: list[Paragraph] = []
        self.loose_texts: list[LooseText] = []
        self._left_out: list[str] = []
        self._above: list[tuple[str, tuple[str, str]]] = []
        self._above_remarks: dict[int, frozenset[CellRemark]] = {}
        self._has_picture_above = False
        self._fields: list[_Field] = []
        self._table_count = 0
        self._is_header = False

    def read_story(self, container: Any, around: Look | None = None) -> None:
        """The blocks of the body, in order; `around` is the look of what they stand in, of the page unless given."""
        look = self.styles.plain if around is None else around
        for block in _blocks(container):
            if local_name(block) == "tbl":
                self._read_table(block, look)
            else:
                self._read_own_paragraph(block, look)

    def read_header(self, container: Any) -> None:
        """The tables at the head of the pages, each figure remarked as standing there."""
        self._is_header = True
        self.read_story(container)
        self._above, self._above_remarks = [], {}
        self._is_header = False

    def end_text(self) -> None:
        """What follows the last table is a sheet of its own, so that whoever looks for marks sees it."""
        if self._above or self._has_picture_above:
            rows: list[list[CellValue]] = [[text] for text, _ in self._above]
            names = tuple(name for _, name in self._above)
            remarks = {(row, 0): known for row, known in self._above_remarks.items()}
            self.sheets.append(
                Sheet(TEXT_PART, rows, row_names=names, remarks=remarks, has_pictures=self._has_picture_above)
            )
        self._above, self._above_remarks, self._has_picture_above = [], {}, False

    def end_document(self) -> None:
        """What was left out of the text everywhere, together: a list of people may stand in it, a line each."""
        if self._left_out:
            self.loose_texts.append(LooseText("comment", None, "\n".join(self._left_out)))

    def _read_own_paragraph(self, element: Any, around: Look) -> None:
        words = self._paragraph(element, around)
        self._has_picture_above = self._has_picture_above or words.has_picture
        if words.text or words.remarks:
            number = len(self.paragraphs) + 1
            name = (HEADER_PART if self._is_header else TEXT_PART, f"{PARAGRAPH} {number}")
            if words.remarks:
                self._above_remarks[len(self._above)] = frozenset(words.remarks)
            self._above.append((words.text, name))
            if not self._is_header:
                self.paragraphs.append(Paragraph(number, words.text, self._level_of(element)))
        for box in words.boxes:
            self.read_story(box, self.styles.of_box())

    def _level_of(self, element: Any) -> int | None:
        properties = child_named(element, "pPr")
        if properties is None:
            return None
        outline = child_named(properties, "outlineLvl")
        if outline is not None and attribute_of(outline).isdigit() and int(attribute_of(outline)) < 9:
            return int(attribute_of(outline)) + 1
        style = child_named(properties, "pStyle")
        return None if style is None else self.styles.levels.get(attribute_of(style))

    # -- tables

    def _read_table(self, table: Any, around: Look) -> None:
        self._table_count += 1
        if self._table_count > MAX_TABLES:
            raise WorkbookRefused("SHEET_RANGE", f"hơn {MAX_TABLES} bảng")
        name = f"Bảng {self._table_count}"
        above, above_remarks = self._above, self._above_remarks
        has_pictures, self._has_picture_above = self._has_picture_above, False
        self._above, self._above_remarks = [], {}
        offset = len(above)
        rows: list[list[CellValue]] = [[text or None] for text, _ in above]
        names = [place for _, place in above]
        edges: list[tuple[int, ...]] = [() for _ in above]
        remarks: dict[CellPosition, frozenset[CellRemark]] = {(row, 0): known for row, known in above_remarks.items()}
        merges: list[MergedRange] = []
        hidden_rows: set[int] = set()
        open_merges: dict[int, MergedRange] = {}
        nested: list[tuple[Any, Look]] = []
        merged_cells = 0
        look = self.styles.of_table(child_named(table, "tblPr"))
        for row_number, (row, is_last_row) in enumerate(_told_last(_inner(table, "tr")), start=1):
            index = offset + row_number - 1
            if row_number > MAX_ROW:
                raise WorkbookRefused("SHEET_RANGE", f"hàng {row_number}", sheet=name)
            properties = child_named(row, "trPr")
            if is_on(properties, "hidden"):
                hidden_rows.add(index)
            column, begins = _left_free(properties, "gridBefore"), []
            values: list[CellValue] = []
            still_open: dict[int, MergedRange] = {}
            for cell_number, (cell, is_last_column) in enumerate(_told_last(_inner(row, "tc"))):
                about = child_named(cell, "tcPr")
                span = _span_of(about)
                if column + span > MAX_COLUMN:
                    raise WorkbookRefused("SHEET_RANGE", f"cột {column + span}", sheet=name)
                at = CellPlace(row_number - 1, cell_number, is_last_row, is_last_column)
                begins.append(column)
                words, inside = self._cell(cell, self.styles.of_cell(look, at, about, around))
                has_pictures = has_pictures or words.has_picture
                nested += inside
                place = (index, column)
                joined = _joins_above(about)
                if joined and column in open_merges:
                    start = open_merges[column]
                    still_open[column] = MergedRange(start.top, start.left, index, start.right)
                    if words.text:  # covered by the cell above: no reader of the page sees it
                        self.loose_texts.append(LooseText("comment", name, words.text))
                        remarks[start.top, start.left] = remarks.get((start.top, start.left), frozenset()) | {"hidden"}
                else:
                    values += [None] * (column + span - len(values))
                    values[column] = _typed(words.text)
                    if self._is_header:
                        words.remarks.add("page_header")
                    if words.remarks:
                        remarks[place] = frozenset(words.remarks)
                    block = MergedRange(index, column, index, column + span - 1)
                    if _begins_merge(about):
                        still_open[column] = block
                    elif span > 1:
                        merges.append(block)
                        merged_cells += span
                column += span
            merges += [
                each for key, each in open_merges.items() if key not in still_open or still_open[key].top != each.top
            ]
            open_merges = still_open
            merged_cells += sum(each.right - each.left + 1 for each in still_open.values())
            if merged_cells > MAX_MERGED_CELLS:
                raise WorkbookRefused("MERGE_RANGE", str(merged_cells), sheet=name)
            rows.append(values)
            names.append((name, f"hàng {row_number}"))
            edges.append((*begins, column + _left_free(properties, "gridAfter")))
        merges += open_merges.values()
        self.sheets.append(
            Sheet(
                name,
                trimmed(rows),
                merges=tuple(each for each in merges if each.bottom > each.top or each.right > each.left),
                hidden_rows=frozenset(hidden_rows),
                has_pictures=has_pictures,
                row_names=tuple(names),
                row_edges=tuple(edges),
                remarks=remarks,
            )
        )
        for inner, inner_look in nested:
            self._read_table(inner, inner_look)

    def _cell(self, cell: Any, around: Look) -> tuple[_Words, list[tuple[Any, Look]]]:
        """The words of a cell, one line a paragraph, and the tables inside it, which are tables of their own."""
        together, tables, lines = _Words(), [], []
        waiting = deque((block, around) for block in _blocks(cell))
        while waiting:
            block, look = waiting.popleft()
            if local_name(block) == "tbl":
                tables.append((block, look))
                continue
            words = self._paragraph(block, look)
            if words.text:
                lines.append(words.text)
            together.remarks |= words.remarks
            together.has_picture = together.has_picture or words.has_picture
            boxed = [inner for box in words.boxes for inner in _blocks(box)]
            if any(local_name(inner) == "p" and next(inner.iter("{*}t"), None) is not None for inner in boxed):
                together.remarks.add("text_box")
            waiting.extendleft((inner, self.styles.of_box()) for inner in reversed(boxed))
        together.pieces = ["\n".join(lines)]
        return together, tables

    # -- text

    def _paragraph(self, element: Any, around: Look) -> _Words:
        words = _Words()
        self._read_inline(element, words, self.styles.of_paragraph(child_named(element, "pPr"), around))
        together = ["".join(pieces).strip() for pieces in words.left_out]
        # Between letters that are printed, those that are not may spell a word of their own.
        self._left_out += dict.fromkeys((*together, "".join(together)) if together else ())
        return words

    def _read_inline(self, element: Any, words: _Words, look: Look) -> None:
        for child in element:
            if not isinstance(child.tag, str):
                continue
            name = local_name(child)
            if name == "r":
                self._read_run(child, words, look)
            elif name == "sdt":
                if not _shows_placeholder(child):
                    self._read_inline(child, words, look)
            elif name == "fldSimple":
                if attribute_of(child, "instr").lstrip().startswith("="):
                    words.remarks.add("field")
                self._read_inline(child, words, look)
            elif name in _PASSED_THROUGH:
                self._read_inline(child, words, look)
            elif name in ("oMath", "oMathPara"):
                self._read_formula(child, words, look)
            elif name == "AlternateContent":
                self._read_inline(_chosen(child), words, look)

    def _read_run(self, run: Any, words: _Words, around: Look) -> None:
        properties = child_named(run, "rPr")
        look = self.styles.of_run(properties, around)
        shift = None if properties is None else child_named(properties, "vertAlign")
        is_raised = shift is not None and attribute_of(shift) in ("superscript", "subscript")
        is_struck = bool(is_on(properties, "strike") or is_on(properties, "dstrike"))
        for child in run:
            if not isinstance(child.tag, str):
                continue
            name = local_name(child)
            piece = ""
            if name == "t":
                piece = child.text or ""
            elif name == "tab":
                piece = "\t"
            elif name in ("br", "cr"):
                piece = "\n"
            elif name == "noBreakHyphen":
                piece = "-"
            elif name == "sym":
                piece = _symbol(child)
            elif name == "ruby":
                for base in children_named(child, "rubyBase"):
                    self._read_inline(base, words, look)
            elif name == "fldChar":
                self._turn_field(attribute_of(child, "fldCharType"))
            elif name == "instrText":
                if self._fields:
                    self._fields[-1].instruction += child.text or ""
            elif name in ("drawing", "pict", "object", "AlternateContent"):
                self._read_drawing(child, words)
            if not piece or any(not each.is_result for each in self._fields):
                continue
            piece = self._printed(piece, words, look, is_struck=is_struck)
            if not piece:
                continue
            if piece.strip() and any(each.instruction.lstrip().startswith("=") for each in self._fields):
                words.remarks.add("field")
            # A raised 1 behind a 5 is a note's number, or a power, and no 51.
            if is_raised and piece[:1].isdigit() and words.pieces and words.pieces[-1][-1:].isdigit():
                piece = f"^{piece}"
            words.pieces.append(piece)

    def _printed(self, piece: str, words: _Words, look: Look, *, is_struck: bool) -> str:
        """What of the piece is read: all that shows on paper, a blank where something unseen keeps its place."""
        sight = look.sight
        if not is_struck and sight in ("seen", "unknown"):
            if sight == "unknown" and piece.strip():
                words.remarks.add("maybe_unseen")
            words.is_printing = words.is_printing or bool(piece.strip())
            return piece
        if piece.strip():
            words.remarks.add("hidden" if sight == "hidden" else "struck_out" if is_struck else "unseen")
        if words.is_printing and piece.strip():
            words.left_out.append([])
            words.is_printing = False
        if not words.is_printing:
            words.left_out[-1].append(piece)
        return " " if sight == "unseen" and not is_struck else ""

    def _read_formula(self, formula: Any, words: _Words, around: Look) -> None:
        """The text of a formula; a fraction keeps its stroke and a power its sign: neither becomes digits alone."""
        if next(formula.iter("{*}f"), None) is not None:
            between = "/"
        else:
            between = "^" if next(formula.iter("{*}sSup", "{*}sSub", "{*}sSubSup", "{*}sPre"), None) is not None else ""
        pieces = []
        for run in formula.iter("{*}r"):
            # Its properties as mathematics come first, those of its letters after them.
            about = children_named(run, "rPr")
            look = self.styles.of_run(about[-1] if about else None, around)
            is_struck = bool(about and (is_on(about[-1], "strike") or is_on(about[-1], "dstrike")))
            texts = (text.text or "" for text in children_named(run, "t"))
            pieces += [self._printed(text, words, look, is_struck=is_struck) for text in texts]
        words.pieces.append(between.join(pieces))

    def _turn_field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].is_result = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _read_drawing(self, element: Any, words: _Words) -> None:
        """Note the boxes with text in a drawing, each once: the same box is written for old programs a second time."""
        name = local_name(element)
        if name == "AlternateContent":
            self._read_drawing(_chosen(element), words)
        elif name == "txbxContent":
            words.boxes.append(element)
        else:
            if name in ("blip", "imagedata"):
                words.has_picture = True
            for child in element:
                if isinstance(child.tag, str):
                    self._read_drawing(child, words)


def _blocks(container: Any) -> Iterator[Any]:
    """Paragraphs and tables of a container, those in content controls included."""
    for child in container:
        if not isinstance(child.tag, str):
            continue
        name = local_name(child)
        if name in ("p", "tbl"):
            yield child
        elif name == "sdt":
            if not _shows_placeholder(child):
                yield from _blocks(child)
        elif name in ("sdtContent", "customXml", "ins", "moveTo"):
            yield from _blocks(child)
        elif name == "AlternateContent":
            yield from _blocks(_chosen(child))


def _inner(container: Any, wanted: str) -> Iterator[Any]:
    """The rows of a table, or the cells of a row, those in content controls included, those of nested tables not."""
    for child in container:
        if not isinstance(child.tag, str):
            continue
        name = local_name(child)
        if name == wanted:
            yield child
        elif name in ("sdt", "sdtContent", "customXml"):
            yield from _inner(child, wanted)


def _told_last(elements: Iterator[Any]) -> Iterator[tuple[Any, bool]]:
    """Each element, and whether it is the last."""
    before = next(elements, None)
    for element in elements:
        yield before, False
        before = element
    if before is not None:
        yield before, True


def _chosen(element: Any) -> Any:
    """What of the alternatives a program of today shows."""
    for name in ("Choice", "Fallback"):
        if (alternative := child_named(element, name)) is not None:
            return alternative
    return ()


def _shows_placeholder(control: Any) -> bool:
    """Whether a content control shows only its prompt (“Click here to enter text”), which nobody typed."""
    return bool(is_on(child_named(control, "sdtPr"), "showingPlcHdr"))


def _left_free(properties: Any | None, name: str) -> int:
    """How many columns of the table's grid a row leaves free before or after its cells."""
    free = None if properties is None else child_named(properties, name)
    return 0 if free is None else max(0, int(attribute_of(free) or 0))


def _span_of(properties: Any | None) -> int:
    span = None if properties is None else child_named(properties, "gridSpan")
    return 1 if span is None else max(1, int(attribute_of(span) or 1))


def _joins_above(properties: Any | None) -> bool:
    merge = None if properties is None else child_named(properties, "vMerge")
    return merge is not None and attribute_of(merge) != "restart"


def _begins_merge(properties: Any | None) -> bool:
    merge = None if properties is None else child_named(properties, "vMerge")
    return merge is not None and attribute_of(merge) == "restart"


def _typed(text: str) -> CellValue:
    """Digits alone are a number; every other way of writing one is left to those who know the table."""
    if _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return text or None

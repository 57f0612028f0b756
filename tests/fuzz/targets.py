"""What is fuzzed: bytes in, and what must hold whatever they are. Each target runs without the fuzzer as well."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from include.model import Reading
from include.quality.messages import all_messages
from include.readers import sandbox
from include.readers.delimited import read_delimited
from include.readers.grid import WorkbookRefused
from include.readers.personal_data import kinds_in_text, mask_personal_data
from include.readers.preflight import MAX_UNPACKED_BYTES, Preflight, check_file
from include.readers.rough_look import is_marked_file
from include.readers.secrecy import file_is_marked, is_marked_text, name_is_marked
from include.vietnamese.dates import (
    EARLIEST,
    LATEST,
    DateUnreadable,
    find_period,
    format_date,
    parse_date,
    read_period,
)
from include.vietnamese.money import find_unit, read_unit
from include.vietnamese.names import NameIndex
from include.vietnamese.numbers import NumberStyle, format_number, infer_style, parse_figure
from include.vietnamese.text import (
    decode_font,
    decode_legacy,
    describe_repairs,
    lookalike_letters,
    match_key,
    normalise,
    sort_key,
    strip_accents,
    write_out_unseen,
)
from tests.corpus.word_reports import word_parts
from tests.fuzz.recipes import Recipe, lying_zip
from tests.unit.reader_files import write_parts, xlsx_parts

__all__ = ["TARGETS", "Preflight", "Target", "in_child", "problem_of", "sandbox"]

RECEIVED_AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
_STYLES = (None, *NumberStyle)
_FORMS = ("NFC", "NFD")


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz. `modules` are instrumented; inputs longer than `longest` bytes are not tried."""

    name: str
    check: Callable[[bytes], None]
    modules: tuple[str, ...]
    longest: int = 4_096


# --- files ---------------------------------------------------------------------------------------------


@cache
def _folder() -> Path:
    # In memory where there is such a place: a fuzzer writes thousands of files a second.
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="ttdn-fuzz-", dir=memory if os.access(memory, os.W_OK) else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _file(content: bytes, name: str = "input.xlsx") -> Path:
    path = _folder() / name
    path.write_bytes(content)
    return path


def _require_told(code: str) -> None:
    assert code in all_messages(), f"{code} has no sentence for the sender"


def _accepts(path: Path) -> bool:
    """Whether the preflight takes the file; a container it takes is read the same from either end."""
    try:
        found = check_file(path)
    except WorkbookRefused as refused:
        _require_told(refused.code)
        return False
    if found.container != "xls":
        _require_one_reading(path)
    return True


def _require_one_reading(path: Path) -> None:
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        assert sum(len(archive.read(entry)) for entry in entries) <= MAX_UNPACKED_BYTES
        for entry in entries:
            local = content[entry.header_offset + 30 :]
            raw = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")
            assert local.startswith(raw), f"{entry.filename!r} is called otherwise in its own header"
            assert ".." not in Path(entry.filename).parts
    names = [entry.filename.casefold().replace("\\", "/") for entry in entries]
    assert len(set(names)) == len(names)


def check_preflight(content: bytes) -> None:
    """Any bytes are a workbook to be read, or refused with a code that has a sentence."""
    path = _file(content)
    _accepts(path)
    is_marked_file(str(path))


_CONTENTS = tuple(
    part.encode() if isinstance(part, str) else part for part in (*xlsx_parts().values(), b"", b"\0" * 5_000, b"PK\3\4")
)


def check_container(content: bytes) -> None:
    """A container whose headers lie is refused, or is read the same by whoever believes either header."""
    _accepts(_file(lying_zip(Recipe(content), _CONTENTS)))


_WORKBOOK_PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/comments1.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
    "docProps/core.xml",
    "xl/drawings/drawing1.xml",
)


def check_workbook(content: bytes) -> None:
    """A workbook one of whose parts is any bytes is refused, or read into cells."""
    from include.readers.xlsx import read_xlsx

    recipe = Recipe(content)
    name = recipe.choice(_WORKBOOK_PARTS)
    parts: dict[str, str | bytes] = {**xlsx_parts(), name: recipe.rest()}
    path = write_parts(_folder() / "workbook.xlsx", parts, compression=zipfile.ZIP_STORED)
    if not _accepts(path):
        return
    try:
        workbook = read_xlsx(path)
    except WorkbookRefused as refused:
        _require_told(refused.code)
        return
    for sheet in workbook.sheets:
        for row, column in (*sheet.errors, *sheet.formulas, *sheet.percent_cells):
            assert row >= 0
            assert column >= 0


def check_open_document(content: bytes) -> None:
    """The same for the content of an OpenDocument workbook."""
    from include.readers.ods import read_ods

    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content,
    }
    path = write_parts(_folder() / "workbook.ods", parts, compression=zipfile.ZIP_STORED)
    if not _accepts(path):
        return
    try:
        read_ods(path)
    except WorkbookRefused as refused:
        _require_told(refused.code)


def check_document(content: bytes) -> None:
    """The same for the text of a Word document."""
    from include.readers.docx import read_docx

    path = write_parts(_folder() / "document.docx", {**word_parts(""), "word/document.xml": content})
    if not _accepts(path):
        return
    try:
        read_docx(path)
    except WorkbookRefused as refused:
        _require_told(refused.code)


# --- words ---------------------------------------------------------------------------------------------


def check_numbers(content: bytes) -> None:
    """A cell is a figure that its written form gives again, or is asked back; its digits are those typed."""
    recipe = Recipe(content)
    style, choices = recipe.choice(_STYLES), recipe.number()
    accepts_percent = bool(choices & 1)
    unit = (None, "VND", "USD", "lượt")[choices >> 1 & 3]
    factor = (Decimal(1), Decimal(10) ** 6)[choices >> 3 & 1]
    cells = recipe.text().split("\n")
    seen_style = infer_style(cells)
    assert seen_style in _STYLES
    assert infer_style(reversed(cells)) == seen_style
    for cell in cells:
        figure = parse_figure(cell, style, accepts_percent=accepts_percent, base_unit=unit, unit_factor=factor)
        assert (figure.value is not None) == (figure.state in ("reported", "nil")), cell
        assert (figure.code is not None) == bool(figure.detail) == bool(figure.expected), cell
        if figure.code is not None:
            _require_told(figure.code)
        if figure.value is None:
            continue
        assert figure.value.is_finite()
        assert not (figure.state == "nil" and figure.value)
        for form in _FORMS:
            stored = unicodedata.normalize(form, cell)
            again = parse_figure(stored, style, accepts_percent=accepts_percent, base_unit=unit, unit_factor=factor)
            assert (again.value, again.state, again.code) == (figure.value, figure.state, figure.code), (cell, form)
        if abs(figure.value) < 10**15:
            written = parse_figure(format_number(figure.value), NumberStyle.vietnamese)
            assert written.value == figure.value, (cell, figure.value, written)
        if factor == 1 and style is not None and not re.search(r"[^\W\d_]", cell):
            typed = re.sub(r"\D", "", unicodedata.normalize("NFKC", cell)).strip("0")
            kept = "".join(map(str, figure.value.as_tuple().digits)).strip("0")
            assert kept == typed or len(typed) > 10, (cell, figure.value)


def check_dates(content: bytes) -> None:
    """A cell is a day of our time that its written form gives again, or is refused with a code."""
    text = Recipe(content).text()
    for cell in text.split("\n"):
        for phrase in (read_period(cell), find_period(cell)):
            assert phrase is None or phrase.kind
        try:
            day = parse_date(cell)
        except DateUnreadable as refused:
            _require_told(refused.code)
            continue
        if day is None:
            continue
        assert EARLIEST <= day <= LATEST
        assert parse_date(format_date(day)) == day
        typed = [int(number) for number in re.findall(r"\d+", unicodedata.normalize("NFKC", normalise(cell)))]
        assert {day.day, day.month, day.year} <= set(typed), (cell, day)


@cache
def _bodies() -> NameIndex:
    from include.reference import load_reference

    return NameIndex({code: unit.spellings for code, unit in load_reference().units.items()})


def check_names(content: bytes) -> None:
    """A text has one key however it is stored, is decoded at most once, and is a body only by its exact name."""
    for text in Recipe(content).text().split("\n"):
        once = normalise(text)
        assert normalise(once) == once, text
        key = match_key(text)
        assert match_key(once) == key, text
        assert sort_key(text).isascii()
        assert "\x1b" not in write_out_unseen(text)
        decoded, was_legacy = decode_legacy(text)
        assert was_legacy == (decoded != text), text
        assert decode_legacy(decoded) == (decoded, False), text
        assert was_legacy <= bool(describe_repairs(text)), text
        for encoding in ("TCVN3", "VNI"):
            decode_font(text, encoding)  # type: ignore[arg-type]
        lookalike_letters(text)
        strip_accents(text)
        read_unit(text)
        find_unit(text)
        if len(text) <= 200:
            match = _bodies().match(text)
            assert match.code is None or key in map(match_key, (match.code, *_spellings(match.code))), text


def _spellings(code: str) -> tuple[str, ...]:
    from include.reference import load_reference

    return tuple(load_reference().units[code].spellings)


def check_secrecy(content: bytes) -> None:
    """A mark is a mark however its letters are stored, wherever its line stands."""
    text = Recipe(content).text()
    for line in (text, *text.split("\n")):
        marked = is_marked_text(line)
        for form in _FORMS:
            stored = unicodedata.normalize(form, line)
            assert is_marked_text(stored) == marked, (line, form)
            assert name_is_marked(stored) == name_is_marked(line), (line, form)
            assert file_is_marked(stored) == file_is_marked(line), (line, form)
        if marked and "\n" not in line:
            assert is_marked_text(f"Công văn số 12 của Ủy ban nhân dân tỉnh\n{line}\nNơi nhận"), line
        # What a number is replaced by may be read as the label of the next; a new kind it never brings.
        assert set(kinds_in_text(mask_personal_data(line))) <= set(kinds_in_text(line)), line


# --- feeds ---------------------------------------------------------------------------------------------


def _require_sound(reading: Reading) -> None:
    for finding in (*reading.findings, *([reading.refusal] if reading.refusal else [])):
        _require_told(finding.code)
    assert reading.refusal is None or reading.row_count == 0
    for value in (*(row.value for row in reading.capital_flows), *(row.value for row in reading.series_points)):
        assert value is None or value.is_finite()


def check_delimited(content: bytes) -> None:
    """Any text is rows on ascending lines or refused; a file of counts or series is read or refused with a code."""
    from include.sources.wdi_series.read import read_file as read_series

    path = _file(content, "input.csv")
    try:
        lines = [row.line_number for row in read_delimited(path)]
        assert lines == sorted(set(lines))
    except WorkbookRefused as refused:
        _require_told(refused.code)
    _require_sound(read_series(str(path), path.name, RECEIVED_AT))


def check_counts(content: bytes) -> None:
    """Any bytes are counts or a refusal; a refused file leaves no spool behind."""
    from include.sources.monitoring_statistics.read import read_file

    path = _file(content, "counts.csv")
    reading = read_file(str(path), path.name, RECEIVED_AT)
    _require_sound(reading)
    if reading.monitoring is not None:
        Path(reading.monitoring.spool_path).unlink()


def check_markup(content: bytes) -> None:
    """Any bytes sent as a donor's activities or a statistical message are read or refused with a code."""
    from include.sources.iati_activities.read import read_file as read_activities
    from include.sources.sdmx_series.read import read_file as read_message

    recipe = Recipe(content)
    read: Callable[[str, str, datetime], Reading] = recipe.choice((read_activities, read_message))
    path = _file(recipe.rest(), "input.xml")
    _require_sound(read(str(path), path.name, RECEIVED_AT))


_WORDS = (
    "include.vietnamese.text",
    "include.vietnamese.numbers",
    "include.vietnamese.dates",
    "include.vietnamese.money",
    "include.vietnamese.names",
    "include.vietnamese.syllables",
    "include.vietnamese.tcvn3",
    "include.vietnamese.vni",
)

TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("preflight", check_preflight, ("include.readers",), 8_192),
        Target("container", check_container, ("include.readers.preflight", "zipfile"), 1_024),
        Target("workbook", check_workbook, ("include.readers",)),
        Target("open_document", check_open_document, ("include.readers",)),
        Target("document", check_document, ("include.readers",)),
        Target("numbers", check_numbers, _WORDS, 300),
        Target("dates", check_dates, _WORDS, 300),
        Target("names", check_names, _WORDS, 300),
        Target("secrecy", check_secrecy, (*_WORDS, "include.readers.secrecy", "include.readers.personal_data"), 300),
        Target("delimited", check_delimited, ("include.readers.delimited", "include.sources.wdi_series")),
        Target("counts", check_counts, ("include.sources.monitoring_statistics",)),
        Target(
            "markup",
            check_markup,
            ("include.readers", "include.sources.iati_activities", "include.sources.sdmx_series"),
        ),
    )
}


def in_child() -> None:
    """Say that this process is one that may be lost, as the readers want before they open anything."""
    sandbox.IN_CHILD = True


def problem_of(target: Target, content: bytes) -> Any:
    """What went wrong, or None."""
    try:
        target.check(content)
    except Exception as problem:  # whatever it is, it is a find
        return problem
    return None

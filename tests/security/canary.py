"""A word that is in a file somebody sent, and where it is found afterwards."""

from __future__ import annotations

import base64
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment

from tests.security.test_marked_everywhere import MARKED
from tests.sources.monitoring_files import line, write_counts
from tests.sources.registers import FDI_HEADER, FDI_LINE, typed
from tests.sources.reports import write_report
from tests.sources.typed import Page, save_ods, save_xls

CANARY = "Phuonghoang2711vang"
"""In every secret file, in each of its parts and in its name."""
ADMITTED = "Bochimcanh3012xanh"
"""In the names and cells of a file that is accepted: the search has to find it."""
PEOPLE = ("Nguyễn Văn An", "Trần Thị Bích", "Lê Hữu Chí", "Phạm Ngọc Dung", "Võ Minh Em")


def spellings(word: str) -> list[bytes]:
    """The word's bytes: plain, in UTF-16, and the part of its base64 that is the same at each of three offsets."""
    coded = [base64.b64encode(b"\0" * offset + word.encode())[(4 if offset else 0) : -4] for offset in range(3)]
    return [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), *coded]


def holds(content: bytes, word: str, depth: int = 0) -> bool:
    """Whether the word stands in the bytes, in whichever way, or in a file packed into them."""
    if any(spelling in content for spelling in spellings(word)):
        return True
    return depth <= 2 and any(word in name or holds(part, word, depth + 1) for name, part in _packed(content))


def _packed(content: bytes) -> Iterator[tuple[str, bytes]]:
    # First what says it is a tape: one that ends with a workbook looks like that workbook.
    if content[257:262] == b"ustar":
        with tarfile.open(fileobj=BytesIO(content)) as tape:
            for entry in tape:
                held = tape.extractfile(entry)
                yield entry.name, held.read() if held is not None else b""
    elif zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist())


def files_with(folder: Path, word: str) -> Iterator[Path]:
    is_shared = folder == Path(tempfile.gettempdir())
    for path in folder.iterdir() if is_shared else folder.rglob("*"):
        # Of the folder everybody's temporary files are in, only what this platform puts there.
        if is_shared and not path.name.startswith(("ttdn-spool", "tmp")):
            continue
        try:
            if word in path.name or (path.is_file() and holds(path.read_bytes(), word)):
                yield path
        except OSError:
            continue


_LOG_PAGE = 8192
_LOG_PAGE_HEAD, _LOG_FIRST_HEAD = 24, 40
_HAS_FIRST_HEAD = 2


def log_segments_with(folder: Path, word: str) -> Iterator[Path]:
    """Segments of a write-ahead log that hold the word, also where it goes on behind the head of the next page.

    What a segment held before it was put to use again is searched as well.
    """
    end_before = b""
    for path in sorted(each for each in folder.iterdir() if each.is_file() and len(each.name) == 24):
        content = path.read_bytes()
        pages = (content[begins : begins + _LOG_PAGE] for begins in range(0, len(content), _LOG_PAGE))
        body = b"".join(page[_LOG_FIRST_HEAD if page[2] & _HAS_FIRST_HEAD else _LOG_PAGE_HEAD :] for page in pages)
        if any(each in body or each in end_before[1 - len(each) :] + body[: len(each) - 1] for each in spellings(word)):
            yield path
        end_before = body[-4 * len(word) :]


def fill_with_canary(book: openpyxl.Workbook, mark: str) -> None:
    sheet = book.worksheets[0]
    row = sheet.max_row + 2
    sheet.cell(row, 2).value = mark
    sheet.cell(row + 1, 2).value = f"Nội dung {CANARY}"
    sheet.cell(row + 1, 9).comment = Comment(CANARY, CANARY)
    sheet.oddHeader.left.text = CANARY
    book.properties.title = CANARY
    book.properties.creator = CANARY
    book.create_sheet(CANARY)["A1"] = CANARY


def secret_reports(folder: Path) -> list[Path]:
    """Marked workbooks of every format, whole and damaged, and a list of people."""
    folder.mkdir()
    whole = write_report(folder / f"{CANARY} 1.xlsx", edit=lambda book: fill_with_canary(book, "MẬT"))
    cut = folder / f"{CANARY} 2.xlsx"
    cut.write_bytes(whole.read_bytes()[:-300])
    again = folder / f"{CANARY} 3.xlsx"
    again.write_bytes(whole.read_bytes())
    rows = [["Báo cáo", CANARY], ["TUYỆT MẬT", None], ["Số lớp", 3]]
    save_xls(folder / f"{CANARY} 4.xls", [Page(rows, name=CANARY)])
    save_ods(folder / f"{CANARY} 5.ods", [Page(rows, name=CANARY)])
    named = write_report(folder / f"{CANARY} (MẬT).xlsx", edit=lambda book: fill_with_canary(book, "không"))
    page = folder / f"{CANARY} 6.xls"
    page.write_text(f"<html><table><tr><td>TỐI MẬT</td><td>{CANARY}</td></tr></table></html>", encoding="utf-8")
    listed = write_report(
        folder / f"{CANARY} 7.xlsx", edit=lambda book: fill_with_canary(book, "; ".join((*PEOPLE, CANARY)))
    )
    list_of_files = folder / f"{CANARY} manifest.csv"
    list_of_files.write_text(f"file,received_at\nBCMẬT {CANARY}.xlsx,2026-06-10T09:00:00+07:00\n", encoding="utf-8")
    return [whole, cut, again, *sorted(folder.glob("* [45].*")), named, page, listed, list_of_files]


def secret_feeds(folder: Path) -> list[tuple[str, Path]]:
    """Marked files of the other sources with the canary in them, a monitoring file with more than counts, and a
    register with a column of people.
    """
    made = []
    for source, form in (
        ("iati_activities", "xml, text"),
        ("sdmx_series", "xml, comment"),
        ("wdi_series", "csv"),
        ("donor_projects", "csv"),
        ("monitoring_statistics", "parquet"),
        ("monitoring_statistics", "xlsx"),
    ):
        place = folder / f"{source} {form}".replace(" ", "-").replace(",", "")
        place.mkdir(parents=True)
        path = MARKED[source][form](place, "TỐI MẬT")
        if path.suffix in (".xml", ".csv"):
            content = path.read_text(encoding="utf-8")
            for plain in ("Synthetic", "GIALAP1", "SYNTHETIC"):
                content = content.replace(plain, CANARY)
            path.write_text(content, encoding="utf-8")
            assert CANARY in content
        made.append((source, path.rename(place / f"{CANARY}{path.suffix}")))
    forbidden = write_counts(folder / f"{CANARY}.csv", [line("2026-05-04", 3, topic=f"{CANARY} trên mạng")])
    people = typed(
        folder / f"{CANARY} fdi.xlsx",
        [[*FDI_HEADER, f"Người liên hệ {CANARY}"], [*FDI_LINE, CANARY]],
        sheet_name=CANARY,
    )
    return [*made, ("monitoring_statistics", forbidden), ("finance_fdi", people)]

"""Monitoring counts: a closed cube is read column by column, and whatever could name somebody is refused."""

from __future__ import annotations

import csv
import gzip
import io
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from pyarrow import parquet

from include.errors import SourceContractError
from include.model import CODES_TO_FORGET, SPOOL_PREFIX, Finding, MonitoringValue, Reading
from include.pipeline.read import read_report
from include.quality.messages import render
from include.readers.sandbox import Sandbox
from include.reference.monitoring_cube import NOTHING_FOUND, cell_code, cells
from include.sources.monitoring_statistics import contract as contract_module
from include.sources.monitoring_statistics import delimited_rows, read, sample_feed
from include.sources.monitoring_statistics.contract import Contract, contract_from, load_contract
from include.sources.monitoring_statistics.text_lines import read_line_blocks
from include.vietnamese import tcvn3

RECEIVED = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CODES = ("ngay", "loai_kenh", "chu_de", "sac_thai", "ngon_ngu", "pham_vi", "so_luong")
NAMES = ("Ngày", "Loại kênh", "Chủ đề", "Sắc thái", "Ngôn ngữ", "Phạm vi", "Số lượng")
FIRST = ("2026-10-01", "bao_dien_tu", "kinh_te_dau_tu", "tich_cuc", "vi", "trong_nuoc", "12")
SECOND = ("2026-10-01", "truyen_hinh", "van_hoa_du_lich", "trung_tinh", "en", "ngoai_nuoc", "0")
THIRD = ("2026-10-02", "bao_in", "bien_gioi_bien_dao", "chua_phan_loai", "km", "trong_nuoc", "7")
ROWS = (FIRST, SECOND, THIRD)

# By hand from include/reference/monitoring_cube.yml: channel * 32768 + topic * 1024 + tone * 128 + language * 4
# + scope.
FIRST_CODE = 1 * 32768
SECOND_CODE = 3 * 32768 + 1 * 1024 + 1 * 128 + 1 * 4 + 1
THIRD_CODE = 3 * 1024 + 3 * 128 + 5 * 4
CELLS = {("2026-10-01", FIRST_CODE, 12), ("2026-10-01", SECOND_CODE, 0), ("2026-10-02", THIRD_CODE, 7)}

SpooledRow = tuple[int, int | None, str | None, int | None, int | None]


@pytest.fixture(autouse=True)
def spools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which readers leave their spools."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def take(path: Path, contract: Contract | None = None, at: datetime = RECEIVED, name: str | None = None) -> Reading:
    return read.read_with(contract or load_contract(), path, name or path.name, at)


def write(folder: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = CODES, name: str = "a.csv") -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return write_text(folder, text.getvalue(), name)


def write_text(folder: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def lines(*rows: Sequence[str], delimiter: str = ",") -> str:
    return "".join(delimiter.join(row) + "\n" for row in rows)


def rows_of(reading: Reading) -> list[SpooledRow]:
    assert reading.refusal is None, render(reading.refusal)
    assert reading.monitoring is not None
    with Path(reading.monitoring.spool_path).open(newline="") as file:
        rows = [(int(a), number(b), c or None, number(d), number(e)) for a, b, c, d, e in csv.reader(file)]
    assert len(rows) == reading.monitoring.row_count == reading.row_count
    return rows


def number(text: str) -> int | None:
    return int(text) if text else None


def cells_of(reading: Reading) -> set[tuple[Any, ...]]:
    return {row[2:] for row in rows_of(reading)}


def told(reading: Reading) -> list[tuple[str, str | None]]:
    """Code and place of every finding; every one of them can be said in Vietnamese."""
    for finding in reading.findings:
        _, severity, sentence = render(finding)
        assert (severity, "{" in sentence) == ("block", False), sentence
    return [(finding.code, finding.cell) for finding in reading.findings]


def refusal(reading: Reading, folder: Path) -> Finding:
    assert reading.refusal is not None
    assert reading.monitoring is None
    assert list((folder / "temporary").glob(f"{SPOOL_PREFIX}*")) == []
    assert "{" not in render(reading.refusal)[2]
    return reading.refusal


def profiled(reading: Reading, list_code: str) -> dict[str, MonitoringValue]:
    assert reading.monitoring is not None
    return {each.shown_value: each for each in reading.monitoring.profile if each.list_code == list_code}


def with_value(column: int, value: str, row: Sequence[str] = FIRST) -> tuple[str, ...]:
    return tuple(value if index == column else each for index, each in enumerate(row))


# --- the long layout, in every dress --------------------------------------------------------------------------


def test_every_row_waits_in_the_spool_with_its_line_its_day_its_cell_and_its_count(tmp_path: Path) -> None:
    reading = take(write(tmp_path, ROWS))

    assert rows_of(reading) == [
        (2, None, "2026-10-01", FIRST_CODE, 12),
        (3, None, "2026-10-01", SECOND_CODE, 0),
        (4, None, "2026-10-02", THIRD_CODE, 7),
    ]
    assert (reading.findings, reading.ignored_rows) == ((), ())
    assert reading.subject == "2026-10-01/2026-10-02"
    assert reading.monitoring is not None
    assert (reading.monitoring.first_day, reading.monitoring.last_day) == (date(2026, 10, 1), date(2026, 10, 2))
    assert Path(reading.monitoring.spool_path).name.startswith(SPOOL_PREFIX)


def in_words(row: Sequence[str]) -> tuple[str, ...]:
    words = {
        "bao_dien_tu": "Báo điện tử",
        "truyen_hinh": "Truyền hình",
        "bao_in": "Báo in",
        "kinh_te_dau_tu": "Kinh tế, đầu tư",
        "van_hoa_du_lich": "Văn hoá, du lịch",
        "bien_gioi_bien_dao": "Biên giới, biển, đảo",
        "tich_cuc": "Tích cực",
        "trung_tinh": "Trung tính",
        "chua_phan_loai": "Chưa phân loại",
        "vi": "Tiếng Việt",
        "en": "Tiếng Anh",
        "km": "Tiếng Khmer",
        "trong_nuoc": "Trong nước",
        "ngoai_nuoc": "Ngoài nước",
        "2026-10-01": "01/10/2026",
        "2026-10-02": "2/10/2026",
    }
    return tuple(words.get(each, each) for each in row)


def dressed(folder: Path, dress: str) -> Path:
    plain = lines(CODES, *ROWS)
    quoted = write(folder, [in_words(row) for row in ROWS], NAMES).read_text()
    semicolons = lines(NAMES, *map(in_words, ROWS), delimiter=";")
    texts: dict[str, str | bytes] = {
        "bom": "\ufeff" + plain,
        "crlf": plain.replace("\n", "\r\n"),
        "cr": plain.replace("\n", "\r"),
        "without a last line end": plain.rstrip(),
        "words": quoted,
        "decomposed letters": __import__("unicodedata").normalize("NFD", quoted),
        "semicolons": semicolons,
        "tabs": semicolons.replace(";", "\t"),
        "bars": semicolons.replace(";", "|"),
        "sep line": "sep=;\r\n" + semicolons,
        "utf-16 le": ("\ufeff" + quoted).encode("utf-16-le"),
        "utf-16 be": ("\ufeff" + quoted).encode("utf-16-be"),
        "cp1258": in_cp1258(semicolons),
        "tcvn3": tcvn3.encode(semicolons).encode("latin-1"),
        "tcvn3 letters in utf-8": tcvn3.encode(quoted),
        "columns turned round": lines(*(tuple(reversed(row)) for row in (CODES, *ROWS))),
        "capitals": quoted.upper(),
        "header over two lines": quoted.replace("Loại kênh", '"Loại\nkênh"'),
        "blank lines before the header": "\n\n" + plain,
        "a column without heading and content": "".join(f"{line},\n" for line in plain.splitlines()),
    }
    if dress in texts:
        return write_text(folder, texts[dress], f"{dress}.csv")
    path = folder / f"{dress}.bin"
    if dress == "gz":
        path.write_bytes(gzip.compress(plain.encode(), mtime=0))
    elif dress == "gz in two members":
        path.write_bytes(gzip.compress(plain[:100].encode(), mtime=0) + gzip.compress(plain[100:].encode(), mtime=0))
    elif dress == "xlsx":
        write_workbook(path, [CODES, *(typed(row) for row in ROWS)])
    elif dress == "xlsx in words":
        write_workbook(path, [NAMES, *(in_words(row) for row in ROWS)])
    elif dress == "parquet":
        write_parquet(path, [typed(row) for row in ROWS])
    elif dress == "parquet of text":
        write_parquet(path, ROWS)
    elif dress == "parquet of dictionaries":
        table = pa.table([pa.array(column).dictionary_encode() for column in zip(*ROWS, strict=True)], names=CODES)
        parquet.write_table(table, path)
    return path


DRESSES = (
    *("bom", "crlf", "cr", "without a last line end", "words", "decomposed letters", "semicolons", "tabs", "bars"),
    *("sep line", "utf-16 le", "utf-16 be", "cp1258", "tcvn3", "tcvn3 letters in utf-8", "columns turned round"),
    *("capitals", "header over two lines", "blank lines before the header", "a column without heading and content"),
    *("gz", "gz in two members", "xlsx", "xlsx in words", "parquet", "parquet of text", "parquet of dictionaries"),
)


def typed(row: Sequence[str]) -> tuple[Any, ...]:
    return (date.fromisoformat(row[0]), *row[1:6], int(row[6]))


def in_cp1258(text: str) -> bytes:
    """Vietnamese as Windows wrote it: letters with the marks of vowels composed, tones behind them."""
    import unicodedata

    out = bytearray()
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            tone = next(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
            vowel = unicodedata.normalize("NFC", parts.replace(tone, ""))
            out += (vowel + tone).encode("cp1258")
    return bytes(out)


def write_workbook(path: Path, rows: Sequence[Sequence[Any]]) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active.title = "Số liệu"
    for row in rows:
        workbook.active.append(list(row))
    workbook.save(path)
    return workbook


def write_parquet(path: Path, rows: Sequence[Sequence[Any]], names: Sequence[str] = CODES) -> None:
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    parquet.write_table(pa.table(columns, names=list(names)), path)


@pytest.mark.parametrize("dress", DRESSES)
def test_the_same_counts_are_the_same_cells_in_every_dress(dress: str, tmp_path: Path) -> None:
    plain = take(write(tmp_path, ROWS))
    reading = take(dressed(tmp_path, dress))

    assert cells_of(reading) == CELLS
    is_repaired = dress == "decomposed letters" or "tcvn3" in dress or dress == "cp1258"
    assert [finding.code for finding in reading.findings] == ["TEXT_REPAIRED"] * is_repaired
    assert reading.received_count == 3
    assert reading.monitoring is not None
    assert plain.monitoring is not None
    assert reading.monitoring.content_hash == plain.monitoring.content_hash


def test_a_moment_with_a_time_zone_is_the_day_it_was_in_viet_nam(tmp_path: Path) -> None:
    evening = datetime(2026, 9, 30, 17, 30, tzinfo=UTC)
    path = tmp_path / "a.parquet"
    write_parquet(path, [(evening, *typed(FIRST)[1:])])

    assert cells_of(take(path)) == {("2026-10-01", FIRST_CODE, 12)}


def test_a_workbook_tells_the_row_of_its_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(path, [CODES, typed(FIRST), (), (*typed(SECOND)[:6], -3)])

    reading = take(path)

    assert [(row[0], row[4]) for row in rows_of(reading)] == [(2, 12), (4, None)]
    assert [(f.code, f.sheet, f.cell) for f in reading.findings] == [("MONITORING_COUNT_NEGATIVE", "Số liệu", "G4")]
    assert [(row.sheet_name, row.row_number, row.rule_code) for row in reading.ignored_rows] == [
        ("Số liệu", 3, "blank_line")
    ]
    assert reading.monitoring is not None
    assert reading.monitoring.sheet_name == "Số liệu"


def test_an_error_or_a_percentage_in_a_sheet_is_no_count(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook = write_workbook(path, [CODES, (*typed(FIRST)[:6], "=1/0"), (*typed(SECOND)[:6], 0.5)])
    assert workbook.active is not None
    workbook.active["G3"].number_format = "0%"
    workbook.save(path)

    reading = take(path)

    assert [row[4] for row in rows_of(reading)] == [None, None]
    assert told(reading) == [("FORMULA_NO_VALUE", "G2"), ("MONITORING_SHARE_AS_COUNT", "G3")]


# --- the guard rail: columns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("url", "cột thứ 8 (“url”)"),
        ("Tiêu đề", "cột thứ 8 (“Tiêu đề”)"),
        ("tac_gia", "cột thứ 8 (“tac_gia”)"),
        ("Ngày", "cột thứ 8 (“ngày”)"),
        ("Báo Tuổi Trẻ", "cột thứ 8"),
        ("Nguyễn Văn An", "cột thứ 8"),
    ],
)
def test_a_further_column_refuses_the_file_and_is_named_only_when_its_name_is_harmless(
    heading: str, said: str, tmp_path: Path
) -> None:
    path = write(tmp_path, [(*FIRST, "Trần Thị Bình")], (*CODES, heading))

    found = refusal(take(path), tmp_path)

    assert (found.code, found.found, found.cell) == ("MONITORING_COLUMN_FORBIDDEN", said, "dòng 1")
    assert found.code in CODES_TO_FORGET
    assert "Bình" not in render(found)[2]


def test_a_column_without_a_heading_may_hold_nothing(tmp_path: Path) -> None:
    found = refusal(take(write(tmp_path, [(*FIRST, ""), (*SECOND, "@ai_do")], (*CODES, " "))), tmp_path)

    assert (found.code, found.cell) == ("MONITORING_COLUMN_FORBIDDEN", "dòng 3, cột 8")


def test_a_file_of_another_kind_is_refused_like_a_further_column(tmp_path: Path) -> None:
    path = write(tmp_path, [("http://vd.vn/bai", "Nguyễn Văn An")], ("Đường dẫn", "Phóng viên A"))

    found = refusal(take(path), tmp_path)

    assert (found.code, found.found) == ("MONITORING_COLUMN_FORBIDDEN", "cột thứ 1 (“Đường dẫn”), cột thứ 2")


def test_more_columns_than_anybody_needs_are_refused_unread(tmp_path: Path) -> None:
    path = write_text(tmp_path, lines(CODES).strip() + "," * 16_000 + "\n")

    assert refusal(take(path), tmp_path).code == "MONITORING_COLUMN_FORBIDDEN"


def test_a_workbook_may_hold_the_table_and_nothing_beside_it(tmp_path: Path) -> None:
    def second_sheet(workbook: openpyxl.Workbook) -> None:
        workbook.create_sheet("Bài viết")["A1"] = "Một tiêu đề"

    def hidden_sheet(workbook: openpyxl.Workbook) -> None:
        second_sheet(workbook)
        workbook["Bài viết"].sheet_state = "hidden"

    def cell_beside(workbook: openpyxl.Workbook) -> None:
        workbook["Số liệu"]["I2"] = "ghi chú"

    def comment(workbook: openpyxl.Workbook) -> None:
        workbook["Số liệu"]["A2"].comment = Comment("hỏi anh An", "ai đó")

    for number_, spoil in enumerate((second_sheet, hidden_sheet, cell_beside, comment)):
        path = tmp_path / f"{number_}.xlsx"
        workbook = write_workbook(path, [CODES, typed(FIRST)])
        spoil(workbook)
        workbook.save(path)

        found = refusal(take(path), tmp_path)
        assert found.code == "MONITORING_COLUMN_FORBIDDEN", spoil.__name__
        assert "An" not in render(found)[2].replace("Hệ thống", "")


def test_a_nested_or_further_column_of_a_parquet_file_refuses_it(tmp_path: Path) -> None:
    nested, further = tmp_path / "a.parquet", tmp_path / "b.parquet"
    write_parquet(nested, [(*typed(FIRST)[:6], [1, 2])])
    write_parquet(further, [(*typed(FIRST), "x")], (*CODES, "link"))

    assert refusal(take(nested), tmp_path).found == "cột thứ 7"
    found = refusal(take(further), tmp_path)
    assert (found.found, found.cell) == ("cột thứ 8 (“link”)", "tên các cột")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, [row[:3] + row[4:] for row in ROWS], CODES[:3] + CODES[4:])

    found = refusal(take(path), tmp_path)

    assert (found.code, found.found) == ("MONITORING_COLUMN_MISSING", "Sắc thái")


def test_a_file_that_lacks_a_column_is_searched_for_names_before_it_is_kept(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        [FIRST[:3] + FIRST[4:], ("2026-10-01", "Báo Tuổi Trẻ", *FIRST[2:3], *FIRST[4:])],
        CODES[:3] + CODES[4:],
    )

    found = refusal(take(path), tmp_path)

    assert (found.code, found.cell) == ("MONITORING_VALUE_FORBIDDEN", "dòng 3, cột 2")


def test_rows_without_a_header_are_told_from_a_foreign_table(tmp_path: Path) -> None:
    assert refusal(take(write_text(tmp_path, lines(*ROWS))), tmp_path).code == "MONITORING_HEADER_MISSING"
    assert refusal(take(write_text(tmp_path, lines(with_value(1, "Báo Tuổi Trẻ")))), tmp_path).code == (
        "MONITORING_COLUMN_FORBIDDEN"
    )


# --- the guard rail: values ------------------------------------------------------------------------------------

NAMING = (
    *("Báo Tuổi Trẻ", "Báo Đồng Tháp", "VTV1", "CNN", "Nguyễn Văn An", "Văn An", "@nguoidung", "fb.com/ai.do"),
    *("https://vd.vn/bai-1", "a@vd.vn", "0912345678", "12345", "#tag", "Kinh tế " * 6),
    "Tỉnh khai mạc lễ hội hoa xuân với sự tham gia của bà con",
)


@pytest.mark.parametrize("value", NAMING)
@pytest.mark.parametrize("column", [1, 2, 3, 4, 5])
def test_a_value_that_resembles_no_entry_refuses_the_file_by_its_place_alone(
    value: str, column: int, tmp_path: Path
) -> None:
    found = refusal(take(write(tmp_path, [FIRST, with_value(column, value)])), tmp_path)

    assert (found.code, found.cell) == ("MONITORING_VALUE_FORBIDDEN", f"dòng 3, cột {column + 1}")
    assert found.code in CODES_TO_FORGET
    assert value.strip() not in render(found)[2]


@pytest.mark.parametrize(
    ("column", "value", "nearest"),
    [
        (1, "truyen_hinnh", "Truyền hình (truyen_hinh)"),
        (1, "Truyen hinh", "Truyền hình (truyen_hinh)"),
        (1, "Báo điên tử", "Báo điện tử (bao_dien_tu)"),
        (1, "Báo mạng điện tử", "Báo điện tử (bao_dien_tu)"),
        (1, "mhx", "Mạng xã hội (mxh)"),
        (2, "kinh_te_dautu", "Kinh tế, đầu tư (kinh_te_dau_tu)"),
        (2, "Du lịch, văn hóa", "Văn hóa, du lịch (van_hoa_du_lich)"),
        (3, "Tích cưc", "Tích cực (tich_cuc)"),
        (4, "ru", "Ngôn ngữ khác (khac)"),
        (4, "Tiếng Nga", "Tiếng Nhật (ja)"),
        (5, "trong nươc", "Trong nước (trong_nuoc)"),
    ],
)
def test_a_near_miss_keeps_its_row_without_a_cell_and_is_shown_beside_what_it_resembles(
    column: int, value: str, nearest: str, tmp_path: Path
) -> None:
    reading = take(write(tmp_path, [FIRST, with_value(column, value, THIRD)]))

    list_code = ("channel_type", "topic", "tone", "language", "scope")[column - 1]
    assert rows_of(reading)[1] == (3, None, "2026-10-02", None, 7)
    shown = profiled(reading, list_code)[value]
    assert (shown.member_code, shown.nearest, shown.cell, shown.row_count) == (
        None,
        nearest,
        f"dòng 3, cột {column + 1}",
        1,
    )
    assert (shown.first_day, shown.last_day) == (date(2026, 10, 2), date(2026, 10, 2))


def test_the_profile_counts_rows_and_days_of_every_member(tmp_path: Path) -> None:
    reading = take(write(tmp_path, [*ROWS, with_value(0, "2026-10-05", SECOND)]))

    seen = profiled(reading, "channel_type")["truyen_hinh"]
    assert (seen.member_code, seen.row_count, seen.cell) == ("truyen_hinh", 2, "dòng 3, cột 2")
    assert (seen.first_day, seen.last_day) == (date(2026, 10, 1), date(2026, 10, 5))
    assert reading.monitoring is not None
    assert sum(each.row_count for each in reading.monitoring.profile) == 4 * 5


def test_a_list_nobody_kept_closed_is_refused_however_near_its_entries_are(tmp_path: Path) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = [with_value(1, f"truyen_hinh{a}{b}") for a in letters for b in letters[:4]]

    found = refusal(take(write(tmp_path, rows)), tmp_path)

    assert (found.code, found.cell) == ("MONITORING_VALUE_FORBIDDEN", "dòng 102, cột 2")


@pytest.mark.parametrize("column", [0, 6])
@pytest.mark.parametrize("value", ["https://vd.vn/bai-1", "a@vd.vn", "@nguoidung", "một câu dài " * 5])
def test_an_address_or_a_sentence_in_the_day_or_count_refuses_the_file_too(
    column: int, value: str, tmp_path: Path
) -> None:
    found = refusal(take(write(tmp_path, [FIRST, with_value(column, value)])), tmp_path)

    assert (found.code, found.cell) == ("MONITORING_VALUE_FORBIDDEN", f"dòng 3, cột {column + 1}")


@pytest.mark.parametrize("column", [0, 6])
def test_words_in_the_day_or_count_are_not_repeated(column: int, tmp_path: Path) -> None:
    reading = take(write(tmp_path, [with_value(column, "Trần Bình")]))

    assert [finding.cell for finding in reading.findings] == [f"dòng 2, cột {column + 1}"]
    assert all("Bình" not in render(finding)[2] for finding in reading.findings)


def test_a_file_whose_name_carries_a_secrecy_mark_is_refused_unread(tmp_path: Path) -> None:
    assert refusal(take(write(tmp_path, ROWS), name="TH giám sát (MẬT).csv"), tmp_path).code == "SECRET"


# --- zero, nothing and missing ---------------------------------------------------------------------------------


def test_a_day_monitored_in_vain_is_a_row_of_its_own_and_not_an_empty_one(tmp_path: Path) -> None:
    reading = take(write(tmp_path, [FIRST, ("2026-10-03", "", "", "", "", "", "0")]))

    assert rows_of(reading)[1] == (3, None, "2026-10-03", NOTHING_FOUND, 0)
    assert reading.findings == ()


def test_an_empty_count_is_missing_and_a_zero_is_not(tmp_path: Path) -> None:
    reading = take(write(tmp_path, [with_value(6, ""), SECOND, with_value(6, "chưa có số liệu", THIRD)]))

    assert [row[4] for row in rows_of(reading)] == [None, 0, None]
    assert told(reading) == [
        ("MONITORING_COUNT_MISSING", "dòng 2, cột 7"),
        ("MONITORING_COUNT_MISSING", "dòng 4, cột 7"),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("2026-10-03", "", "", "", "", "", "5"), "Loại kênh, Chủ đề, Sắc thái, Ngôn ngữ, Phạm vi"),
        (("2026-10-03", "", "", "", "", "", ""), "Loại kênh, Chủ đề, Sắc thái, Ngôn ngữ, Phạm vi"),
        (with_value(3, " ", THIRD), "Sắc thái"),
        (with_value(3, "", with_value(1, "truyen_hinnh", THIRD)), "Sắc thái"),
    ],
)
def test_a_row_that_leaves_a_dimension_open_has_no_cell_and_is_told(
    row: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    reading = take(write(tmp_path, [FIRST, row]))

    assert rows_of(reading)[1][3] is None
    blank = [f for f in reading.findings if f.code != "MONITORING_COUNT_MISSING"]
    assert [(f.code, f.cell, f.found) for f in blank] == [("MONITORING_DIMENSION_BLANK", "dòng 3", said)]
    assert "" not in profiled(reading, "tone")


def test_a_day_cannot_have_brought_nothing_and_something(tmp_path: Path) -> None:
    reading = take(write(tmp_path, [FIRST, ("2026-10-01", "", "", "", "", "", "0")]))

    assert [(f.code, f.found) for f in reading.findings] == [("MONITORING_NOTHING_AND_ROWS", "01/10/2026")]


# --- counts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("0", 0), ("007", None), ("12", 12), (" 12 ", 12), ("12.0", 12), ("12,00", 12), ("1.234.567", 1234567)),
        *(("1,234,567", 1234567), ("1 234", 1234), ("-", 0), ("không phát sinh", 0), ("999999999", 999999999)),
    ],
)
def test_a_whole_number_is_read_however_it_is_written(written: str, value: int | None, tmp_path: Path) -> None:
    assert [row[4] for row in rows_of(take(write(tmp_path, [with_value(6, written)])))] == [value]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("-1", "MONITORING_COUNT_NEGATIVE"),
        ("-0,5", "MONITORING_COUNT_NEGATIVE"),
        ("0.029", "MONITORING_SHARE_AS_COUNT"),
        ("0,5", "MONITORING_SHARE_AS_COUNT"),
        ("12.5", "MONITORING_SHARE_AS_COUNT"),
        ("12,5 %", "MONITORING_SHARE_AS_COUNT"),
        ("7%", "MONITORING_SHARE_AS_COUNT"),
        ("1.234", "NUMBER_AMBIGUOUS"),
        ("1,234", "NUMBER_AMBIGUOUS"),
        ("1E+05", "PRECISION"),
        ("3-Jan", "DATE_IN_NUMBER"),
        ("#REF!", "ERROR_CELL"),
        ("ước 120", "NUMBER_HEDGED"),
        ("12 tin", "UNIT_CONFLICT"),
        ("1O", "NUMBER_UNREADABLE"),
        ("=1+1", "NUMBER_UNREADABLE"),
        ("1000000000", "MONITORING_COUNT_TOO_LARGE"),
    ],
)
def test_what_is_no_whole_number_from_zero_is_told_with_its_line_and_never_rounded(
    written: str, code: str, tmp_path: Path
) -> None:
    reading = take(write(tmp_path, [FIRST, with_value(6, written, SECOND)]))

    assert [row[4] for row in rows_of(reading)] == [12, None]
    assert told(reading) == [(code, "dòng 3, cột 7")]


def test_typed_columns_hold_the_same_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    counts = [12.0, 0.5, None, -1.0, float("nan")]
    write_parquet(path, [(date(2026, 10, day + 1), *FIRST[1:6], count) for day, count in enumerate(counts)])

    reading = take(path)

    assert [row[4] for row in rows_of(reading)] == [12, None, None, None, None]
    assert told(reading) == [
        ("MONITORING_SHARE_AS_COUNT", "dòng 2, cột 7"),
        ("MONITORING_COUNT_NEGATIVE", "dòng 4, cột 7"),
        ("MONITORING_COUNT_MISSING", "dòng 3, cột 7"),
        ("MONITORING_COUNT_MISSING", "dòng 5, cột 7"),
    ]


def test_the_first_twenty_lines_of_a_mistake_are_told_and_the_others_counted(tmp_path: Path) -> None:
    rows = [(f"2026-09-{day:02d}", *FIRST[1:6], f"-{day}") for day in range(1, 26)]

    reading = take(write(tmp_path, rows))

    assert told(reading) == [
        *(("MONITORING_COUNT_NEGATIVE", f"dòng {line}, cột 7") for line in range(2, 22)),
        ("MONITORING_MORE_LINES", None),
    ]
    assert (reading.findings[-1].found, reading.findings[-1].expected) == ("5", "dòng 2, cột 7")
    assert reading.findings[3].found == "-4"


# --- days ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["2026-10-03", "03/10/2026", "3-10-2026", "3.10.2026", "ngày 3 tháng 10 năm 2026"])
def test_a_day_is_iso_or_day_first(written: str, tmp_path: Path) -> None:
    assert [row[2] for row in rows_of(take(write(tmp_path, [with_value(0, written)])))] == ["2026-10-03"]


@pytest.mark.parametrize(
    ("written", "code", "day"),
    [
        ("10/13/2026", "DATE_IMPOSSIBLE", None),
        ("31/11/2026", "DATE_IMPOSSIBLE", None),
        ("3/10/26", "DATE_SHORT_YEAR", None),
        ("20261003", "DATE_UNREADABLE", None),
        ("1999-12-31", "DATE_OUT_OF_RANGE", None),
        ("hôm qua", "DATE_UNREADABLE", None),
        ("", "MONITORING_DAY_MISSING", None),
        ("2026-11-21", "MONITORING_DAY_AHEAD", "2026-11-21"),
    ],
)
def test_a_day_that_is_none_is_told_and_leaves_its_row_without_one(
    written: str, code: str, day: str | None, tmp_path: Path
) -> None:
    reading = take(write(tmp_path, [with_value(0, written)]))

    assert rows_of(reading) == [(2, None, day, FIRST_CODE, 12)]
    assert told(reading) == [(code, "dòng 2, cột 1")]


def test_the_day_of_receipt_is_the_one_in_viet_nam(tmp_path: Path) -> None:
    path = write(tmp_path, [with_value(0, "2026-10-02")])

    assert take(path, at=datetime(2026, 10, 1, 18, tzinfo=UTC)).findings == ()
    assert told(take(path, at=datetime(2026, 10, 1, 16, tzinfo=UTC))) == [("MONITORING_DAY_AHEAD", "dòng 2, cột 1")]


def test_a_day_of_a_month_declared_final_is_held_and_the_day_after_is_not(tmp_path: Path) -> None:
    open_contract = load_contract()
    limits = replace(open_contract.limits, final_until=date(2026, 9, 30))
    closed = replace(open_contract, limits=limits)
    final = write(tmp_path, [with_value(0, "2026-09-30"), with_value(0, "2026-10-01")])

    reading = take(final, closed)
    assert told(reading) == [("MONITORING_MONTH_FINAL", "dòng 2, cột 1")]
    assert reading.findings[0].expected == "30/09/2026"
    assert take(final, open_contract).findings == ()


def test_a_file_without_one_readable_day_is_about_an_unknown_window(tmp_path: Path) -> None:
    assert take(write(tmp_path, [with_value(0, "?")])).subject == "unknown"


# --- lines -----------------------------------------------------------------------------------------------------


def test_blank_lines_are_ignored_and_counted_and_the_lines_behind_them_keep_their_numbers(tmp_path: Path) -> None:
    text = lines(CODES) + "\n" + lines(FIRST) + "\n\n   \n,,,,,,\n,,\n" + lines(SECOND) + "\n"

    reading = take(write_text(tmp_path, text))

    assert [row[0] for row in rows_of(reading)] == [3, 9]
    assert sorted(row.row_number for row in reading.ignored_rows) == [2, 4, 5, 6, 7, 8, 10]
    assert {(row.sheet_name, row.rule_code) for row in reading.ignored_rows} == {("(tệp csv)", "blank_line")}
    assert (reading.received_count, reading.findings) == (9, ())


def test_many_blank_lines_are_counted_together(tmp_path: Path) -> None:
    reading = take(write_text(tmp_path, lines(CODES, FIRST) + "\n" * 500 + lines(SECOND)))

    assert (len(reading.ignored_rows), sum(row.row_count for row in reading.ignored_rows)) == (51, 500)
    assert (reading.ignored_rows[-1].row_number, reading.ignored_rows[-1].row_count) == (53, 450)
    assert [row[0] for row in rows_of(reading)] == [2, 503]


def test_a_ragged_line_is_told_by_its_number_and_stays_accounted_for(tmp_path: Path) -> None:
    unquoted = ",".join(with_value(2, "Kinh tế, đầu tư"))
    text = lines(CODES, FIRST) + "\n2026-10-01,bao_in\n" + unquoted + "\n" + lines(SECOND)

    reading = take(write_text(tmp_path, text))

    assert sorted(rows_of(reading), key=lambda row: row[0]) == [
        (2, None, "2026-10-01", FIRST_CODE, 12),
        (4, None, None, None, None),
        (5, None, None, None, None),
        (6, None, "2026-10-01", SECOND_CODE, 0),
    ]
    assert told(reading) == [("MONITORING_LINE_BROKEN", "dòng 4"), ("MONITORING_LINE_BROKEN", "dòng 5")]
    assert [(f.found, f.expected) for f in reading.findings] == [("2", "7"), ("8", "7")]


def test_a_quote_left_open_costs_its_own_line_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    spoilt = ",".join(FIRST[:6]) + ',"12'
    text = lines(CODES, FIRST) + spoilt + "\n" + lines(SECOND) + spoilt + "\n" + lines(THIRD) + spoilt

    reading = take(write_text(tmp_path, text))

    assert sorted(row[0] for row in rows_of(reading)) == [2, 3, 4, 5, 6, 7]
    assert cells_of(reading) == CELLS | {(None, None, None)}
    assert told(reading) == [("MONITORING_LINE_BROKEN", f"dòng {line}") for line in (3, 5, 7)]


def test_a_line_end_inside_a_value_breaks_its_lines_alone(tmp_path: Path) -> None:
    text = lines(CODES, FIRST) + '2026-10-01,"bao\n_in",' + ",".join(SECOND[2:]) + "\n" + lines(THIRD)

    reading = take(write_text(tmp_path, text))

    assert sorted(row[0] for row in rows_of(reading)) == [2, 3, 4, 5]
    assert told(reading) == [("MONITORING_LINE_BROKEN", "dòng 3"), ("MONITORING_LINE_BROKEN", "dòng 4")]


def test_a_ragged_line_that_may_name_somebody_refuses_the_file(tmp_path: Path) -> None:
    found = refusal(take(write_text(tmp_path, lines(CODES, FIRST, (*SECOND, "Báo Tuổi Trẻ")))), tmp_path)

    assert (found.code, found.cell) == ("MONITORING_VALUE_FORBIDDEN", "dòng 3, cột 8")


def test_a_file_of_broken_lines_is_refused_as_a_whole(tmp_path: Path) -> None:
    text = lines(CODES, FIRST) + "2026-10-01,bao_in\n" * 10_001

    assert refusal(take(write_text(tmp_path, text)), tmp_path).code == "MONITORING_TOO_MANY_BROKEN"


def test_where_a_block_ends_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt = ",".join(FIRST[:6]) + ',"12'
    words = [in_words(row) for row in ROWS]
    text = write(tmp_path, words, NAMES).read_text() + "\n" + spoilt + "\n\n2026-10-01,bao_in\n"
    path = write_text(
        tmp_path,
        (text * 1 + "".join(lines(with_value(0, f"2026-09-{day:02d}")) for day in range(1, 29))).replace("\n", "\r\n"),
    )
    whole = take(path)

    for piece in range(160, 500, 11):
        monkeypatch.setattr(delimited_rows, "read_line_blocks", partial(read_line_blocks, piece_bytes=piece))
        cut = take(path)
        assert sorted(rows_of(cut), key=str) == sorted(rows_of(whole), key=str)
        assert sorted(told(cut), key=str) == sorted(told(whole), key=str)
        assert cut.monitoring is not None
        assert whole.monitoring is not None
        assert replace(cut.monitoring, spool_path="") == replace(whole.monitoring, spool_path="")
        assert cut.received_count == whole.received_count == 3 + 28 + 2 + 2


GOOD = st.sampled_from([",".join(row) for row in ROWS] + ['2026-10-03,"bao_in",khac,tich_cuc,vi,trong_nuoc,1'])
ANY_LINE = GOOD | st.sampled_from(
    [
        *(
            "",
            " ",
            ",,,,,,",
            ",,",
            "2026-10-01,bao_in",
            ",".join(FIRST) + ",",
            ",".join(FIRST) + ",7",
            '"',
            '"x',
            '"",',
        ),
        "2026-10-01,truyen_hinnh,khac,tich_cuc,vi,trong_nuoc,x",
        "?,bao_in,khac,,vi,trong_nuoc,-1",
        '"2026-10-01",bao"in',
        '2026-10-04,bao_in,khac,tich_cuc,vi,trong_nuoc,"5"',
        ",,,,,,0",
        "2026-10-05,,,,,,0",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.lists(ANY_LINE, min_size=1, max_size=30), piece=st.integers(80, 600), is_last_line_ended=st.booleans())
def test_every_line_is_a_row_or_ignored_by_a_rule(
    body: list[str], piece: int, is_last_line_ended: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited_rows, "read_line_blocks", partial(read_line_blocks, piece_bytes=piece))
    text = "\n".join([",".join(CODES), *body]) + "\n" * is_last_line_ended

    reading = take(write_text(tmp_path, text))

    expected = list(range(2, len(text.splitlines()) + 1))
    if reading.refusal is not None:
        # Only quotes turn harmless pieces into words no list has.
        assert reading.refusal.code in ("EMPTY", "MONITORING_VALUE_FORBIDDEN")
        assert '"' in text or not any(line.strip(" ,") for line in body)
        return
    accounted = [row[0] for row in rows_of(reading)]
    accounted += [row.row_number for row in reading.ignored_rows]
    assert sorted(accounted) == expected
    assert reading.received_count == len(expected)
    assert reading.monitoring is not None
    Path(reading.monitoring.spool_path).unlink()


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet", ".xlsx"])
def test_a_feed_of_every_format_is_accounted_for_to_the_row(suffix: str, tmp_path: Path) -> None:
    path = sample_feed.write_feed(tmp_path / f"feed{suffix}", date(2026, 9, 1), 20)

    reading = take(path)

    assert reading.received_count == len(rows_of(reading)) == 18 * 40 + 2
    assert sum(row[3] == NOTHING_FOUND for row in rows_of(reading)) == 2
    assert reading.findings == ()


# --- files that are none ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        (b"", "EMPTY", ""),
        (b"\n \n\n", "EMPTY", ""),
        (lines(CODES).encode(), "EMPTY", ""),
        (lines(CODES).encode() + b"\n,,,,,,\n", "EMPTY", ""),
        (lines(CODES, FIRST).encode() + b"2026-10-01,bao\0in\n", "TEXT_ENCODING", "3"),
        (b"\x00\x01\x02rubbish\xff\xfe", "TEXT_ENCODING", "1"),
        (lines(CODES, FIRST).encode() + b"2026-10-01,b\xff\xe1\xf0\n", "TEXT_ENCODING", "3"),
        (lines(NAMES, FIRST).encode() + b"2026-10-01,b\xe1o\n", "TEXT_ENCODING", "3"),
        (lines(CODES, FIRST).encode("utf-16")[:-1], "TEXT_ENCODING", "2"),
        (b"%PDF-1.7 ...", "TYPE_MISMATCH", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "HTML_AS_XLS", ""),
        (b"PK\x03\x04broken", "INCOMPLETE", ""),
        (b"PAR1broken", "UNREADABLE", ""),
        (gzip.compress(lines(CODES, *ROWS).encode(), mtime=0)[:-12], "INCOMPLETE", ""),
        (gzip.compress(lines(CODES, *ROWS).encode(), mtime=0) + b"rest", "ZIP_CORRUPT", ""),
        (gzip.compress(b"PK\x03\x04\0\0", mtime=0), "TEXT_ENCODING", "1"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(content: bytes, code: str, found: str, tmp_path: Path) -> None:
    reading = take(write_text(tmp_path, content))

    said = refusal(reading, tmp_path)
    assert (said.code, said.found.partition(" (byte thứ ")[0]) == (code, found)


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = write_text(tmp_path, lines(CODES, FIRST) + "x" * 5_000_000)

    said = refusal(take(path), tmp_path)

    assert (said.code, said.found) == ("TEXT_BROKEN", "3")


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [("file_bytes", 100, "MONITORING_TOO_BIG"), ("rows", 2, "MONITORING_TOO_MANY_ROWS")],
)
def test_a_file_beyond_the_limits_of_the_contract_is_refused(limit: str, value: int, code: str, tmp_path: Path) -> None:
    contract = replace(load_contract(), limits=replace(load_contract().limits, **{limit: value}))

    assert refusal(take(write(tmp_path, ROWS), contract), tmp_path).code == code


def test_a_packed_file_is_unpacked_no_further_than_the_limit(tmp_path: Path) -> None:
    contract = replace(load_contract(), limits=replace(load_contract().limits, unpacked_bytes=1_000_000))
    packed = gzip.compress((lines(CODES) + lines(FIRST) * 100_000).encode(), mtime=0)

    assert len(packed) < 50_000
    assert refusal(take(write_text(tmp_path, packed), contract), tmp_path).code == "ZIP_BOMB"


def test_a_refusal_deep_in_the_file_leaves_no_spool(tmp_path: Path) -> None:
    path = sample_feed.write_big_feed(tmp_path / "a.csv", 100_000, first_day=date(2026, 10, 1))
    with path.open("a") as file:
        file.write("2026-11-19,Báo Tuổi Trẻ,khac,tich_cuc,vi,trong_nuoc,1\n")

    said = refusal(take(path), tmp_path)

    assert (said.code, said.cell) == ("MONITORING_VALUE_FORBIDDEN", "dòng 100002, cột 2")


# --- all rows together -----------------------------------------------------------------------------------------


def test_a_repeated_cell_of_a_day_is_told_with_both_lines(tmp_path: Path) -> None:
    again = with_value(6, "13", in_words(FIRST))

    reading = take(write(tmp_path, [FIRST, SECOND, again, THIRD, FIRST]))

    assert [(f.code, f.cell, f.found) for f in reading.findings] == [
        ("MONITORING_KEY_REPEATED", "dòng 4", "dòng 2"),
        ("MONITORING_KEY_REPEATED", "dòng 6", "dòng 2"),
    ]
    assert reading.row_count == 5


def test_the_same_cell_of_another_day_or_an_unknown_one_is_no_repeat(tmp_path: Path) -> None:
    near = with_value(1, "truyen_hinnh")

    assert take(write(tmp_path, [FIRST, with_value(0, "2026-10-02"), near, near])).findings == ()


def test_repeats_far_apart_are_found_and_counted(tmp_path: Path) -> None:
    path = sample_feed.write_big_feed(tmp_path / "a.csv", 200_000, first_day=date(2026, 10, 1))
    head = path.read_text().splitlines()[1:31]
    with path.open("a") as file:
        file.write("".join(f"{line}\n" for line in head))

    reading = take(path)

    assert [(f.cell, f.found) for f in reading.findings[:2]] == [("dòng 200002", "dòng 2"), ("dòng 200003", "dòng 3")]
    assert len(reading.findings) == 21
    assert (reading.findings[20].code, reading.findings[20].found) == ("MONITORING_MORE_LINES", "10")


def content_hash(folder: Path, rows: Sequence[Sequence[str]], name: str = "a.csv") -> str:
    reading = take(write(folder, rows, name=name))
    assert reading.monitoring is not None
    return reading.monitoring.content_hash


def test_the_hash_forgets_the_order_and_notices_every_change(tmp_path: Path) -> None:
    same = content_hash(tmp_path, ROWS)
    others = [
        ROWS[:2],
        (*ROWS, with_value(0, "2026-10-04")),
        (with_value(6, "13"), SECOND, THIRD),
        (with_value(6, ""), SECOND, THIRD),
        (FIRST, with_value(6, "", SECOND), THIRD),
        (with_value(5, "ngoai_nuoc"), SECOND, THIRD),
        (with_value(0, "2026-10-02"), SECOND, THIRD),
        # Two counts changing places is a change.
        (with_value(6, "7"), SECOND, with_value(6, "12", THIRD)),
    ]

    assert content_hash(tmp_path, tuple(reversed(ROWS))) == same
    hashes = [content_hash(tmp_path, rows) for rows in others]
    assert same not in hashes
    assert len(set(hashes)) == len(hashes)


def test_a_big_file_shuffled_is_unchanged(tmp_path: Path) -> None:
    path = sample_feed.write_big_feed(tmp_path / "a.csv", 90_000, first_day=date(2026, 10, 1))
    header, *body = path.read_text().splitlines()
    random.Random(1).shuffle(body)
    shuffled = write_text(tmp_path, "\n".join([header, *body]), "b.csv")

    first, second = take(path).monitoring, take(shuffled).monitoring

    assert first is not None
    assert second is not None
    assert (first.content_hash, first.row_count, first.first_day) == (
        second.content_hash,
        second.row_count,
        second.first_day,
    )


# --- wide layouts ----------------------------------------------------------------------------------------------

WIDE = (
    *("Ngày", "Chủ đề", "Sắc thái", "Ngôn ngữ", "Phạm vi"),
    *("Báo in", "Báo điện tử", "Phát thanh", "Truyền hình", "Cổng TTĐT", "Mạng xã hội", "Khác"),
)


def test_a_column_for_every_channel_makes_a_row_of_every_cell(tmp_path: Path) -> None:
    row = ("01/10/2026", "Kinh tế, đầu tư", "Tích cực", "Tiếng Việt", "Trong nước", "1", "12", "0", "", "4", "5", "6")

    reading = take(write(tmp_path, [row], WIDE))

    base = ("kinh_te_dau_tu", "tich_cuc", "vi", "trong_nuoc")
    assert rows_of(reading) == [
        (2, 6, "2026-10-01", cell_code("bao_in", *base), 1),
        (2, 7, "2026-10-01", cell_code("bao_dien_tu", *base), 12),
        (2, 8, "2026-10-01", cell_code("phat_thanh", *base), 0),
        (2, 9, "2026-10-01", cell_code("truyen_hinh", *base), None),
        (2, 10, "2026-10-01", cell_code("cong_ttdt", *base), 4),
        (2, 11, "2026-10-01", cell_code("mxh", *base), 5),
        (2, 12, "2026-10-01", cell_code("khac", *base), 6),
    ]
    assert reading.received_count == 7
    assert profiled(reading, "channel_type")["mxh"].cell == "dòng 1, cột 11"
    assert profiled(reading, "tone")["Tích cực"].cell == "dòng 2, cột 3"


def test_the_wide_layout_holds_the_same_cells_as_the_long_one(tmp_path: Path) -> None:
    channels = ("bao_in", "bao_dien_tu", "phat_thanh", "truyen_hinh", "cong_ttdt", "mxh", "khac")
    long = [("2026-10-01", channel, *FIRST[2:6], str(count)) for count, channel in enumerate(channels)]
    wide = [("2026-10-01", *FIRST[2:6], *map(str, range(7)))]

    first, second = take(write(tmp_path, long)), take(write(tmp_path, wide, WIDE, "b.csv"))

    assert cells_of(first) == cells_of(second)
    assert first.monitoring is not None
    assert second.monitoring is not None
    assert first.monitoring.content_hash == second.monitoring.content_hash


def test_mistakes_in_a_wide_file_are_told_by_line_and_column(tmp_path: Path) -> None:
    good = ("2026-10-01", *FIRST[2:6], *"1234567")
    rows = [good, (*good[:5], "-1", "0.5", *good[7:]), ("2026-10-02", "", *good[2:])]

    reading = take(write(tmp_path, rows, WIDE))

    assert told(reading) == [
        ("MONITORING_COUNT_NEGATIVE", "dòng 3, cột 6"),
        ("MONITORING_SHARE_AS_COUNT", "dòng 3, cột 7"),
        ("MONITORING_DIMENSION_BLANK", "dòng 4"),
        *(("MONITORING_KEY_REPEATED", f"dòng 3, cột {column}") for column in range(6, 13)),
    ]
    assert reading.received_count == 21


def test_a_channel_without_its_column_and_a_channel_nobody_listed_are_refused(tmp_path: Path) -> None:
    row = ("2026-10-01", *FIRST[2:6], *"1234567")

    missing = refusal(take(write(tmp_path, [row[:-1]], WIDE[:-1])), tmp_path)
    further = refusal(take(write(tmp_path, [(*row, "8")], (*WIDE, "Báo Tuổi Trẻ"))), tmp_path)

    assert (missing.code, missing.found) == ("MONITORING_COLUMN_MISSING", "Khác")
    assert (further.code, further.found) == ("MONITORING_COLUMN_FORBIDDEN", "cột thứ 13")


# --- real files, each with the contract it would need ------------------------------------------------------------


def foreign_contract(**layout: Any) -> Contract:
    """Our own headings and limits with one foreign layout."""
    written = yaml.safe_load(Path(contract_module.__file__).with_name("source.yml").read_text(encoding="utf-8"))
    return contract_from({**written, "layouts": {"foreign": layout}})


NETWORKS = {"BBC News": "truyen_hinh", "CNN": "bao_dien_tu", "FOX News": "phat_thanh", "MSNBC": "khac"}


def by_network(unit: str) -> Contract:
    return foreign_contract(
        unit=unit,
        dates="month_first",
        headers={"topic": ["Query"]},
        columns=["date", "topic"],
        fixed={"tone": "chua_phan_loai", "language": "en", "scope": "ngoai_nuoc"},
        counts=[{"headers": [name], "channel_type": channel} for name, channel in NETWORKS.items()],
        values={
            "topic": {
                "Hurricane Harvey": "moi_truong_khi_hau",
                "Hurricane Irma": "an_sinh_xa_hoi",
                "Hurricane Maria": "bien_gioi_bien_dao",
                "Hurricane Jose": "khac",
            }
        },
    )


def test_real_counts_by_topic_are_read_month_first_as_their_layout_says(real_data: Path) -> None:
    storms = {"Harvey": "moi_truong_khi_hau", "Irma": "an_sinh_xa_hoi", "Maria": "bien_gioi_bien_dao", "Jose": "khac"}
    fixed = {"channel_type": "bao_dien_tu", "tone": "chua_phan_loai", "language": "en", "scope": "ngoai_nuoc"}
    contract = foreign_contract(
        unit="count",
        dates="month_first",
        columns=["date"],
        fixed=fixed,
        counts=[{"headers": [name], "topic": topic} for name, topic in storms.items()],
    )

    reading = take(real_data / "media-volume" / "mediacloud_hurricanes.csv", contract)

    rows = rows_of(reading)
    assert (len(rows), reading.subject, reading.findings) == (38 * 4, "2017-08-20/2017-09-26", ())
    # Line 4 of the file: 8/22/17,4,1,0,0
    codes = [cell_code("bao_dien_tu", topic, "chua_phan_loai", "en", "ngoai_nuoc") for topic in storms.values()]
    assert [row for row in rows if row[0] == 4] == [
        (4, 2, "2017-08-22", codes[0], 4),
        (4, 3, "2017-08-22", codes[1], 1),
        (4, 4, "2017-08-22", codes[2], 0),
        (4, 5, "2017-08-22", codes[3], 0),
    ]


def test_real_shares_of_airtime_are_refused_because_their_layout_says_what_they_are(
    real_data: Path, tmp_path: Path
) -> None:
    found = refusal(take(real_data / "media-volume" / "tv_hurricanes_by_network.csv", by_network("share")), tmp_path)

    assert (found.code, found.cell) == ("MONITORING_SHARES", "dòng 1")


def test_real_shares_declared_as_counts_are_told_value_by_value(real_data: Path) -> None:
    reading = take(real_data / "media-volume" / "tv_hurricanes_by_network.csv", by_network("count"))

    # 1.0215 is a share for certain, 1.021 might be a thousand to somebody.
    assert {finding.code for finding in reading.findings} == {
        *("MONITORING_SHARE_AS_COUNT", "MONITORING_MORE_LINES", "NUMBER_AMBIGUOUS"),
    }
    # Line 2: 9/17/17,Hurricane Maria,0,0.029,0.0079,0.0208
    assert [(f.cell, f.found) for f in reading.findings if f.cell == "dòng 2, cột 4"] == [("dòng 2, cột 4", "0.029")]
    assert reading.received_count == 84 * 4
    assert rows_of(reading)[0] == (
        2,
        3,
        "2017-09-17",
        cell_code("truyen_hinh", "bien_gioi_bien_dao", "chua_phan_loai", "en", "ngoai_nuoc"),
        0,
    )


def test_real_files_of_other_layouts_are_refused_by_our_own_contract(real_data: Path, tmp_path: Path) -> None:
    for path in sorted((real_data / "media-volume").glob("*.csv")):
        assert refusal(take(path), tmp_path).code == "MONITORING_COLUMN_FORBIDDEN", path.name


def test_month_first_is_not_believed_of_a_day_first_date(tmp_path: Path) -> None:
    text = "Date,Query,BBC News,CNN,FOX News,MSNBC\n13/9/17,Hurricane Maria,1,2,3,4\n"

    reading = take(write_text(tmp_path, text), by_network("count"))

    assert told(reading) == [("DATE_IMPOSSIBLE", "dòng 2, cột 1")]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"fixed": {"tone": "chua_phan_loai", "language": "en"}}, "dimensions"),
        ({"fixed": {"tone": "vui", "language": "en", "scope": "ngoai_nuoc"}}, "vui in tone"),
        ({"columns": ["topic"]}, "no date"),
        ({"columns": ["date", "topic", "count"]}, "exactly one of a count column"),
        ({"unit": "percent"}, "unit percent"),
        ({"values": {"topic": {"Maria": "bao"}}}, "bao in topic"),
    ],
)
def test_a_layout_that_leaves_something_open_is_a_mistake_in_the_contract(change: dict[str, Any], found: str) -> None:
    sound = {
        "unit": "count",
        "dates": "month_first",
        "columns": ["date", "topic"],
        "fixed": {"tone": "chua_phan_loai", "language": "en", "scope": "ngoai_nuoc"},
        "counts": [{"headers": ["BBC News"], "channel_type": "truyen_hinh"}],
    }
    foreign_contract(**sound)

    with pytest.raises(SourceContractError, match=found):
        foreign_contract(**{**sound, **change})


# --- around it ---------------------------------------------------------------------------------------------------


def test_read_prints_every_count_with_its_cell_and_removes_the_spool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = ("2026-10-03", "", "", "", "", "", "0")
    path = write(tmp_path, [FIRST, nothing, with_value(6, "", THIRD), with_value(1, "truyen_hinnh", SECOND)])

    rows, refused = read_report("monitoring_statistics", path)

    assert refused is None
    assert rows[0] == {
        "shape": "monitoring_count",
        "date": "2026-10-01",
        "channel_type": "bao_dien_tu",
        "topic": "kinh_te_dau_tu",
        "tone": "tich_cuc",
        "language": "vi",
        "scope": "trong_nuoc",
        "value": "12",
        "unit": "item",
        "state": "reported",
        "cell": "dòng 2",
    }
    assert [(row["state"], row["value"], row["topic"]) for row in rows[1:]] == [
        ("nil", "0", None),
        ("missing", None, "bien_gioi_bien_dao"),
        ("unreadable", "0", None),
    ]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_read_gives_cells_of_wide_files_and_workbooks_their_addresses(tmp_path: Path) -> None:
    wide, book = write(tmp_path, [("2026-10-01", *FIRST[2:6], *"1234567")], WIDE), tmp_path / "b.xlsx"
    write_workbook(book, [WIDE, (date(2026, 10, 1), *FIRST[2:6], *range(7))])

    assert read_report("monitoring_statistics", wide)[0][1]["cell"] == "dòng 2, cột 7"
    assert read_report("monitoring_statistics", book)[0][1]["cell"] == "'Số liệu'!G2"


def test_a_refusal_is_printed_without_what_it_refuses(tmp_path: Path) -> None:
    rows, refused = read_report("monitoring_statistics", write(tmp_path, [with_value(1, "Báo Tuổi Trẻ")]))

    assert rows == []
    assert refused is not None
    assert (refused["code"], refused["rule"]) == ("MONITORING_VALUE_FORBIDDEN", "R-13")
    assert "Tuổi" not in str(refused)


def test_a_big_file_is_read_within_the_limits_of_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sample_feed.write_big_feed(tmp_path / "a.parquet", 300_000)
    with Sandbox(workers=1) as sandbox:
        reading = sandbox.run("include.sources.monitoring_statistics.read:read_file", str(path), path.name, RECEIVED)

    assert (reading.row_count, reading.findings) == (300_000, ())
    assert Path(reading.monitoring.spool_path).parent == tmp_path / "temporary"
    # 66 whole days of 4,480 cells and a part of the 67th.
    assert reading.subject == "2026-01-01/2026-03-08"


def test_the_sample_in_the_folder_is_what_the_generator_makes(tmp_path: Path) -> None:
    kept = Path(sample_feed.__file__).parent / "sample" / "synthetic-2026-10.csv"
    made = sample_feed.write_feed(tmp_path / "made.csv", date(2026, 10, 1), 10, cells_a_day=12)

    assert kept.read_text() == made.read_text()
    assert take(kept).findings == ()


@pytest.mark.parametrize("piece", range(5, 14))
def test_the_bytes_are_handed_on_in_whole_lines(piece: int, tmp_path: Path) -> None:
    path = write_text(tmp_path, b"a\r\nbb\rccc\n\r\n\nd")

    blocks = list(read_line_blocks(path, 1_000, piece_bytes=piece))

    assert b"".join(block.text for block in blocks) == b"a\nbb\nccc\n\n\nd\n"
    ends = [block.first_line + block.line_count for block in blocks]
    assert [block.first_line for block in blocks] == [1, *ends[:-1]]
    assert ends[-1] == 7


def test_every_cell_of_the_cube_can_be_sent_and_read_back(tmp_path: Path) -> None:
    path = sample_feed.write_big_feed(tmp_path / "a.csv", len(cells()), first_day=date(2026, 10, 1))

    assert {row[3] for row in rows_of(take(path))} == {cell.cell_code for cell in cells()}

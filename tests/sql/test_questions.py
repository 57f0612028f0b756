"""Every question of docs/questions.md is run over a small warehouse, and its answer was worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text

from include.indicators.marts import build_marts
from tests.sql.builders import LATE, ZONE, send
from tests.sql.monitored import count, monitor, nothing_found
from tests.sql.question_page import PAGE, questions

TAN_HONG, TAN_HO_CO, DAO_THANH = "29926", "29929", "28249"
MILLION = 1_000_000

Row = tuple[object, ...]


@pytest.fixture(scope="module")
def answered(warehouse_of_module: Connection) -> Iterator[Connection]:
    """Two border communes and a department report, one is held back; a publisher speaks of FDI."""
    connection = warehouse_of_module
    send(
        connection,
        TAN_HONG,
        figures={
            "MED01": 10,
            "MED01.language.vi": 8,
            "MED01.language.en": 2,
            "TRN03": 3,
            "BUD01": 100 * MILLION,
            "BUD02": 50 * MILLION,
        },
        filled=9,
    )
    send(
        connection,
        TAN_HO_CO,
        figures={"MED01": "nil", "TRN03": 0, "BUD01": 300 * MILLION, "BUD02": "withheld"},
        received_at=LATE,
    )
    send(
        connection,
        "SYT",
        figures={"MED01": 7, "MED01.language.vi": 7, "BUD01": 200 * MILLION, "BUD02": 150 * MILLION},
        received_at=datetime(2026, 6, 17, 9, tzinfo=ZONE),
    )
    send(connection, DAO_THANH, figures={"MED01": 5}, verdict="quarantined")
    send(connection, TAN_HO_CO, "2026-NAM", {"MED01": 4}, received_at=datetime(2026, 11, 26, 9, tzinfo=ZONE))
    send(connection, "SYT", "2026-NAM", {"MED01": 20}, received_at=datetime(2026, 11, 20, 9, tzinfo=ZONE))
    first_half = [("projects_new", "locality", "87", 11), ("projects_new", "locality", "82", 7)]
    publish(connection, 2024, first_half)
    publish(
        connection, 2025, [*first_half[:1], ("capital_new", "partner", "JP", 40), ("capital_new", "partner", "KR", 0)]
    )
    publish(
        connection,
        2026,
        [
            ("projects_new", "locality", "82", 30),
            ("capital_new", "partner", "JP", 50),
            ("capital_new", "partner", "KR", 9),
            ("capital_new", "partner", "FR", 5),
        ],
    )
    ask(connection)
    # February: 3 + 1 classified, 4 not, a day monitored in vain. March: one day, nothing classified.
    monitor(
        connection,
        count("02-02", 3, tone="trung_tinh"),
        count("02-03", 1, tone="tich_cuc"),
        count("02-03", 4, tone="chua_phan_loai"),
        nothing_found("02-04"),
        count("03-02", 2, tone="chua_phan_loai"),
        received_at=datetime(2026, 3, 10, 9, tzinfo=ZONE),
    )
    build_marts(connection)
    yield connection
    connection.rollback()


def publish(connection: Connection, year: int, figures: list[tuple[str, str, str, int]]) -> None:
    """A publisher's figures for the first half of a year: what, breakdown, member, value."""
    sha256 = f"{year:064d}"
    received_at = datetime(year, 7, 10, tzinfo=ZONE)
    connection.execute(
        text("insert into landing.file values (:sha256, 1, :sha256, :at)"), {"sha256": sha256, "at": received_at}
    )
    submission = connection.execute(
        text(
            "insert into warehouse.submission (sha256, source_id, subject_key, received_at, verdict, verdict_code,"
            " revision_number, received_count, promoted_count, quarantined_count, ignored_count)"
            " values (:sha256, 'register', :subject, :at, 'loaded', 'OK', 1, :rows, :rows, 0, 0)"
            " returning submission_id"
        ),
        {"sha256": sha256, "subject": f"{year}-06", "at": received_at, "rows": len(figures)},
    ).scalar_one()
    connection.execute(
        text(
            "insert into warehouse.capital_flow (submission_id, line_number, flow_code, measure_code, axis_code,"
            " member_name, member_code, value, value_state, unit_code, window_start, window_end, as_of_date,"
            " is_cumulative, revision_number, sheet_name, cell) values (:submission, :line, 'fdi', :measure,"
            " :axis, :member, :member, :value, 'reported', :unit, make_date(:year, 1, 1),"
            " make_date(:year, 6, 30), make_date(:year, 6, 30), true, 1, 'FDI', 'A1')"
        ),
        [
            {
                "submission": submission,
                "line": line,
                "measure": measure,
                "axis": axis,
                "member": member,
                "value": value,
                "unit": "USD" if measure == "capital_new" else "project",
                "year": year,
            }
            for line, (measure, axis, member, value) in enumerate(figures, start=1)
        ],
    )


def ask(connection: Connection) -> None:
    """A question about the department's June report, without an answer."""
    connection.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, sheet_name, cell, text_vi)"
            " select receipt_id, '', 'OUTLIER_AMONG_PEERS', 'warn', 'Báo cáo', 'F12', 'Số này có đúng không?'"
            " from landing.receipt inner join warehouse.submission using (submission_id)"
            " where reporting_unit_code = 'SYT' and period_code = '2026-06T'"
        )
    )


def holds_nobody_who_reported(rows: list[Row]) -> bool:
    states = dict(rows)
    reported = {"Xã Tân Hồng", "Xã Tân Hộ Cơ", "Sở Y tế"}
    # 123 obliged, three accepted; the one held back is told apart from those that sent nothing.
    return len(rows) == 120 and not reported & set(states) and states["Phường Đạo Thạnh"] == "Đã gửi, chờ sửa"


def counts_every_obliged_body(rows: list[Row]) -> bool:
    groups = {row[0]: row[1:] for row in rows}
    # Of 102 communes one came before the deadline.
    return sum(int(str(row[2])) for row in rows) == 123 and groups["commune"] == (1, 102, Decimal("1.0"))


def shows_what_an_indicator_stands_on(rows: list[Row]) -> bool:
    found = {row[0]: row for row in rows}
    # P01: one body of 123 on time. M01: 10 + 0 + 7 items.
    timely, items = found["P01"], found["M01"]
    return (timely[5], timely[6]) == (1, 123) and items[3] == 17 and timely[9] == "Cao hơn là tốt"


def names_the_cells_of_m01(rows: list[Row]) -> bool:
    return {(row[0], row[1], row[2], row[5]) for row in rows} == {
        ("MED01", "Xã Tân Hồng", Decimal(10), "F12"),
        ("MED01", "Xã Tân Hộ Cơ", Decimal(0), "F12"),
        ("MED01", "Sở Y tế", Decimal(7), "F12"),
    }


def pairs_up_what_was_divided(rows: list[Row]) -> bool:
    return [(row[0], row[1], row[2]) for row in rows] == [
        ("29992+30154", "Xã Long Phú Thuận", "Xã Phú Thuận B (29995)"),
        ("29992+30154", "Xã Tân Long", "Xã Phú Thuận B (29995)"),
        ("30025+30088", "Xã Phong Mỹ", "Xã Gáo Giồng (30079)"),
        ("30025+30088", "Xã Phú Cường", "Xã Gáo Giồng (30079)"),
        ("30130+30157", "Xã Tân Thạnh", "Xã Tân Thạnh (30157)"),
        ("30130+30157", "Xã Thanh Bình", "Xã Tân Thạnh (30157)"),
    ]


EXPECTED: dict[int, list[Row] | Callable[[list[Row]], bool]] = {
    1: holds_nobody_who_reported,
    # 15/06 00:00 is the first late instant: one day after the last day on time.
    2: [("Sở Y tế", date(2026, 6, 17), 3), ("Xã Tân Hộ Cơ", date(2026, 6, 15), 1)],
    3: [("Xã Tân Hộ Cơ", 2, "6 tháng đầu năm 2026; Năm 2026")],
    4: counts_every_obliged_body,
    5: [
        ("Xã Tân Hồng", 9, 10, Decimal("90.0")),
        ("Sở Y tế", 10, 10, Decimal("100.0")),
        ("Xã Tân Hộ Cơ", 10, 10, Decimal("100.0")),
    ],
    # units.csv: six communes on the land border, four on the sea; one trained, one said nobody, the rest are silent.
    6: [
        ("land_border", 6, 1, 1, 4, Decimal("16.7")),
        ("sea_border", 4, 0, 0, 4, Decimal("0.0")),
    ],
    7: [("Tiếng Việt", 15, 2), ("Tiếng Anh", 2, 1)],
    8: [("Có số liệu", 2, 17), ("Không phát sinh", 1, 0)],
    # The commune that withholds what it spent is left out on both sides.
    9: [
        ("commune", 1, 100, 50, Decimal("50.0")),
        ("department", 1, 200, 150, Decimal("75.0")),
    ],
    10: shows_what_an_indicator_stands_on,
    # 20 - 7 and 4 - 0.
    11: [("MED01", "Tin, bài TTĐN đã đăng, phát", 2, 7, 17)],
    12: [
        ("Đồng Tháp", None, 10, 2, "incomplete", "Chưa đủ số liệu của các địa bàn thành phần"),
    ],
    13: pairs_up_what_was_divided,
    14: [
        ("30079", "Xã Gáo Giồng", "Huyện Cao Lãnh", None),
        ("30004", "Xã Hòa Bình", "Huyện Tam Nông", 1),
        ("30025", "Xã Phú Cường", "Huyện Tam Nông", 1),
    ],
    # From 0 no percentage can be told, and a partner of this year only has no year before.
    15: [
        ("JP", "USD", 2026, 40, 50, 10, Decimal("25.0")),
        ("KR", "USD", 2026, 0, 9, 9, None),
        ("FR", "USD", 2026, None, 5, None, None),
    ],
    # 2024: 11 + 7. 2025: Tiền Giang is missing. 2026: as published.
    16: [
        ("fdi/projects_new", date(2024, 6, 30), "old", 18, "exact", 18),
        ("fdi/projects_new", date(2025, 6, 30), "old", None, "incomplete", 11),
        ("fdi/projects_new", date(2026, 6, 30), "new", 30, "exact", 30),
    ],
    17: names_the_cells_of_m01,
    18: lambda rows: [row[:4] for row in rows] == [("Sở Y tế", "Khác các đơn vị cùng loại", "Báo cáo", "F12")],
    # Monday 1 June to Sunday 14 June 2026: two full weeks without a holiday.
    19: [("2026-06T", date(2026, 6, 14), "Chủ nhật", 10)],
    # 3 of 4 and 1 of 4; what is not classified has no share.
    20: [
        (2026, 2, "Chưa phân loại", 4, None, 3),
        (2026, 2, "Tích cực", 1, Decimal("25.0"), 3),
        (2026, 2, "Trung tính", 3, Decimal("75.0"), 3),
        (2026, 3, "Chưa phân loại", 2, None, 1),
    ],
}


@pytest.mark.parametrize("number", sorted(EXPECTED))
def test_the_answer_to_each_question_is_the_one_worked_out_by_hand(answered: Connection, number: int) -> None:
    found = [tuple(row) for row in answered.execute(text(questions()[number]))]
    expected = EXPECTED[number]

    if callable(expected):
        assert expected(found), found
    else:
        assert found == expected


def test_every_question_of_the_page_is_answered_here_and_numbered_in_order() -> None:
    assert list(questions()) == sorted(EXPECTED) == list(range(1, len(EXPECTED) + 1))
    assert PAGE.read_text(encoding="utf-8").count("\n## ") == len(EXPECTED)


def test_no_question_reads_anything_but_the_marts() -> None:
    read = {name for sql in questions().values() for name in re.findall(r"(?:from|join)\s+([a-z_.]+)", sql)}

    # `from` also stands in extract(year from …).
    assert {name for name in read if not name.startswith("mart.")} <= {"now_flow.window_end_date"}


@pytest.mark.parametrize("number", sorted(EXPECTED))
def test_an_analyst_may_ask_each_of_them(answered: Connection, number: int) -> None:
    with answered.begin_nested() as savepoint:
        answered.execute(text("set local role ttdn_analyst_ro"))
        found = answered.execute(text(questions()[number])).all()
        savepoint.rollback()

    assert len(found) > 0

"""The monthly book through the whole gate: what is loaded, revised, held back, and what the ledger says of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.indicators.marts import build_marts
from include.pipeline.ingest import ingest_receipts, land_inbox, take_in
from include.pipeline.results import FileResult
from include.settings import Settings
from include.sources.nso_fdi.sample_book import HEADINGS, TITLE, write_sample_book
from tests.sources.reports import write_report

IN_NOVEMBER = datetime(2026, 11, 2, 9, 0, tzinfo=VIETNAM)
WINDOW = "2026-01-01/2026-10-20"


class Desk:
    """Whoever fetches the books: hands them in, asks what the warehouse knows."""

    def __init__(self, folder: Path, warehouse: Connection) -> None:
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.engine: Engine = create_engine(warehouse.engine.url, poolclass=NullPool)

    def hand_in(
        self, *paths: Path, source: str = "nso_fdi", at: datetime = IN_NOVEMBER, dry_run: bool = False
    ) -> list[FileResult]:
        return take_in(
            paths, source_id=source, settings=self.settings, engine=self.engine, received_at=at, dry_run=dry_run
        ).results

    def ask(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]


@pytest.fixture
def desk(tmp_path: Path, warehouse: Connection) -> Desk:
    return Desk(tmp_path, warehouse)


def codes(result: FileResult) -> set[str | None]:
    return {message["code"] for message in result.messages}


def with_partner(**figures: tuple[object, ...]) -> dict[str, dict[str, tuple[object, ...]]]:
    return {"Phân theo một số nước và vùng lãnh thổ": {name.replace("_", " "): row for name, row in figures.items()}}


def test_a_book_loads_whole_with_its_cells_and_its_ledger_balances(desk: Desk, tmp_path: Path) -> None:
    [result] = desk.hand_in(write_sample_book(tmp_path / "a.xlsx"))

    assert (result.verdict, result.code, result.revision, result.subject) == ("loaded", "OK", 1, WINDOW)
    assert (result.reporting_unit, result.period, result.answer) == (None, None, None)
    assert result.counts == {"received": 24, "promoted": 21, "quarantined": 0, "ignored": 3}
    assert desk.ask(
        "select value, value_state, unit_code, window_start, window_end, revision_number, cell"
        " from warehouse.capital_flow where member_code = '80' and measure_code = 'capital_adjusted'"
    ) == [(Decimal(-15750000), "reported", "USD", date(2026, 1, 1), date(2026, 10, 20), 1, "'12. FDI '!E10")]
    with desk.engine.begin() as connection:
        build_marts(connection)
        assert [
            tuple(row) for row in connection.execute(text("select promoted_row_count, is_balanced from mart.ledger"))
        ] == [(21, True)]


def test_a_blank_is_kept_as_missing_beside_a_printed_zero(desk: Desk, tmp_path: Path) -> None:
    desk.hand_in(write_sample_book(tmp_path / "a.xlsx"))

    assert desk.ask(
        "select member_name, value, value_state from warehouse.capital_flow"
        " where measure_code = 'capital_adjusted' and coalesce(value, 0) = 0 order by line_number"
    ) == [
        ("Cà Mau", None, "missing"),
        ("Đặc khu hành chính Hồng Kông (TQ)", Decimal(0), "nil"),
        ("Ôx -trây-li- a", Decimal(0), "reported"),
    ]


def test_a_book_fetched_again_is_unchanged_and_a_corrected_one_the_next_revision_of_its_window(
    desk: Desk, tmp_path: Path
) -> None:
    book = write_sample_book(tmp_path / "a.xlsx")
    resaved = tmp_path / "resaved.xlsx"
    workbook = openpyxl.load_workbook(book)
    workbook["12. FDI "].column_dimensions["B"].width = 40
    workbook.save(resaved)
    corrected = write_sample_book(tmp_path / "corrected.xlsx", total=(101, 1000.075597449995, 250.5))

    [first] = desk.hand_in(book)
    [second] = desk.hand_in(resaved)
    [third] = desk.hand_in(corrected)

    assert [each.verdict for each in (first, second, third)] == ["loaded", "unchanged", "loaded"]
    assert (second.counts["ignored"], third.revision) == (24, 2)
    assert desk.ask(
        "select measure_code, change_kind, old_value, new_value, cell from warehouse.capital_flow_change"
    ) == [("projects_new", "changed", Decimal(100), Decimal(101), "'12. FDI '!C7")]
    assert desk.ask(
        "select revision_number, value from warehouse.capital_flow"
        " where axis_code = 'total' and measure_code = 'projects_new' order by revision_number"
    ) == [(1, Decimal(100)), (2, Decimal(101))]


def test_the_book_of_another_month_is_a_first_revision_of_its_own(desk: Desk, tmp_path: Path) -> None:
    november = TITLE.replace("20/10/2026", "20/11/2026")
    books = [write_sample_book(tmp_path / "10.xlsx"), write_sample_book(tmp_path / "11.xlsx", title=november)]

    results = desk.hand_in(*books, at=datetime(2026, 12, 1, tzinfo=VIETNAM))

    assert [(each.verdict, each.revision) for each in results] == [("loaded", 1), ("loaded", 1)]
    assert {each.subject for each in results} == {WINDOW, "2026-01-01/2026-11-20"}


@pytest.mark.parametrize(
    ("book", "code"),
    [
        ({"sections": with_partner(Xin_ga_pua=(1, 2, 3))}, "FDI_NAME_UNKNOWN"),
        ({"sections": with_partner(Anh=(1, 2, 3), Vương_quốc_Anh=(1, 2, 3))}, "CAPITAL_KEY_REPEATED"),
        ({"sections": with_partner(Lào=(1, -2, 3))}, "CAPITAL_NEGATIVE"),
        ({"unit_line": "Tỷ USD"}, "CAPITAL_OUT_OF_SCALE"),
        ({"unit_line": "USD"}, "CAPITAL_OUT_OF_SCALE"),
        ({"title": TITLE.replace("20/10/2026", "03/11/2026")}, "CAPITAL_WINDOW_AHEAD"),
        ({"total": None}, "FDI_TOTAL_MISSING"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_book_with_one_wrong_figure_is_held_whole_with_its_reason(
    desk: Desk, tmp_path: Path, book: dict[str, object], code: str
) -> None:
    [result] = desk.hand_in(write_sample_book(tmp_path / "a.xlsx", **book))  # type: ignore[arg-type]

    assert (result.verdict, result.code) == ("quarantined", code)
    assert result.counts["quarantined"] == result.counts["received"] - result.counts["ignored"] > 0
    assert desk.ask("select count(*) from warehouse.capital_flow") == [(0,)]
    [(held,)] = desk.ask("select count(*) from quarantine.capital_flow")
    assert held == result.counts["quarantined"]
    [told] = [each for each in result.messages if each["code"] == code][:1]
    assert told["severity"] == "block"
    assert told["sheet"] == "12. FDI "


def test_near_misses_of_those_checks_load(desk: Desk, tmp_path: Path) -> None:
    book = write_sample_book(
        tmp_path / "a.xlsx",
        # The day of receipt itself, a negative adjustment, parts that come to less, a cheap month of nine projects.
        title=TITLE.replace("20/10/2026", "02/11/2026"),
        total=(9, 0.5, -4),
        sections=with_partner(Lào=(1, 0.2, -3), Anh=(1, 0.1, None)),
    )

    [result] = desk.hand_in(book)

    assert (result.verdict, result.code) == ("loaded", "OK")


def test_members_that_exceed_the_total_are_loaded_as_printed_and_told(desk: Desk, tmp_path: Path) -> None:
    [result] = desk.hand_in(write_sample_book(tmp_path / "a.xlsx", sections=with_partner(Lào=(101, 20, 3))))

    assert (result.verdict, codes(result)) == ("loaded", {"CAPITAL_PARTS_EXCEED_TOTAL", "DOLLAR_RATE_MISSING"})
    [told] = [message for message in result.messages if message["code"] == "CAPITAL_PARTS_EXCEED_TOTAL"]
    assert (told["sheet"], told["cell"]) == ("12. FDI ", "C7")
    assert "các dòng cộng lại là 101, tổng ghi 100" in str(told["text"])


def test_a_book_refused_for_a_new_column_is_looked_at_again_each_time_it_comes(desk: Desk, tmp_path: Path) -> None:
    book = write_sample_book(tmp_path / "a.xlsx", headings=(*HEADINGS[:2], ("Vốn", "giải ngân")))

    [refused] = desk.hand_in(book)
    [again] = desk.hand_in(book)

    assert (refused.verdict, refused.code) == ("rejected", "FDI_COLUMN_UNKNOWN")
    assert (again.verdict, again.code) == ("duplicate", "DUPLICATE_HELD")


def test_a_rehearsal_says_the_same_and_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    [result] = desk.hand_in(write_sample_book(tmp_path / "a.xlsx"), dry_run=True)

    assert (result.verdict, result.counts["promoted"], result.subject) == ("loaded", 21, WINDOW)
    assert desk.ask("select count(*) from landing.receipt") == [(0,)]
    assert desk.ask("select count(*) from staging.capital_flow") == [(0,)]


def test_reports_and_books_share_one_warehouse_and_neither_takes_the_other(desk: Desk, tmp_path: Path) -> None:
    [report] = desk.hand_in(write_report(tmp_path / "bao cao.xlsx"), source="agency_reports")
    [book] = desk.hand_in(write_sample_book(tmp_path / "a.xlsx"))

    assert (report.verdict, book.verdict) == ("loaded", "loaded")
    assert desk.ask("select source_id, subject_key, revision_number from warehouse.submission order by source_id") == [
        ("agency_reports", "28249/2026-06T", 1),
        ("nso_fdi", WINDOW, 1),
    ]
    with desk.engine.begin() as connection:
        build_marts(connection)
        assert connection.execute(text("select bool_and(is_balanced) from mart.ledger")).scalar_one()


def test_every_source_takes_what_lies_in_its_own_part_of_the_inbox(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTDN_HOME", str(tmp_path))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)
    (tmp_path / "inbox" / "nso_fdi" / "2026").mkdir(parents=True)
    write_sample_book(tmp_path / "inbox" / "nso_fdi" / "2026" / "a.xlsx")
    write_report(tmp_path / "inbox" / "bao cao.xlsx")
    monkeypatch.setenv("TTDN_SETTLING_SECONDS", "0")

    [reports] = land_inbox("agency_reports")
    [books] = land_inbox("nso_fdi")

    assert (len(reports), len(books)) == (1, 1)
    assert ingest_receipts("nso_fdi", books) == {"loaded": 1}
    # A book gets no answer, so nothing waits for one.
    assert land_inbox("nso_fdi") == []


def test_every_real_book_with_the_sheet_loads_in_one_drop_and_the_warehouse_sums_what_is_printed(
    desk: Desk, real_data: Path
) -> None:
    books = sorted((real_data / "vn-gso-monthly").glob("*.xls*"))

    results = desk.hand_in(*books)

    verdicts = {Path(result.path).name[:4]: (result.verdict, result.code) for result in results}
    assert verdicts.pop("2000") == ("rejected", "FDI_SHEET_NOT_FOUND")
    assert set(verdicts.values()) == {("loaded", "OK")}
    # Figures in USD load as printed before there is a rate; the file is told once which days wait for one.
    assert {message["code"] for result in results for message in result.messages if result.verdict == "loaded"} == {
        "DOLLAR_RATE_MISSING"
    }
    assert max(len(result.messages) for result in results if result.verdict == "loaded") == 1
    # 24.797 + 349.765554 + 88.187264 + 378.483218 + 144 million, the books that list the province.
    assert desk.ask(
        "select sum(value), count(*) from warehouse.capital_flow"
        " where axis_code = 'locality' and member_code = '82' and measure_code = 'capital_new'"
    ) == [(Decimal(985233036), 5)]

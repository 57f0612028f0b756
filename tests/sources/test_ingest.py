"""The whole gate, from a workbook in the inbox to figures in the warehouse and an answer in the outbox."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.pipeline.ingest import take_in
from include.pipeline.results import FileResult
from include.settings import Settings
from tests.sources.reports import CUT_OFF, cell_of, write_report

IN_JUNE = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
LATE = datetime(2026, 6, 15, 0, 0, tzinfo=VIETNAM)


class Office:
    """A platform in a folder of its own: send files to it, ask it what it knows."""

    def __init__(self, folder: Path, warehouse: Connection) -> None:
        self.folder, self.warehouse = folder, warehouse
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.engine: Engine = create_engine(warehouse.engine.url, poolclass=NullPool)

    def receive(self, *paths: Path, at: datetime = IN_JUNE, dry_run: bool = False) -> list[FileResult]:
        return take_in(
            paths,
            source_id="agency_reports",
            settings=self.settings,
            engine=self.engine,
            received_at=at,
            dry_run=dry_run,
        ).results

    def ask(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]


@pytest.fixture
def office(tmp_path: Path, warehouse: Connection) -> Office:
    return Office(tmp_path, warehouse)


def codes(result: FileResult) -> set[str | None]:
    return {message["rule"] for message in result.messages}


def texts(result: FileResult) -> str:
    return "\n".join(str(message["text"]) for message in result.messages)


def test_a_good_report_loads_whole_with_its_cells_and_its_ledger_balances(office: Office, tmp_path: Path) -> None:
    report = write_report(tmp_path / "bao cao.xlsx", actual={"MED01": 12, "BUD01": "350,5", "VNV01": "không phát sinh"})

    [result] = office.receive(report)

    assert (result.verdict, result.code, result.revision) == ("loaded", "OK", 1)
    assert (result.reporting_unit, result.period) == ("28249", "2026-06T")
    counts = result.counts
    assert counts["received"] == counts["promoted"] + counts["quarantined"] + counts["ignored"]
    assert counts["promoted"] > 25
    assert counts["quarantined"] == 0
    loaded = office.ask(
        "select measure_code, value, value_state from warehouse.observation"
        " where measure_code in ('MED01', 'BUD01', 'VNV01') order by measure_code"
    )
    assert loaded == [
        ("BUD01", Decimal(350500000), "reported"),
        ("MED01", Decimal(12), "reported"),
        ("VNV01", 0, "nil"),
    ]
    [(sheet, cell)] = office.ask("select sheet_name, cell from warehouse.observation where measure_code = 'MED01'")
    assert openpyxl.load_workbook(report)[sheet][cell].value == 12


def test_the_same_bytes_under_another_name_are_a_duplicate_and_load_nothing(office: Office, tmp_path: Path) -> None:
    report = write_report(tmp_path / "first.xlsx")
    copy = Path(shutil.copy(report, tmp_path / "Bản sao (2).xlsx"))

    [first] = office.receive(report)
    [second] = office.receive(copy)

    assert (first.verdict, second.verdict, second.code) == ("loaded", "duplicate", "DUPLICATE")
    assert first.receipt in texts(second)
    assert office.ask("select count(*) from warehouse.submission") == [(1,)]


def test_the_same_bytes_twice_in_one_drop_load_once(office: Office, tmp_path: Path) -> None:
    report = write_report(tmp_path / "a.xlsx")
    copy = Path(shutil.copy(report, tmp_path / "b.xlsx"))

    assert sorted(result.verdict for result in office.receive(report, copy)) == ["duplicate", "loaded"]


def test_a_resaved_report_is_unchanged_and_a_changed_cell_is_the_next_revision_with_its_difference(
    office: Office, tmp_path: Path
) -> None:
    report = write_report(tmp_path / "a.xlsx", actual={"MED01": 12})
    resaved = tmp_path / "resaved.xlsx"
    openpyxl.load_workbook(report).save(resaved)
    changed = write_report(tmp_path / "changed.xlsx", actual={"MED01": 15})

    verdicts = [office.receive(path)[0].verdict for path in (report, resaved, changed)]

    assert verdicts == ["loaded", "unchanged", "loaded"]
    assert office.ask("select revision_number from warehouse.submission where verdict = 'loaded' order by 1") == [
        (1,),
        (2,),
    ]
    assert office.ask("select measure_code, change_kind, old_value, new_value from warehouse.observation_change") == [
        ("MED01", "changed", 12, 15)
    ]
    assert office.ask(
        "select revision_number, value from warehouse.observation where measure_code = 'MED01' order by 1"
    ) == [
        (1, 12),
        (2, 15),
    ]


def test_an_earlier_state_sent_again_is_a_new_revision_not_unchanged(office: Office, tmp_path: Path) -> None:
    twelve = write_report(tmp_path / "a.xlsx", actual={"MED01": 12})
    fifteen = write_report(tmp_path / "b.xlsx", actual={"MED01": 15})
    twelve_again = tmp_path / "c.xlsx"
    openpyxl.load_workbook(twelve).save(twelve_again)

    results = [office.receive(path)[0] for path in (twelve, fifteen, twelve_again)]

    assert [(result.verdict, result.revision) for result in results] == [("loaded", 1), ("loaded", 2), ("loaded", 3)]


def test_a_blocked_cell_holds_a_whole_report_where_partial_loads_are_not_allowed(
    office: Office, tmp_path: Path
) -> None:
    report = write_report(tmp_path / "a.xlsx", actual={"MED01": -3, "EVT02": 9})

    [result] = office.receive(report)

    assert result.verdict == "quarantined"
    assert result.counts["promoted"] == 0
    assert result.counts["quarantined"] > 25
    assert {"NEGATIVE", "R-05"} <= codes(result)  # both told at once
    assert office.ask("select count(*) from warehouse.observation") == [(0,)]
    held = dict(office.ask("select measure_code, rule_codes from quarantine.observation where axis_code = 'total'"))
    assert held["LEG01"] == ["FILE"]
    assert "FILE" not in held["MED01"]


def test_where_the_template_allows_it_good_rows_load_and_the_blocked_wait(office: Office, tmp_path: Path) -> None:
    report = write_report(tmp_path / "a.xlsx", "STC", actual={"FDI01": -2, "FDI02": 12.5})

    [result] = office.receive(report)

    assert (result.verdict, result.code) == ("loaded", "PARTIAL")
    assert result.counts["quarantined"] >= 1
    assert result.counts["promoted"] > 10
    assert office.ask("select value from warehouse.observation where measure_code = 'FDI02'") in ([], [(12_500_000,)])
    assert office.ask("select count(*) from warehouse.observation where measure_code = 'FDI01'") == [(0,)]


def test_a_corrected_report_after_a_refused_one_is_revision_one(office: Office, tmp_path: Path) -> None:
    office.receive(write_report(tmp_path / "bad.xlsx", actual={"MED01": -3}))
    [result] = office.receive(write_report(tmp_path / "good.xlsx", actual={"MED01": 3}))

    assert (result.verdict, result.revision) == ("loaded", 1)


def test_one_bad_file_does_not_stop_the_others(office: Office, tmp_path: Path) -> None:
    broken = tmp_path / "1.xlsx"
    broken.write_bytes(b"")
    text_file = tmp_path / "2.xlsx"
    text_file.write_text("khong phai bang tinh")
    good = write_report(tmp_path / "3.xlsx")

    results = office.receive(tmp_path / "1.xlsx", text_file, good)

    assert [result.verdict for result in results][-1] == "loaded"
    assert all(result.verdict in ("rejected", "incomplete") and result.messages for result in results[:2])
    assert all(result.answer and Path(result.answer).exists() for result in results)


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ({"unit": "99999 - Phường Không Có"}, "BODY_UNKNOWN"),
        ({"unit": "29887 - Xã Mỹ Trà"}, "BODY_FORMER"),
        ({"period": "2031-06T"}, "PERIOD_UNKNOWN"),
        ({"template": "T-COMMUNE, phiên bản 2019.1"}, "TEMPLATE_VERSION"),
        ({"template": "T-POLICE, phiên bản 2026.1"}, "TEMPLATE_WRONG"),
        ({"unit": "28261 - Phường Mỹ Tho"}, "BODY_CONFLICT"),
    ],
)
def test_a_heading_we_cannot_trust_rejects_the_file_naming_the_cell(
    office: Office, tmp_path: Path, heading: dict[str, str], code: str
) -> None:
    [result] = office.receive(write_report(tmp_path / "a.xlsx", heading=heading))

    assert (result.verdict, result.code) == ("rejected", code)
    assert result.messages[0]["sheet"] == "Báo cáo"
    assert result.messages[0]["cell"]


def test_a_former_commune_is_told_its_successors(office: Office, tmp_path: Path) -> None:
    [result] = office.receive(write_report(tmp_path / "a.xlsx", heading={"unit": "Xã Tân Thạnh (30157) cũ"}))
    [former] = office.receive(write_report(tmp_path / "b.xlsx", heading={"unit": "29887"}))

    assert result.verdict == "rejected"
    assert former.code == "BODY_FORMER"
    assert "Phường Mỹ Trà (29888)" in texts(former)


def test_a_period_in_the_file_name_that_contradicts_the_sheet_is_asked_back(office: Office, tmp_path: Path) -> None:
    misnamed = write_report(tmp_path / "BC_2026-NAM_28249.xlsx")
    [result] = office.receive(misnamed)
    [again] = office.receive(misnamed)
    [renamed] = office.receive(misnamed.rename(tmp_path / "BC_2026-06T_28249.xlsx"))

    assert (result.verdict, result.code) == ("rejected", "PERIOD_CONFLICT")
    assert (again.verdict, again.code) == ("duplicate", "DUPLICATE_HELD")
    assert "PERIOD" not in texts(again)
    assert "kỳ báo cáo" in texts(again)  # the clerk is told again what is wrong
    assert renamed.verdict == "loaded"  # the same bytes under a name that agrees


def test_a_missing_column_is_named(office: Office, tmp_path: Path) -> None:
    def rename(workbook: openpyxl.Workbook) -> None:
        for row in workbook["Báo cáo"].iter_rows():
            for cell in row:
                if cell.value == "Thực hiện đến ngày chốt":
                    cell.value = "Màu sắc"

    [result] = office.receive(write_report(tmp_path / "a.xlsx", edit=rename))

    assert (result.verdict, result.code) == ("rejected", "COLUMN_MISSING")
    assert "Thực hiện đến ngày chốt" in texts(result)
    assert "Màu sắc" in texts(result)


def test_two_bodies_in_one_file_are_sent_back(office: Office, tmp_path: Path) -> None:
    def add_second(workbook: openpyxl.Workbook) -> None:
        copy = workbook.copy_worksheet(workbook["Báo cáo"])
        copy.title = "Mỹ Tho"
        for row in copy.iter_rows():
            for cell in row:
                if cell.value == "28249 - Phường Đạo Thạnh":
                    cell.value = "28261 - Phường Mỹ Tho"

    [result] = office.receive(write_report(tmp_path / "a.xlsx", edit=add_second))

    assert (result.verdict, result.code) == ("rejected", "MULTI_AGENCY")


def test_an_error_cell_is_missing_data_and_never_zero(office: Office, tmp_path: Path) -> None:
    def spoil(workbook: openpyxl.Workbook) -> None:
        cell_of(workbook, "VNV01").value = "#DIV/0!"

    [result] = office.receive(write_report(tmp_path / "a.xlsx", edit=spoil))

    assert result.verdict == "quarantined"
    assert "R-19" in codes(result)
    assert office.ask("select value, value_state from quarantine.observation where measure_code = 'VNV01'") in (
        [(None, "missing")],
        [(None, "unreadable")],
    )


def test_a_number_that_can_be_read_two_ways_is_asked_back(office: Office, tmp_path: Path) -> None:
    [result] = office.receive(write_report(tmp_path / "a.xlsx", actual={"EVT03": "1.234"}))

    assert result.verdict == "quarantined"
    assert "R-02" in codes(result)
    assert "1.234" in texts(result)


def test_the_column_decides_what_a_dot_means_when_another_cell_shows_it(office: Office, tmp_path: Path) -> None:
    [result] = office.receive(
        write_report(tmp_path / "a.xlsx", actual={"EVT03": "1.234", "BDR03": "1.234.567", "BUD01": "350,5"})
    )

    assert result.verdict == "loaded", texts(result)
    assert office.ask("select value from warehouse.observation where measure_code = 'EVT03'") == [(1234,)]


def test_blank_is_missing_and_zero_is_zero(office: Office, tmp_path: Path) -> None:
    [result] = office.receive(write_report(tmp_path / "a.xlsx", actual={"HRT02": None, "LEG01": 1, "MED06": 0}))

    assert result.verdict == "loaded", texts(result)
    states = dict(office.ask("select measure_code, value_state from warehouse.observation where axis_code = 'total'"))
    assert (states["HRT02"], states["MED06"]) == ("missing", "reported")


def test_a_secret_file_leaves_nothing_but_time_size_hash_and_reason(office: Office, tmp_path: Path) -> None:
    canary = "Hoa-phượng-2711"

    def stamp(workbook: openpyxl.Workbook) -> None:
        workbook["Báo cáo"]["H1"] = "MẬT"
        workbook["Báo cáo"]["H2"] = canary

    [result] = office.receive(write_report(tmp_path / f"{canary}.xlsx", edit=stamp))

    assert (result.verdict, result.code) == ("refused_secret", "SECRET")
    assert office.ask("select count(*) from landing.file where forgotten_at is null") == [(0,)]
    assert not [path for path in office.settings.landing.rglob("*") if path.is_file()]
    kept = office.ask("select original_name, verdict from landing.receipt")
    assert canary not in str(kept)
    assert canary not in texts(result)


def kept_with(office: Office, word: str) -> list[str]:
    """Files below the home, the inbox left out, and receipts that hold the word."""
    kept = [
        str(path)
        for path in office.settings.home.rglob("*")
        if not path.is_relative_to(office.settings.inbox)
        and path.is_file()
        and (word in path.name or word.encode() in path.read_bytes())
    ]
    return kept + [str(row) for row in office.ask("select receipt::text from landing.receipt") if word in str(row)]


@pytest.mark.parametrize("name", ["manifest.csv", "danh sach gui.csv"])
def test_a_list_of_files_that_names_a_marked_one_is_refused_as_secret_and_its_lines_are_not_kept(
    office: Office, tmp_path: Path, name: str
) -> None:
    marked, ordinary = tmp_path / "one" / name, tmp_path / "other" / name
    for path, listed in ((marked, "BCMẬT Phuonghoang.xlsx"), (ordinary, "BC công tác bảo mật Bochim.xlsx")):
        path.parent.mkdir()
        lines = ("file,received_at", "a.xlsx,2026-06-10T09:00:00+07:00", f"{listed},2026-06-10T09:00:00+07:00")
        path.write_text("\n".join(lines), encoding="utf-8")

    results = office.receive(marked, ordinary)

    assert [result.verdict for result in results] == ["refused_secret", "rejected"]
    assert kept_with(office, "Phuonghoang") == []
    assert len(kept_with(office, "Bochim")) == 1


def test_a_drops_manifest_tells_when_a_marked_file_came_and_its_name_is_written_down_nowhere(
    office: Office, tmp_path: Path
) -> None:
    drop = office.settings.inbox / "lan 1"
    drop.mkdir(parents=True)
    write_report(drop / "BCMẬT Phuonghoang.xlsx")
    line = "BCMẬT Phuonghoang.xlsx,2026-06-09T08:00:00+07:00"
    (drop / "_manifest.csv").write_text(f"file,received_at\n{line}\n", encoding="utf-8")

    [result] = take_in([drop], source_id="agency_reports", settings=office.settings, engine=office.engine).results

    assert result.verdict == "refused_secret"
    assert office.ask("select received_at from landing.receipt") == [(datetime(2026, 6, 9, 8, tzinfo=VIETNAM),)]
    assert kept_with(office, "Phuonghoang") == []


def test_a_report_with_a_cell_that_names_a_marked_file_is_refused_as_secret(office: Office, tmp_path: Path) -> None:
    def name_a_file(words: str):  # type: ignore[no-untyped-def]
        return lambda workbook: workbook["Báo cáo"].cell(200, 2, words)

    marked = write_report(tmp_path / "a.xlsx", edit=name_a_file("phu luc/BCMẬT.xlsx"))
    ordinary = write_report(tmp_path / "b.xlsx", edit=name_a_file("phu luc/BC_BẢO_MẬT.xlsx"))

    assert [result.verdict for result in office.receive(marked, ordinary)] == ["refused_secret", "loaded"]


def test_a_dry_run_says_the_same_and_keeps_nothing(office: Office, tmp_path: Path) -> None:
    good, bad = write_report(tmp_path / "a.xlsx"), write_report(tmp_path / "b.xlsx", "28261", actual={"MED01": -1})

    results = office.receive(good, bad, dry_run=True)

    assert [result.verdict for result in results] == ["loaded", "quarantined"]
    assert office.ask("select count(*) from landing.receipt") == [(0,)]
    assert office.ask("select count(*) from warehouse.submission") == [(0,)]
    assert not office.settings.landing.exists()


def test_a_copy_under_a_marked_name_is_refused_as_secret_by_a_dry_run_and_so_is_every_later_copy(
    office: Office, tmp_path: Path
) -> None:
    report = write_report(tmp_path / "a.xlsx")
    marked = Path(shutil.copy(report, tmp_path / "BC (MẬT).xlsx"))
    office.receive(report)

    rehearsed = office.receive(report, marked, dry_run=True)
    [refused] = office.receive(marked)
    later = office.receive(report, dry_run=True)

    assert [result.verdict for result in (*rehearsed, refused, *later)] == ["refused_secret"] * 4
    assert office.receive(report)[0].verdict == "refused_secret"


def test_a_list_of_people_that_comes_again_under_a_marked_name_is_refused_as_secret(
    office: Office, tmp_path: Path
) -> None:
    people = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường", "Phạm Thị Dung", "Hoàng Văn Em")

    def list_people(workbook: openpyxl.Workbook) -> None:
        for row, name in enumerate(people, start=200):
            workbook["Báo cáo"].cell(row, 2, name)

    report = write_report(tmp_path / "a.xlsx", edit=list_people)
    marked = Path(shutil.copy(report, tmp_path / "TUYỆT MẬT.xlsx"))

    [first] = office.receive(report)
    [second] = office.receive(marked)

    assert [(first.verdict, first.code), (second.verdict, second.code)] == [
        ("rejected", "PII_LIST"),
        ("refused_secret", "SECRET"),
    ]


def test_personal_data_in_a_name_is_not_kept_whatever_the_name_ends_in(office: Office, tmp_path: Path) -> None:
    plain = write_report(tmp_path / "a.xlsx").read_bytes()
    sent = [
        "nva@gmail.com",
        "b nva@gmail.com.xlsx",
        "c 0912345678.docx",
        "Báo cáo 6.tháng",
        "Nguyễn Văn A - báo cáo.xlsx",
        "Báo cáo Trường THPT Nguyễn Quang Diêu.xlsx",
    ]
    for at, name in enumerate(sent):
        (tmp_path / "sent" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "sent" / name).write_bytes(plain + b"\0" * at)

    office.receive(tmp_path / "sent")

    assert sorted(name for (name,) in office.ask("select original_name from landing.receipt")) == [
        "(tên người) - báo cáo.xlsx",
        "(địa chỉ thư điện tử)",
        "Báo cáo 6.tháng",
        "Báo cáo Trường THPT Nguyễn Quang Diêu.xlsx",
        "b (địa chỉ thư điện tử).xlsx",
        "c (số điện thoại).docx",
    ]


def test_a_held_report_sent_again_unchanged_is_a_duplicate_that_still_names_its_mistakes(
    office: Office, tmp_path: Path
) -> None:
    report = write_report(tmp_path / "a.xlsx", actual={"MED01": -3})
    copy = Path(shutil.copy(report, tmp_path / "b.xlsx"))

    first, second = office.receive(report, copy)

    assert [first.verdict, second.verdict] == ["quarantined", "duplicate"]
    assert "NEGATIVE" in codes(second)
    assert office.ask("select count(*) from warehouse.submission") == [(1,)]


def test_an_annual_report_held_against_a_wrong_six_month_report_loads_once_that_is_put_right(
    office: Office, tmp_path: Path
) -> None:
    annual = write_report(tmp_path / "year.xlsx", period_code="2026-NAM", actual={"MED01": 30})
    november = datetime(2026, 11, 20, 8, 0, tzinfo=VIETNAM)

    office.receive(write_report(tmp_path / "half.xlsx", actual={"MED01": 40}))
    [held] = office.receive(annual, at=november)
    office.receive(write_report(tmp_path / "half-again.xlsx", actual={"MED01": 20}), at=november)
    [result] = office.receive(annual, at=november)

    assert [held.verdict, result.verdict] == ["quarantined", "loaded"]


def test_annual_and_six_month_reports_of_one_drop_are_compared_in_order_of_receipt(
    office: Office, tmp_path: Path
) -> None:
    half = write_report(tmp_path / "half.xlsx", actual={"MED01": 40})
    year = write_report(tmp_path / "year.xlsx", period_code="2026-NAM", actual={"MED01": 30})

    office.receive(half)
    [result] = office.receive(year, at=datetime(2026, 11, 20, 8, 0, tzinfo=VIETNAM))

    assert result.verdict == "quarantined"
    assert "R-06" in codes(result)


def test_the_answer_is_the_reporters_own_workbook_with_the_cell_marked_and_a_receipt_in_front(
    office: Office, tmp_path: Path
) -> None:
    report = write_report(tmp_path / "a.xlsx", actual={"MED01": -3})

    [result] = office.receive(report, at=LATE)

    answer = openpyxl.load_workbook(str(result.answer))
    assert answer.sheetnames[0] == "Trả lời"
    assert "Báo cáo" in answer.sheetnames
    marked = cell_of(answer, "MED01")
    assert marked.value == -3
    assert marked.comment is not None
    assert "âm" in marked.comment.text
    front = " ".join(str(cell.value) for row in answer["Trả lời"].iter_rows() for cell in row if cell.value)
    assert str(result.receipt) in front
    assert "15/06/2026" in front


def test_a_report_arriving_at_midnight_of_the_due_day_is_late_and_the_second_before_is_not(
    office: Office, tmp_path: Path
) -> None:
    office.receive(write_report(tmp_path / "a.xlsx"), at=LATE)
    office.receive(write_report(tmp_path / "b.xlsx", "28261"), at=datetime(2026, 6, 14, 23, 59, 59, tzinfo=VIETNAM))

    from include.indicators.marts import build_marts
    from include.indicators.status import status

    with office.engine.begin() as connection:
        build_marts(connection)
        states = {body["code"]: body["state"] for body in status(connection, "2026-06T")["bodies"]}
    assert (states["28249"], states["28261"]) == ("late", "on_time")


def test_a_cut_off_date_that_cannot_be_read_is_told_once_as_such(office: Office, tmp_path: Path) -> None:
    no_day = write_report(tmp_path / "a.xlsx", heading={"cut_off_date": "31/02/2026"})

    [result] = office.receive(no_day)

    blocking = [message for message in result.messages if message["severity"] == "block"]
    assert [message["code"] for message in blocking] == ["DATE_IMPOSSIBLE"]
    assert "31/02/2026" in str(blocking[0]["text"])
    assert result.verdict == "quarantined"


def test_an_arrival_left_open_by_a_broken_run_is_taken_up_again(office: Office, tmp_path: Path) -> None:
    from include.pipeline.ingest import _take_through_gate  # the step a broken run did not reach
    from include.pipeline.land import land_file, load_receipts, opened_report
    from include.readers.sandbox import Sandbox
    from include.sources import load_source

    report = write_report(tmp_path / "a.xlsx")
    with office.engine.connect() as connection:
        with opened_report(report) as held:
            receipt = land_file(connection, office.settings, held, source_id="agency_reports", received_at=IN_JUNE)
        connection.commit()
        with Sandbox(workers=1) as sandbox:
            for _ in range(2):  # taking it up twice changes nothing
                receipts = load_receipts(connection, office.settings, [receipt.receipt_id])
                _take_through_gate(connection, office.settings, load_source("agency_reports"), receipts, sandbox)

    assert office.ask("select verdict from landing.receipt") == [("loaded",)]
    assert office.ask("select count(*) from warehouse.submission") == [(1,)]
    assert CUT_OFF["2026-06T"] == date(2026, 6, 8)


def test_a_report_whose_revision_proved_wrong_is_taken_back_by_sending_the_earlier_file_again(
    office: Office, tmp_path: Path
) -> None:
    first = write_report(tmp_path / "a.xlsx", actual={"MED01": 40})
    wrong = write_report(tmp_path / "b.xlsx", actual={"MED01": 50})

    results = [office.receive(path)[0] for path in (first, wrong, first, first)]

    assert [(result.verdict, result.revision) for result in results] == [
        ("loaded", 1),
        ("loaded", 2),
        ("loaded", 3),
        ("duplicate", None),
    ]


def test_an_older_arrival_worked_off_later_does_not_replace_the_newer_one(office: Office, tmp_path: Path) -> None:
    from include.indicators.marts import build_marts

    newer = write_report(tmp_path / "newer.xlsx", actual={"MED01": 60})
    older = write_report(tmp_path / "older.xlsx", actual={"MED01": 40})

    office.receive(newer, at=datetime(2026, 6, 12, 9, 0, tzinfo=VIETNAM))
    office.receive(older, at=IN_JUNE)

    with office.engine.begin() as connection:
        build_marts(connection)
    assert office.ask(
        "select value from mart.observation_latest where measure_code = 'MED01' and axis_code = 'total'"
    ) == [(60,)]


def test_two_runs_that_take_up_the_same_arrival_close_it_once(office: Office, tmp_path: Path) -> None:
    from include.pipeline import ingest
    from include.pipeline.land import land_file, opened_report
    from include.readers.sandbox import Sandbox
    from include.sources import load_source

    report = write_report(tmp_path / "a.xlsx")
    source = load_source("agency_reports")
    with office.engine.connect() as first, office.engine.connect() as second, Sandbox(workers=1) as sandbox:
        with opened_report(report) as held:
            receipt = land_file(first, office.settings, held, source_id="agency_reports", received_at=IN_JUNE)
        first.commit()
        original = ingest.read_in_sandbox

        def read_while_another_run_finishes(*arguments: object) -> object:
            readings = original(*arguments)  # type: ignore[arg-type]
            ingest.read_in_sandbox = original
            ingest._take_through_gate(second, office.settings, source, [receipt], sandbox)
            return readings

        ingest.read_in_sandbox = read_while_another_run_finishes  # type: ignore[assignment]
        try:
            ingest._take_through_gate(first, office.settings, source, [receipt], sandbox)
        finally:
            ingest.read_in_sandbox = original

    assert office.ask("select verdict from landing.receipt") == [("loaded",)]
    assert office.ask("select count(*) from warehouse.submission") == [(1,)]


def test_a_secret_file_sent_twice_or_under_a_marked_name_is_refused_each_time_and_stops_nobody(
    office: Office, tmp_path: Path
) -> None:
    def stamp(workbook: openpyxl.Workbook) -> None:
        workbook["Báo cáo"]["H1"] = "MẬT"

    secret = write_report(tmp_path / "a.xlsx", edit=stamp)
    copy = Path(shutil.copy(secret, tmp_path / "b.xlsx"))
    marked = Path(shutil.copy(write_report(tmp_path / "d.xlsx", "28261"), tmp_path / "TUYỆT MẬT bao cao.xlsx"))
    broken = tmp_path / "MẬT hong.xlsx"
    broken.write_bytes(b"PK\x03\x04 hong")
    good = write_report(tmp_path / "z.xlsx", "28270")

    results = office.receive(secret, copy, marked, broken, good)

    assert [result.verdict for result in results] == ["refused_secret"] * 4 + ["loaded"]
    assert len([path for path in office.settings.landing.rglob("*") if path.is_file()]) == 1
    assert "TUYỆT" not in str(office.ask("select * from landing.receipt"))


def test_what_was_typed_beside_personal_data_is_repeated_nowhere(office: Office, tmp_path: Path) -> None:
    [result] = office.receive(write_report(tmp_path / "a.xlsx", actual={"MED01": "gọi 0912345678"}))

    assert result.verdict == "quarantined"
    assert "0912345678" not in texts(result)
    assert "0912345678" not in str(office.ask("select text_vi from warehouse.finding"))


def test_a_bad_manifest_holds_its_own_folder_and_a_clock_ahead_holds_nothing(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    from include.pipeline.ingest import land_inbox
    from include.pipeline.land import load_receipts

    inbox = office.settings.inbox
    (inbox / "xa").mkdir(parents=True)
    (inbox / "xa" / "_manifest.csv").write_text("file;received_at\na.xlsx;2026-06-10\n", encoding="utf-8")
    write_report(inbox / "xa" / "a.xlsx")
    ahead = write_report(inbox / "b.xlsx", "28261")
    os.utime(ahead, (4_000_000_000, 4_000_000_000))
    os.utime(inbox / "xa" / "a.xlsx", (1_700_000_000, 1_700_000_000))
    monkeypatch.setenv("TTDN_HOME", str(office.settings.home))
    monkeypatch.setenv("TTDN_DATABASE_URL", office.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("TTDN_SETTLING_SECONDS", "0")

    [batch] = land_inbox("agency_reports")

    with office.engine.connect() as connection:
        [landed] = load_receipts(connection, office.settings, batch)
    assert landed.original_name == "b.xlsx"

"""Waivers: a breach is accepted for one body, one period and a time, is told as a warning, and nothing else changes."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.cli import main
from include.indicators.marts import build_marts
from include.indicators.trace import trace
from include.pipeline.ingest import take_in
from include.pipeline.results import FileResult
from include.quality.messages import all_messages
from include.quality.suites import NEVER_WAIVED_CODES, NEVER_WAIVED_RULES, load_suites
from include.quality.waivers import WaiverRefused, list_waivers, record_waiver, waivable_rules, withdraw_waiver
from include.settings import Settings
from include.warehouse.audit import verify_audit
from tests.sources.reports import write_report

JUNE_1 = datetime(2026, 6, 1, 8, 0, tzinfo=VIETNAM)
JUNE_10 = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
JUNE_30 = date(2026, 6, 30)
POST = "Phó Giám đốc Sở VHTTDL"
REASON = "Hai lớp ghép mở theo yêu cầu của Bộ, học viên ghi ở đơn vị chủ trì."


class Office:
    """A platform of one test: a report in which people attended no class, and whoever decides on it."""

    def __init__(self, folder: Path, warehouse: Connection) -> None:
        self.folder = folder
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.engine = create_engine(warehouse.engine.url, poolclass=NullPool)
        self.count = 0

    def report(self, *, unit: str = "28249", **actual: Any) -> Path:
        self.count += 1
        figures = {"TRN01": 0, "TRN02": 40, **actual}
        return write_report(self.folder / f"{self.count}.xlsx", unit, actual=figures)

    def receive(
        self, path: Path, at: datetime = JUNE_10, source: str = "agency_reports", *, dry_run: bool = False
    ) -> FileResult:
        [result] = take_in(
            [path], source_id=source, settings=self.settings, engine=self.engine, received_at=at, dry_run=dry_run
        ).results
        return result

    def waive(self, rule: str = "R-08", **changes: Any) -> int:
        plain: dict[str, Any] = {
            "unit": "28249",
            "period": "2026-06T",
            "reason": REASON,
            "role": POST,
            "until": JUNE_30,
            "decided_at": JUNE_1,
        }
        with self.engine.begin() as connection:
            return record_waiver(connection, rule, **{**plain, **changes})

    def withdraw(self, number: int, **changes: Any) -> None:
        with self.engine.begin() as connection:
            withdraw_waiver(connection, number, **{"reason": "Ghi nhầm đơn vị.", "role": POST, **changes})

    def ask(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]


@pytest.fixture
def office(tmp_path: Path, warehouse: Connection) -> Office:
    return Office(tmp_path, warehouse)


def told(result: FileResult, code: str = "ATTENDEES_WITHOUT_CLASS") -> tuple[str | None, str]:
    """Severity and sentence of the message with that code."""
    [message] = [message for message in result.messages if message["code"] == code]
    return message["severity"], str(message["text"])


# --- what a waiver does ----------------------------------------------------------------------------


def test_without_a_waiver_the_report_is_held(office: Office) -> None:
    result = office.receive(office.report())

    assert (result.verdict, result.code) == ("quarantined", "ATTENDEES_WITHOUT_CLASS")
    assert told(result)[0] == "block"


@pytest.mark.parametrize("rule", ["R-08", "ATTENDEES_WITHOUT_CLASS"])
def test_a_breach_that_is_waived_becomes_a_warning_that_says_so_and_the_rows_load(office: Office, rule: str) -> None:
    number = office.waive(rule)

    result = office.receive(office.report())

    severity, sentence = told(result)
    assert (result.verdict, result.code) == ("loaded", "OK")
    assert severity == "warn"
    assert sentence.endswith(
        f"Được chấp nhận theo ngoại lệ số {number} do Phó Giám đốc Sở VHTTDL quyết định,"
        " áp dụng đến hết ngày 30/06/2026."
    )
    assert office.ask("select value from warehouse.observation where measure_code = 'TRN02'") == [(40,)]
    assert office.ask(
        "select waiver_id, submission_id, rule_code, message_code, line_count from warehouse.waiver_use"
    ) == [(number, 1, "R-08", "ATTENDEES_WITHOUT_CLASS", 2)]
    assert office.ask("select blocking_count, warning_count, quarantined_count from warehouse.submission") == [
        (0, 1, 0)
    ]


def test_a_rehearsal_says_the_same_and_keeps_nothing(office: Office) -> None:
    office.waive()

    result = office.receive(office.report(), dry_run=True)

    assert (result.verdict, told(result)[0]) == ("loaded", "warn")
    assert office.ask("select count(*) from warehouse.waiver_use") == [(0,)]


def test_a_second_breach_that_is_not_waived_still_holds_the_report(office: Office) -> None:
    office.waive()

    # Part of the news, and more than there is.
    result = office.receive(office.report(MED01=3, MED07=4, HRT01=0))

    assert (result.verdict, result.code) == ("quarantined", "PART_EXCEEDS_WHOLE")
    assert told(result)[0] == "warn"
    assert office.ask("select count(*) from warehouse.waiver_use") == [(0,)]


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "28261"},
        {"period": "2026-NAM"},
        {"rule": "R-05"},
        {"rule": "PART_EXCEEDS_WHOLE"},
        {"decided_at": JUNE_10 + timedelta(seconds=1)},
        {"until": date(2026, 6, 9)},
    ],
    ids=["another body", "another period", "another rule", "another code", "decided later", "expired"],
)
def test_a_waiver_that_is_about_something_else_changes_nothing(office: Office, change: dict[str, Any]) -> None:
    office.waive(**change)

    assert (office.receive(office.report()).verdict) == "quarantined"


@pytest.mark.parametrize(
    ("received_at", "verdict"),
    [
        (JUNE_1 - timedelta(seconds=1), "quarantined"),
        (JUNE_1, "loaded"),
        (datetime(2026, 6, 30, 23, 59, 59, tzinfo=VIETNAM), "loaded"),
        (datetime(2026, 7, 1, 0, 0, tzinfo=VIETNAM), "quarantined"),
    ],
)
def test_it_holds_from_its_moment_to_the_end_of_its_last_day(
    office: Office, received_at: datetime, verdict: str
) -> None:
    office.waive()
    report = office.report()

    # The heading states a cut-off that a report sent earlier could not know.
    path = write_report(office.folder / "early.xlsx", actual={"TRN01": 0, "TRN02": 40}, heading={
        "cut_off_date": date(2026, 5, 20), "document_date": date(2026, 5, 21)
    })  # fmt: skip
    assert report.is_file()
    assert office.receive(path, received_at).verdict == verdict


def test_a_waiver_withdrawn_has_no_effect_from_then_on_and_what_was_loaded_stays(office: Office) -> None:
    number = office.waive()
    first = office.receive(office.report())
    office.withdraw(number)

    second = office.receive(office.report(TRN02=41))

    assert (first.verdict, second.verdict) == ("loaded", "quarantined")
    assert office.ask("select value from warehouse.observation where measure_code = 'TRN02'") == [(40,)]


def test_of_two_waivers_the_later_one_is_named_and_with_it_withdrawn_the_earlier(office: Office) -> None:
    earlier, later = office.waive(), office.waive(role="Giám đốc Sở VHTTDL")
    first = office.receive(office.report())
    office.withdraw(later)
    second = office.receive(office.report(TRN02=41))

    assert f"ngoại lệ số {later} do Giám đốc" in told(first)[1]
    assert f"ngoại lệ số {earlier} do Phó Giám đốc" in told(second)[1]


def test_the_trace_of_a_figure_names_the_waiver_its_file_was_accepted_under(office: Office) -> None:
    number = office.waive()
    office.receive(office.report())
    office.receive(write_report(office.folder / "other.xlsx", "28261"))
    with office.engine.begin() as connection:
        build_marts(connection)
        traced = trace(connection, "M01", "2026-06T")

    assert {cell["unit"]: cell.get("waivers") for term in traced["terms"] for cell in term["cells"]} == {
        "28249": [{"number": number, "rule": "R-08", "decided_by": POST, "valid_until": "2026-06-30"}],
        "28261": None,
    }


# --- files seen before -----------------------------------------------------------------------------


def test_a_held_report_sent_again_is_accepted_once_it_is_waived(office: Office) -> None:
    report = office.report()
    held, held_again = office.receive(report), office.receive(report)
    office.waive()

    accepted, repeated = office.receive(report), office.receive(report)

    assert [each.code for each in (held, held_again)] == ["ATTENDEES_WITHOUT_CLASS", "DUPLICATE_HELD"]
    assert [(each.verdict, each.code) for each in (accepted, repeated)] == [
        ("loaded", "OK"),
        ("duplicate", "DUPLICATE"),
    ]


def test_a_report_accepted_under_a_waiver_stays_loaded_when_it_comes_again_after_its_end(office: Office) -> None:
    office.waive()
    report = office.report()
    office.receive(report)

    after = datetime(2026, 7, 20, tzinfo=VIETNAM)

    assert office.receive(report, after).verdict == "duplicate"
    assert office.receive(office.report(TRN02=41), after).verdict == "quarantined"


@pytest.mark.parametrize("is_saved_again", [False, True])
def test_lines_held_back_of_a_report_loaded_in_part_come_in_when_it_is_sent_again(
    office: Office, is_saved_again: bool
) -> None:
    report = capital_without_project(office)
    sent = [office.receive(report)]
    number = office.waive("R-15", unit="STC")
    if is_saved_again:
        openpyxl.load_workbook(report).save(report)

    sent += [office.receive(report) for _ in range(2)]

    assert [(each.verdict, each.code) for each in sent] == [
        ("loaded", "PARTIAL"),
        ("loaded", "OK"),
        ("duplicate", "DUPLICATE"),
    ]
    assert office.ask("select revision_number, quarantined_count from warehouse.submission order by 1") == [
        (1, 2),
        (2, 0),
    ]
    assert office.ask("select waiver_id, submission_id from warehouse.waiver_use") == [(number, 2)]


def test_a_report_loaded_in_part_stays_a_duplicate_while_only_others_are_waived(office: Office) -> None:
    report = capital_without_project(office)
    office.receive(report)
    office.waive("R-15", unit="28249")
    office.waive("R-06", unit="STC")
    office.withdraw(office.waive("R-15", unit="STC"))

    assert office.receive(report).verdict == "duplicate"


def capital_without_project(office: Office) -> Path:
    """A report whose template loads in part: registered capital without a project."""
    return write_report(office.folder / "stc.xlsx", "STC", actual={"FDI01": 0, "FDI02": 12.5})


# --- deciding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rule": "R-17"}, "“R-17”"),
        ({"rule": "PERSONAL_TEXT"}, "“PERSONAL_TEXT”"),
        ({"rule": "ROW_SHAPE"}, "“ROW_SHAPE”"),
        ({"rule": "R-01"}, "“R-01”"),
        ({"rule": "R-02"}, "“R-02”"),
        ({"rule": "R-99"}, "không có quy tắc nào như vậy"),
        ({"unit": "00000"}, "“00000”"),
        ({"period": "2026-13"}, "“2026-13”"),
        ({"until": date(2026, 5, 31)}, "31/05/2026"),
        ({"until": date(2027, 6, 3)}, "03/06/2027"),
        ({"reason": " "}, "để trống"),
        ({"reason": "Gọi 0912 345 678."}, "số điện thoại"),
        ({"reason": "Theo ý kiến của đồng chí Bình."}, "tên người"),
        ({"reason": "TUYỆT MẬT"}, "dấu chỉ độ mật"),
        ({"role": "Trần Văn Bình"}, "tên người"),
        ({"role": ""}, "để trống"),
    ],
)
def test_a_waiver_that_cannot_be_kept_is_refused_without_repeating_it(
    office: Office, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(WaiverRefused) as refusal:
        office.waive(**change)

    assert words in str(refusal.value)
    assert "0912" not in str(refusal.value)
    assert "Bình" not in str(refusal.value)
    assert office.ask("select count(*) from warehouse.waiver") == [(0,)]
    assert office.ask("select count(*) from audit.event") == [(0,)]


@pytest.mark.parametrize("until", [date(2026, 6, 1), date(2027, 6, 2)])
def test_a_waiver_may_end_today_or_in_a_year(office: Office, until: date) -> None:
    assert office.waive(until=until) == 1


def test_nothing_of_secrecy_shape_or_unknown_bodies_may_be_waived() -> None:
    rules = waivable_rules()

    assert not rules & (NEVER_WAIVED_RULES | NEVER_WAIVED_CODES | {"", "GATE_SAW_OTHER_ROWS"})
    assert {"R-03", "R-05", "R-06", "R-08"} <= rules
    assert all(message.rule not in NEVER_WAIVED_RULES for code, message in all_messages().items() if code in rules)


def test_only_what_stops_a_line_can_be_waived() -> None:
    assert {each.severity for suite in load_suites() for each in suite.expectations if each.is_waivable} == {"block"}


def test_a_waiver_can_neither_be_changed_nor_withdrawn_twice(office: Office) -> None:
    number = office.waive()
    office.withdraw(number)

    with pytest.raises(WaiverRefused, match="chưa rút"):
        office.withdraw(number)
    with pytest.raises(WaiverRefused, match="chưa rút"):
        office.withdraw(99)
    for statement in (
        "update warehouse.waiver set valid_until = '2026-12-31'",
        "delete from warehouse.waiver_withdrawal",
    ):
        with pytest.raises(DBAPIError, match="append only"), office.engine.begin() as connection:
            connection.execute(text(statement))


def test_deciding_and_withdrawing_are_in_the_audit_log(office: Office) -> None:
    number = office.waive()
    office.withdraw(number, role="Giám đốc Sở VHTTDL")

    assert office.ask("select action, subject, details, decided_by from audit.event order by event_number") == [
        (
            "waiver",
            "waiver 1",
            {"waiver": 1, "rule": "R-08", "unit": "28249", "period": "2026-06T", "valid_until": "2026-06-30"},
            POST,
        ),
        ("waiver", "waiver 1", {"waiver": 1, "withdrawn": 1}, "Giám đốc Sở VHTTDL"),
    ]
    with office.engine.connect() as connection:
        assert verify_audit(connection).ok


def test_the_list_says_which_hold(office: Office) -> None:
    office.waive(until=date(2026, 6, 10))
    office.waive()
    office.withdraw(office.waive())
    office.receive(office.report())

    with office.engine.connect() as connection:
        listed = list_waivers(connection, now=datetime(2026, 6, 11, tzinfo=VIETNAM))

    assert [(each["number"], each["state"], each["files"]) for each in listed] == [
        (3, "withdrawn", 0),
        (2, "in_force", 1),
        (1, "expired", 0),
    ]
    assert listed[0]["withdrawal"]["reason"] == "Ghi nhầm đơn vị."


# --- the command -----------------------------------------------------------------------------------


@pytest.fixture
def ttdn(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)

    def run(*arguments: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr().out
        return code, json.loads(printed) if "--json" in arguments and printed else printed

    return run


def test_a_waiver_is_decided_listed_and_withdrawn_at_the_command_line(ttdn: Any) -> None:
    until = datetime.now(VIETNAM).date() + timedelta(days=30)
    decision = ("R-06", "--unit", "28249", "--period", "2026-06T", "--reason", REASON, "--by", POST, "--until", until)

    code, decided = ttdn("waive", *decision, "--json")
    assert (code, decided["waiver"]) == (0, 1)
    assert {key: decided["waivers"][0][key] for key in ("number", "rule", "reporting_unit", "period", "state")} == {
        "number": 1,
        "rule": "R-06",
        "reporting_unit": "28249",
        "period": "2026-06T",
        "state": "in_force",
    }
    assert ttdn("waive", "--list", "--json") == (0, {"waivers": decided["waivers"]})
    assert "Phường Đạo Thạnh" in ttdn("waive", "--list")[1]

    code, withdrawn = ttdn("waive", "--withdraw", 1, "--reason", "Ghi nhầm.", "--by", POST, "--json")
    assert (code, withdrawn["waiver"], withdrawn["waivers"][0]["state"]) == (0, 1, "withdrawn")
    code, refused = ttdn("waive", "--withdraw", 1, "--reason", "Ghi nhầm.", "--by", POST, "--json")
    assert (code, set(refused["refusal"])) == (1, {"where", "found", "expected", "remedy"})


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("R-06",),
        ("R-06", "--list"),
        ("--withdraw", "1"),
        ("R-06", "--withdraw", "1", "--reason", "x", "--by", "y"),
        ("R-06", "--unit", "28249", "--period", "2026-06T", "--reason", "x", "--by", "y"),
    ],
)
def test_half_a_command_is_not_understood(ttdn: Any, arguments: tuple[str, ...]) -> None:
    assert ttdn("waive", *arguments)[0] == 2

"""What was not read for certain waits for a person: nothing of it is loaded before, and the decision is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.cli import main
from include.indicators.marts import build_marts
from include.indicators.trace import trace
from include.pipeline.ingest import take_in
from include.pipeline.readings import ReadingRefused, decide_reading, list_readings
from include.pipeline.results import FileResult
from include.settings import Settings
from include.warehouse.audit import verify_audit
from include.warehouse.embedded import EmbeddedServer
from tests.conftest import TEMPLATE_DATABASE
from tests.corpus.word_reports import COLUMNS, complex_field, figure, paragraph, write_word_report
from tests.sources.reports import write_report

JUNE_10 = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
POST = "Chuyên viên thống kê Sở VHTTDL"
REASON = "Đã đối chiếu từng dòng với văn bản giấy."
UNITS = (
    "28249",
    "28261",
    "28270",
    "28273",
    "28285",
    "28297",
    "28306",
    "28336",
    "28345",
    "28360",
    "28393",
    "28405",
    "28414",
)
"""Bodies whose doubtful reports wait when the first test begins; each is used by one test."""

WITHOUT_CODES = [each for each in COLUMNS if each != "Mã số"]


class Desk:
    """A platform of this module: every test uses bodies of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.engine = create_engine(url, poolclass=NullPool)
        self.waits: dict[str, FileResult] = {}

    def take_in(self, units: Sequence[str]) -> None:
        """A report of each of those bodies whose lines are known by their names only: one run of the gate for all."""
        results = take_in(
            [doubtful(self.path(unit).parent, unit) for unit in units],
            source_id="agency_reports",
            settings=self.settings,
            engine=self.engine,
            received_at=JUNE_10,
        ).results
        self.waits = {str(result.reporting_unit): result for result in results}

    def path(self, unit: str) -> Path:
        """Where the report of the body lies, to send it again."""
        return self.folder / unit / "bao-cao.docx"

    def receive(self, path: Path, at: datetime = JUNE_10, *, dry_run: bool = False) -> FileResult:
        [result] = take_in(
            [path],
            source_id="agency_reports",
            settings=self.settings,
            engine=self.engine,
            received_at=at,
            dry_run=dry_run,
        ).results
        return result

    def decide(self, receipt: str | None, word: Any = "confirm", **changes: Any) -> FileResult:
        words = {"reason": REASON, "role": POST, **changes}
        return decide_reading(self.engine, self.settings, str(receipt), word, **words)

    def waiting(self) -> dict[str, dict[str, Any]]:
        with self.engine.connect() as connection:
            return {each["receipt"]: each for each in list_readings(connection)}

    def ask(self, query: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def news(self, unit: str) -> list[Any]:
        return self.ask(
            "select value from warehouse.observation where measure_code = 'MED01' and axis_code = 'total'"
            " and reporting_unit_code = :unit order by submission_id",
            unit=unit,
        )


@pytest.fixture(scope="module")
def desk(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    name = "confirm_queue"
    server.drop_database(name)
    server.create_database(name, template=TEMPLATE_DATABASE)
    desk = Desk(tmp_path_factory.mktemp("queue"), server.url(name))
    desk.take_in(UNITS)
    yield desk
    desk.engine.dispose()
    server.drop_database(name)


def doubtful(folder: Path, unit: str, news: int = 12) -> Path:
    """A report whose lines are known by their names only."""
    folder.mkdir(parents=True, exist_ok=True)
    return write_word_report(folder / "bao-cao.docx", unit, actual={"MED01": news}, columns=WITHOUT_CODES)


def test_a_doubtful_reading_waits_with_its_figures_and_is_loaded_once_confirmed(desk: Desk) -> None:
    unit = "28249"
    held = desk.waits[unit]

    assert (held.verdict, held.code, held.revision) == ("quarantined", "CONFIRM_NEEDED", None)
    assert held.counts["promoted"] == 0
    assert held.counts["quarantined"] > 20
    assert desk.news(unit) == []
    entry = desk.waiting()[str(held.receipt)]
    assert (entry["reporting_unit"], entry["period"], entry["replaced_by"]) == (unit, "2026-06T", None)
    [doubt] = entry["doubts"]
    assert (doubt["sheet"], doubt["cell"]) == ("Bảng 1", "hàng 1, cột 2")
    assert "không có mã số" in doubt["text"]
    [news] = [each for each in entry["figures"] if each["measure"] == "MED01"]
    assert (news["sheet"], news["cell"], news["value"]) == ("Bảng 1", "hàng 14, cột 4", "12")

    result = desk.decide(held.receipt)

    assert (result.verdict, result.code, result.revision, result.sha256) == ("loaded", "OK", 1, held.sha256)
    assert result.receipt != held.receipt
    [confirmed] = [each for each in result.messages if each["code"] == "READING_CONFIRMED"]
    assert POST in str(confirmed["text"])
    assert desk.news(unit) == [(Decimal(12),)]
    assert str(held.receipt) not in desk.waiting()
    # It came on 10/6, whenever somebody found the time to look at it.
    assert desk.ask("select received_at from landing.receipt where receipt_number = :it", it=result.receipt) == [
        (JUNE_10,)
    ]
    again = desk.receive(desk.path(unit), JUNE_10 + timedelta(days=1))
    assert (again.verdict, again.code) == ("duplicate", "DUPLICATE")


def test_what_was_confirmed_is_told_where_the_figure_is_traced(desk: Desk) -> None:
    unit = "28261"
    held = desk.waits[unit]
    desk.decide(held.receipt)

    with desk.engine.begin() as connection:
        build_marts(connection)
    with desk.engine.connect() as connection:
        traced = trace(connection, "M01", "2026-06T")

    [cell] = [each for each in traced["terms"][0]["cells"] if each["sha256"] == held.sha256]
    assert (cell["sheet"], cell["cell"], cell["value"]) == ("Bảng 1", "hàng 14, cột 4", "12")
    [file] = [each for each in traced["files"] if each["sha256"] == held.sha256]
    assert "READING_CONFIRMED" in {each["code"] for each in file["warnings"]}


def test_a_rejected_reading_is_answered_with_the_reason_and_stays_out(desk: Desk) -> None:
    unit = "28270"
    held = desk.waits[unit]

    result = desk.decide(held.receipt, "reject", reason="Dòng 14 trong văn bản ghi 21.")

    assert (result.verdict, result.code) == ("quarantined", "READING_REJECTED")
    assert desk.news(unit) == []
    assert str(held.receipt) not in desk.waiting()
    assert "Dòng 14 trong văn bản ghi 21." in told_by(result)
    again = desk.receive(desk.path(unit), JUNE_10 + timedelta(days=1))
    assert (again.verdict, again.code) == ("duplicate", "DUPLICATE_HELD")
    with pytest.raises(ReadingRefused, match="không chờ xác nhận"):
        desk.decide(held.receipt, "reject")
    # Rejected by mistake: it may still be confirmed.
    assert desk.decide(held.receipt).verdict == "loaded"
    assert desk.news(unit) == [(Decimal(12),)]


def test_other_bytes_need_a_confirmation_of_their_own(desk: Desk, tmp_path: Path) -> None:
    unit = "28273"
    desk.decide(desk.waits[unit].receipt)

    other = desk.receive(doubtful(tmp_path, unit, news=13), JUNE_10 + timedelta(days=1))

    assert (other.verdict, other.code) == ("quarantined", "CONFIRM_NEEDED")
    assert desk.news(unit) == [(Decimal(12),)]
    assert desk.decide(other.receipt).revision == 2
    assert desk.news(unit) == [(Decimal(12),), (Decimal(13),)]


def test_the_same_bytes_read_otherwise_than_confirmed_wait_again(desk: Desk) -> None:
    """A confirmation is about a reading: a reader mended since may not bring in figures nobody has seen."""
    unit = "28285"
    held = desk.waits[unit]
    with desk.engine.begin() as connection:
        connection.execute(
            text(
                "insert into warehouse.reading_decision (receipt_id, sha256, source_id, content_hash, decision,"
                " reason_vi, decided_by_role) select receipt_id, sha256, source_id, 'as it was read before', 'confirm',"
                " 'Đã đối chiếu.', 'Chuyên viên' from landing.receipt where receipt_number = :number"
            ),
            {"number": held.receipt},
        )

    again = desk.receive(desk.path(unit), JUNE_10 + timedelta(days=1))

    assert (again.verdict, again.code) == ("duplicate", "DUPLICATE_HELD")
    assert desk.news(unit) == []
    assert str(held.receipt) in desk.waiting()


def test_bytes_sent_again_while_they_wait_are_in_the_queue_once_and_either_receipt_names_them(desk: Desk) -> None:
    unit = "28297"
    first = desk.waits[unit]
    second = desk.receive(desk.path(unit), JUNE_10 + timedelta(days=1))

    assert (second.verdict, second.code) == ("duplicate", "DUPLICATE_HELD")
    assert str(first.receipt) in desk.waiting()
    assert str(second.receipt) not in desk.waiting()
    assert "CHỜ XÁC NHẬN" in told_by(second)
    assert desk.decide(second.receipt).verdict == "loaded"


def test_a_workbook_sent_meanwhile_is_what_counts_and_the_queue_says_so(desk: Desk, tmp_path: Path) -> None:
    unit = "28306"
    held = desk.waits[unit]
    workbook = desk.receive(write_report(tmp_path / "a.xlsx", unit, actual={"MED01": 15}), JUNE_10 + timedelta(days=2))

    assert desk.waiting()[str(held.receipt)]["replaced_by"] == workbook.receipt
    assert desk.decide(held.receipt).verdict == "loaded"
    with desk.engine.begin() as connection:
        build_marts(connection)
    # Received on 10/6, it is older than what was received on 12/6, although it was loaded after it.
    assert desk.ask(
        "select value from mart.observation_latest where reporting_unit_code = :unit and measure_code = 'MED01'"
        " and axis_code = 'total' and value_kind = 'thuc_hien'",
        unit=unit,
    ) == [(Decimal(15),)]


def test_a_doubtful_report_with_another_mistake_is_sent_back_for_the_mistake(desk: Desk, tmp_path: Path) -> None:
    """Nobody is asked to compare what has to come again anyway."""
    path = write_word_report(
        tmp_path / "a.docx", "28315", columns=WITHOUT_CODES, heading=None, actual={"MED01": 12, "TRN01": "mười hai lớp"}
    )
    result = desk.receive(path)

    assert result.verdict == "quarantined"
    assert result.code != "CONFIRM_NEEDED"
    assert str(result.receipt) not in desk.waiting()


def test_a_rehearsal_tells_that_the_reading_would_wait_and_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    before = desk.ask("select count(*) from landing.receipt")

    result = desk.receive(doubtful(tmp_path, "28321"), dry_run=True)

    assert (result.verdict, result.code) == ("quarantined", "CONFIRM_NEEDED")
    assert desk.ask("select count(*) from landing.receipt") == before


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"role": "Nguyễn Văn Bưởi"}, "tên người"),
        ({"role": "  "}, "để trống"),
        ({"reason": "Gọi 0912 345 678 đã xác nhận."}, "số điện thoại"),
        ({"reason": ""}, "để trống"),
    ],
)
def test_a_decision_is_signed_by_a_post_and_holds_no_personal_data(
    desk: Desk, changes: dict[str, str], found: str
) -> None:
    with pytest.raises(ReadingRefused, match=found):
        desk.decide("BN-2026-000001", **changes)


@pytest.mark.parametrize("number", ["BN-2026-999999", "x'; drop table landing.receipt; --"])
def test_what_waits_for_nobody_is_not_decided(desk: Desk, number: str) -> None:
    with pytest.raises(ReadingRefused, match="không chờ xác nhận"):
        desk.decide(number)


def test_a_loaded_report_is_not_confirmed_once_more(desk: Desk, tmp_path: Path) -> None:
    loaded = desk.receive(write_word_report(tmp_path / "a.docx", "28327"))

    assert (loaded.verdict, loaded.code) == ("loaded", "OK")
    with pytest.raises(ReadingRefused, match="không chờ xác nhận"):
        desk.decide(loaded.receipt)


def test_a_decision_whose_run_was_broken_off_is_followed_by_the_next_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = "28336"
    held = desk.waits[unit]

    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("include.pipeline.ingest.ingest_landed", break_off)
        with pytest.raises(KeyboardInterrupt):
            desk.decide(held.receipt)
    assert desk.news(unit) == []
    monkeypatch.setenv("TTDN_DATABASE_URL", desk.url)
    monkeypatch.setenv("TTDN_HOME", str(desk.settings.home))
    from include.pipeline.ingest import reconcile_receipts

    assert reconcile_receipts("agency_reports") == {"loaded": 1}
    assert desk.news(unit) == [(Decimal(12),)]


def test_decisions_and_narrative_only_grow_and_every_decision_is_in_the_audit_log(desk: Desk) -> None:
    held = desk.waits["28345"]
    desk.decide(held.receipt)

    entries = desk.ask(
        "select action, details ->> 'decision', decided_by, details::text from audit.event where subject = :it"
        " and details ? 'reading_decision'",
        it=held.receipt,
    )
    assert [entry[:3] for entry in entries] == [("approval", "confirm", POST)]
    assert REASON not in entries[0][3]
    with desk.engine.connect() as connection:
        assert verify_audit(connection).ok
    for table in ("reading_decision", "narrative"):
        for change in ("delete from warehouse.{}", "truncate warehouse.{}"):
            with desk.engine.begin() as connection, pytest.raises(DBAPIError, match="append only"):
                connection.exec_driver_sql(change.format(table))


def test_the_sections_of_a_report_are_kept_once_it_is_loaded_and_not_before(desk: Desk) -> None:
    unit = "28360"
    sections = (
        "select n.section_number, n.heading, n.body from warehouse.narrative as n inner join warehouse.submission"
    )
    sections += " using (submission_id) where reporting_unit_code = :unit order by n.paragraph_number"
    held = desk.waits[unit]
    assert desk.ask(sections, unit=unit) == []

    desk.decide(held.receipt)

    assert desk.ask(sections, unit=unit) == [
        ("I", "Tình hình chung", "Công tác thông tin đối ngoại được triển khai theo kế hoạch."),
        ("II", "Kết quả", ""),
        ("II.1", "Đăng tin, bài", "Tin, bài đăng trên cổng thông tin của đơn vị."),
        ("III", "Kiến nghị", "Không."),
    ]


@pytest.mark.parametrize("role", ["ttdn_analyst_ro", "ttdn_extractor", "ttdn_agency", "ttdn_auditor"])
def test_the_words_of_a_report_are_not_for_analysts_nor_for_extracts(desk: Desk, role: str) -> None:
    with desk.engine.begin() as connection:
        connection.exec_driver_sql(f"set local role {role}")
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.exec_driver_sql("select heading, body from warehouse.narrative")


def test_the_reporter_of_a_word_report_is_told_table_row_and_column(desk: Desk, tmp_path: Path) -> None:
    path = write_word_report(
        tmp_path / "a.docx", "28366", edit_rows=figure("MED01", paragraph(complex_field("=2+3", "12")))
    )
    result = desk.receive(path)

    answer = told_by(result)
    assert result.code == "CONFIRM_NEEDED"
    assert "CHỜ XÁC NHẬN" in answer
    assert "Không phải gửi lại tệp này." in answer
    assert "Bảng 1" in answer
    assert "hàng 14, cột 5" in answer
    assert "công thức trong Word" in answer
    assert openpyxl.load_workbook(str(result.answer)).sheetnames == ["Trả lời"]
    bad = desk.receive(write_word_report(tmp_path / "b.docx", "28378", actual={"MED01": "mười hai"}))
    assert (bad.verdict, bad.code) == ("quarantined", "NUMBER_UNREADABLE")
    assert "văn bản Word" in told_by(bad)
    assert "ô tô đỏ ngay trong tệp này" not in told_by(bad)


def told_by(result: FileResult) -> str:
    """All the words of the answer."""
    sheet = openpyxl.load_workbook(str(result.answer)).worksheets[0]
    return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def test_the_queue_is_worked_off_at_the_command_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TTDN_DATABASE_URL", desk.url)
    monkeypatch.setenv("TTDN_HOME", str(desk.settings.home))
    held = desk.waits["28393"]
    ttdn = _teller(capsys)

    code, told = ttdn("readings", "--json")
    assert (code, str(held.receipt) in {each["receipt"] for each in told["readings"]}) == (0, True)
    assert main(["readings"]) == 0
    assert "Bảng 1, hàng 14, cột 4" in capsys.readouterr().out
    code, told = ttdn("readings", "confirm", str(held.receipt), "--by", "Bà Trần Thị Na", "--reason", REASON, "--json")
    assert (code, told["refusal"]["where"]) == (1, "--by")
    code, told = ttdn("readings", "confirm", str(held.receipt), "--by", POST, "--reason", REASON, "--json")
    assert (code, told["file"]["verdict"]) == (0, "loaded")
    assert str(held.receipt) not in {each["receipt"] for each in told["readings"]}


def _teller(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    def ttdn(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(list(arguments))
        return code, json.loads(capsys.readouterr().out)

    return ttdn


def test_bytes_that_are_gone_are_not_decided_on(desk: Desk) -> None:
    held = desk.waits["28405"]
    (desk.settings.landing / held.sha256[:2] / held.sha256).unlink()

    with pytest.raises(ReadingRefused, match="không còn ở nơi lưu"):
        desk.decide(held.receipt)
    assert desk.ask("select count(*) from warehouse.reading_decision where sha256 = :it", it=held.sha256) == [(0,)]


def test_a_decision_is_answered_where_children_may_write_only_what_they_must(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests keep their outbox in the temporary folder, where every child may write; a platform does not."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    result = desk.decide(desk.waits["28414"].receipt)

    assert (result.verdict, result.code) == ("loaded", "OK")
    assert Path(str(result.answer)).is_file()

"""From reports in the warehouse to the files the leadership reads."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Connection, text

from include.errors import GateError, PlatformError
from include.extracts.leadership.page import write_page
from include.extracts.leadership.snapshot import Figure, Snapshot, read_snapshot
from include.indicators.catalogue import load_catalogue
from include.indicators.marts import ensure_current
from include.pipeline.extract import build_extracts, working_edition, write_extracts
from include.settings import Settings
from include.sources.agency_reports.labels import SYNTHETIC_PROPERTY
from tests.sql.builders import IN_TIME, LATE, ZONE, add_request, send
from tests.sql.monitored import count, monitor

DAO_THANH, MY_THO, THOI_SON = "28249", "28261", "28270"
NOVEMBER = datetime(2026, 11, 20, 8, 0, tzinfo=ZONE)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, inbox=tmp_path / "inbox")


def read(connection: Connection, period: str = "2026-06T") -> Snapshot:
    ensure_current(connection)
    return read_snapshot(connection, period)


def headline(snapshot: Snapshot, code: str) -> Figure:
    (found,) = [figure for figure in snapshot.headlines if figure.indicator_code == code]
    return found


def member(snapshot: Snapshot, code: str, name: str) -> Figure:
    (found,) = [f for f in snapshot.figures if f.indicator_code == code and f.member_code == name]
    return found


# --- what the snapshot says ----------------------------------------------------------------------------


def test_every_indicator_of_the_period_is_there_under_a_named_section(warehouse):
    send(warehouse, "SYT", figures={"MED01": 3})

    snapshot = read(warehouse)

    expected = [code for code, indicator in load_catalogue().items() if "6T" in indicator.periods]
    assert [indicator.code for indicator in snapshot.indicators] == expected
    assert {code for group in snapshot.by_clause_group.values() for code in (each.code for each in group)} == set(
        expected
    )
    assert "" not in snapshot.by_clause_group


def test_bodies_are_told_apart_by_what_came_of_their_report(warehouse):
    send(warehouse, "SYT", figures={"MED01": 3})
    send(warehouse, DAO_THANH, figures={"MED01": 1}, received_at=LATE)
    send(warehouse, MY_THO, figures={"MED01": 1}, verdict="quarantined")
    send(warehouse, "BPTTH", figures={"MED01": 400})

    snapshot = read(warehouse)

    assert (len(snapshot.obliged), len(snapshot.received), len(snapshot.missing)) == (123, 2, 121)
    assert [body.code for body in snapshot.late] == [DAO_THANH]
    assert [body.code for body in snapshot.waiting] == [MY_THO]
    assert {body.code for body in snapshot.requested} == {"BPTTH", "BTGDV", "LHHN", "MTTQ"}
    assert snapshot.held_row_count == 1
    communes = [body.name for body in snapshot.silent if body.kind == "commune"]
    # By the bare name, Phường and Xã mixed, and thành before thạnh.
    assert communes[0] == "Phường An Bình"
    assert communes.index("Xã Tân Thành") < communes.index("Xã Tân Thạnh") < communes.index("Xã Tân Thới")


def test_the_clock_of_the_snapshot_is_the_newest_arrival_of_the_period(warehouse):
    send(warehouse, "SYT", figures={"MED01": 3}, received_at=IN_TIME, cut_off=date(2026, 5, 31))
    send(warehouse, "SNV", figures={"MED01": 3}, received_at=LATE, cut_off=date(2026, 6, 8))
    send(warehouse, "SNV", "2026-NAM", {"MED01": 3}, received_at=NOVEMBER)

    snapshot = read(warehouse)

    assert snapshot.known_until == LATE
    assert (snapshot.cut_off_from, snapshot.cut_off_to) == (date(2026, 5, 31), date(2026, 6, 8))


def test_a_restated_figure_is_listed_with_both_values_and_the_indicator_says_so(warehouse):
    send(warehouse, "SYT", figures={"MED01": 8})
    send(warehouse, "SYT", figures={"MED01": 10})

    snapshot = read(warehouse)

    (change,) = snapshot.restatements
    assert (change.unit_name, change.before, change.after, change.revision) == ("Sở Y tế", "8", "10", 2)
    assert [figure.indicator_code for figure in snapshot.restated] == ["M01"]
    assert [body.code for body in snapshot.revised] == ["SYT"]
    assert [source.revision for source in snapshot.sources] == [2]


def test_rows_of_a_file_that_was_replaced_wait_for_nobody(warehouse):
    send(warehouse, "SYT", figures={"MED01": 8, "MED02": 1}, verdict="quarantined")
    send(warehouse, "SYT", figures={"MED01": 8})

    assert read(warehouse).held_row_count == 0


def test_a_difference_between_bodies_stands_beside_the_figure_that_counts(warehouse):
    send(warehouse, "VPUB", figures={"DEL01": 9})
    send(warehouse, "SYT", figures={"DEL01": 2})
    send(warehouse, "SNV", figures={"DEL01": 9})  # says the same: nothing to tell

    snapshot = read(warehouse)

    (difference,) = snapshot.differences
    assert (difference.indicator_code, difference.unit_name) == ("D01", "Sở Y tế")
    assert (difference.reported, difference.prevailing) == ("2", "9")


def test_estimates_for_the_whole_year_stand_beside_the_annual_value(warehouse):
    send(
        warehouse, "SYT", "2026-NAM", {"MED01": 10}, estimates={"MED01": 14}, received_at=NOVEMBER,
        cut_off=date(2026, 10, 31),
    )  # fmt: skip

    figure = headline(read(warehouse, "2026-NAM"), "M01")

    assert (figure.value, figure.full_year_estimate, figure.kind) == (Decimal(10), Decimal(14), "thuc_hien")


# --- small counts --------------------------------------------------------------------------------------


def test_small_counts_of_responses_are_hidden_with_the_rate_they_would_give_away(warehouse):
    send(warehouse, "SYT", figures={"RSP02": 9, "RSP03": 3})

    figure = headline(read(warehouse), "R02")

    assert (figure.value, figure.numerator, figure.denominator) == (None, None, Decimal(9))
    assert (figure.state, figure.numerator_mark, figure.shown) == ("suppressed", "<5", "không nêu")


def test_larger_counts_of_responses_are_shown(warehouse):
    send(warehouse, "SYT", figures={"RSP02": 10, "RSP03": 5})

    assert headline(read(warehouse), "R02").shown == "50,0"


def test_a_small_count_of_a_sensitive_topic_cannot_be_found_by_subtraction(warehouse):
    send(
        warehouse,
        "SYT",
        figures={"MED01": 30, "MED01.topic.nhan_quyen": 3, "MED01.topic.khac": 7, "MED01.topic.kinh_te_dau_tu": 20},
    )

    snapshot = read(warehouse)

    assert member(snapshot, "M01", "nhan_quyen").shown == "<5"
    assert member(snapshot, "M01", "khac").shown == "không nêu"
    assert member(snapshot, "M01", "kinh_te_dau_tu").shown == "20"
    assert headline(snapshot, "M01").shown == "30"


def test_a_number_hidden_beside_a_small_count_is_nowhere_in_the_files(warehouse, settings):
    topics = {"MED07.topic.nhan_quyen": 3, "MED07.topic.khac": 7654, "MED07.topic.kinh_te_dau_tu": 2345}
    send(warehouse, "SYT", figures={"MED07": 10002, **topics})

    xlsx, html = write_extracts(warehouse, settings)

    page = html.read_text(encoding="utf-8")
    assert "10.002" in page
    assert "7.654" not in page
    numbers = {
        cell
        for sheet in openpyxl.load_workbook(xlsx)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, int | float)
    }
    assert {10002, 2345} <= numbers
    assert 7654 not in numbers


def test_a_total_that_is_nothing_but_a_small_sensitive_count_is_hidden_too(warehouse):
    send(warehouse, "SYT", figures={"MED07": 3, "MED07.topic.nhan_quyen": 3})

    snapshot = read(warehouse)

    assert headline(snapshot, "R03").shown == "không nêu"
    assert [figure.value for figure in snapshot.figures if figure.indicator_code == "R03"] == [None, None]


def test_an_estimate_for_the_year_of_a_sensitive_topic_cannot_be_found_by_subtraction(warehouse):
    send(
        warehouse,
        "SYT",
        "2026-NAM",
        {"MED07": 30, "MED07.topic.nhan_quyen": 0, "MED07.topic.khac": 10, "MED07.topic.kinh_te_dau_tu": 20},
        estimates={"MED07": 43, "MED07.topic.nhan_quyen": 3, "MED07.topic.khac": 15, "MED07.topic.kinh_te_dau_tu": 25},
        received_at=NOVEMBER,
    )

    snapshot = read(warehouse, "2026-NAM")

    estimates = {f.member_code: f.full_year_estimate for f in snapshot.figures if f.indicator_code == "R03"}
    assert estimates == {"total": 43, "nhan_quyen": None, "khac": None, "kinh_te_dau_tu": 25}
    assert member(snapshot, "R03", "khac").value == 10


def test_a_tone_within_a_sensitive_topic_is_a_count_of_that_topic(warehouse):
    monitor(
        warehouse,
        count("01-04", 2, topic="nhan_quyen", tone="tieu_cuc"),
        count("01-04", 30, topic="nhan_quyen"),
        count("01-04", 25, topic="khac", tone="tieu_cuc"),
        count("01-05", 40, topic="khac"),
    )

    snapshot = read(warehouse)

    within = {
        f.member_code: (f.shown, f.numerator_mark)
        for f in snapshot.figures
        if (f.indicator_code, f.axis_code) == ("N02", "topic/tone")
    }
    assert within["nhan_quyen/tieu_cuc"] == ("không nêu", "<5")
    # 32 items of the topic are known from N01 and 27 of the tone from N02: another part of each has to go.
    assert within["nhan_quyen/trung_tinh"][1] == "không nêu"
    assert within["khac/tieu_cuc"][1] == "không nêu"
    assert member(snapshot, "N01", "nhan_quyen").shown == "32"
    assert headline(snapshot, "N01").shown == "97"


def test_a_body_that_corrects_itself_does_not_tell_the_small_count_of_another(warehouse):
    send(warehouse, "SNV", figures={"RSP02": 9, "RSP03": 4})
    send(warehouse, "SYT", figures={"RSP02": 9, "RSP03": 6})
    second = send(warehouse, "SYT", figures={"RSP02": 9, "RSP03": 8})
    _changed(warehouse, second, "RSP03", 6, 8)

    (change,) = read(warehouse).restatements

    # 12 in all less 8 would be the other's 4.
    assert (change.measure_code, change.before, change.after) == ("RSP03", "không nêu", "không nêu")


def test_a_correction_is_told_where_no_body_has_a_small_count(warehouse):
    send(warehouse, "SNV", figures={"RSP02": 9, "RSP03": 5})
    send(warehouse, "SYT", figures={"RSP02": 9, "RSP03": 6})
    second = send(warehouse, "SYT", figures={"RSP02": 9, "RSP03": 8})
    _changed(warehouse, second, "RSP03", 6, 8)

    (change,) = read(warehouse).restatements

    assert (change.before, change.after) == ("6", "8")


def test_a_correction_does_not_tell_a_total_that_is_hidden(warehouse):
    send(warehouse, "SYT", figures={"MED07": 2, "MED07.topic.nhan_quyen": 2})
    second = send(warehouse, "SYT", figures={"MED07": 3, "MED07.topic.nhan_quyen": 3})
    _changed(warehouse, second, "MED07", 2, 3)

    snapshot = read(warehouse)

    (change,) = snapshot.restatements
    assert headline(snapshot, "R03").shown == "không nêu"
    assert (change.measure_code, change.before, change.after) == ("MED07", "không nêu", "không nêu")


@pytest.mark.parametrize(("topic", "is_told"), [("nhan_quyen", False), ("khac", True)])
def test_a_warning_does_not_tell_a_total_that_is_hidden(warehouse, topic, is_told):
    # Three classes, all of them on one topic; the sentence names attendees and quotes classes.
    send(warehouse, "SYT", figures={"TRN01": 3, f"TRN01.topic.{topic}": 3, "TRN02": 3000})
    warehouse.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, text_vi)"
            " select max(receipt_id), 'R-08', 'CLASS_SIZE_UNUSUAL', 'warn', 'Lượt người dự (TRN02): ghi 3.000 ở 3 lớp'"
            " from landing.receipt"
        )
    )

    (warning,) = read(warehouse).warnings

    assert ("3 lớp" in warning.text) is is_told


def _changed(connection: Connection, submission: int, measure: str, before: int, after: int) -> None:
    connection.execute(
        text(
            "insert into warehouse.observation_change values (:id, :measure, 'total', 'total', 'thuc_hien', 'changed',"
            " :before, :after, 'reported', 'reported', 'Báo cáo', 'F12')"
        ),
        {"id": submission, "measure": measure, "before": before, "after": after},
    )


def test_small_counts_of_other_topics_are_shown(warehouse):
    send(warehouse, "SYT", figures={"MED01": 30, "MED01.topic.khac": 3, "MED01.topic.kinh_te_dau_tu": 27})

    assert member(read(warehouse), "M01", "khac").shown == "3"


# --- files ---------------------------------------------------------------------------------------------


def test_every_period_with_a_report_gets_its_two_files(warehouse, settings):
    send(warehouse, "SYT", figures={"MED01": 3})
    send(warehouse, "SNV", "2026-NAM", {"MED01": 3}, verdict="quarantined", received_at=NOVEMBER)

    written = write_extracts(warehouse, settings)

    folder = settings.extracts / "2026-06T"
    assert written == [folder / "KPI_2026-06T.xlsx", folder / "KPI_2026-06T.html"]
    # Nothing half written is left behind.
    assert sorted(path.name for path in settings.extracts.rglob("*")) == [
        "2026-06T",
        "KPI_2026-06T.html",
        "KPI_2026-06T.xlsx",
    ]


def test_no_report_no_extract_unless_a_period_is_asked_for(warehouse, settings):
    assert write_extracts(warehouse, settings) == []

    asked = write_extracts(warehouse, settings, "2026-06T")

    summary = openpyxl.load_workbook(asked[0])["Tóm tắt"]
    said = " ".join(str(cell.value) for row in summary.iter_rows() for cell in row if cell.value)
    assert "0/123 đơn vị phải báo cáo" in said


def test_an_ad_hoc_request_has_its_extract(warehouse, settings):
    add_request(warehouse, "DX-1", IN_TIME, only_units=["SYT", DAO_THANH])
    send(warehouse, "SYT", "DX-1", {"MED01": 3}, received_at=datetime(2026, 6, 1, tzinfo=ZONE))

    xlsx, html = write_extracts(warehouse, settings)

    assert (xlsx.name, html.name) == ("KPI_DX-1.xlsx", "KPI_DX-1.html")
    assert "1/2 đơn vị phải báo cáo" in html.read_text(encoding="utf-8")


def test_the_same_warehouse_gives_the_same_bytes_and_a_new_report_others(warehouse, settings):
    send(warehouse, "SYT", figures={"MED01": 3, "MED01.language.vi": 3})
    first = [path.read_bytes() for path in write_extracts(warehouse, settings)]

    warehouse.execute(text("drop schema mart cascade; create schema mart"))
    again = [path.read_bytes() for path in write_extracts(warehouse, settings)]
    send(warehouse, "SNV", figures={"MED01": 4})
    changed = [path.read_bytes() for path in write_extracts(warehouse, settings)]

    assert first == again
    assert first[0] != changed[0]
    assert first[1] != changed[1]


def test_nothing_is_written_when_the_ledger_does_not_balance(warehouse, settings):
    submission = send(warehouse, "SYT", figures={"MED01": 3, "MED02": 1})
    write_extracts(warehouse, settings)
    before = {path: path.read_bytes() for path in settings.extracts.rglob("KPI_*")}
    warehouse.execute(
        text("delete from warehouse.observation where measure_code = 'MED02' and submission_id = :id"),
        {"id": submission},
    )
    send(warehouse, "SNV", figures={"MED01": 4})

    with pytest.raises(GateError, match="2 received, 1 promoted"):
        write_extracts(warehouse, settings)

    assert {path: path.read_bytes() for path in settings.extracts.rglob("KPI_*")} == before


def test_an_unknown_period_is_refused_with_the_known_ones(warehouse, settings):
    with pytest.raises(PlatformError, match="2026-06T, 2026-NAM"):
        write_extracts(warehouse, settings, "2026-13T")


def test_one_synthetic_file_makes_the_extract_synthetic(warehouse, settings):
    send(warehouse, "SYT", figures={"MED01": 3})
    send(warehouse, "SNV", figures={"MED01": 3})
    stored = warehouse.execute(text("select stored_name from landing.file order by stored_name")).scalars().all()
    settings.landing.mkdir()
    for name in stored:
        with zipfile.ZipFile(settings.landing / name, "w") as container:
            container.writestr("docProps/custom.xml", "<Properties/>")
    _, real = write_extracts(warehouse, settings)
    assert "DỮ LIỆU GIẢ LẬP" not in real.read_text(encoding="utf-8")

    with zipfile.ZipFile(settings.landing / stored[0], "w") as container:
        container.writestr("docProps/custom.xml", f'<property name="{SYNTHETIC_PROPERTY}"/>')
    _, synthetic = write_extracts(warehouse, settings)

    assert "DỮ LIỆU GIẢ LẬP" in synthetic.read_text(encoding="utf-8")


def test_the_dag_writes_on_a_connection_of_its_own(warehouse, warehouse_url, tmp_path, monkeypatch):
    send(warehouse, "SYT", figures={"MED01": 3})
    warehouse.commit()
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)
    monkeypatch.setenv("TTDN_HOME", str(tmp_path))

    assert [path.name for path in build_extracts()] == ["KPI_2026-06T.xlsx", "KPI_2026-06T.html"]
    assert (tmp_path / "extracts" / "2026-06T" / "KPI_2026-06T.html").is_file()


def test_a_warning_a_report_was_accepted_with_is_printed_with_its_body_and_sensitive_ones_without_figures(
    warehouse: Connection, tmp_path: Path
) -> None:
    send(warehouse, "28249", figures={"MED01": 10})
    for sentence in ("Kinh phí (BUD01): ghi 42.000.000 triệu đồng.", "Nội dung cần phản hồi (RSP02): ghi 3."):
        warehouse.execute(
            text(
                "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, text_vi)"
                " select receipt_id, 'R-09', 'MONEY_JUMP', 'warn', :sentence from landing.receipt"
            ),
            {"sentence": sentence},
        )
    snapshot = read(warehouse)
    write_page(working_edition(snapshot), tmp_path / "page.html")

    assert [(warning.unit_name, warning.rule) for warning in snapshot.warnings] == [("Phường Đạo Thạnh", "R-09")] * 2
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "42.000.000 triệu đồng" in page
    assert "ghi 3." not in page

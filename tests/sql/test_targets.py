"""Values beside the province's targets: distance and pace worked out by hand, and the words about a missed one."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from include.cli import main
from include.extracts.leadership.page import render_page
from include.extracts.leadership.snapshot import Snapshot, read_snapshot
from include.extracts.leadership.workbook import write_workbook
from include.indicators.kpi import kpi, kpi_as_known
from include.indicators.marts import build_marts
from include.indicators.targets import read_targets, sync_targets
from include.pipeline.extract import working_edition
from include.quality.explanations import (
    ExplanationRefused,
    Speaker,
    explain_outlier,
    explain_restatement,
    explain_target,
    open_questions,
)
from include.warehouse.connect import engine
from include.warehouse.sql import SQL_ROOT
from tests.sql.builders import ZONE, send

POST = "Trưởng phòng Thông tin, Sở VHTTDL"
MAY_31 = date(2026, 5, 31)
NEW_YEAR = datetime(2027, 1, 1, 0, 0, tzinfo=ZONE)


def set_target(
    connection: Connection, code: str, value: float, target_for: str = "2026-06T", side: str = "single"
) -> None:
    """A target as the file would set it."""
    connection.execute(
        text(
            "insert into reference.indicator_target values (:code, :side, cast(:for as text),"
            " case when :for like '%-%' then :for end, 2026, :value, '12/QĐ-UBND', '2026-01-15', 'UBND tỉnh')"
        ),
        {"code": code, "side": side, "for": target_for, "value": value},
    )


def indicator_of(read: list[dict[str, Any]], code: str) -> dict[str, Any]:
    (found,) = [each for each in read if each["code"] == code]
    return found


def target_of(connection: Connection, code: str = "M01", period: str = "2026-06T", at: datetime | None = None) -> Any:
    read = kpi(connection, period) if at is None else kpi_as_known(connection, at, period)
    return indicator_of(read, code)["target"]


def explain(connection: Connection, reason: str = "Ít sự kiện trong kỳ.", unit: str = "SVHTTDL", **more: Any) -> int:
    speaker = Speaker(unit, reason, POST, more.pop("given_at", None))
    return explain_target(connection, more.pop("code", "M01"), "2026-06T", speaker, **more)


def snapshot(connection: Connection, period: str = "2026-06T") -> Snapshot:
    build_marts(connection)
    return read_snapshot(connection, period)


def words_of(page: str) -> str:
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


# --- distance, pace, state -----------------------------------------------------------------------------


def test_without_a_target_nothing_is_judged(reports):
    send(reports, "SYT", figures={"MED01": 40})

    assert target_of(reports) == {"status": "province_to_set", "value": None, "state": "unset"}
    assert reports.execute(text("select count(*) from mart.indicator_target_reading")).scalar() == 0


def test_distance_and_pace_of_a_flow_are_told_at_the_cut_off(reports):
    # 40 of 50: 10 short, 80% reached. 1 January to 31 May is 31+28+31+30+31 = 151 of 181 days: 83.43%.
    send(reports, "SYT", figures={"MED01": 40}, cut_off=MAY_31)
    set_target(reports, "M01", 50)

    target = target_of(reports)

    assert (target["value"], target["distance"], target["state"]) == ("50", "-10", "missed")
    assert target["pace"]["cut_off"] == "2026-05-31"
    assert Decimal(target["pace"]["reached_pct"]) == 80
    assert round(Decimal(target["pace"]["elapsed_pct"]), 2) == Decimal("83.43")
    assert target["source"] == {"document": "12/QĐ-UBND", "date": "2026-01-15", "issued_by": "UBND tỉnh"}


def test_a_target_of_the_year_shows_its_pace_at_mid_year_and_is_judged_when_the_year_is_over(reports):
    # 40 of 200 is 20%, 151 of 365 days 41.37%. In November 160 of 200 is 80%, and 304 of 365 days to 31/10 83.29%.
    send(reports, "SYT", figures={"MED01": 40}, cut_off=MAY_31)
    november = datetime(2026, 11, 20, 8, tzinfo=ZONE)
    send(reports, "SYT", "2026-NAM", {"MED01": 160}, received_at=november, cut_off=date(2026, 10, 31))
    set_target(reports, "M01", 200, "2026")

    def annual(at: datetime) -> Any:
        # A moment to come can be built for, and not be asked for.
        build_marts(reports, as_known=at)
        return read_targets(reports, "2026-NAM")["M01", "2026-NAM", "single"]

    june, autumn = target_of(reports), annual(datetime(2026, 12, 31, 23, tzinfo=ZONE))

    assert (june["for"], june["state"], june["judged_from"]) == ("2026", "on_the_way", None)
    assert Decimal(june["pace"]["reached_pct"]) == 20
    assert round(Decimal(june["pace"]["elapsed_pct"]), 2) == Decimal("41.37")
    assert (autumn.state, autumn.reached_pct) == ("on_the_way", 80)
    assert round(autumn.elapsed_pct, 2) == Decimal("83.29")
    assert annual(NEW_YEAR).state == "missed"


def test_a_period_with_a_target_of_its_own_is_not_measured_by_the_years(reports):
    send(reports, "SYT", figures={"MED01": 40})
    set_target(reports, "M01", 200, "2026")
    set_target(reports, "M01", 30)

    assert (target_of(reports)["value"], target_of(reports)["state"]) == ("30", "met")
    assert target_of(reports, period="2026-NAM")["value"] == "200"


@pytest.mark.parametrize(("value", "state", "distance"), [(50, "met", "0"), (49, "missed", "-1"), (51, "met", "1")])
def test_a_target_is_met_when_it_is_reached_exactly(reports, value, state, distance):
    send(reports, "SYT", figures={"MED01": value})
    set_target(reports, "M01", 50)

    assert (target_of(reports)["state"], target_of(reports)["distance"]) == (state, distance)


@pytest.mark.parametrize(("wanted", "state"), [(50, "met"), (49, "missed")])
def test_where_lower_is_better_the_target_is_a_ceiling(reports, wanted, state):
    # Two reports received, one of them twice: 50% revised.
    send(reports, "SYT", figures={"MED01": 1})
    send(reports, "SYT", figures={"MED01": 2})
    send(reports, "SNV", figures={"MED01": 1})
    set_target(reports, "P06", wanted)

    assert target_of(reports, "P06")["state"] == state


def test_reporting_is_judged_once_it_was_due_and_work_once_the_window_is_over(reports):
    send(reports, "SYT", figures={"MED01": 40})
    set_target(reports, "P01", 95)
    set_target(reports, "M01", 50)

    def states(day: int, month: int = 6, hour: int = 0, minute: int = 0) -> tuple[str, str]:
        moment = datetime(2026, month, day, hour, minute, tzinfo=ZONE)
        return target_of(reports, "P01", at=moment)["state"], target_of(reports, "M01", at=moment)["state"]

    assert states(14, hour=23, minute=59) == ("on_the_way", "on_the_way")
    assert states(15) == ("missed", "on_the_way")
    assert states(30, hour=23, minute=59) == ("missed", "on_the_way")
    assert states(1, month=7) == ("missed", "missed")


def test_shares_and_stocks_have_a_distance_and_no_pace(reports):
    # One of two reports says yes: 50%, 30 points short.
    send(reports, "SYT", figures={"STF01": 1, "MED03": 4, "MED04": 2})
    send(reports, "SNV", figures={"STF01": 0})
    set_target(reports, "S01", 80)
    set_target(reports, "M04", 5, side="first")  # columns, as they stand
    set_target(reports, "M04", 4, side="second")  # series, a flow: 2 of 4 is half

    share = target_of(reports, "S01")
    columns, series = (each["target"] for each in indicator_of(kpi(reports, "2026-06T"), "M04")["pair"])

    assert (share["distance"], share["pace"], share["no_pace_reason"]) == ("-30", None, "not_a_flow")
    assert (columns["distance"], columns["pace"], columns["no_pace_reason"]) == ("-1", None, "not_a_flow")
    assert (series["distance"], Decimal(series["pace"]["reached_pct"])) == ("-2", 50)
    assert target_of(reports, "M04")["state"] == "unset"  # the pair itself is no figure


def test_money_from_a_report_is_paced_by_the_day_it_reaches(reports):
    # 60 of 80 million USD is 75%; figures to 31 May, 151 of 181 days.
    send(reports, "STC", figures={"FDI02": 60_000_000}, cut_off=MAY_31)
    set_target(reports, "X02", 80)

    target = target_of(reports, "X02")

    assert (target["distance"], target["pace"]["cut_off"]) == ("-20", "2026-05-31")
    assert Decimal(target["pace"]["reached_pct"]) == 75


def test_no_value_is_neither_met_nor_missed(reports):
    set_target(reports, "M01", 50)

    target = target_of(reports)

    assert (target["state"], target["distance"], target["pace"]) == ("no_value", None, None)
    assert target["unexplained_by"] == []
    assert open_questions(reports) == []


def test_a_target_of_zero_has_no_part_to_reach(reports):
    send(reports, "SYT", figures={"MED01": 3})
    set_target(reports, "M01", 0)

    target = target_of(reports)

    assert (target["state"], target["pace"], target["no_pace_reason"]) == ("met", None, "no_whole")


def test_the_reading_view_has_the_target_on_the_headline_alone(reports):
    send(reports, "SYT", figures={"MED01": 40, "MED01.language.vi": 30, "MED01.language.en": 10})
    set_target(reports, "M01", 50)
    build_marts(reports)

    rows = reports.execute(
        text(
            "select scope_type, axis_code, target_value, target_state from mart.indicator_reading"
            " where indicator_code = 'M01' and period_code = '2026-06T' and value is not null"
        )
    ).all()

    assert len(rows) > 3
    assert [row for row in rows if row.target_value is not None] == [("province", "total", 50, "missed")]


def test_the_file_fills_the_table_and_a_line_that_left_it_leaves_the_table(warehouse, tmp_path):
    path = tmp_path / "targets.csv"
    header = "indicator_code,side,target_for,target_value,document_number,document_date,issued_by"
    path.write_text(f"{header}\nM01,,2026,1200,12/QĐ-UBND,15/01/2026,UBND tỉnh\n", encoding="utf-8")

    assert sync_targets(warehouse, path) == 1
    assert warehouse.execute(
        text("select target_for, period_code, target_value from reference.indicator_target")
    ).all() == [("2026", None, 1200)]

    path.write_text(header + "\n", encoding="utf-8")
    assert sync_targets(warehouse, path) == 0
    assert warehouse.execute(text("select count(*) from reference.indicator_target")).scalar() == 0


# --- explanations --------------------------------------------------------------------------------------


@pytest.fixture
def missed(reports: Connection) -> Connection:
    """40 items where 50 were wanted."""
    send(reports, "SYT", figures={"MED01": 40}, cut_off=MAY_31)
    set_target(reports, "M01", 50)
    return reports


def test_a_missed_target_asks_the_lead_department_until_it_has_explained(missed):
    assert target_of(missed)["unexplained_by"] == ["SVHTTDL"]
    (question,) = open_questions(missed)
    assert (question["kind"], question["subject"], question["unit"]) == ("target", "M01", "SVHTTDL")

    number = explain(missed)

    target = target_of(missed)
    (told,) = target["explanations"]
    assert target["unexplained_by"] == []
    assert open_questions(missed) == []
    assert {key: told[key] for key in ("unit", "reason", "by", "for_value", "for_target", "is_current")} == {
        "unit": "SVHTTDL",
        "reason": "Ít sự kiện trong kỳ.",
        "by": POST,
        "for_value": "40",
        "for_target": "50",
        "is_current": True,
    }
    assert missed.execute(
        text("select action, subject, decided_by, details from audit.event order by event_number desc limit 1")
    ).one() == ("explanation", "M01 2026-06T SVHTTDL", POST, {"explanation": number, "kind": "target"})


def test_the_bodies_whose_figure_prevails_are_asked_each(reports):
    send(reports, "STC", figures={"FDI02": 60_000_000})
    set_target(reports, "X02", 80)

    assert target_of(reports, "X02")["unexplained_by"] == ["STC", "BQLKKT"]
    explain(reports, code="X02", unit="BQLKKT")

    assert target_of(reports, "X02")["unexplained_by"] == ["STC"]
    with pytest.raises(ExplanationRefused, match="STC, BQLKKT"):
        explain(reports, code="X02", unit="SVHTTDL")


def test_the_words_stay_with_a_figure_that_is_revised_and_say_for_which_value(missed):
    explain(missed)
    send(missed, "SYT", figures={"MED01": 45}, cut_off=MAY_31)

    target = target_of(missed)
    assert (target["state"], target["distance"], target["unexplained_by"]) == ("missed", "-5", [])
    assert [(each["for_value"], each["is_current"]) for each in target["explanations"]] == [("40", False)]

    send(missed, "SYT", figures={"MED01": 60}, cut_off=MAY_31)
    target = target_of(missed)
    assert (target["state"], len(target["explanations"])) == ("met", 1)
    assert "cho giá trị 40 tin, bài" in words_of(render_page(working_edition(snapshot(missed))))


def test_later_words_count_and_the_earlier_stay(missed):
    explain(missed, "Lý do thứ nhất.")
    explain(missed, "Lý do thứ hai.")

    assert [each["reason"] for each in target_of(missed)["explanations"]] == ["Lý do thứ hai."]
    assert missed.execute(text("select count(*) from warehouse.explanation")).scalar() == 2


def test_words_given_later_were_not_known_earlier(missed):
    explain(missed, given_at=datetime(2026, 8, 1, tzinfo=ZONE))

    before = target_of(missed, at=datetime(2026, 7, 31, tzinfo=ZONE))
    after = target_of(missed, at=datetime(2026, 8, 1, tzinfo=ZONE))

    assert (before["unexplained_by"], len(before["explanations"])) == (["SVHTTDL"], 0)
    assert (after["unexplained_by"], len(after["explanations"])) == ([], 1)


@pytest.mark.parametrize(
    ("value", "target", "more", "told"),
    [
        (40, 50, {"code": "M02"}, "không có mục tiêu nào được giao"),
        (40, 50, {"side": "first"}, "không có mục tiêu nào được giao"),
        (50, 50, {}, "đã đạt mục tiêu"),
        (40, 50, {"unit": "SYT"}, "SVHTTDL"),
    ],
)
def test_only_a_missed_target_and_its_own_body_take_words(reports, value, target, more, told):
    send(reports, "SYT", figures={"MED01": value})
    set_target(reports, "M01", target)

    with pytest.raises(ExplanationRefused, match=told):
        explain(reports, **more)

    assert reports.execute(text("select count(*) from warehouse.explanation")).scalar() == 0


def test_a_target_that_is_not_due_takes_no_words_yet(reports):
    send(reports, "SYT", figures={"MED01": 40})
    set_target(reports, "M01", 200, "2026")

    with pytest.raises(ExplanationRefused, match="chưa đến lúc đánh giá"):
        explain(reports)


@pytest.mark.parametrize(
    ("reason", "post", "told"),
    [
        ("", POST, "để trống"),
        ("Liên hệ 0912 345 678", POST, "số điện thoại"),
        ("Anh Bình nghỉ", POST, "tên người"),
        ("TỐI MẬT", POST, "dấu chỉ độ mật"),
        ("a" * 1001, POST, "dài quá 1000 chữ"),
        ("Ít sự kiện.", " ", "để trống"),
        ("Ít sự kiện.", "Nguyễn Văn A", "tên người"),
    ],
)
def test_words_that_may_not_be_kept_are_refused_without_being_repeated(missed, reason, post, told):
    with pytest.raises(ExplanationRefused, match=told) as refusal:
        explain_target(missed, "M01", "2026-06T", Speaker("SVHTTDL", reason, post))

    assert "0912" not in str(refusal.value)
    assert missed.execute(text("select count(*) from warehouse.explanation")).scalar() == 0


def test_near_misses_of_unfit_words_are_kept(missed):
    for reason in ("Công tác bảo mật được chú trọng.", "Giảm 1.200 tin so với 2025.", "a" * 1000):
        explain(missed, reason)

    assert missed.execute(text("select count(*) from warehouse.explanation")).scalar() == 3


def test_why_a_report_was_sent_again_is_kept_by_submission_or_receipt(reports):
    first = send(reports, "SYT", figures={"MED01": 40})
    second = send(reports, "SYT", figures={"MED01": 45})
    build_marts(reports)
    assert [(each["kind"], each["subject"], each["unit"]) for each in open_questions(reports)] == [
        ("restatement", str(second), "SYT")
    ]

    explain_restatement(reports, f"BN-2026-{second}", Speaker("SYT", "Bổ sung tin của tháng 5.", POST))
    explain_restatement(reports, str(second), Speaker("SYT", "Bổ sung tin của tháng 5, bỏ tin trùng.", POST))

    assert open_questions(reports) == []
    assert reports.execute(text("select distinct submission_id from warehouse.explanation")).scalars().all() == [second]
    for named, unit, told in (
        (str(first), "SYT", "lần gửi đầu tiên"),
        (str(second), "SNV", "của SNV"),
        ("BN-2026-0", "SYT", "không có lần gửi nào"),
    ):
        with pytest.raises(ExplanationRefused, match=told):
            explain_restatement(reports, named, Speaker(unit, "Lý do.", POST))


def test_words_cannot_be_changed_or_taken_back(missed):
    explain(missed)

    for change in (
        "update warehouse.explanation set reason_vi = 'khác'",
        "delete from warehouse.explanation",
        "truncate warehouse.explanation",
    ):
        with pytest.raises(DBAPIError, match="append only"), missed.begin_nested():
            missed.execute(text(change))


@pytest.mark.parametrize(
    "columns",
    [
        "'target', null, null, null, null",
        "'target', 'M01', '2026-06T', null, null",
        "'outlier', null, null, null, null",
        "'restatement', null, null, null, 'confirmed'",
        "'praise', null, null, null, null",
    ],
)
def test_the_database_itself_refuses_words_about_nothing(reports, columns):
    with pytest.raises(IntegrityError, match="explanation_subject"):
        reports.execute(
            text(
                "insert into warehouse.explanation (subject_kind, indicator_code, period_code, side, answer_kind,"
                f" reporting_unit_code, reason_vi, given_by_role) values ({columns}, 'SYT', 'x', 'y')"
            )
        )


# --- what leaders read ---------------------------------------------------------------------------------


def test_an_unset_target_prints_nothing_coloured(reports, tmp_path):
    send(reports, "SYT", figures={"MED01": 40})
    read = snapshot(reports)
    page = render_page(working_edition(read))
    write_workbook(working_edition(read), tmp_path / "a.xlsx")

    assert 'class="target' not in page
    assert "Tỉnh chưa giao mục tiêu" in page
    assert "chưa đạt mục tiêu" not in page
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert "Mục tiêu" not in book.sheetnames
    assert "chưa giao" in {cell.value for row in book["Ghi chú, định nghĩa"].iter_rows() for cell in row}


def test_page_and_workbook_show_distance_pace_and_the_missing_explanation(missed, tmp_path):
    set_target(missed, "S01", 80)  # nobody answered: no value
    read = snapshot(missed)
    page, path = render_page(working_edition(read)), tmp_path / "a.xlsx"
    write_workbook(working_edition(read), path)
    words = words_of(page)

    assert "Chưa đạt mục tiêu : 50 tin, bài; thấp hơn 10 tin, bài." in words
    assert "Đã đạt 80,0% mục tiêu khi đã qua 83,4% thời gian (đến 31/05/2026)." in words
    assert "Sở Văn hóa, Thể thao và Du lịch: chưa có giải trình." in words
    assert "1 chưa đạt mục tiêu (M01), trong đó chưa có giải trình: M01" in words
    assert "12/QĐ-UBND ngày 15/01/2026 của UBND tỉnh" in words
    assert page.count('class="target missed"') == 2  # the tile and the line
    assert page.count('class="target no_value"') == 1
    sheet = openpyxl.load_workbook(path)["Mục tiêu"]
    rows = {row[0].value: row for row in sheet.iter_rows()}
    assert [cell.value for cell in rows["M01"]][2:7] == [40, 50, "tin, bài", -10, "chưa đạt mục tiêu"]
    assert "chưa có giải trình" in rows["M01"][8].value
    assert rows["M01"][6].fill.fgColor.rgb == "FFFFF6E0"
    assert rows["S01"][6].value == "chưa có số để so"
    assert rows["S01"][6].fill.fgColor.rgb != "FFFFF6E0"


def test_page_and_workbook_show_the_words_beside_the_number(missed, tmp_path):
    explain(missed, "Ít sự kiện <lớn> trong kỳ.", given_at=datetime(2026, 7, 8, 9, tzinfo=ZONE))
    read = snapshot(missed)
    write_workbook(working_edition(read), tmp_path / "a.xlsx")

    page = render_page(working_edition(read))
    assert "Ít sự kiện &lt;lớn&gt; trong kỳ." in page
    assert f"({POST}, 08/07/2026)" in page
    assert "chưa có giải trình" not in page
    rows = {row[0].value: row for row in openpyxl.load_workbook(tmp_path / "a.xlsx")["Mục tiêu"].iter_rows()}
    assert "Ít sự kiện <lớn> trong kỳ." in rows["M01"][8].value


def test_a_hidden_small_value_is_not_told_by_its_distance(reports, tmp_path):
    send(reports, "SYT", figures={"RSP02": 9, "RSP03": 3})
    set_target(reports, "R02", 90)
    read = snapshot(reports)
    (figure,) = read.with_target
    write_workbook(working_edition(read), tmp_path / "a.xlsx")

    assert figure.target is not None
    assert (figure.target.state, figure.target.distance, figure.target.answers) == ("suppressed", None, ())
    assert "56,7" not in words_of(render_page(working_edition(read)))  # 90 less a third of a hundred
    rows = {row[0].value: row for row in openpyxl.load_workbook(tmp_path / "a.xlsx")["Mục tiêu"].iter_rows()}
    assert [cell.value for cell in rows["R02"]][2:7] == ["không nêu", 90, "%", None, "không nêu"]


def test_a_distance_too_small_for_one_decimal_is_not_printed_as_none(reports):
    send(reports, "SYT", figures={"STF01": 1})
    set_target(reports, "S01", 99.98)

    assert "cao hơn 0,02 điểm phần trăm" in words_of(render_page(working_edition(snapshot(reports))))


# --- legal bases and missing bodies --------------------------------------------------------------------


def legal_bases(connection: Connection, code: str, period: str) -> list[tuple[object, ...]]:
    build_marts(connection)
    return [
        tuple(row)
        for row in connection.execute(
            text(
                "select legal_basis_code, first_date, last_date, day_count, is_whole_window"
                " from mart.indicator_legal_basis where indicator_code = :code and period_code = :period"
                " order by position_number"
            ),
            {"code": code, "period": period},
        )
    ]


def test_the_half_year_ran_under_the_old_text_and_the_year_under_both_with_their_days(reports):
    january, june, july, december = date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31)

    # 181 days from January to June, 184 from July to December.
    assert legal_bases(reports, "F02", "2026-06T") == [
        ("KH-2026", january, june, 181, True),
        ("ND-88-2012", january, june, 181, True),
    ]
    assert legal_bases(reports, "F02", "2026-NAM") == [
        ("KH-2026", january, december, 365, True),
        ("ND-88-2012", january, june, 181, False),
        ("ND-262-2026", july, december, 184, False),
    ]


def test_an_amended_text_holds_the_whole_year_beside_what_amends_it(reports):
    year = {row[0]: row[3] for row in legal_bases(reports, "D01", "2026-NAM")}

    assert (year["ND-72-2015"], year["ND-148-2026"]) == (365, 184)
    assert "ND-148-2026" not in {row[0] for row in legal_bases(reports, "D01", "2026-06T")}


def test_the_definitions_print_the_texts_of_the_period_and_what_happens_when_a_unit_is_missing(reports, tmp_path):
    send(reports, "VPUB", "2026-NAM", {"PRS02": 3, "PRS03": 3}, received_at=datetime(2026, 11, 20, tzinfo=ZONE))
    read = snapshot(reports, "2026-NAM")
    write_workbook(working_edition(read), tmp_path / "a.xlsx")
    words = words_of(render_page(working_edition(read)))

    days = "88/2012/NĐ-CP (từ 01/01/2026 đến 30/06/2026, 181/365 ngày)"
    assert days in words
    assert "262/2026/NĐ-CP (từ 01/07/2026 đến 31/12/2026, 184/365 ngày)" in words
    assert "theo trích dẫn, chưa đối chiếu bản gốc" in words
    assert "Đơn vị thiếu tử số hoặc mẫu số ra khỏi cả hai vế" in words
    cells = [
        str(cell.value)
        for row in openpyxl.load_workbook(tmp_path / "a.xlsx")["Ghi chú, định nghĩa"].iter_rows()
        for cell in row
    ]
    assert any(days in cell for cell in cells)
    assert any("ra khỏi cả hai vế" in cell for cell in cells)


def test_the_reading_view_names_the_texts_of_its_own_period(reports):
    build_marts(reports)

    texts = dict(
        tuple(row)
        for row in reports.execute(
            text(
                "select distinct period_code, legal_bases_text from mart.indicator_reading where indicator_code = 'F02'"
            )
        )
    )

    assert texts == {
        "2026-06T": "KH-2026; 88/2012/NĐ-CP",
        "2026-NAM": "KH-2026; 88/2012/NĐ-CP (01/01/2026 – 30/06/2026); 262/2026/NĐ-CP (01/07/2026 – 31/12/2026)",
    }


def test_the_dimension_says_it_in_both_languages(reports):
    build_marts(reports)

    row = reports.execute(
        text(
            "select missing_unit_code, missing_unit_name_vi, missing_unit_name_en, legal_bases_text"
            " from mart.dim_indicator where indicator_code = 'P01'"
        )
    ).one()

    assert row.missing_unit_code == "silence_is_late"
    assert row.missing_unit_name_vi.endswith("tính là không đúng hạn.")
    assert row.missing_unit_name_en.endswith("counts as not on time.")
    assert "09/2019/NĐ-CP" in row.legal_bases_text


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def ttdn(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)
    # What the file of targets would say is put into the database by the test.
    monkeypatch.setattr("include.pipeline.prepare.prepare_warehouse", lambda _: False)

    def run(*arguments: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr().out
        return code, json.loads(printed) if "--json" in arguments else printed

    return run


def test_words_are_given_and_open_questions_listed_from_the_command_line(ttdn: Any, warehouse: Connection) -> None:
    send(warehouse, "SYT", figures={"MED01": 40})
    second = send(warehouse, "SYT", figures={"MED01": 41})
    finding = warehouse.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, text_vi)"
            " select receipt_id, '', 'OUTLIER_OWN_PAST', 'warn', 'Số này có đúng không?' from landing.receipt"
            " where submission_id = :submission returning finding_id"
        ),
        {"submission": second},
    ).scalar_one()
    set_target(warehouse, "M01", 50)
    warehouse.commit()
    who = ("--reason", "Có tuần lễ văn hóa.", "--by", POST, "--json")

    code, listed = ttdn("explain", "--open", "--json")
    assert code == 0
    subject = ("restatement", second, "--unit", "SYT", *who[:-1])
    assert ttdn("explain", "--open", *subject)[0] == 2  # a list was asked for: nothing was kept
    assert ttdn("explain", "--open", "--json")[1] == listed
    assert [(each["kind"], each["subject"], each["unit"]) for each in listed["open"]] == [
        ("restatement", str(second), "SYT"),
        ("target", "M01", "SVHTTDL"),
        ("outlier", str(finding), "SYT"),
    ]
    assert {"kind", "subject", "side", "unit", "unit_name", "period", "asked_at", "question"} == set(listed["open"][0])

    assert ttdn("explain", "outlier", finding, "--unit", "SYT", "--confirmed", *who)[0] == 0
    assert ttdn("explain", "restatement", second, "--unit", "SYT", *who)[0] == 0
    code, given = ttdn("explain", "target", "M01", "--period", "2026-06T", "--unit", "SVHTTDL", *who)
    assert (code, given["open"], isinstance(given["explanation"], int)) == (0, [], True)

    code, refused = ttdn("explain", "target", "M01", "--period", "2026-06T", "--unit", "SYT", *who)
    assert (code, set(refused["refusal"])) == (1, {"where", "found", "expected", "remedy"})
    code, printed = ttdn("explain")
    assert (code, printed.strip()) == (0, "Còn chờ giải trình: 0")
    kinds = warehouse.execute(text("select subject_kind, answer_kind from warehouse.explanation order by 1")).all()
    assert kinds == [("outlier", "confirmed"), ("restatement", None), ("target", None)]


def test_an_answer_about_an_unusual_figure_says_which_of_the_two(ttdn: Any) -> None:
    with pytest.raises(SystemExit):
        ttdn("explain", "outlier", 1, "--unit", "SYT", "--reason", "x", "--by", POST)


def test_outlier_answers_use_the_same_store(reports):
    with pytest.raises(ExplanationRefused, match="outlier_question"):
        explain_outlier(reports, 1, "confirmed", Speaker("SYT", "Đúng.", POST))


# --- the way from the tables of before -----------------------------------------------------------------


def test_answers_given_before_are_moved_and_nobody_is_named_as_their_author(empty_database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SQL_ROOT / "migrations").replace("%", "%%"))
    before = ScriptDirectory.from_config(config).get_revision("0013").down_revision

    with engine(empty_database_url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, before)
        for statement in (
            "insert into reference.reporting_unit (unit_code, name_vi, name_en, short_name_vi, unit_kind, group_code,"
            " obligation, basis, valid_from, sort_key) values ('SYT', 'Sở Y tế', 'Health', 'Sở Y tế', 'agency',"
            " 'department', 'none', 'memory', '2025-07-01', 'x')",
            "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at)"
            " values ('BN-1', repeat('a', 64), 1, 'a.xlsx', 'agency_reports', '2026-06-10')",
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, text_vi)"
            " select receipt_id, '', 'OUTLIER_OWN_PAST', 'warn', '?' from landing.receipt",
            "insert into warehouse.outlier_answer (finding_id, reporting_unit_code, answer_kind, reason_vi,"
            " answered_at) select finding_id, 'SYT', 'confirmed', 'Đúng.', '2026-06-11' from warehouse.finding",
        ):
            connection.execute(text(statement))
        command.upgrade(config, "0013")
        moved = connection.execute(
            text(
                "select subject_kind, answer_kind, reason_vi, given_by_role, given_at::date from warehouse.explanation"
            )
        ).all()

    assert moved == [("outlier", "confirmed", "Đúng.", "Chưa ghi chức danh", date(2026, 6, 11))]

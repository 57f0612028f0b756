"""What was known when: functions of a moment, versions that count, restatements and what they did."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import DBAPIError

from include.errors import CatalogueError, PlatformError
from include.indicators.composition import composed_query, with_composed_queries
from include.indicators.kpi import kpi, kpi_as_known
from include.indicators.marts import build_marts
from include.indicators.restatements import restatements
from include.quality.explanations import Speaker, explain_restatement, open_questions
from tests.sql.builders import IN_TIME, ZONE, send
from tests.sql.monitored import count, monitor
from tests.sql.registers import Project, send_register, set_rate

DAY = timedelta(days=1)
FUNCTIONS = {
    "report_as_known": ("report_latest", True),
    "report_status_as_known": ("report_status", True),
    "observation_as_known": ("observation_latest", True),
    "capital_flow_as_known": ("capital_flow_latest", False),
    "monitoring_day_as_known": ("monitoring_day_latest", False),
    "series_as_known": ("series_latest", False),
    "indicator_as_known": ("indicator_value", True),
    "indicator_as_of_as_known": ("indicator_as_of", True),
}
"""Each function with the mart it answers for, and whether it may be asked for one period."""


def rows(connection: Connection, query: str, **bound: object) -> list[Row[Any]]:
    return list(connection.execute(text(query), bound).all())


def table(connection: Connection, relation: str, **bound: object) -> set[str]:
    """Every row of a relation as text, so that two relations can be compared whole."""
    return {row[0] for row in rows(connection, f"select said::text from {relation} as said", **bound)}


def a_busy_month(connection: Connection) -> list[datetime]:
    """Reports sent again, a register, rates and monitored days; the moments between which something changed."""
    send(connection, "SYT", figures={"MED01": 8, "MED01.language.vi": 6, "MED01.language.en": 2}, received_at=IN_TIME)
    send(connection, "28249", figures={"RSP02": 4, "RSP03": 3, "STF01": 1}, received_at=IN_TIME + DAY)
    set_rate(connection, "USD", date(2026, 5, 31), "25000")
    send_register(
        connection,
        "STC",
        "fdi",
        Project("FDI-00001", figures={"projects_new": 1, "capital_new": (2_000_000, "USD")}),
        received_at=IN_TIME + 2 * DAY,
    )
    monitor(connection, count("01-01", 5), count("01-02", 7, language="en"), received_at=IN_TIME + 3 * DAY)
    send(
        connection,
        "SYT",
        figures={"MED01": 10, "MED01.language.vi": 7, "MED01.language.en": 3},
        received_at=IN_TIME + 4 * DAY,
    )
    monitor(connection, count("01-02", 9, language="en"), received_at=IN_TIME + 5 * DAY)
    send_register(
        connection,
        "STC",
        "fdi",
        Project("FDI-00001", figures={"projects_new": 1, "capital_new": (3_000_000, "USD")}),
        received_at=IN_TIME + 6 * DAY,
    )
    send(connection, "SYT", figures={"MED01": 11}, kind="chinh_thuc", received_at=IN_TIME + 40 * DAY)
    return [IN_TIME + number * DAY for number in (0, 1, 2, 3, 4, 5, 6, 7, 40)]


# --- functions of a moment ----------------------------------------------------------------------------


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_says_at_each_moment_what_the_mart_said_then(reports: Connection, function: str) -> None:
    mart, by_period = FUNCTIONS[function]
    moments = a_busy_month(reports)
    build_marts(reports)

    for moment in moments:
        savepoint = reports.begin_nested()
        build_marts(reports, as_known=moment)
        then = table(reports, f"mart.{mart}")
        savepoint.rollback()

        assert table(reports, f"mart.{function}(:moment)", moment=moment) == then
        if by_period:
            asked = table(reports, f"mart.{function}(:moment, '2026-06T')", moment=moment)
            in_period = {
                row[0]
                for row in rows(
                    reports,
                    f"select said::text from mart.{function}(:moment) as said where said.period_code = '2026-06T'",
                    moment=moment,
                )
            }
            assert asked == in_period


def test_the_latest_moment_says_what_the_marts_say(reports: Connection) -> None:
    a_busy_month(reports)
    build_marts(reports)

    for function, (mart, _) in FUNCTIONS.items():
        if mart in ("report_status",):  # a view that goes by the clock: not due yet turns into not reported
            continue
        now = table(reports, f"mart.{function}((select built_at from mart.build))")
        assert now == table(reports, f"mart.{mart}"), function


def test_earlier_figures_stay_one_question_away(reports: Connection) -> None:
    a_busy_month(reports)

    def news(moment: datetime) -> str | None:
        return next(each["value"] for each in kpi_as_known(reports, moment, "2026-06T") if each["code"] == "M01")

    assert [news(IN_TIME + number * DAY) for number in (0, 3, 4, 39, 40)] == ["8", "8", "10", "10", "11"]
    assert next(each["value"] for each in kpi(reports, "2026-06T") if each["code"] == "M01") == "11"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (IN_TIME - timedelta(seconds=1), "first accepted file"),
        (datetime(2100, 1, 1, tzinfo=ZONE), "has passed"),
    ],
    ids=["before the first load", "in the future"],
)
def test_a_moment_at_which_nothing_can_have_been_known_is_refused(
    reports: Connection, moment: datetime, expected: str
) -> None:
    send(reports, "SYT", figures={"MED01": 8}, received_at=IN_TIME)
    build_marts(reports)

    with pytest.raises(PlatformError, match=expected):
        kpi_as_known(reports, moment, "2026-06T")
    for function in FUNCTIONS:
        savepoint = reports.begin_nested()
        with pytest.raises(DBAPIError, match=expected):
            rows(reports, f"select count(*) from mart.{function}(:moment)", moment=moment)
        savepoint.rollback()
    assert kpi_as_known(reports, IN_TIME, "2026-06T")


def test_in_an_empty_warehouse_every_moment_is_refused_and_no_moment_too(reports: Connection) -> None:
    build_marts(reports)

    for moment in (IN_TIME, None):
        savepoint = reports.begin_nested()
        with pytest.raises(DBAPIError, match=r"none was accepted yet|has passed"):
            rows(reports, "select mart.require_moment(cast(:moment as timestamptz))", moment=moment)
        savepoint.rollback()


def test_the_question_may_be_asked_by_an_analyst_in_a_read_only_session(reports: Connection) -> None:
    a_busy_month(reports)
    build_marts(reports)
    reports.execute(text("set local transaction_read_only = on"))
    reports.execute(text("set local role ttdn_analyst_ro"))

    for function in FUNCTIONS:
        assert rows(reports, f"select count(*) from mart.{function}(:moment)", moment=IN_TIME + 8 * DAY)
    assert rows(
        reports,
        "select value from mart.indicator_as_known(:moment, '2026-06T')"
        " where indicator_code = 'M01' and scope_type = 'province' and axis_code = 'total'",
        moment=IN_TIME,
    ) == [(Decimal(8),)]


def test_a_body_may_not_ask_it_for_others(reports: Connection) -> None:
    a_busy_month(reports)
    build_marts(reports)
    reports.execute(text("set local role ttdn_agency"))

    for function in FUNCTIONS:
        savepoint = reports.begin_nested()
        with pytest.raises(DBAPIError, match="permission denied"):
            rows(reports, f"select count(*) from mart.{function}(:moment)", moment=IN_TIME)
        savepoint.rollback()


def test_a_mart_that_is_changed_after_it_was_made_cannot_be_composed(tmp_path: Path) -> None:
    whole = "create table mart.whole as\nselect 1 as one\nfrom mart.part;\n"
    lacking, complete = tmp_path / "lacking", tmp_path / "complete"
    for folder in (lacking, complete):
        folder.mkdir()
        (folder / "100_whole.sql").write_text(whole)
    (complete / "050_part.sql").write_text("create view mart.part as\nselect 2 as two;\n")

    with pytest.raises(CatalogueError, match=r"mart\.part"):
        composed_query("whole", lacking)
    assert composed_query("whole", complete).splitlines()[:2] == ["with recursive", "known_part as ("]
    assert with_composed_queries("select 1 /* mart.whole */;", complete) == "select 1 /* mart.whole */;"


# --- which version counts -------------------------------------------------------------------------------


FOUR_FILES = (
    {"figures": {"MED01": 5}, "kind": "uoc", "received_at": IN_TIME},
    {"figures": {"MED01": 8}, "kind": "thuc_hien", "received_at": IN_TIME + DAY},
    {"figures": {"MED01": 9, "MED02": 2}, "kind": "thuc_hien", "received_at": IN_TIME + 10 * DAY},
    {"figures": {"MED01": 11, "MED02": 2}, "kind": "chinh_thuc", "received_at": IN_TIME + 40 * DAY},
)


def state_of(connection: Connection) -> dict[str, list[Any]]:
    """Everything that is said of the period, but for the numbers files happened to get."""
    build_marts(connection)
    moments = [file["received_at"] for file in FOUR_FILES]
    return {
        "indicators": rows(connection, "select * from mart.indicator_value order by 1, 2, 3, 4, 5, 6, 7"),
        "figures": rows(
            connection,
            "select reporting_unit_code, measure_code, axis_code, member_code, value, value_state, value_kind,"
            " is_revised from mart.observation_latest order by 1, 2, 3, 4",
        ),
        "status": rows(
            connection,
            "select reporting_unit_code, report_state, first_accepted_at, is_first_pass, is_revised"
            " from mart.report_status where is_received order by 1",
        ),
        "restatements": rows(
            connection,
            "select received_at, earlier_received_at, old_kind, new_kind, changed_count, reason_code, is_current"
            " from mart.restatement order by 1",
        ),
        "restated figures": rows(
            connection,
            "select restatement.received_at, figure.measure_code, figure.change_kind, figure.old_value,"
            " figure.new_value, figure.old_kind, figure.new_kind from mart.restated_figure as figure"
            " inner join mart.restatement using (submission_id) order by 1, 2",
        ),
        "effects": rows(
            connection,
            "select restatement.received_at, effect.indicator_code, effect.numerator_change, effect.value,"
            " effect.value_without from mart.restatement_effect as effect"
            " inner join mart.restatement using (submission_id) order by 1, 2",
        ),
        "as known": [
            rows(
                connection,
                "select * from mart.indicator_as_known(:moment, '2026-06T') order by 1, 2, 3, 4, 5, 6, 7",
                moment=moment,
            )
            for moment in moments
        ],
    }


def test_all_24_orders_in_which_four_files_are_worked_off_end_in_the_same_state(reports: Connection) -> None:
    states = []
    for order in permutations(FOUR_FILES):
        savepoint = reports.begin_nested()
        for file in order:
            send(reports, "SYT", **file)  # type: ignore[arg-type]
        states.append(state_of(reports))
        savepoint.rollback()

    assert len(states) == 24
    for state in states[1:]:
        for part in state:
            assert state[part] == states[0][part], part
    assert [row.value for row in states[0]["figures"] if row.measure_code == "MED01"] == [11]
    assert [(row.old_value, row.new_value) for row in states[0]["restated figures"] if row.measure_code == "MED01"] == [
        (5, 8),
        (8, 9),
        (9, 11),
    ]


def test_all_24_orders_in_which_the_four_kinds_arrive_end_with_the_final_figure(reports: Connection) -> None:
    """Here the order is the order of receipt: the ladder estimate, actual, final decides, not who comes last."""
    ended = set()
    for order in permutations(FOUR_FILES):
        savepoint = reports.begin_nested()
        for number, file in enumerate(order):
            send(reports, "SYT", **{**file, "received_at": IN_TIME + number * DAY})  # type: ignore[arg-type]
        build_marts(reports)
        [row] = rows(reports, "select value, value_kind from mart.observation_latest where measure_code = 'MED01'")
        ended.add((row.value, row.value_kind))
        savepoint.rollback()

    assert ended == {(11, "chinh_thuc")}


def test_an_estimate_that_comes_late_does_not_undo_a_final_and_is_no_restatement(reports: Connection) -> None:
    send(reports, "SYT", figures={"MED01": 11}, kind="chinh_thuc", received_at=IN_TIME)
    send(reports, "SYT", figures={"MED01": 5}, kind="uoc", received_at=IN_TIME + DAY)
    build_marts(reports)

    assert rows(reports, "select value, is_revised from mart.observation_latest") == [(11, False)]
    assert rows(reports, "select * from mart.restatement") == []
    assert rows(reports, "select place, value_kind from mart.report_version order by 1") == [
        (1, "chinh_thuc"),
        (2, "uoc"),
    ]


def test_on_one_rung_of_the_ladder_the_later_file_counts(reports: Connection) -> None:
    send(reports, "SYT", figures={"MED01": 11}, kind="chinh_thuc", received_at=IN_TIME)
    send(reports, "SYT", figures={"MED01": 12}, kind="chinh_thuc", received_at=IN_TIME + DAY)
    build_marts(reports)

    assert rows(reports, "select value, is_revised from mart.observation_latest") == [(12, True)]


def test_the_same_content_sent_again_after_another_file_says_it_again(reports: Connection) -> None:
    first = send(reports, "SYT", figures={"MED01": 8}, received_at=IN_TIME)
    # Sent again on the third day; the file of the second day is worked off last.
    reports.execute(
        text(
            "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at,"
            " submission_id, verdict, verdict_code) select 'BN-2026-900', sha256, 1, 'lai.xlsx', source_id, :again,"
            " submission_id, 'duplicate', 'DUPLICATE' from warehouse.submission where submission_id = :first"
        ),
        {"again": IN_TIME + 2 * DAY, "first": first},
    )
    reports.execute(
        text("update warehouse.submission set content_hash = sha256 where submission_id = :first"), {"first": first}
    )
    send(reports, "SYT", figures={"MED01": 9}, received_at=IN_TIME + DAY)
    build_marts(reports)

    assert rows(reports, "select value from mart.observation_latest") == [(8,)]
    assert rows(reports, "select value from mart.observation_as_known(:then)", then=IN_TIME + DAY) == [(9,)]


# --- restatements ---------------------------------------------------------------------------------------


def test_a_restatement_says_who_what_when_and_what_it_did(reports: Connection) -> None:
    send(reports, "SNV", figures={"MED01": 30, "RSP02": 10, "RSP03": 5}, received_at=IN_TIME)
    send(reports, "SYT", figures={"MED01": 8, "MED02": 1, "RSP02": 10, "RSP03": 9}, received_at=IN_TIME)
    later = send(
        reports, "SYT", figures={"MED01": 10, "MED03": 4, "RSP02": 30, "RSP03": 15}, received_at=IN_TIME + 2 * DAY
    )
    build_marts(reports)

    [restatement] = rows(reports, "select * from mart.restatement")
    assert (restatement.submission_id, restatement.reporting_unit_code, restatement.period_code) == (
        later,
        "SYT",
        "2026-06T",
    )
    assert (restatement.received_at, restatement.earlier_received_at) == (IN_TIME + 2 * DAY, IN_TIME)
    assert (restatement.changed_count, restatement.is_current, restatement.reason_code) == (5, True, "unstated")

    changes = rows(
        reports,
        "select measure_code, change_kind, old_value, new_value, old_cell, cell from mart.restated_figure order by 1",
    )
    assert changes == [
        ("MED01", "changed", 8, 10, "F12", "F12"),
        ("MED02", "removed", 1, None, "F13", None),
        ("MED03", "added", None, 4, None, "F13"),
        ("RSP02", "changed", 10, 30, "F14", "F14"),
        ("RSP03", "changed", 9, 15, "F15", "F15"),
    ]

    effects = {
        row.indicator_code: (row.numerator_change, row.denominator_change, row.value, row.value_without)
        for row in rows(reports, "select * from mart.restatement_effect where side = 'single'")
    }
    # 30 + 10 news items against 30 + 8; (5 + 15) / (10 + 30) against (5 + 9) / (10 + 10).
    assert effects["M01"] == (2, 0, 40, 38)
    assert effects["R02"] == (6, 20, 50, 70)
    # The first revision of one of two reports: P06 goes from 0 to 50 %.
    assert effects["P06"] == (1, 0, 50, 0)
    assert "P01" not in effects


def test_a_restatement_of_a_figure_no_indicator_uses_has_no_effect_but_on_the_rate_of_revisions(
    reports: Connection,
) -> None:
    send(reports, "SYT", figures={"STF02": 1})
    send(reports, "SYT", figures={"STF02": 2}, received_at=IN_TIME + DAY)
    send(reports, "SYT", figures={"STF02": 3}, received_at=IN_TIME + 2 * DAY)
    build_marts(reports)

    assert [row.indicator_code for row in rows(reports, "select indicator_code from mart.restatement_effect")] == [
        "P06"
    ]


def test_each_of_three_versions_has_its_own_effect(reports: Connection) -> None:
    for day, items in enumerate((8, 10, 7)):
        send(reports, "SYT", figures={"MED01": items}, received_at=IN_TIME + day * DAY)
    build_marts(reports)

    assert rows(
        reports,
        "select restatement.is_current, effect.numerator_change, effect.value, effect.value_without"
        " from mart.restatement_effect as effect inner join mart.restatement using (submission_id)"
        " where effect.indicator_code = 'M01' order by restatement.received_at",
    ) == [(False, 2, 7, 5), (True, -3, 7, 10)]


def test_a_register_sent_again_tells_its_effect_on_its_own_flow_alone(reports: Connection) -> None:
    send(reports, "STC", figures={"EVT01": 4})
    for amount, day in ((2_000_000, 0), (3_500_000, 1)):
        send_register(
            reports,
            "STC",
            "fdi",
            Project("FDI-00001", figures={"projects_new": 1, "capital_new": (amount, "USD")}),
            received_at=IN_TIME + day * DAY,
        )
    build_marts(reports)

    [restatement] = rows(reports, "select * from mart.restatement")
    assert (restatement.replacement_kind, restatement.reporting_unit_code) == ("register", "STC")
    assert rows(
        reports,
        "select flow_code, measure_code, project_code, old_value, new_value, unit_code from mart.restated_figure",
    ) == [("fdi", "capital_new", "FDI-00001", 2_000_000, 3_500_000, "USD")]
    effects = {
        row.indicator_code: (row.numerator_change, row.value, row.value_without)
        for row in rows(reports, "select * from mart.restatement_effect")
    }
    assert effects["X02"] == (1_500_000, Decimal("3.5"), 2)
    assert not {code for code in effects if not code.startswith("X")}


def test_a_corrected_day_tells_its_effect_in_every_period_it_lies_in(reports: Connection) -> None:
    monitor(reports, count("01-01", 6), count("01-02", 4, language="en"), received_at=IN_TIME)
    monitor(reports, count("01-02", 14, language="en"), received_at=IN_TIME + DAY)
    build_marts(reports)

    effects = {
        (row.indicator_code, row.period_code): (
            row.numerator_change,
            row.denominator_change,
            row.value,
            row.value_without,
        )
        for row in rows(
            reports,
            "select indicator_code, period_code, numerator_change, denominator_change, value, value_without"
            " from mart.restatement_effect",
        )
    }
    assert effects == {
        ("N01", "2026-06T"): (10, 0, 20, 10),
        ("N01", "2026-NAM"): (10, 0, 20, 10),
        ("N03", "2026-06T"): (10, 10, 70, 40),
        ("N03", "2026-NAM"): (10, 10, 70, 40),
    }


def test_an_estimate_that_became_final_with_the_same_figure_is_confirmed_not_changed(reports: Connection) -> None:
    send(reports, "SYT", figures={"MED01": 8}, kind="uoc")
    send(reports, "SYT", figures={"MED01": 8}, kind="chinh_thuc", received_at=IN_TIME + DAY)
    build_marts(reports)

    [restatement] = rows(reports, "select * from mart.restatement")
    assert (restatement.reason_code, restatement.changed_count) == ("firmer_kind", 0)
    assert rows(reports, "select change_kind, old_kind, new_kind from mart.restated_figure") == [
        ("confirmed", "uoc", "chinh_thuc")
    ]


def test_why_a_body_sent_again_is_asked_only_where_the_files_do_not_tell_and_then_travels_with_it(
    reports: Connection,
) -> None:
    send(reports, "SYT", figures={"MED01": 8})
    later = send(reports, "SYT", figures={"MED01": 10}, received_at=IN_TIME + DAY)
    send(reports, "SNV", figures={"MED01": 3}, kind="uoc")
    send(reports, "SNV", figures={"MED01": 4}, received_at=IN_TIME + DAY)
    build_marts(reports)
    assert [(each["kind"], each["unit"]) for each in open_questions(reports)] == [("restatement", "SYT")]

    explain_restatement(reports, str(later), Speaker("SYT", "Bổ sung tin của tháng 5.", "Chánh Văn phòng"))

    told = {each["unit"]: (each["reason_code"], each["reason"]) for each in restatements(reports, "2026-06T")}
    assert told == {
        "SYT": ("unstated", "Bổ sung tin của tháng 5."),
        "SNV": ("firmer_kind", "số ước, số thực hiện được thay bằng số vững hơn"),
    }
    assert open_questions(reports) == []


def test_a_day_corrected_by_a_file_worked_off_first_is_a_restatement_all_the_same(reports: Connection) -> None:
    monitor(reports, count("01-01", 7), received_at=IN_TIME + DAY)
    monitor(reports, count("01-01", 5), received_at=IN_TIME)
    build_marts(reports)

    assert rows(reports, "select old_value, new_value, figure_date from mart.restated_figure") == [
        (5, 7, date(2026, 1, 1))
    ]
    effect = (
        "select numerator_change, value, value_without from mart.restatement_effect"
        " where indicator_code = 'N01' and period_code = '2026-06T'"
    )
    assert rows(reports, effect) == [(2, 7, 5)]


def test_of_three_files_about_one_day_only_the_last_replacement_is_current(reports: Connection) -> None:
    for number, items in enumerate((5, 7, 9)):
        monitor(reports, count("01-01", items), received_at=IN_TIME + number * DAY)
    build_marts(reports)

    assert rows(reports, "select is_current from mart.restatement order by received_at") == [(False,), (True,)]


def test_without_the_only_answer_there_would_be_no_value_rather_than_zero(reports: Connection) -> None:
    send(reports, "SYT", figures={"MED01": "missing"})
    send(reports, "SYT", figures={"MED01": 5}, received_at=IN_TIME + DAY)
    build_marts(reports)

    effect = "select value, value_without from mart.restatement_effect where indicator_code = 'M01'"
    assert rows(reports, effect) == [(5, None)]

    send(reports, "SNV", figures={"MED01": 2})
    build_marts(reports)
    assert rows(reports, effect) == [(7, 2)]


def test_a_body_reads_its_own_restatements_and_no_value_of_the_province(reports: Connection) -> None:
    for unit in ("28249", "28360"):
        send(reports, unit, figures={"MED01": 8})
        send(reports, unit, figures={"MED01": 10}, received_at=IN_TIME + DAY)
    build_marts(reports)
    # Roles belong to the whole server: another test may have made it.
    reports.execute(
        text(
            "do $$ begin create role ttdn_agency_28249 in role ttdn_agency;"
            " exception when duplicate_object then null; end $$"
        )
    )
    reports.execute(text("set local role ttdn_agency_28249"))

    assert rows(reports, "select distinct reporting_unit_code from mart.restatement") == [("28249",)]
    assert rows(reports, "select distinct reporting_unit_code from mart.restated_figure") == [("28249",)]
    with pytest.raises(DBAPIError, match="permission denied"):
        rows(reports, "select * from mart.restatement_effect")


def test_a_warning_excuses_a_change_of_its_own_figure_alone(reports: Connection) -> None:
    for unit, cell in (("SYT", "F12"), ("SNV", "F13")):
        first = send(reports, unit, figures={"MED01": 8, "MED02": 1})
        reports.execute(
            text(
                "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, sheet_name, cell,"
                " text_vi) select receipt_id, '', 'OUTLIER_OWN_PAST', 'warn', 'Báo cáo', :cell, 'Số này có đúng không?'"
                " from landing.receipt where submission_id = :first"
            ),
            {"first": first, "cell": cell},
        )
        send(reports, unit, figures={"MED01": 80, "MED02": 1}, received_at=IN_TIME + DAY)
    build_marts(reports)

    assert rows(reports, "select reporting_unit_code, reason_code from mart.restatement order by 1") == [
        ("SNV", "unstated"),
        ("SYT", "questioned"),
    ]

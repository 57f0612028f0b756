"""Worked examples for every way an indicator is computed from reports, with the cases that look alike beside them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text

from include.errors import PlatformError
from include.indicators.catalogue import load_catalogue
from include.indicators.kpi import kpi, kpi_as_known
from tests.sql.builders import IN_TIME, ZONE, send

DAO_THANH, MY_THO, THOI_SON = "28249", "28261", "28270"
NOVEMBER = datetime(2026, 11, 20, 8, 0, tzinfo=ZONE)


def read(connection: Connection, code: str, period: str = "2026-06T", **options: object) -> dict:
    """The one line of an indicator."""
    (found,) = [line for line in kpi(connection, period, **options) if line["code"] == code]  # type: ignore[arg-type]
    return found


def parts(line: dict, axis: str) -> dict[str, str]:
    return {part["member"]: part["value"] for part in line["breakdowns"] if part["axis"] == axis}


# --- every indicator, always ---------------------------------------------------------------------------


def test_every_indicator_has_a_line_in_every_period_it_applies_to_and_none_is_zero_without_a_report(reports):
    lines = kpi(reports)

    expected = {
        (indicator.code, period)
        for indicator in load_catalogue().values()
        for kind, period in (("6T", "2026-06T"), ("NAM", "2026-NAM"))
        if kind in indicator.periods
    }
    assert {(line["code"], line["period"]) for line in lines} == expected
    assert {line["code"] for line in lines} == set(load_catalogue()) - {"P03"}  # nothing was asked ad hoc
    # Punctuality is known without any report: nobody was on time. Everything else is missing, with the reason.
    rest = [line for line in lines if line["code"] not in ("P01", "P02")]
    assert {line["value"] for line in rest} == {None}
    assert {line["state"] for line in rest} == {"missing"}
    assert all(line["reason"] for line in rest)


def test_indicators_without_a_feed_say_so(reports):
    send(reports, "SYT", figures={"MED01": 3})

    line = read(reports, "N01")

    assert (line["value"], line["state"], line["reason_code"]) == (None, "missing", "awaiting_feed")
    assert line["direction"] == "none"


def test_a_period_the_calendar_does_not_know_is_refused_with_the_ones_it_knows(reports):
    with pytest.raises(PlatformError, match="2026-06T, 2026-NAM"):
        kpi(reports, "2026-13T")


# --- sum -----------------------------------------------------------------------------------------------


def test_a_sum_adds_what_was_reported_and_says_who_it_stands_on(reports):
    send(reports, "SYT", figures={"MED01": 10})
    send(reports, DAO_THANH, figures={"MED01": 5})
    send(reports, MY_THO, figures={"MED01": "nil"})
    send(reports, "CAT", figures={"MED01": "withheld"})
    send(reports, "SNV", figures={"MED01": "missing"})
    send(reports, "BPTTH", figures={"MED01": 400})

    line = read(reports, "M01")

    assert (line["value"], line["numerator"], line["denominator"]) == ("415", "415", None)  # 10 + 5 + 0 + 400
    assert (line["state"], line["kind"], line["unit"]) == ("reported", "thuc_hien", "tin, bài")
    # 102 communes and 19 agencies whose form asks for MED01; the newspaper is only requested.
    assert line["coverage"] == {
        "received": 5,
        "expected": 121,
        "requested_received": 1,
        "requested_expected": 3,
        "answered": 4,
        "incomplete": 0,
        "missing": 1,
        "withheld": 1,
        "not_applicable": 0,
    }


def test_only_nil_returns_make_a_zero_that_is_called_nil(reports):
    send(reports, DAO_THANH, figures={"BDR01": "nil"})
    send(reports, MY_THO, figures={"BDR01": "not_applicable"})

    line = read(reports, "B01")

    assert (line["value"], line["state"]) == ("0", "nil")


@pytest.mark.parametrize(
    ("answers", "state", "reason"),
    [
        (["withheld", "withheld"], "withheld", "withheld"),
        (["not_applicable", "not_applicable"], "not_applicable", "not_applicable"),
        (["withheld", "missing"], "missing", "left_blank"),
        (["missing", "not_applicable"], "missing", "left_blank"),
    ],
)
def test_answers_that_are_no_number_never_become_zero(reports, answers, state, reason):
    for unit, answer in zip((DAO_THANH, MY_THO), answers, strict=True):
        send(reports, unit, figures={"BDR01": answer})

    line = read(reports, "B01")

    assert (line["value"], line["state"], line["reason_code"]) == (None, state, reason)


def test_money_is_shown_in_the_unit_of_the_indicator_and_kept_whole_beside_it(reports):
    send(reports, "SYT", "2026-NAM", {"BUD01": 1_250_500_000}, received_at=NOVEMBER)
    send(reports, "SNV", "2026-NAM", {"BUD01": 49_500_000}, received_at=NOVEMBER)

    line = read(reports, "K01", "2026-NAM")

    assert (line["value"], line["unit"], line["numerator"]) == ("1300", "triệu đồng", "1300000000")


def test_a_negative_adjustment_keeps_its_sign(reports):
    send(reports, "STC", figures={"FDI02": 20_000_000, "FDI04": -35_500_000, "FDI06": 1_000_000})
    send(reports, "BQLKKT", figures={"FDI02": 5_000_000, "FDI04": 500_000, "FDI06": 0})

    assert read(reports, "X03")["value"] == "-35"  # -35,5 + 0,5 triệu USD
    assert read(reports, "X04")["value"] == "-9"  # 20 - 35,5 + 1 + 5 + 0,5 + 0


def test_a_sum_of_measures_says_when_one_of_them_is_blank(reports):
    send(reports, "STC", figures={"FDI02": 20_000_000, "FDI04": "missing", "FDI06": 1_000_000})

    line = read(reports, "X04")

    assert (line["value"], line["coverage"]["incomplete"], line["coverage"]["answered"]) == ("21", 1, 1)


def test_breakdowns_are_added_member_by_member_and_missing_members_stay_out(reports):
    send(reports, "SYT", figures={"MED01": 10, "MED01.language.vi": 8, "MED01.language.en": 2})
    send(reports, "SNV", figures={"MED01": 4, "MED01.language.vi": 4, "MED01.language.en": "missing"})

    line = read(reports, "M01", with_breakdowns=True)

    assert parts(line, "language") == {"vi": "12", "en": "2"}
    assert line["value"] == "14"


# --- some members of a breakdown -----------------------------------------------------------------------


def test_foreign_language_products_count_every_language_but_vietnamese(reports):
    send(
        reports,
        "SYT",
        figures={
            "MED01": 10,
            "MED01.language.vi": 7,
            "MED01.language.en": 2,
            "MED01.language.zh": 1,
            "MED02": 5,
            "MED02.language.vi": 1,
            "MED02.language.en": 4,
        },
    )

    line = read(reports, "M02", with_breakdowns=True)

    assert line["value"] == "7"  # 2 + 1 + 4
    assert parts(line, "language") == {"en": "6", "zh": "1"}


@pytest.mark.parametrize(
    ("figures", "value", "state"),
    [
        # Nothing at all: nothing in a foreign language either.
        ({"MED01": "nil"}, "0", "nil"),
        ({"MED01": 0, "MED01.language.en": "missing"}, "0", "reported"),
        # Vietnamese already makes up the whole.
        ({"MED01": 9, "MED01.language.vi": 9, "MED01.language.en": "missing"}, "0", "reported"),
        # Here two items are of an unknown language: no guess.
        ({"MED01": 9, "MED01.language.vi": 7, "MED01.language.en": "missing"}, None, "missing"),
        ({"MED01": 9}, None, "missing"),
        ({"MED01": "withheld"}, None, "withheld"),
    ],
)
def test_a_breakdown_left_blank_is_zero_only_when_the_other_figures_leave_nothing_for_it(
    reports, figures, value, state
):
    send(reports, "VPUB", figures=figures)  # its form has no MED02

    line = read(reports, "M02")

    assert (line["value"], line["state"]) == (value, state)


# --- ratio ---------------------------------------------------------------------------------------------


def test_a_ratio_adds_first_and_divides_then(reports):
    send(reports, DAO_THANH, figures={"RSP02": 10, "RSP03": 9})
    send(reports, MY_THO, figures={"RSP02": 40, "RSP03": 11})

    line = read(reports, "R02")

    assert (line["value"], line["numerator"], line["denominator"]) == ("40", "20", "50")  # not (90 % + 27,5 %) / 2


def test_a_ratio_leaves_out_bodies_that_answer_one_side_only(reports):
    send(reports, DAO_THANH, figures={"RSP02": 10, "RSP03": 9})
    send(reports, MY_THO, figures={"RSP02": 40, "RSP03": "missing"})
    send(reports, THOI_SON, figures={"RSP02": "withheld", "RSP03": 3})

    line = read(reports, "R02")

    assert (line["value"], line["numerator"], line["denominator"]) == ("90", "9", "10")
    assert (line["coverage"]["answered"], line["coverage"]["missing"], line["coverage"]["withheld"]) == (1, 1, 1)


def test_nothing_to_divide_by_is_no_value_and_neither_0_nor_100_percent(reports):
    send(reports, DAO_THANH, figures={"RSP02": "nil", "RSP03": "nil"})

    line = read(reports, "R02")

    assert (line["value"], line["numerator"], line["denominator"]) == (None, "0", "0")
    assert (line["state"], line["reason_code"]) == ("no_value", "zero_denominator")


def test_a_ratio_without_end_keeps_ten_decimals(reports):
    send(reports, DAO_THANH, figures={"RSP02": 3, "RSP03": 2})

    assert read(reports, "R02")["value"] == "66.6666666667"


def test_the_share_of_non_budget_money_counts_bodies_that_split_their_spending_by_source(reports):
    send(
        reports,
        "SYT",
        "2026-NAM",
        {
            "BUD02": 100_000_000,
            "BUD02.source.nsnn_tinh": 70_000_000,
            "BUD02.source.xa_hoi_hoa": 20_000_000,
            "BUD02.source.hop_phap_khac": 10_000_000,
        },
        received_at=NOVEMBER,
    )
    send(reports, "SNV", "2026-NAM", {"BUD02": 300_000_000}, received_at=NOVEMBER)  # not split: unknown

    line = read(reports, "K03", "2026-NAM")

    assert (line["value"], line["numerator"], line["denominator"]) == ("30", "30000000", "100000000")


def test_a_ratio_is_broken_down_by_what_both_sides_are_broken_down_by(reports):
    send(
        reports,
        "SYT",
        figures={
            "BUD01": 400_000_000,
            "BUD01.source.nsnn_tinh": 300_000_000,
            "BUD01.source.xa_hoi_hoa": 100_000_000,
            "BUD02": 100_000_000,
            "BUD02.source.nsnn_tinh": 60_000_000,
            "BUD02.source.xa_hoi_hoa": 40_000_000,
        },
    )

    line = read(reports, "K02", with_breakdowns=True)

    assert line["value"] == "25"
    assert parts(line, "source") == {"nsnn_tinh": "20", "xa_hoi_hoa": "40"}


# --- pair ----------------------------------------------------------------------------------------------


def test_a_pair_is_two_numbers_and_never_their_sum(reports):
    send(reports, "BPTTH", figures={"MED03": 4, "MED04": 12})
    send(reports, "SYT", figures={"MED03": 1})

    line = read(reports, "M04")

    assert (line["value"], line["numerator"]) == (None, None)
    assert [(part["side"], part["value"], part["unit"]) for part in line["pair"]] == [
        ("first", "5", "chuyên mục"),
        ("second", "12", "loạt bài"),
    ]


def test_one_side_of_a_pair_may_be_missing(reports):
    send(reports, "SYT", figures={"HRT02": 2, "HRT03": "missing"})

    line = read(reports, "H02")

    assert [(part["value"], part["state"]) for part in line["pair"]] == [("2", "reported"), (None, "missing")]


# --- milestone, shares of bodies -----------------------------------------------------------------------


def test_the_milestone_is_the_lead_departments(reports):
    send(reports, "SVHTTDL", figures={"LEG04": 2})

    line = read(reports, "L03")

    assert (line["value"], line["unit"], line["coverage"]["expected"]) == ("2", "mốc 0-4", 1)


def test_a_share_of_bodies_is_of_the_reports_received(reports):
    send(reports, "SYT", figures={"LEG05": 1})
    send(reports, DAO_THANH, figures={"LEG05": 0})
    send(reports, MY_THO, figures={"LEG05": 1})
    send(reports, THOI_SON, figures={"LEG05": "missing"})  # received, says nothing: in the denominator

    line = read(reports, "L04")

    assert (line["value"], line["numerator"], line["denominator"]) == ("50", "2", "4")
    assert (line["coverage"]["received"], line["coverage"]["expected"]) == (4, 123)


def test_a_share_of_bodies_is_zero_when_all_say_no(reports):
    send(reports, "SYT", figures={"STF01": 0})

    line = read(reports, "S01")

    assert (line["value"], line["state"]) == ("0", "reported")


def test_bodies_without_a_website_leave_the_denominator(reports):
    send(reports, "SYT", figures={"VNV02": 1})
    send(reports, "SNV", figures={"VNV02": 0})
    send(reports, DAO_THANH, figures={"VNV02": "not_applicable"})

    line = read(reports, "V02")

    assert (line["value"], line["numerator"], line["denominator"]) == ("50", "1", "2")


def test_communes_reached_are_of_all_communes_whether_they_report_or_not(reports):
    send(reports, DAO_THANH, figures={"TRN03": 3})
    send(reports, MY_THO, figures={"TRN03": 0})
    send(reports, "SYT", figures={"TRN03": 8})  # no commune

    line = read(reports, "T03")

    assert (line["numerator"], line["denominator"]) == ("1", "102")
    assert Decimal(line["value"]) == round(Decimal(100) / 102, 10)
    assert (line["coverage"]["received"], line["coverage"]["expected"]) == (2, 102)


def test_a_silent_commune_is_missing_on_its_own_line_and_not_zero(reports):
    send(reports, DAO_THANH, figures={"TRN03": 3})
    send(reports, MY_THO, figures={"TRN03": 0})

    lines = {
        line["scope"]["code"]: (line["value"], line["state"])
        for line in kpi(reports, "2026-06T", scope_type="unit")
        if line["code"] == "T03"
    }

    assert lines[DAO_THANH] == ("100", "reported")
    assert lines[MY_THO] == ("0", "reported")
    assert lines[THOI_SON] == (None, "missing")


def test_a_commune_that_ends_before_the_deadline_is_not_counted(reports):
    reports.execute(
        text("update reference.reporting_unit set valid_to = '2026-06-14' where unit_code = :u"), {"u": MY_THO}
    )
    send(reports, DAO_THANH, figures={"TRN03": 3})

    assert read(reports, "T03")["denominator"] == "101"
    assert read(reports, "P01")["denominator"] == "122"


# --- groups and units ----------------------------------------------------------------------------------


def test_groups_add_up_their_own_bodies(reports):
    send(reports, DAO_THANH, figures={"MED01": 5})
    send(reports, MY_THO, figures={"MED01": 6})
    send(reports, "CAT", figures={"MED01": 30})

    lines = {
        line["scope"]["code"]: line for line in kpi(reports, "2026-06T", scope_type="group") if line["code"] == "M01"
    }

    assert (lines["commune"]["value"], lines["police"]["value"]) == ("11", "30")
    assert (lines["commune"]["coverage"]["received"], lines["commune"]["coverage"]["expected"]) == (2, 102)
    assert (lines["military"]["value"], lines["military"]["state"]) == (None, "missing")


# --- kinds, cut-off, revisions, periods ----------------------------------------------------------------


def test_one_estimate_makes_the_sum_an_estimate(reports):
    send(reports, "SYT", figures={"MED01": 10})
    send(reports, "SNV", figures={"MED01": 10}, kind="uoc")
    send(reports, "STP", figures={"MED01": 10}, kind="chinh_thuc")

    assert read(reports, "M01")["kind"] == "uoc"


def test_the_cut_off_dates_of_the_reports_behind_it_are_named(reports):
    send(reports, "SYT", figures={"MED01": 10}, cut_off=date(2026, 5, 31))
    send(reports, "SNV", figures={"MED01": 10}, cut_off=date(2026, 6, 9))
    send(reports, "STP", figures={"MED01": "missing"}, cut_off=date(2026, 4, 1))  # adds nothing

    line = read(reports, "M01")

    assert (line["cut_off_from"], line["cut_off"]) == ("2026-05-31", "2026-06-09")


def test_the_latest_revision_counts_and_is_marked_where_it_differs(reports):
    send(reports, "SYT", figures={"MED01": 10, "MED02": 3})
    send(reports, "SYT", figures={"MED01": 12, "MED02": 3}, received_at=datetime(2026, 7, 1, tzinfo=ZONE))

    assert (read(reports, "M01")["value"], read(reports, "M01")["revised"]) == ("12", True)
    assert (read(reports, "M03")["value"], read(reports, "M03")["revised"]) == ("3", False)


def test_a_figure_withdrawn_by_a_revision_is_gone(reports):
    send(reports, "SYT", figures={"MED01": 10})
    send(reports, "SYT", figures={"MED01": "missing"}, received_at=datetime(2026, 7, 1, tzinfo=ZONE))

    assert (read(reports, "M01")["value"], read(reports, "M01")["state"]) == (None, "missing")


def test_what_was_known_then_and_what_is_known_now_are_both_there(reports):
    send(reports, "SYT", figures={"MED01": 10})
    send(reports, "SYT", figures={"MED01": 12}, received_at=datetime(2026, 7, 1, tzinfo=ZONE))

    (then,) = [
        line for line in kpi_as_known(reports, datetime(2026, 6, 20, tzinfo=ZONE), "2026-06T") if line["code"] == "M01"
    ]

    assert (then["value"], then["revised"]) == ("10", False)
    assert read(reports, "M01")["value"] == "12"


def test_the_annual_figure_replaces_the_six_month_one(reports):
    send(reports, "SYT", "2026-06T", {"MED01": 10})
    send(reports, "SYT", "2026-NAM", {"MED01": 25}, received_at=NOVEMBER)

    assert read(reports, "M01", "2026-06T")["value"] == "10"
    assert read(reports, "M01", "2026-NAM")["value"] == "25"  # not 35


def test_the_estimate_for_the_year_stands_beside_the_actual_and_never_replaces_it(reports):
    send(reports, "SYT", "2026-NAM", {"MED01": 25}, estimates={"MED01": 31}, received_at=NOVEMBER)
    send(reports, "SNV", "2026-NAM", {"MED01": 5}, received_at=NOVEMBER)

    line = read(reports, "M01", "2026-NAM")

    assert (line["value"], line["kind"], line["full_year_estimate"]) == ("30", "thuc_hien", "31")


def test_an_estimate_beside_a_blank_actual_is_no_actual(reports):
    send(reports, "SYT", "2026-NAM", {"MED01": "missing"}, estimates={"MED01": 31}, received_at=NOVEMBER)

    assert read(reports, "M01", "2026-NAM")["value"] is None


def test_budget_execution_of_the_year_has_the_rate_by_estimate_beside_it(reports):
    figures = {"BUD01": 200_000_000, "BUD02": 150_000_000, "BUD03": 190_000_000}
    send(reports, "SYT", "2026-NAM", figures, received_at=NOVEMBER)

    line = read(reports, "K02", "2026-NAM")

    assert (line["value"], line["full_year_estimate"]) == ("75", "95")


# --- whose figure prevails -----------------------------------------------------------------------------


def test_the_owners_figure_prevails_and_the_others_stand_beside_it(reports):
    send(reports, "VPUB", figures={"DEL01": 8})
    send(reports, "SCT", figures={"DEL01": 3})

    line = read(reports, "D01")
    beside = reports.execute(
        text(
            "select reporting_unit_code, reported_value, prevailing_value, difference, prevailing_units"
            " from mart.reconciliation where indicator_code = 'D01'"
        )
    ).all()

    assert line["value"] == "8"
    assert [tuple(row) for row in beside] == [("SCT", 3, 8, -5, ["VPUB"])]


def test_without_the_owners_report_the_others_do_not_stand_in(reports):
    send(reports, "SCT", figures={"DEL01": 3})

    line = read(reports, "D01")

    assert (line["value"], line["state"], line["reason_code"]) == (None, "missing", "no_report")


def test_the_finance_departments_budget_total_is_not_added_to_the_spending_units(reports):
    send(reports, "SYT", "2026-NAM", {"BUD01": 100_000_000}, received_at=NOVEMBER)
    send(reports, "STC", "2026-NAM", {"BUD01": 900_000_000}, received_at=NOVEMBER)

    assert read(reports, "K01", "2026-NAM")["value"] == "100"


def test_foreign_aid_is_the_finance_departments_and_investment_both_agencies(reports):
    send(reports, "STC", figures={"NGO02": 50_000, "FDI01": 3})
    send(reports, "LHHN", figures={"NGO02": 70_000})
    send(reports, "BQLKKT", figures={"FDI01": 2})

    assert (read(reports, "Q02")["value"], read(reports, "Q02")["unit"]) == ("50", "nghìn USD")
    assert read(reports, "X01")["value"] == "5"


def test_a_stale_mart_is_never_read(reports):
    send(reports, "SYT", figures={"MED01": 10})
    assert read(reports, "M01")["value"] == "10"

    send(reports, "SNV", figures={"MED01": 7}, received_at=IN_TIME)

    assert read(reports, "M01")["value"] == "17"

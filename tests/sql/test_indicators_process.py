"""The indicators of the reporting itself (P01 to P08), worked out by hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection

from include.indicators.kpi import kpi, kpi_as_known
from tests.sql.builders import IN_TIME, LATE, ZONE, add_request, send

DAO_THANH, MY_THO, THOI_SON = "28249", "28261", "28270"
LAST_INSTANT = datetime(2026, 6, 14, 23, 59, 59, tzinfo=ZONE)
JANUARY = datetime(2027, 1, 10, 8, 0, tzinfo=ZONE)


def read(connection: Connection, code: str, period: str = "2026-06T", **options: object) -> dict:
    (found,) = [line for line in kpi(connection, period, **options) if line["code"] == code]  # type: ignore[arg-type]
    return found


def on_time_count(connection: Connection) -> str | None:
    return read(connection, "P01")["numerator"]


def test_the_denominator_of_punctuality_is_everyone_obliged(reports):
    send(reports, "SYT", received_at=IN_TIME)
    send(reports, DAO_THANH, received_at=LAST_INSTANT)
    send(reports, MY_THO, received_at=LATE)

    line = read(reports, "P01")

    assert (line["numerator"], line["denominator"]) == ("2", "123")  # 102 communes, 21 agencies
    assert Decimal(line["value"]) == round(Decimal(200) / 123, 10)
    assert (line["coverage"]["received"], line["coverage"]["expected"]) == (3, 123)


def test_the_deadline_itself_is_late(reports):
    send(reports, "SYT", received_at=LATE)

    assert on_time_count(reports) == "0"


def test_a_later_revision_does_not_make_a_punctual_body_late(reports):
    send(reports, "SYT", received_at=IN_TIME)
    send(reports, "SYT", received_at=datetime(2026, 7, 1, tzinfo=ZONE))

    assert on_time_count(reports) == "1"


def test_a_late_first_report_stays_late_whatever_follows(reports):
    send(reports, "SYT", received_at=LATE)
    send(reports, "SYT", received_at=datetime(2026, 7, 1, tzinfo=ZONE))

    assert on_time_count(reports) == "0"


def test_a_report_that_was_not_accepted_in_time_is_late(reports):
    send(reports, "SYT", received_at=IN_TIME, verdict="quarantined", blocking=1)
    send(reports, "SYT", received_at=LATE)

    assert on_time_count(reports) == "0"


def test_requested_bodies_never_lower_the_rate_and_have_a_line_of_their_own(reports):
    send(reports, "SYT", received_at=IN_TIME)
    send(reports, "MTTQ", received_at=LATE)
    send(reports, "BPTTH", received_at=IN_TIME)

    line = read(reports, "P01", with_breakdowns=True)
    (requested,) = line["breakdowns"]

    assert (line["numerator"], line["denominator"]) == ("1", "123")
    assert (requested["axis"], requested["member"]) == ("obligation", "requested")
    assert (requested["numerator"], requested["denominator"]) == ("1", "4")  # MTTQ, LHHN, BPTTH, BTGDV


def test_bodies_still_to_be_confirmed_are_not_counted(reports):
    send(reports, "SDTTG", received_at=IN_TIME)

    assert (on_time_count(reports), read(reports, "P01")["denominator"]) == ("0", "123")


def test_punctuality_is_known_by_group_and_by_body(reports):
    send(reports, DAO_THANH, received_at=IN_TIME)
    send(reports, MY_THO, received_at=LATE)

    groups = {x["scope"]["code"]: x for x in kpi(reports, "2026-06T", scope_type="group") if x["code"] == "P01"}
    units = {x["scope"]["code"]: x for x in kpi(reports, "2026-06T", scope_type="unit") if x["code"] == "P01"}

    assert (groups["commune"]["numerator"], groups["commune"]["denominator"]) == ("1", "102")
    assert [units[code]["value"] for code in (DAO_THANH, MY_THO, THOI_SON)] == ["100", "0", "0"]
    assert "MTTQ" not in units


def test_before_the_deadline_silence_is_not_lateness(reports):
    before = datetime(2026, 6, 12, tzinfo=ZONE)
    # Something was known: a report of another period.
    send(reports, "SNV", "2026-NAM", received_at=datetime(2026, 6, 1, tzinfo=ZONE))

    (line,) = [x for x in kpi_as_known(reports, before, "2026-06T") if x["code"] == "P01"]
    assert (line["value"], line["state"], line["reason_code"]) == (None, "missing", "not_due_yet")

    send(reports, "SYT", received_at=IN_TIME)
    (line,) = [x for x in kpi_as_known(reports, before, "2026-06T") if x["code"] == "P01"]
    assert (line["numerator"], line["denominator"], line["provisional"]) == ("1", "123", True)


def test_an_ad_hoc_request_has_its_own_deadline_and_its_own_bodies(reports):
    add_request(reports, "DX-1", datetime(2026, 4, 1, tzinfo=ZONE), ["SYT", "SNV", "STP", "MTTQ"])
    send(reports, "SYT", "DX-1", received_at=datetime(2026, 3, 31, 23, 0, tzinfo=ZONE))
    send(reports, "SNV", "DX-1", received_at=datetime(2026, 4, 1, tzinfo=ZONE))
    send(reports, "SCT", "DX-1", received_at=datetime(2026, 3, 1, tzinfo=ZONE))  # was not asked

    line = read(reports, "P03", "DX-1")

    assert (line["numerator"], line["denominator"]) == ("1", "3")  # the Front is only requested
    assert [x["code"] for x in kpi(reports, "DX-1")] == ["P03"]


def test_a_request_to_requested_bodies_only_has_no_rate(reports):
    add_request(reports, "DX-1", datetime(2026, 4, 1, tzinfo=ZONE), ["MTTQ"])

    line = read(reports, "P03", "DX-1")

    assert (line["value"], line["state"], line["reason_code"]) == (None, "no_value", "zero_denominator")


def test_completeness_is_of_the_latest_reports_received_only(reports):
    send(reports, "SYT", required=40, filled=10)
    send(reports, "SYT", required=40, filled=40, received_at=LATE)
    send(reports, DAO_THANH, required=34, filled=17)
    send(reports, MY_THO, required=34, filled=1, verdict="quarantined", blocking=1)

    line = read(reports, "P04", with_breakdowns=True)

    assert (line["numerator"], line["denominator"]) == ("57", "74")
    assert Decimal(line["value"]) == round(Decimal(5700) / 74, 10)
    by_template = {part["member"]: part["value"] for part in line["breakdowns"] if part["axis"] == "template"}
    assert (by_template["T-DEPT"], by_template["T-COMMUNE"]) == ("100", "50")


def test_first_pass_looks_at_the_first_version_whatever_came_of_it(reports):
    send(reports, "SYT")  # clean at once
    send(reports, "SNV", verdict="quarantined", blocking=2)
    send(reports, "SNV", received_at=LATE)  # accepted at the second attempt
    send(reports, "STP", verdict="rejected")
    send(reports, "STP", received_at=LATE)
    send(reports, "STC", blocking=1)  # accepted in part
    send(reports, "SCT", verdict="quarantined", blocking=1)  # never accepted: not received

    line = read(reports, "P05")

    assert (line["value"], line["numerator"], line["denominator"]) == ("25", "1", "4")


def test_revised_reports_are_those_accepted_more_than_once(reports):
    send(reports, "SYT")
    send(reports, "SYT", received_at=LATE)
    send(reports, "SNV", verdict="quarantined", blocking=1)
    send(reports, "SNV")
    send(reports, "STP", verdict="unchanged")
    send(reports, "STP")

    line = read(reports, "P06")

    assert (line["numerator"], line["denominator"]) == ("1", "3")


def test_the_error_of_estimates_is_read_element_by_element_once_the_finals_are_there(reports):
    november = datetime(2026, 11, 20, tzinfo=ZONE)
    send(
        reports,
        "SYT",
        "2026-NAM",
        {"MED01": 80, "MED02": 10},
        estimates={"MED01": 90, "MED02": 12},
        received_at=november,
    )
    send(reports, DAO_THANH, "2026-NAM", {"MED01": 5}, estimates={"MED01": 8}, received_at=november)
    assert read(reports, "P07", "2026-NAM")["reason_code"] == "no_final"

    send(reports, "SYT", "2026-NAM", {"MED01": 100, "MED02": 12}, kind="chinh_thuc", received_at=JANUARY)
    send(reports, MY_THO, "2026-NAM", {"MED01": 50}, kind="chinh_thuc", received_at=JANUARY)  # never estimated
    line = read(reports, "P07", "2026-NAM", with_breakdowns=True)

    # MED01: |100 - 90| / 100; the commune without a final and the one without an estimate stay out.
    assert {part["member"]: part["value"] for part in line["breakdowns"]} == {"MED01": "10", "MED02": "0"}
    assert (line["value"], line["state"], line["reason_code"]) == (None, "no_value", "by_element")
    groups = {
        x["scope"]["code"]: x["breakdowns"]
        for x in kpi(reports, "2026-NAM", scope_type="group", with_breakdowns=True)
        if x["code"] == "P07" and x["breakdowns"]
    }
    assert [part["value"] for part in groups["department"]] == ["10", "0"]


def test_an_actual_flagged_as_estimate_is_no_estimate_of_the_year(reports):
    november = datetime(2026, 11, 20, tzinfo=ZONE)
    send(reports, "SYT", "2026-NAM", {"MED01": 80}, kind="uoc", received_at=november)
    send(reports, "SYT", "2026-NAM", {"MED01": 100}, kind="chinh_thuc", received_at=JANUARY)

    assert read(reports, "P07", "2026-NAM")["reason_code"] == "no_final"


def test_the_estimate_of_spending_is_a_measure_of_its_own(reports):
    november = datetime(2026, 11, 20, tzinfo=ZONE)
    send(reports, "SYT", "2026-NAM", {"BUD02": 150_000_000, "BUD03": 190_000_000}, received_at=november)
    final = {"BUD02": 200_000_000, "BUD03": 200_000_000}
    send(reports, "SYT", "2026-NAM", final, kind="chinh_thuc", received_at=JANUARY)

    line = read(reports, "P07", "2026-NAM", with_breakdowns=True)

    assert {part["member"]: part["value"] for part in line["breakdowns"]} == {"BUD02": "5"}  # |200 - 190| / 200


@pytest.mark.parametrize(("raised", "value", "state"), [(8, "75", "reported"), (0, None, "no_value")])
def test_resolved_difficulties_are_read_from_the_lead_departments_register(reports, raised, value, state):
    send(reports, "SVHTTDL", figures={"DIF01": raised, "DIF02": 6 if raised else 0})
    send(reports, DAO_THANH, figures={"DIF01": 20})

    line = read(reports, "P08")

    assert (line["value"], line["state"]) == (value, state)

"""Who has reported: every state of a body, by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from include.errors import PlatformError
from include.indicators.status import status
from tests.sql.builders import IN_TIME, LATE, ZONE, add_request, send

DAO_THANH = "28249"
BEFORE = datetime(2026, 6, 12, tzinfo=ZONE)


def state_of(answer: dict, unit: str) -> str:
    (body,) = [body for body in answer["bodies"] if body["code"] == unit]
    return str(body["state"])


def test_every_body_has_one_state(reports):
    send(reports, "SYT", received_at=IN_TIME)
    send(reports, "SNV", received_at=LATE)
    send(reports, "STP", verdict="quarantined", blocking=1)
    send(reports, "SCT", verdict="rejected")
    send(reports, "BPTTH", received_at=LATE)

    answer = status(reports, "2026-06T")

    assert answer["due"] == "2026-06-15T00:00:00+07:00"
    assert {unit: state_of(answer, unit) for unit in ("SYT", "SNV", "STP", "SCT", DAO_THANH)} == {
        "SYT": "on_time",
        "SNV": "late",
        "STP": "quarantined",
        "SCT": "rejected_only",
        DAO_THANH: "not_reported",
    }
    assert {unit: state_of(answer, unit) for unit in ("BPTTH", "MTTQ", "SDTTG", "TTXT")} == {
        "BPTTH": "late",
        "MTTQ": "requested",
        "SDTTG": "not_counted",
        "TTXT": "not_counted",
    }
    assert answer["counts"]["obliged"] == {
        "bodies": 123,
        "received": 2,
        "on_time": 1,
        "late": 1,
        "quarantined": 1,
        "rejected_only": 1,
        "not_reported": 119,
    }
    assert answer["counts"]["requested"] == {"bodies": 4, "received": 1, "late": 1, "requested": 3}


def test_an_accepted_report_outranks_attempts_that_failed(reports):
    send(reports, "SYT", verdict="quarantined", blocking=1, received_at=IN_TIME)
    send(reports, "SYT", received_at=datetime(2026, 6, 11, tzinfo=ZONE))
    send(reports, "SYT", verdict="rejected", received_at=LATE)

    (body,) = [body for body in status(reports, "2026-06T")["bodies"] if body["code"] == "SYT"]

    assert (body["state"], body["received_at"], body["revision"]) == ("on_time", "2026-06-11T00:00:00+07:00", 1)
    assert body["last_attempt_at"] == "2026-06-15T00:00:00+07:00"


def test_the_first_accepted_receipt_stays_and_the_revision_counts_on(reports):
    send(reports, "SYT", received_at=IN_TIME)
    send(reports, "SYT", received_at=LATE)

    (body,) = [body for body in status(reports, "2026-06T")["bodies"] if body["code"] == "SYT"]

    assert (body["state"], body["received_at"], body["revision"]) == ("on_time", "2026-06-10T09:00:00+07:00", 2)


def test_a_nil_return_is_a_report(reports):
    send(reports, "SYT", figures={"MED01": "nil", "EVT01": 0, "BUD01": "not_applicable", "LEG05": 1})
    send(reports, "SNV", figures={"MED01": "nil", "EVT01": 2})
    send(reports, "STP", figures={"MED01": "missing", "EVT01": "withheld"})

    bodies = {body["code"]: body for body in status(reports, "2026-06T")["bodies"]}

    assert (bodies["SYT"]["state"], bodies["SYT"]["nil_return"]) == ("on_time", True)
    assert (bodies["SNV"]["nil_return"], bodies["STP"]["nil_return"]) == (False, False)


def test_before_the_deadline_nobody_is_late(reports):
    send(reports, "SYT", received_at=IN_TIME)
    send(reports, "SNV", received_at=datetime(2026, 6, 13, tzinfo=ZONE))

    answer = status(reports, "2026-06T", as_of=BEFORE)

    assert (state_of(answer, "SYT"), state_of(answer, "SNV")) == ("on_time", "not_due_yet")
    assert state_of(status(reports, "2026-06T"), "SNV") == "on_time"


def test_an_ad_hoc_request_lists_only_the_bodies_it_asks(reports):
    add_request(reports, "DX-1", datetime(2026, 4, 1, tzinfo=ZONE), ["SYT", "MTTQ"])

    assert [body["code"] for body in status(reports, "DX-1")["bodies"]] == ["SYT", "MTTQ"]


def test_without_a_period_it_is_the_latest_one_reported_for(reports):
    send(reports, "SYT", "2026-06T")
    assert status(reports)["period"] == "2026-06T"

    send(reports, "SYT", "2026-NAM", received_at=datetime(2026, 11, 20, tzinfo=ZONE))
    assert status(reports)["period"] == "2026-NAM"


def test_communes_come_in_vietnamese_alphabetical_order(reports):
    communes = [body["name"] for body in status(reports, "2026-06T")["bodies"] if body["group"] == "commune"]

    places = [communes.index(name) for name in ("Phường An Bình", "Xã Ba Sao", "Xã Cái Bè", "Phường Cao Lãnh")]
    assert places == sorted(places)
    assert communes.index("Xã Tân Thành") < communes.index("Xã Tân Thạnh")
    assert len(communes) == 102


def test_an_unknown_period_is_refused_with_the_known_ones(reports):
    with pytest.raises(PlatformError, match="2026-06T, 2026-NAM"):
        status(reports, "2026-Q1")

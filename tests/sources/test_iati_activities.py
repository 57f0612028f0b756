"""IATI activity files: Việt Nam's share of commitments and disbursements, everything else accounted for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from include.model import Reading
from include.quality.messages import render
from include.readers.sandbox import Sandbox
from include.sources import load_source
from include.sources.iati_activities.read import read_file
from tests.sources.iati_files import DISBURSEMENT, HUNDRED, OF_TODAY, activity, place, recipient, write_file

RECEIVED = datetime(2026, 11, 20, tzinfo=UTC)


def read(path: Path) -> Reading:
    return read_file(str(path), path.name, RECEIVED)


def ignored(reading: Reading) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in reading.ignored_rows:
        counts[row.rule_code] += row.row_count
    return dict(counts)


def transaction(kind: str = "3", *, value: str = "100", inside: str = "", attributes: str = "") -> str:
    return (
        f'<transaction><transaction-type code="{kind}"/>{OF_TODAY}<value {attributes}>{value}</value>{inside}'
        "</transaction>"
    )


# --- real files ------------------------------------------------------------------------------------


def test_a_canadian_project_of_seven_countries_is_counted_for_viet_nams_1429_hundredths(real_data: Path) -> None:
    reading = read(real_data / "iati" / "canada-activity.xml")

    flows = reading.capital_flows
    # 1 664 612 x 0.1429 = 237 873.0548; 19 570 705 x 0.1429 = 2 796 653.7445
    assert [(flow.measure, flow.value, flow.unit, flow.window_end) for flow in (flows[0], flows[1], flows[-1])] == [
        ("capital_disbursed", Decimal("237873.0548"), "CAD", date(2016, 3, 2)),
        ("capital_disbursed", Decimal("312189.2001"), "CAD", date(2016, 9, 26)),
        ("capital_committed", Decimal("2796653.7445"), "CAD", date(2016, 1, 20)),
    ]
    # The twelve disbursements add up to 18 788 937.
    assert sum(flow.value for flow in flows[:12]) == Decimal(18788937) * Decimal("0.1429")
    assert {(flow.flow, flow.project_code, flow.partner_code, flow.provider_code) for flow in flows} == {
        ("oda", "CA-3-D002451001", "CA", "CA-3")
    }
    assert [flow.receiver_code for flow in flows] == ["CA-CRA_ACR-2118913938"] * 12 + [None]
    assert flows[0].member == "Partnerships for Municipal Innovation in Local Economic Development"
    assert flows[0].cell == "/iati-activities/iati-activity[1]/transaction[1]/value (line 2)"
    # Seven places, one a country; which of them is in Việt Nam only a gazetteer would know.
    assert {flow.locality_code for flow in flows} == {None}
    # Six budgets and a planned disbursement.
    assert ignored(reading) == {"planned_money": 7}
    assert reading.received_count == 20


def test_a_project_of_72_countries_is_counted_for_viet_nams_eleven_hundredths_of_a_percent(real_data: Path) -> None:
    reading = read(real_data / "iati" / "finddiagnostics-activity.xml")

    (flow,) = reading.capital_flows
    # Expenditure of 71 189 586 x 0.0011; what the foundation received is counted where it was given.
    assert (flow.measure, flow.flow, flow.value, flow.unit) == (
        "capital_disbursed",
        "ngo",
        Decimal("78308.5446"),
        "USD",
    )
    assert (flow.window_start, flow.as_of_date) == (date(2021, 12, 31), date(2023, 3, 9))
    assert flow.cell.endswith("transaction[1]/value (line 169)")
    assert ignored(reading) == {"incoming_funds": 3, "planned_money": 1}


def test_a_file_of_another_country_in_the_old_schema_gives_no_row_and_is_fully_accounted_for(real_data: Path) -> None:
    reading = read(real_data / "iati" / "iati_1.04_TimorLesteAIMS_GeocodedResearchRelease.xml")

    assert reading.refusal is None
    assert reading.capital_flows == ()
    # 251 transactions, 120 of them in activities that name no recipient; 23 of the 134 activities have none.
    assert ignored(reading) == {"other_recipient": 131, "no_recipient_stated": 120, "no_transaction": 23}
    assert reading.received_count == 274


def test_no_contact_of_a_real_file_is_passed_on(real_data: Path) -> None:
    said = repr(read(real_data / "iati" / "canada-activity.xml"))

    assert "info@international.gc.ca" not in said
    assert "Sussex" not in said


def test_the_reader_works_in_the_sandbox(real_data: Path) -> None:
    path = real_data / "iati" / "canada-activity.xml"

    with Sandbox(workers=1) as sandbox:
        reading = sandbox.run(load_source("iati_activities").reader, str(path), path.name, RECEIVED)

    assert reading == read(path)


# --- kinds of transaction --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "measure"),
    [
        ("2", "capital_committed"),
        ("C", "capital_committed"),
        ("3", "capital_disbursed"),
        ("D", "capital_disbursed"),
        ("4", "capital_disbursed"),
        ("E", "capital_disbursed"),
    ],
)
def test_both_generations_of_codes_mean_the_same(tmp_path: Path, code: str, measure: str) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), transaction(code))))

    assert [(flow.measure, flow.value) for flow in reading.capital_flows] == [(measure, Decimal(100))]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("1", "incoming_funds"),
        ("IF", "incoming_funds"),
        ("11", "incoming_funds"),
        ("12", "pledge"),
        ("8", "equity"),
        ("6", "repayment_or_guarantee"),
        ("LR", "repayment_or_guarantee"),
    ],
)
def test_money_that_does_not_go_out_is_left_out_under_its_own_rule(tmp_path: Path, code: str, rule: str) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), transaction(code))))

    assert reading.capital_flows == ()
    assert ignored(reading) == {rule: 1}


def test_a_kind_nobody_has_heard_of_refuses_the_file(tmp_path: Path) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), transaction("77"))))

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.found) == ("IATI_TYPE_UNKNOWN", "77")


def test_a_correction_downwards_stays_negative(tmp_path: Path) -> None:
    reading = read(
        write_file(tmp_path, activity(recipient("VN", "50"), recipient("LA", "50"), transaction(value="-3")))
    )

    assert reading.capital_flows[0].value == Decimal("-1.5")


@pytest.mark.parametrize(
    ("flow_type", "reporter_type", "flow"),
    [
        ("10", "21", "oda"),
        ("30", "10", "ngo"),
        ("", "10", "oda"),
        ("", "40", "oda"),
        ("", "21", "ngo"),
        ("", "60", "ngo"),
    ],
)
def test_the_flow_type_decides_between_oda_and_ngo_and_the_giver_where_it_is_silent(
    tmp_path: Path, flow_type: str, reporter_type: str, flow: str
) -> None:
    typed = f'<default-flow-type code="{flow_type}"/>' if flow_type else ""
    reading = read(write_file(tmp_path, activity(recipient("VN"), typed, HUNDRED, reporter_type=reporter_type)))

    assert [each.flow for each in reading.capital_flows] == [flow]


def test_direct_investment_in_an_aid_file_is_no_aid(tmp_path: Path) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), transaction(inside='<flow-type code="36"/>'))))

    assert ignored(reading) == {"flow_type_not_aid": 1}


# --- currency, date, amount ------------------------------------------------------------------------


def test_the_transactions_own_currency_goes_before_the_default(tmp_path: Path) -> None:
    own = transaction(attributes='currency="EUR"')
    reading = read(write_file(tmp_path, activity(recipient("VN"), HUNDRED, own, currency="USD")))

    assert [flow.unit for flow in reading.capital_flows] == ["USD", "EUR"]


def test_an_amount_without_currency_refuses_the_file_and_names_the_activity(tmp_path: Path) -> None:
    silent = activity(recipient("VN"), HUNDRED, HUNDRED, currency=None, identifier="XX-SILENT")
    other = activity(recipient("VN"), HUNDRED, currency=None, identifier="XX-OTHER")
    reading = read(write_file(tmp_path, activity(recipient("VN"), HUNDRED), silent, other))

    assert reading.capital_flows == ()
    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.subject) == ("IATI_CURRENCY_MISSING", "XX-SILENT")
    assert [(finding.code, finding.subject) for finding in reading.findings] == [("IATI_CURRENCY_MISSING", "XX-OTHER")]
    assert "XX-SILENT" in render(reading.refusal)[2]


def test_a_currency_missing_for_another_country_is_not_our_business(tmp_path: Path) -> None:
    reading = read(write_file(tmp_path, activity(recipient("LA"), HUNDRED, currency=None)))

    assert reading.refusal is None
    assert ignored(reading) == {"other_recipient": 1}


def test_the_window_is_the_day_money_moved_and_the_value_date_is_kept_beside_it(tmp_path: Path) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), transaction(attributes='value-date="2025-12-31"'))))

    (flow,) = reading.capital_flows
    assert (flow.window_start, flow.window_end, flow.value_date) == (
        date(2026, 3, 31),
        date(2026, 3, 31),
        date(2025, 12, 31),
    )


def test_a_transaction_without_any_date_refuses_the_file(tmp_path: Path) -> None:
    undated = f"<transaction>{DISBURSEMENT}<value>1</value></transaction>"
    reading = read(write_file(tmp_path, activity(recipient("VN"), undated)))

    assert reading.refusal is not None
    assert reading.refusal.code == "IATI_DATE_MISSING"


@pytest.mark.parametrize("typed", ["1,000", "1.000,5", "1e6", "", "một trăm"])
def test_an_amount_that_is_no_plain_decimal_is_not_guessed(tmp_path: Path, typed: str) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), transaction(value=typed))))

    (flow,) = reading.capital_flows
    assert (flow.value, flow.value_state, flow.reading_code) == (None, "unreadable", "IATI_VALUE_UNREADABLE")


def test_two_payments_of_one_day_stay_two_rows_with_different_codes(tmp_path: Path) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), HUNDRED, HUNDRED)))

    assert [(flow.member_code, flow.project_code) for flow in reading.capital_flows] == [
        ("XX-1", "XX-1"),
        ("XX-1#2", "XX-1"),
    ]


# --- shares ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("theirs", "value"), [("66.67", "33.33"), ("66.68", "33.33"), ("66.66", "33.33")])
def test_shares_may_miss_a_hundred_by_a_hundredth(tmp_path: Path, theirs: str, value: str) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN", "33.33"), recipient("LA", theirs), HUNDRED)))

    assert reading.capital_flows[0].value == Decimal(value)
    assert reading.findings == ()


@pytest.mark.parametrize("theirs", ["66.69", "66.65", "50"])
def test_shares_further_from_a_hundred_are_told_and_nothing_is_counted(tmp_path: Path, theirs: str) -> None:
    shares = recipient("VN", "33.33") + recipient("LA", theirs)
    reading = read(write_file(tmp_path, activity(shares, HUNDRED, HUNDRED)))

    assert [(flow.value, flow.value_state) for flow in reading.capital_flows] == [(None, "unreadable")] * 2
    assert [(finding.code, finding.subject) for finding in reading.findings] == [("IATI_SHARES_NOT_100", "XX-1")]


def test_regions_share_in_the_hundred_once_for_one_vocabulary(tmp_path: Path) -> None:
    regions = "".join(
        f'<recipient-region code="{code}" vocabulary="{vocabulary}" percentage="60"/>'
        for code, vocabulary in (("789", "1"), ("RSEA", "99"))
    )
    reading = read(write_file(tmp_path, activity(recipient("VN", "40"), regions, HUNDRED)))

    assert reading.capital_flows[0].value == Decimal(40)


def test_one_country_alone_needs_no_percentage_but_two_do(tmp_path: Path) -> None:
    alone = read(write_file(tmp_path, activity(recipient("VN"), HUNDRED)))
    both = read(write_file(tmp_path, activity(recipient("VN"), recipient("LA"), HUNDRED)))

    assert alone.capital_flows[0].value == Decimal(100)
    assert both.capital_flows[0].reading_code == "IATI_SHARE_MISSING"


def test_a_transactions_own_recipient_goes_before_the_activitys(tmp_path: Path) -> None:
    shares = recipient("VN", "10") + recipient("LA", "90")
    ours, theirs = transaction(inside=recipient("VN")), transaction(inside=recipient("LA"))
    reading = read(write_file(tmp_path, activity(shares, ours, theirs, HUNDRED)))

    assert [flow.value for flow in reading.capital_flows] == [Decimal(100), Decimal(10)]
    assert ignored(reading) == {"other_recipient": 1}


def test_a_region_alone_is_not_viet_nam(tmp_path: Path) -> None:
    reading = read(write_file(tmp_path, activity('<recipient-region code="789" percentage="100"/>', HUNDRED)))

    assert ignored(reading) == {"other_recipient": 1}


# --- the province ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    [
        place("Đồng Tháp"),
        place("Tien Giang"),
        place("TINH DONG THAP"),
        "<location><name>Tỉnh Tiền Giang</name></location>",
        '<location><location-id vocabulary="G1" code="1582562"/></location>',
    ],
)
def test_an_activity_all_of_whose_places_are_in_the_province_is_the_provinces(tmp_path: Path, location: str) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), location, HUNDRED)))

    assert reading.capital_flows[0].locality_code == "82"


@pytest.mark.parametrize("name", ["Kien Giang", "Kiên Giang", "An Giang", "Dong Thap Muoi", "Tháp Mười"])
def test_a_name_that_only_looks_like_the_provinces_is_not(tmp_path: Path, name: str) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), place(name), HUNDRED)))

    assert reading.capital_flows[0].locality_code is None
    assert reading.capital_flows[0].reading_code is None


def test_before_the_merger_the_two_provinces_have_their_own_codes(tmp_path: Path) -> None:
    old = HUNDRED.replace("2026", "2024")
    parts = [activity(recipient("VN"), place(name), old) for name in ("Đồng Tháp", "Tiền Giang")]
    reading = read(write_file(tmp_path, *parts))

    assert [flow.locality_code for flow in reading.capital_flows] == ["87", "82"]


def test_a_place_among_others_gives_the_province_no_amount(tmp_path: Path) -> None:
    reading = read(write_file(tmp_path, activity(recipient("VN"), place("Đồng Tháp"), place("An Giang"), HUNDRED)))

    (flow,) = reading.capital_flows
    assert (flow.value, flow.locality_code, flow.reading_code) == (Decimal(100), None, "IATI_PLACE_SHARED")


# --- bad files -------------------------------------------------------------------------------------

LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY"),
        (b"a,b\n1,2\n", "NOT_XML"),
        (b"<iati-activities><iati-activity>", "XML_BROKEN"),
        (LAUGHS.encode() + b"<iati-activities/>", "XML_DTD"),
        (("\ufeff" + LAUGHS + "<iati-activities/>").encode("utf-16-le"), "XML_DTD"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><iati-activities/>', "XML_DTD"),
        (b'<?xml version="1.0" encoding="UTF-7"?><iati-activities/>', "XML_DTD"),
        (b"<a>" * 300 + b"</a>" * 300, "XML_DEPTH"),
        (b"<iati-organisations/>", "IATI_NO_ACTIVITY"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "activities.xml"
    path.write_bytes(content)

    refusal = read(path).refusal
    assert refusal is not None
    assert refusal.code == code
    assert render(refusal)[1] == "block"


def test_entities_every_xml_file_may_use_are_read(tmp_path: Path) -> None:
    written = activity(recipient("VN"), HUNDRED).replace("Nước sạch", "Nước &amp; s&#x1EA1;ch")

    assert read(write_file(tmp_path, written)).capital_flows[0].member == "Nước & sạch"


def test_lines_beyond_65535_are_still_told(tmp_path: Path) -> None:
    path = write_file(tmp_path, "\n" * 70_000, activity(recipient("VN"), HUNDRED))

    assert read(path).capital_flows[0].cell.endswith("(line 70002)")


# --- what a later file revises ---------------------------------------------------------------------


def test_a_file_revises_what_its_reporters_said_and_one_without_viet_nam_revises_nothing(tmp_path: Path) -> None:
    ours = read(write_file(tmp_path, activity(recipient("VN"), HUNDRED), activity(recipient("LA"), HUNDRED)))
    theirs = read(write_file(tmp_path, activity(recipient("LA"), HUNDRED)))

    assert (ours.subject, theirs.subject) == ("CH-4", "CH-4/-")


def test_reporters_without_a_reference_are_known_by_their_names_in_any_order(tmp_path: Path) -> None:
    def of(name: str) -> str:
        named = f'<reporting-org type="10"><narrative>{name}</narrative></reporting-org>'
        return activity(recipient("VN"), HUNDRED).replace('<reporting-org ref="CH-4" type="10"/>', named)

    assert read(write_file(tmp_path, of("B"), of("A"))).subject == read(write_file(tmp_path, of("A"), of("B"))).subject
    assert read(write_file(tmp_path, of("A"))).subject == "A"


def test_so_many_reporters_that_their_names_fill_a_page_are_still_one_short_subject(tmp_path: Path) -> None:
    many = [activity(recipient("VN"), HUNDRED).replace("CH-4", f"XM-DAC-{number}") for number in range(100)]

    assert len(str(read(write_file(tmp_path, *many)).subject)) == 64


def test_a_share_stands_beside_the_amount_as_printed(tmp_path: Path) -> None:
    shared = activity(recipient("VN", "40"), recipient("LA", "60"), HUNDRED)
    whole = activity(recipient("VN", "100"), HUNDRED, identifier="XX-2")
    flows = read(write_file(tmp_path, shared, whole)).capital_flows

    assert [(flow.value, flow.raw_text, flow.share_pct) for flow in flows] == [
        (Decimal(40), "100", Decimal(40)),
        (Decimal(100), "100", None),
    ]

"""X01 to X05, O01 to O03 and Q01 to Q03 from registers of projects, every figure worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, text

from include.extracts.leadership.snapshot import read_snapshot
from include.indicators.kpi import kpi
from include.indicators.marts import build_marts, check_marts, ensure_current
from include.indicators.trace import trace
from tests.sql.builders import LATE, send
from tests.sql.registers import MAY_31, NEW_YEAR, Project, send_book, send_donor, send_register, set_rate

PERIOD = "2026-06T"

# Ngoài khu, sổ của Sở Tài chính:
#   1000000001  cấp mới  1 dự án, 12,5 triệu USD                        JP, ngành C
#   1000000002  cấp mới  1 dự án,  4   triệu USD                        KR, ngành C
#   1000000003  điều chỉnh −20 triệu USD, góp vốn 1,5 triệu USD         JP, ngành A
#   1000000004  giải ngân 3 triệu USD                                   KR, ngành C
FDI_OUTSIDE = (
    Project("1000000001", "Nhà máy may An Hữu", "JP", {"projects_new": 1, "capital_new": "12500000"}, "C", "ngoai_kcn"),
    Project(
        "1000000002", "Nhà máy giày Tân Hội", "KR", {"projects_new": 1, "capital_new": "4000000"}, "C", "ngoai_kcn"
    ),
    Project(
        "1000000003",
        "Trại giống thủy sản",
        "JP",
        {"projects_adjusted": 1, "capital_adjusted": "-20000000", "capital_contributed": "1500000"},
        "A",
        "ngoai_kcn",
    ),
    Project("1000000004", "Kho lạnh Cao Lãnh", "KR", {"capital_disbursed": "3000000"}, "C", "ngoai_kcn"),
)
# Trong khu, sổ của Ban Quản lý: một dự án riêng, và dự án 1000000001 mà Sở Tài chính cũng ghi.
FDI_INSIDE = (
    Project("2000000001", "Nhà máy thép Sa Đéc", "CN", {"projects_new": 1, "capital_new": "7000000"}, "C", "trong_kcn"),
    Project("1000000001", "NM may An Hữu", "JP", {"projects_new": 1, "capital_new": "12400000"}, "C", "trong_kcn"),
    Project("2000000002", "Nhà máy bao bì", "CN", {"capital_disbursed": "500000"}, "C", "trong_kcn"),
)


def indicator(connection: Connection, code: str, period: str = PERIOD) -> dict[str, Any]:
    (found,) = [each for each in kpi(connection, period, with_breakdowns=True) if each["code"] == code]
    return found


def value(connection: Connection, code: str, period: str = PERIOD) -> str | None:
    found: str | None = indicator(connection, code, period)["value"]
    return found


def parts(connection: Connection, code: str, axis: str) -> dict[str, str | None]:
    return {line["member"]: line["value"] for line in indicator(connection, code)["breakdowns"] if line["axis"] == axis}


def beside(connection: Connection, code: str) -> list[tuple[Any, ...]]:
    build_marts(connection)
    return [
        tuple(row)
        for row in connection.execute(
            text(
                "select source_id, reporting_unit_code, side, reported_value, prevailing_value, difference, as_of_date"
                " from mart.reconciliation where indicator_code = :code and period_code = :period"
                " order by source_id, reporting_unit_code, side"
            ),
            {"code": code, "period": PERIOD},
        )
    ]


@pytest.fixture
def fdi(reports: Connection) -> Connection:
    send_register(reports, "STC", "fdi", *FDI_OUTSIDE)
    send_register(reports, "BQLKKT", "fdi", *FDI_INSIDE)
    return reports


# --- FDI ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("X01", "3"),  # 2 ngoài khu + 2 trong khu − 1 dự án cả hai sổ cùng ghi
        ("X02", "23.5"),  # 12,5 + 4 + 7; 12,4 của Ban Quản lý là chính dự án 12,5 của Sở
        ("X03", "-20"),  # dấu âm giữ nguyên
        ("X04", "5"),  # 23,5 − 20 + 1,5
        ("X05", "3.5"),  # 3 + 0,5
    ],
)
def test_fdi_indicators_are_added_up_from_projects_each_once(fdi, code, expected):
    found = indicator(fdi, code)

    assert (found["value"], found["state"], found["as_of"]) == (expected, "reported", "2026-05-31")
    assert (found["coverage"]["received"], found["coverage"]["expected"]) == (2, 2)
    check_marts(fdi)


def test_breakdowns_follow_the_records_that_count(fdi):
    assert parts(fdi, "X02", "partner") == {"JP": "12.5", "KR": "4", "CN": "7"}
    assert parts(fdi, "X02", "sector") == {"C": "23.5"}
    # The project both registers have is outside the zone by the Department of Finance's word.
    assert parts(fdi, "X01", "zone") == {"ngoai_kcn": "2", "trong_kcn": "1"}
    assert parts(fdi, "X03", "sector") == {"A": "-20"}


def test_a_figure_is_traced_to_the_cell_of_every_project_and_the_record_that_counts(fdi):
    (term,) = trace(fdi, "X02", PERIOD)["terms"]

    assert (term["measure"], term["value"]) == ("FDI02", "23500000")
    assert [
        (cell["unit"], cell["project"], cell["value"], cell["sheet"], cell["cell"], cell.get("counted_as"))
        for cell in term["cells"]
    ] == [
        ("BQLKKT", "finance_fdi/BQLKKT/fdi/2000000001", "7000000", "Sổ", "K11", None),
        (
            "BQLKKT",
            "finance_fdi/BQLKKT/fdi/1000000001",
            "12400000",
            "Sổ",
            "K13",
            "finance_fdi/STC/fdi/1000000001",
        ),
        ("STC", "finance_fdi/STC/fdi/1000000001", "12500000", "Sổ", "K11", None),
        ("STC", "finance_fdi/STC/fdi/1000000002", "4000000", "Sổ", "K13", None),
    ]
    assert {cell["as_of"] for cell in term["cells"]} == {"2026-05-31"}
    assert all(len(cell["sha256"]) == 64 and cell["revision"] == 1 for cell in term["cells"])


def test_a_revision_of_the_register_replaces_it_whole_and_the_figure_is_marked(fdi):
    changed = [
        Project("1000000001", "Nhà máy may An Hữu", "JP", {"projects_new": 1, "capital_new": "13000000"}, "C"),
        *FDI_OUTSIDE[2:],
    ]
    send_register(fdi, "STC", "fdi", *changed, received_at=LATE)

    # 13 + 7: the project of 4 million left the register.
    assert (indicator(fdi, "X02")["value"], indicator(fdi, "X02")["revised"]) == ("20", True)
    assert (indicator(fdi, "X03")["value"], indicator(fdi, "X03")["revised"]) == ("-20", False)


def test_a_project_taken_out_of_the_register_alone_marks_the_total_as_revised(reports):
    send_register(reports, "STC", "fdi", *FDI_OUTSIDE)
    send_register(reports, "STC", "fdi", *FDI_OUTSIDE[:1], received_at=LATE)

    assert (value(reports, "X01"), indicator(reports, "X01")["revised"]) == ("1", True)


# --- register and aggregate report ---------------------------------------------------------------------------


def test_a_register_takes_the_place_of_the_bodys_aggregate_figure_and_both_stay_to_be_compared(fdi):
    send(fdi, "STC", figures={"FDI01": 5, "FDI02": 30_000_000, "FDI02.partner.US": 30_000_000, "BUD01": 100})

    assert value(fdi, "X02") == "23.5"
    assert parts(fdi, "X02", "partner") == {"JP": "12.5", "KR": "4", "CN": "7"}
    assert beside(fdi, "X02") == [
        ("agency_reports", "STC", "numerator", 30_000_000, 16_500_000, 13_500_000, date(2026, 6, 8))
    ]
    # X04 of the report: 30 + nothing said of the other two; of the register: 16,5 in its place.
    assert [row[3:6] for row in beside(fdi, "X04")] == [(30_000_000, 16_500_000, 13_500_000)]


def test_only_the_body_and_measure_the_register_speaks_of_are_replaced(reports):
    send_register(reports, "STC", "fdi", *FDI_OUTSIDE[:2])
    send(reports, "STC", figures={"FDI02": 30_000_000, "FDI07": 9_000_000})
    send(reports, "BQLKKT", figures={"FDI02": 2_000_000})

    # 16,5 of the register + 2 of the other body's report; disbursed only in the report.
    assert (value(reports, "X02"), value(reports, "X05")) == ("18.5", "9")
    assert indicator(reports, "X05")["as_of"] == "2026-06-08"
    assert (indicator(reports, "X02")["as_of_from"], indicator(reports, "X02")["as_of"]) == ("2026-05-31", "2026-06-08")


def test_the_report_behind_a_register_is_still_a_full_report(reports):
    send_register(reports, "STC", "fdi", *FDI_OUTSIDE[:2])
    send(reports, "STC", figures={"FDI01": 5, "FDI02": 30_000_000, "BUD01": 0})
    build_marts(reports)

    assert tuple(
        reports.execute(
            text("select reported_count, is_nil_return from mart.report_content where reporting_unit_code = 'STC'")
        ).one()
    ) == (3, False)


def test_a_register_that_fills_no_cell_of_a_measure_gives_no_figure_for_it(reports):
    send_register(reports, "STC", "fdi", Project("1000000001", figures={"capital_new": "missing", "projects_new": 1}))
    send(reports, "STC", figures={"FDI02": 30_000_000})

    assert (value(reports, "X01"), value(reports, "X02"), value(reports, "X05")) == ("1", "30", None)


def test_nothing_to_register_is_a_zero_by_the_keepers_own_mark(reports):
    send_register(reports, "STC", "fdi", totals={"projects_new": "nil", "capital_new": "nil"})

    assert (indicator(reports, "X01")["value"], indicator(reports, "X01")["state"]) == ("0", "nil")
    assert indicator(reports, "X03")["value"] is None


def test_a_body_whose_projects_all_count_elsewhere_adds_zero_and_its_report_does_not_come_back(reports):
    send_register(reports, "STC", "fdi", FDI_OUTSIDE[0])
    send_register(reports, "BQLKKT", "fdi", FDI_INSIDE[1])
    send(reports, "BQLKKT", figures={"FDI02": 12_400_000})

    assert value(reports, "X02") == "12.5"


def test_a_donors_list_never_enters_an_indicator(reports):
    send_donor(reports, "iati_activities", "oda", Project("44000-P1", figures={"capital_disbursed": "1000000"}))

    assert value(reports, "O03") is None
    assert indicator(reports, "O02")["state"] == "missing"


# --- currencies ----------------------------------------------------------------------------------------------


def test_an_amount_in_another_currency_is_converted_and_its_rates_are_in_the_trace(reports):
    dollar, euro = set_rate(reports, "USD", MAY_31, "25000"), set_rate(reports, "EUR", MAY_31, "30000")
    send_register(
        reports,
        "STC",
        "fdi",
        Project("1000000001", figures={"capital_new": ("2000000", "EUR")}),
        Project("1000000002", figures={"capital_new": ("50000000000", "VND")}),
        Project("1000000003", figures={"capital_new": "1000000"}),
    )

    # 2 triệu EUR × 30.000 / 25.000 = 2,4 triệu USD; 50 tỷ đồng / 25.000 = 2 triệu USD; 1 triệu USD.
    assert value(reports, "X02") == "5.4"
    (term,) = trace(reports, "X02", PERIOD)["terms"]
    assert [
        (cell["printed"], Decimal(cell["value"]), [rate["rate_id"] for rate in cell.get("rates", [])])
        for cell in term["cells"]
    ] == [
        ({"value": "2000000", "unit": "EUR"}, 2_400_000, [euro, dollar]),
        ({"value": "50000000000", "unit": "VND"}, 2_000_000, [dollar]),
        ({"value": "1000000", "unit": "USD"}, 1_000_000, []),
    ]
    assert term["cells"][0]["rates"][0]["vnd"] == "30000"


def test_a_missing_rate_leaves_the_figure_missing_with_its_reason_never_zero_nor_a_part(reports):
    set_rate(reports, "USD", MAY_31, "25000")
    send_register(
        reports,
        "STC",
        "fdi",
        Project("1000000001", figures={"projects_new": 1, "capital_new": ("2000000", "NOK")}, sector="C"),
        Project("1000000002", figures={"projects_new": 1, "capital_new": "1000000"}, sector="A"),
    )
    send(reports, "STC", figures={"FDI02": 3_000_000})

    found = indicator(reports, "X02")
    assert (found["value"], found["state"], found["reason_code"]) == (None, "missing", "missing_rate")
    assert "tỷ giá" in found["reason"]
    assert found["as_of"] is None
    # What needs no rate is there all the same.
    assert value(reports, "X01") == "2"
    assert parts(reports, "X02", "sector") == {"A": "1", "C": None}
    assert [
        tuple(row)
        for row in reports.execute(
            text("select source_id, currency_code, first_date, figure_count from mart.missing_exchange_rate")
        )
    ] == [("finance_fdi", "NOK", MAY_31, 1)]


def test_the_rate_of_a_record_that_does_not_count_is_not_needed(reports):
    send_register(reports, "STC", "fdi", Project("1000000001", figures={"capital_new": "1000000"}))
    send_register(reports, "BQLKKT", "fdi", Project("1000000001", figures={"capital_new": ("9", "NOK")}))

    assert value(reports, "X02") == "1"


# --- ODA -----------------------------------------------------------------------------------------------------

# Kế hoạch 200 + 50 tỷ đồng, giải ngân 80 + 60 tỷ đồng.
ODA = (
    Project(
        "P100001",
        "Nâng cấp đô thị Cao Lãnh",
        "org_wb",
        {
            "projects_running": 1,
            "capital_planned": ("200000000000", "VND"),
            "capital_disbursed": ("80000000000", "VND"),
        },
        "F",
        kind="vay",
        form="vay_lai",
    ),
    Project(
        "JP-0002",
        "Cấp nước sạch Mỹ Tho",
        "JP",
        {
            "projects_running": 1,
            "capital_signed": "5000000",
            "capital_planned": ("50000000000", "VND"),
            "capital_disbursed": ("60000000000", "VND"),
        },
        "E",
        kind="khong_hoan_lai",
        form="cap_phat",
    ),
)


def test_oda_indicators_come_from_the_register(reports):
    send_register(reports, "STC", "oda", *ODA)

    assert value(reports, "O01") == "2"
    assert value(reports, "O02") == "5"
    found = indicator(reports, "O03")
    # 100 × (80 + 60) / (200 + 50) = 56
    assert (found["value"], found["numerator"], found["denominator"]) == ("56", "140000000000", "250000000000")
    # 80/200 and 60/50: more than planned is possible with money carried over.
    assert parts(reports, "O03", "donor") == {"org_wb": "40", "JP": "120"}
    assert parts(reports, "O03", "funding") == {"vay_lai": "40", "cap_phat": "120"}
    assert parts(reports, "O01", "oda_type") == {"vay": "1", "khong_hoan_lai": "1"}
    assert indicator(reports, "O03")["as_of"] == "2026-05-31"


def test_without_a_plan_there_is_no_disbursement_rate(reports):
    send_register(
        reports, "STC", "oda", Project("P100001", figures={"capital_planned": "nil", "capital_disbursed": ("9", "VND")})
    )

    found = indicator(reports, "O03")
    assert (found["value"], found["state"], found["reason_code"]) == (None, "no_value", "zero_denominator")


def test_a_plan_nobody_filled_in_is_no_zero_plan(reports):
    send_register(
        reports,
        "STC",
        "oda",
        Project("P100001", figures={"capital_planned": "missing", "capital_disbursed": ("9", "VND")}),
    )

    found = indicator(reports, "O03")
    assert (found["value"], found["state"]) == (None, "missing")


def test_a_project_without_its_plan_makes_the_rate_incomplete(reports):
    unplanned = Project(
        "P100003",
        "Chưa giao kế hoạch",
        "KR",
        {"capital_planned": "missing", "capital_disbursed": ("5000000000", "VND")},
    )
    send_register(reports, "STC", "oda", *ODA, unplanned)

    found = indicator(reports, "O03")
    # 100 × (80 + 60 + 5) / (200 + 50)
    assert (found["value"], found["coverage"]["incomplete"]) == ("58", 1)


# --- aid of foreign non-governmental organisations -------------------------------------------------------------

NGO = (
    Project(
        "VT-2026-01",
        "Nước sạch học đường",
        "US",
        {"grants_approved": 1, "capital_committed": "80000", "capital_disbursed": "20000"},
        "P",
        kind="du_an",
        form="tien",
    ),
    Project(
        "VT-2026-02",
        "Thiết bị y tế",
        "DE",
        {"grants_approved": 1, "capital_committed": "20000", "capital_disbursed": "nil"},
        "Q",
        kind="phi_du_an",
        form="hien_vat",
    ),
)


def test_aid_indicators_come_from_the_register_of_the_department_of_finance(reports):
    send_register(reports, "STC", "ngo", *NGO)

    assert (value(reports, "Q01"), value(reports, "Q02")) == ("2", "100")
    # 100 × (20 + 0) / (80 + 20), both from 1 January
    assert value(reports, "Q03") == "20"
    assert parts(reports, "Q01", "aid_kind") == {"du_an": "1", "phi_du_an": "1"}
    assert parts(reports, "Q02", "aid_form") == {"tien": "80", "hien_vat": "20"}
    assert parts(reports, "Q03", "partner") == {"US": "25", "DE": "0"}


def test_the_annual_register_replaces_the_six_month_one(reports):
    send_register(reports, "STC", "ngo", *NGO)
    later = Project(
        "VT-2026-01", "Nước sạch học đường", "US", {"capital_committed": "80000", "capital_disbursed": "60000"}
    )
    send_register(reports, "STC", "ngo", later, NGO[1], period="2026-NAM", as_of=date(2026, 10, 31))

    # 100 × (60 + 0) / (80 + 20): cumulative, never 20 + 60.
    assert (value(reports, "Q03", "2026-NAM"), value(reports, "Q03")) == ("60", "20")
    assert indicator(reports, "Q03", "2026-NAM")["as_of"] == "2026-10-31"


def test_the_register_of_the_union_of_friendship_organisations_stands_beside_with_all_it_holds(reports):
    send_register(reports, "STC", "ngo", *NGO)
    send_register(
        reports,
        "LHHN",
        "ngo",
        Project("VT-2026-01", "Nước sạch học đường", "US", {"grants_approved": 1, "capital_committed": "80000"}),
        Project("LH-000009", "Học bổng", "FR", {"grants_approved": 1, "capital_committed": "5000"}),
    )

    assert (value(reports, "Q01"), value(reports, "Q02")) == ("2", "100")
    assert beside(reports, "Q01") == [("finance_ngo", "LHHN", "numerator", 2, 2, 0, MAY_31)]
    assert beside(reports, "Q02") == [("finance_ngo", "LHHN", "numerator", 85000, 100000, -15000, MAY_31)]


# --- the national book -------------------------------------------------------------------------------------------


def test_the_provinces_line_of_the_national_book_stands_beside_with_its_own_date_and_is_never_added(fdi):
    april = (NEW_YEAR, date(2026, 4, 20))
    may = (NEW_YEAR, date(2026, 5, 20))
    send_book(fdi, {"82": {"projects_new": 1, "capital_new": "9000000"}}, april, date(2026, 4, 20))
    send_book(
        fdi,
        {
            "82": {"projects_new": 4, "capital_new": "25000000", "capital_adjusted": "-1000000"},
            "87": {"projects_new": 50, "capital_new": "99000000"},
        },
        may,
        date(2026, 5, 20),
    )
    send_book(fdi, {"82": {"projects_new": 8}}, (NEW_YEAR, date(2026, 7, 20)), date(2026, 7, 20))

    assert value(fdi, "X02") == "23.5"
    assert beside(fdi, "X01") == [("nso_fdi", None, "numerator", 4, 3, 1, date(2026, 5, 20))]
    assert beside(fdi, "X02") == [("nso_fdi", None, "numerator", 25_000_000, 23_500_000, 1_500_000, date(2026, 5, 20))]
    assert beside(fdi, "X03") == [
        ("nso_fdi", None, "numerator", -1_000_000, -20_000_000, 19_000_000, date(2026, 5, 20))
    ]
    assert beside(fdi, "X04") == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({"82": {"capital_new": "5000000"}, "87": {"capital_new": "2000000"}}, [7_000_000]),
        ({"82": {"capital_new": "5000000"}}, []),
        ({"82": {"capital_new": "5000000"}, "87": {"capital_new": "missing"}}, []),
    ],
    ids=["both halves", "only Tiền Giang listed", "one half blank"],
)
def test_before_the_merger_the_province_is_the_sum_of_its_halves_or_nothing(reports, lines, expected):
    reports.execute(
        text(
            "insert into reference.reporting_period values ('2025-06T', '6T', '6 tháng đầu năm 2025', 2025,"
            " '2025-01-01', '2025-06-30', '2025-06-15T00:00+07:00', 'Trước 15/6', 'Kế hoạch', null)"
        )
    )
    send_book(reports, lines, (date(2025, 1, 1), date(2025, 5, 31)), date(2025, 5, 31))
    build_marts(reports)

    found = reports.execute(
        text("select reported_value from mart.reconciliation where period_code = '2025-06T' and source_id = 'nso_fdi'")
    ).scalars()
    assert list(found) == expected


# --- what the leadership reads -------------------------------------------------------------------------------------


def test_the_snapshot_carries_the_date_the_differences_and_the_register_among_its_files(fdi):
    send(fdi, "STC", figures={"FDI02": 30_000_000})
    send_book(fdi, {"82": {"capital_new": "25000000"}}, (NEW_YEAR, date(2026, 5, 20)), date(2026, 5, 20))
    ensure_current(fdi)
    snapshot = read_snapshot(fdi, PERIOD)

    by_code = {figure.indicator_code: figure for figure in snapshot.headlines}
    assert (by_code["X02"].as_of_from, by_code["X02"].as_of_to) == (MAY_31, MAY_31)
    assert by_code["M01"].as_of_to is None
    assert [
        (each.indicator_code, each.unit_name, each.reported, each.prevailing)
        for each in snapshot.differences
        if each.indicator_code == "X02"
    ] == [
        ("X02", "Sở Tài chính, báo cáo tổng hợp (số liệu đến 08/06/2026)", "30", "16,5"),
        ("X02", "Cục Thống kê, biểu số liệu tháng (số liệu đến 20/05/2026)", "25", "23,5"),
    ]
    assert sorted(source.file_name for source in snapshot.sources) == [
        "bao-cao-STC-2.xlsx",
        "finance_fdi-0.xlsx",
        "finance_fdi-1.xlsx",
    ]

"""The merger of 01/07/2025: dated units, what became of them, and series that stay whole across the day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from include.errors import CatalogueError
from include.indicators.marts import build_marts
from include.model import Reading
from include.reference import geography, load_reference
from include.reference.geography import load_administrative_units, sync_administrative_units
from include.sources.agency_reports.read import read_file
from tests.quality.staged import Batch
from tests.sources.reports import write_report
from tests.sql.builders import ZONE, send

DISTRICTS_FILE = Path(geography.__file__).with_name("former_districts.csv")

BEFORE, SINCE = date(2025, 6, 30), date(2025, 7, 1)
FIRST_HALF_2025 = (date(2025, 1, 1), date(2025, 6, 30))
FIRST_HALF_2026 = (date(2026, 1, 1), date(2026, 6, 30))

PHU_CUONG, PHONG_MY, GAO_GIONG = "30025", "30088", "30079"


@pytest.fixture(scope="module")
def units():
    return load_administrative_units()


# Dated units


def test_both_maps_are_there_each_on_its_days(units) -> None:
    def count(level: str, on: date) -> int:
        return sum(unit.unit_level == level and unit.is_valid_on(on) for unit in units)

    # 141 communes of old Đồng Tháp and 164 of Tiền Giang; 12 and 11 districts.
    assert [count(level, BEFORE) for level in ("province", "district", "commune")] == [2, 23, 305]
    assert [count(level, SINCE) for level in ("province", "district", "commune")] == [1, 0, 102]


def test_a_code_means_something_only_with_its_day(units) -> None:
    def named(code: str, on: date) -> list[str]:
        return [unit.name_vi for unit in units if unit.unit_code == code and unit.is_valid_on(on)]

    assert (named("82", BEFORE), named("82", SINCE)) == (["Tiền Giang"], ["Đồng Tháp"])
    assert (named("87", BEFORE), named("87", SINCE)) == (["Đồng Tháp"], [])
    assert (named("28249", BEFORE), named("28249", SINCE)) == (["Phường 5"], ["Phường Đạo Thạnh"])


def test_the_two_districts_of_one_name_are_told_apart_by_their_province(units) -> None:
    parents = {unit.unit_code: unit.parent_code for unit in units if unit.is_valid_on(BEFORE)}

    # Thị trấn Tân Hiệp lay in Châu Thành of Tiền Giang, Thị trấn Cái Tàu Hạ in Châu Thành of Đồng Tháp.
    assert (parents["28519"], parents["821"]) == ("821", "82")
    assert (parents["30244"], parents["877"]) == ("877", "87")


def test_a_former_commune_in_a_district_nobody_wrote_down_is_refused(tmp_path: Path) -> None:
    districts = DISTRICTS_FILE.read_text(encoding="utf-8")
    fewer = tmp_path / "former_districts.csv"
    fewer.write_text("\n".join(line for line in districts.splitlines() if not line.startswith("877,")), "utf-8")

    with pytest.raises(CatalogueError, match=r"30244 Thị trấn Cái Tàu Hạ lay in Huyện Châu Thành, Đồng Tháp"):
        load_administrative_units(districts_file=fewer)


def test_a_district_of_a_province_that_was_not_is_refused(tmp_path: Path) -> None:
    districts = DISTRICTS_FILE.read_text(encoding="utf-8")
    wrong = tmp_path / "former_districts.csv"
    wrong.write_text(districts + "999,Huyện Xa Lạ,86,2025-01-01,2025-07-01,memory\n", "utf-8")

    with pytest.raises(CatalogueError, match="999 Huyện Xa Lạ lies in 86"):
        load_administrative_units(districts_file=wrong)


def test_the_warehouse_holds_what_the_files_hold_and_a_second_copy_changes_nothing(warehouse: Connection) -> None:
    stored = "select count(*) from reference.administrative_unit"

    assert warehouse.execute(text(stored)).scalar() == 2 + 23 + 305 + 1 + 102
    assert sync_administrative_units(warehouse) == 0

    warehouse.execute(text("update reference.administrative_unit set name_vi = 'x' where unit_code = '87'"))
    warehouse.execute(text("delete from reference.administrative_unit where unit_code = '28249'"))
    warehouse.execute(
        text("insert into reference.administrative_unit values ('9', 'x', 'province', null, now(), null, 'plan', 'x')")
    )
    assert sync_administrative_units(warehouse) == 4
    assert warehouse.execute(text(stored)).scalar() == 433


# The crosswalk


@pytest.fixture(scope="module")
def places(warehouse_of_module: Connection) -> Iterator[Connection]:
    """Marts built over no reports at all, for tests that roll back what they add."""
    build_marts(warehouse_of_module)
    yield warehouse_of_module
    warehouse_of_module.rollback()


def relation(connection: Connection, source: str, target: str) -> tuple[str, object] | None:
    found = connection.execute(
        text(
            "select relation, share_ratio from mart.place_crosswalk"
            " where from_place_key = :source and to_place_key = :target"
        ),
        {"source": source, "target": target},
    ).one_or_none()
    return (found[0], found[1]) if found else None


OLD, NEW = "@2025-01-01", "@2025-07-01"


def test_a_whole_former_commune_lies_in_its_successor_and_a_divided_one_only_in_part(places: Connection) -> None:
    assert relation(places, f"28252{OLD}", f"28249{NEW}") == ("inside", 1)
    assert relation(places, f"{GAO_GIONG}{OLD}", f"{PHU_CUONG}{NEW}") == ("overlaps", None)
    assert relation(places, f"{GAO_GIONG}{OLD}", f"{PHONG_MY}{NEW}") == ("overlaps", None)
    assert relation(places, f"28252{OLD}", f"28261{NEW}") is None


def test_a_commune_of_today_is_never_divided_among_the_former_ones(places: Connection) -> None:
    shares = places.execute(
        text(
            "select distinct share_ratio from mart.place_crosswalk"
            " inner join mart.dim_place as source on from_place_key = source.place_key"
            " inner join mart.dim_place as target on to_place_key = target.place_key"
            " where source.geography = 'new' and target.geography = 'old' and target.place_level = 'commune'"
        )
    ).scalars()

    assert list(shares) == [None]


def test_the_new_province_is_both_old_ones_and_each_commune_of_today_lies_in_one(places: Connection) -> None:
    assert relation(places, "87@1997-01-01", f"82{NEW}") == ("inside", 1)
    assert relation(places, "82@1997-01-01", f"82{NEW}") == ("inside", 1)
    lying = places.execute(
        text(
            "select target.name_vi, count(*) as communes from mart.place_crosswalk"
            " inner join mart.dim_place as source on from_place_key = source.place_key"
            " inner join mart.dim_place as target on to_place_key = target.place_key"
            " where source.geography = 'new' and source.place_level = 'commune' and is_whole"
            " and target.geography = 'old' and target.place_level = 'province' group by target.name_vi"
        )
    ).all()

    # Communes of units.csv by former province, counted by hand in the file.
    reference = load_reference()
    expected = {
        name: sum(unit.former_province == name for unit in reference.units.values())
        for name in ("Tiền Giang", "Đồng Tháp")
    }
    assert {row.name_vi: row.communes for row in lying} == expected
    assert sum(expected.values()) == 102


def test_ninety_six_communes_compare_alone_and_three_pairs_together(places: Connection) -> None:
    areas = places.execute(
        text("select area_code, max(commune_count) from mart.comparable_area group by area_code")
    ).all()

    assert len(areas) == 99
    assert sorted(code for code, count in areas if count > 1) == ["29992+30154", "30025+30088", "30130+30157"]
    assert relation(places, f"{GAO_GIONG}{OLD}", "30025+30088") == ("inside", 1)


def test_every_place_is_made_of_pieces_that_cover_the_province_once_a_level(places: Connection) -> None:
    covered = places.execute(
        text(
            "select geography, place_level, count(*), count(distinct (former_code, successor_code))"
            " from mart.place_piece inner join mart.dim_place using (place_key) group by geography, place_level"
        )
    ).all()

    # 305 former communes, three of them in two pieces.
    assert {(row[2], row[3]) for row in covered} == {(308, 308)}
    assert len(covered) == 6


def test_old_districts_whose_communes_took_in_none_of_another_can_be_followed_today(places: Connection) -> None:
    followed = places.execute(
        text(
            "select target.name_vi, target.parent_place_key from mart.place_crosswalk"
            " inner join mart.dim_place as source on from_place_key = source.place_key and source.geography = 'new'"
            " and source.place_level = 'commune'"
            " inner join mart.dim_place as target on to_place_key = target.place_key and target.geography = 'old'"
            " and target.place_level = 'district'"
            " group by target.name_vi, target.parent_place_key having bool_and(is_whole)"
        )
    ).all()

    # All 11 of Tiền Giang. Of old Đồng Tháp only two: nine communes of today cross the borders of the other ten.
    of_dong_thap = {name for name, parent in followed if parent == "87@1997-01-01"}
    assert of_dong_thap == {"Huyện Tân Hồng", "Huyện Châu Thành"}
    assert len(followed) - len(of_dong_thap) == 11


# Series


def publish(
    connection: Connection,
    window: tuple[date, date],
    values: Mapping[str, int | None],
    measure: str = "projects_new",
) -> None:
    """A publisher's figures by place for one window, as promote and then the build leave them; None is a blank cell."""
    number = connection.execute(text("select count(*) from landing.file")).scalar_one()
    sha256 = f"{number:064x}"
    received_at = datetime(window[1].year, window[1].month, 28, tzinfo=ZONE)
    connection.execute(
        text("insert into landing.file values (:sha256, 1, :sha256, :at)"), {"sha256": sha256, "at": received_at}
    )
    submission = connection.execute(
        text(
            "insert into warehouse.submission (sha256, source_id, subject_key, received_at, verdict, verdict_code,"
            " revision_number, received_count, promoted_count, quarantined_count, ignored_count)"
            " values (:sha256, 'register', :subject, :at, 'loaded', 'OK', 1, :rows, :rows, 0, 0)"
            " returning submission_id"
        ),
        {"sha256": sha256, "subject": f"{window[0]}/{window[1]}", "at": received_at, "rows": len(values)},
    ).scalar_one()
    connection.execute(
        text(
            "insert into warehouse.capital_flow (submission_id, line_number, flow_code, measure_code, axis_code,"
            " member_name, member_code, value, value_state, unit_code, window_start, window_end, as_of_date,"
            " is_cumulative, revision_number, sheet_name, cell) values (:submission, :line, 'fdi', :measure,"
            " 'locality', :code, :code, :value, :state, 'project', :first, :last, :last, true, 1, 'S', 'A1')"
        ),
        [
            {
                "submission": submission,
                "line": line,
                "measure": measure,
                "code": code,
                "value": value,
                "state": "missing" if value is None else "reported",
                "first": window[0],
                "last": window[1],
            }
            for line, (code, value) in enumerate(values.items(), start=1)
        ],
    )
    # What the build adds for a file that counts; building all marts for every test would take minutes.
    connection.execute(
        text(
            "insert into mart.capital_flow_latest select (jsonb_populate_record(null::mart.capital_flow_latest,"
            " to_jsonb(flow) || jsonb_build_object('source_id', 'register', 'received_at', cast(:at as timestamptz),"
            " 'sha256', cast(:sha256 as text)))).* from warehouse.capital_flow as flow"
            " where submission_id = :submission"
        ),
        {"submission": submission, "at": received_at, "sha256": sha256},
    )


def series(connection: Connection, level: str, geography: str, window: tuple[date, date]) -> dict[str, tuple]:
    """Place code to value and state, of the figures of that window."""
    return {
        row.place_code: (row.value, row.series_state)
        for row in connection.execute(
            text(
                "select place_code, value, series_state from mart.series_by_place"
                " where place_level = :level and geography = :geography and window_end_date = :last"
            ),
            {"level": level, "geography": geography, "last": window[1]},
        )
    }


@pytest.fixture
def register(places: Connection) -> Iterator[Connection]:
    """A warehouse whose flows are rolled back."""
    with places.begin_nested() as savepoint:
        yield places
        savepoint.rollback()


FORMER_CODES = sorted({succession.former_code for succession in load_reference().successions})
CODES_OF_TODAY = sorted({succession.successor_code for succession in load_reference().successions})


def test_old_figures_are_added_up_into_communes_of_today(register: Connection) -> None:
    # Phường Đạo Thạnh is Phường 5 (28249), Phường 4 (28252) and Xã Đạo Thạnh (28282).
    publish(register, FIRST_HALF_2025, {"28249": 2, "28252": 3, "28282": 5, "28261": 100})

    found = series(register, "commune", "new", FIRST_HALF_2025)

    assert found["28249"] == (10, "exact")
    assert found["28261"] == (None, "incomplete"), "Phường 2 and Tân Long have given nothing"


def test_a_divided_commune_is_never_split_and_the_row_says_so(register: Connection) -> None:
    # Phú Cường is Hòa Bình (30004), old Phú Cường (30025) and a part of Gáo Giồng; Phong Mỹ holds the rest of it.
    publish(register, FIRST_HALF_2025, {"30004": 1, "30025": 2, "30088": 4, GAO_GIONG: 8})

    rows = register.execute(
        text(
            "select place_code, value, known_value, series_state, explanation_vi from mart.series_by_place"
            " where geography = 'new' and place_level = 'commune' and place_code in ('30025', '30088')"
            " order by place_code"
        )
    ).all()

    why = "Không tách được số liệu của Xã Gáo Giồng (30079)"
    assert [tuple(row) for row in rows] == [
        ("30025", None, 3, "share_unknown", why),
        ("30088", None, 4, "share_unknown", why),
    ]
    assert series(register, "comparable_area", "both", FIRST_HALF_2025)["30025+30088"] == (15, "exact")


def test_figures_of_today_stand_for_an_old_district_only_where_no_border_was_crossed(register: Connection) -> None:
    # Huyện Tân Hồng became Tân Hồng, Tân Hộ Cơ, Tân Thành and An Phước; Tháp Mười shares Phương Thịnh with Cao Lãnh.
    publish(register, FIRST_HALF_2026, dict.fromkeys(CODES_OF_TODAY, 1))

    found = series(register, "district", "old", FIRST_HALF_2026)

    assert found["869"] == (4, "exact")
    assert found["872"] == (None, "share_unknown")


def test_the_series_of_the_two_old_provinces_goes_on_today(register: Connection) -> None:
    publish(register, FIRST_HALF_2026, dict.fromkeys(CODES_OF_TODAY, 1))

    found = series(register, "province", "old", FIRST_HALF_2026)

    assert {state for _, state in found.values()} == {"exact"}
    assert sum(value for value, _ in found.values()) == 102


def test_the_two_old_provinces_make_the_new_one_before_the_day(register: Connection) -> None:
    publish(register, FIRST_HALF_2025, {"87": 11, "82": 7})

    assert series(register, "province", "new", FIRST_HALF_2025) == {"82": (18, "exact")}


def test_one_old_province_alone_is_not_the_new_one(register: Connection) -> None:
    publish(register, FIRST_HALF_2025, {"82": 7})

    assert series(register, "province", "new", FIRST_HALF_2025) == {"82": (None, "incomplete")}


def test_a_blank_makes_the_total_incomplete_and_a_zero_does_not(register: Connection) -> None:
    publish(register, FIRST_HALF_2025, {"28249": 2, "28252": None, "28282": 5, "28270": 0, "28591": 0})

    found = series(register, "commune", "new", FIRST_HALF_2025)

    assert found["28249"] == (None, "incomplete")
    assert found["28270"] == (0, "exact")


def test_figures_given_by_province_and_by_commune_are_never_added_together(register: Connection) -> None:
    publish(register, FIRST_HALF_2025, {"87": 11, "82": 7, **dict.fromkeys(FORMER_CODES, 1)})

    totals = register.execute(
        text(
            "select given_level, value from mart.series_by_place"
            " where geography = 'new' and place_level = 'province' order by given_level"
        )
    ).all()

    assert [tuple(row) for row in totals] == [("commune", 305), ("province", 18)]


def test_a_figure_older_than_the_known_map_is_put_on_no_place(register: Connection) -> None:
    window = (date(2024, 1, 1), date(2024, 6, 30))
    publish(register, window, {"28252": 3, "87": 11, "82": 7})

    levels = register.execute(
        text("select place_level from mart.fact_place_figure join mart.dim_place using (place_key)")
    )
    assert list(levels.scalars()) == ["province", "province"], "borders of communes are known from 2025 on only"
    assert series(register, "province", "new", window) == {"82": (18, "exact")}


def test_reports_of_communes_stand_on_the_map_too(register: Connection) -> None:
    send(register, "29926", figures={"MED01": 5, "STF01": 1})
    send(register, "29929", figures={"MED01": 7})
    send(register, "SYT", figures={"MED01": 100})
    build_marts(register)

    rows = register.execute(
        text(
            "select series_code, place_level, value, known_value, series_state from mart.series_by_place"
            " where place_code = '869' and fact_name = 'observation'"
        )
    ).all()

    # A yes/no is no count; a department is no place; two of the district's four communes have not reported.
    assert [tuple(row) for row in rows] == [("MED01", "district", None, 12, "incomplete")]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_no_figure_is_lost_or_doubled_across_the_day(register: Connection, data: st.DataObject) -> None:
    draw = st.integers(min_value=0, max_value=10**9)
    old = {code: data.draw(draw) for code in FORMER_CODES}
    new = {code: data.draw(draw) for code in CODES_OF_TODAY}
    with register.begin_nested() as savepoint:
        publish(register, FIRST_HALF_2025, old)
        publish(register, FIRST_HALF_2026, new)
        for window, values in ((FIRST_HALF_2025, old), (FIRST_HALF_2026, new)):
            total = sum(values.values())
            for level, geography in (("province", "old"), ("province", "new"), ("comparable_area", "both")):
                found = series(register, level, geography, window)
                assert {state for _, state in found.values()} == {"exact"}
                assert sum(value for value, _ in found.values()) == total
            known = [value for value, state in series(register, "commune", "new", window).values() if state == "exact"]
            assert sum(known) <= total
        savepoint.rollback()


# A pre-merger code in a report of 2026


@pytest.fixture
def batch(warehouse: Connection) -> Batch:
    measures = warehouse.execute(text("select measure_code, unit_factor from reference.measure"))
    return Batch(warehouse, {measure.measure_code: measure.unit_factor for measure in measures})


def test_a_report_under_a_code_of_before_the_merger_is_refused_with_its_successors(batch: Batch) -> None:
    batch.report(unit="28252")  # Phường 4 of Mỹ Tho, whole
    batch.report(unit=GAO_GIONG)  # Xã Gáo Giồng, divided
    batch.report(unit="869")  # Huyện Tân Hồng
    batch.report(unit="28249")  # Phường 5 of Mỹ Tho until then, since then Phường Đạo Thạnh: a body of today
    batch.report(unit="99999")

    expected = {breach.submission_id: breach.expected for breach in batch.breaches_of("UNIT_NOT_IN_FORCE")}

    assert expected == {
        1: "đơn vị kế thừa: Phường Đạo Thạnh (28249)",
        2: "đơn vị kế thừa: Xã Phong Mỹ (30088) - nhận một phần; Xã Phú Cường (30025) - nhận một phần",
        3: "đơn vị kế thừa: Xã An Phước (29944); Xã Tân Hộ Cơ (29929); Xã Tân Hồng (29926); Xã Tân Thành (29938)",
        5: "mã của một đơn vị đang hoạt động",
    }


def test_a_workbook_of_a_divided_commune_is_refused_with_every_commune_that_holds_a_part(tmp_path: Path) -> None:
    refused = read_workbook(tmp_path, GAO_GIONG).refusal

    assert refused is not None
    assert (refused.code, refused.found) == ("BODY_FORMER", GAO_GIONG)
    assert refused.expected == "Xã Phú Cường (30025) - nhận một phần; Xã Phong Mỹ (30088) - nhận một phần"
    assert read_workbook(tmp_path, "28249").refusal is None, "the code of former Phường 5 is that of a ward of today"


def read_workbook(folder: Path, unit: str) -> Reading:
    path = write_report(folder / f"{unit}.xlsx", heading={"unit": unit})
    return read_file(str(path), path.name, datetime(2026, 6, 9, 9, tzinfo=ZONE))


def test_a_line_under_a_code_of_before_the_merger_is_refused_with_its_successors(batch: Batch) -> None:
    report = batch.report()
    report.figure("MED01", 5, unit=GAO_GIONG)
    report.figure("MED02", 5)

    [breach] = batch.breaches_of("LINE_OF_ANOTHER_UNIT")

    assert breach.line_number == 1
    assert breach.expected == (
        "28249 (đơn vị kế thừa của mã đó: Xã Phong Mỹ (30088) - nhận một phần; Xã Phú Cường (30025) - nhận một phần)"
    )

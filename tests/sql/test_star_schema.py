"""What people query: plain views with names, dates and keys, every column said in two languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from include.errors import CatalogueError
from include.indicators.marts import build_marts
from include.reference.public_holidays import load_public_holidays, sync_public_holidays
from include.warehouse.sql import SQL_ROOT
from tests.sql.builders import ZONE, send

HEADER = "holiday_date,day_kind,name_vi,name_en,basis\n"

PEOPLE_READ = """
    select relation.oid, relation.relname, relation.relkind, relation.reloptions
    from pg_class as relation
    where relation.relnamespace = 'mart'::regnamespace and relation.relkind in ('r', 'v') and relation.relname in ({})
"""


def relations_for_people() -> list[str]:
    """Names of what the files from 500 on build: a mart added there later is covered."""
    return sorted(path.stem[4:] for path in (SQL_ROOT / "marts").glob("5*.sql"))


@pytest.fixture(scope="module")
def marts(warehouse_of_module: Connection) -> Iterator[Connection]:
    """Marts over three reports: one on time with figures, one late, one that says nothing happened."""
    connection = warehouse_of_module
    send(
        connection,
        "28249",
        figures={"MED01": 40, "MED01.language.vi": 30, "MED01.language.en": 10, "BUD01": 120_000_000},
    )
    send(connection, "SYT", figures={"MED01": 7}, received_at=datetime(2026, 6, 17, 9, tzinfo=ZONE))
    send(connection, "28261", figures={"MED01": "nil", "MED02": "withheld"})
    build_marts(connection)
    yield connection
    connection.rollback()


def rows(connection: Connection, statement: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(statement))]


# Days


def test_the_last_day_on_time_is_a_sunday_and_says_so_in_vietnamese(marts: Connection) -> None:
    [found] = rows(
        marts,
        "select date_vi, weekday_name_vi, month_name_vi, quarter_name_vi, half_name_vi, is_weekend, is_working_day"
        " from mart.dim_date where calendar_date = '2026-06-14'",
    )

    assert found == ("14/06/2026", "Chủ nhật", "Tháng 6", "Quý II", "6 tháng đầu năm", True, False)


@pytest.mark.parametrize(
    ("day", "is_holiday", "is_worked", "kind"),
    [
        ("2026-02-17", True, False, "holiday"),  # mùng 1 Tết Bính Ngọ, a Tuesday
        ("2026-02-23", False, True, None),  # the Monday after
        ("2026-04-27", True, False, "substitute"),  # Giỗ Tổ fell on a Sunday
        ("2026-01-02", True, False, "swapped_off"),
        ("2026-01-10", False, True, "swapped_work"),  # a Saturday worked for it
        ("2026-01-17", False, False, None),  # the Saturday after
        ("2026-11-24", False, True, "proposed"),  # no law orders it yet: an ordinary Tuesday
    ],
)
def test_holidays_and_days_exchanged_are_known(
    marts: Connection, day: str, is_holiday: bool, is_worked: bool, kind: str | None
) -> None:
    [found] = rows(
        marts,
        f"select is_public_holiday, is_working_day, holiday_kind from mart.dim_date where calendar_date = date '{day}'",
    )

    assert found == (is_holiday, is_worked, kind)


def test_a_year_whose_holidays_nobody_wrote_down_is_not_known_and_not_without_holidays(marts: Connection) -> None:
    found = rows(
        marts,
        "select is_public_holiday, is_working_day from mart.dim_date"
        " where calendar_date in ('2031-05-01', '2031-05-03') order by calendar_date",
    )

    # 1 May 2031 is a Thursday, 3 May a Saturday: a weekend is known in any year.
    assert found == [(None, None), (None, False)]


def test_each_day_stands_once_without_a_gap(marts: Connection) -> None:
    assert rows(
        marts,
        "select count(*), max(calendar_date) - min(calendar_date) + 1, min(calendar_date), max(calendar_date)"
        " from mart.dim_date",
    ) == [(13_149, 13_149, date(2000, 1, 1), date(2035, 12, 31))]


def test_working_days_of_a_month_with_a_holiday_and_an_exchange_are_counted(marts: Connection) -> None:
    # August 2026 has 21 weekdays; Monday 31 is off, Saturday 22 is worked.
    assert rows(marts, "select count(*) from mart.dim_date where year_month = '2026-08' and is_working_day") == [(21,)]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("2026-05-01,holiday,Lễ,Day,memory\n2026-05-01,holiday,Lễ,Day,memory\n", "line 3: 2026-05-01 again"),
        ("2026-05-01,feast,Lễ,Day,memory\n", "line 2: kind 'feast'"),
        ("2026-05-01,holiday,Lễ,,memory\n", "without both names"),
        ("01/05/2026,holiday,Lễ,Day,memory\n", "line 2"),
        ("2026-05-02,substitute,Nghỉ bù,Day off,memory\n", "off anyway"),
        ("2026-05-04,swapped_work,Làm bù,Worked,memory\n", "worked anyway"),
    ],
)
def test_a_line_of_the_holiday_file_that_cannot_be_is_refused(tmp_path: Path, line: str, mistake: str) -> None:
    file = tmp_path / "public_holidays.csv"
    file.write_text(HEADER + line, encoding="utf-8")

    with pytest.raises(CatalogueError, match=mistake):
        load_public_holidays(file)


def test_a_swapped_saturday_and_a_day_off_in_lieu_on_a_monday_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "public_holidays.csv"
    file.write_text(
        HEADER + "2026-05-02,swapped_work,Làm bù,Worked,memory\n2026-05-04,substitute,Nghỉ bù,Day off,memory\n",
        encoding="utf-8",
    )

    assert [each.holiday_date.day for each in load_public_holidays(file)] == [2, 4]


def test_the_holidays_follow_their_file(warehouse: Connection) -> None:
    assert sync_public_holidays(warehouse) == 0

    warehouse.execute(text("delete from reference.public_holiday where holiday_date = '2026-05-01'"))
    warehouse.execute(text("update reference.public_holiday set name_vi = 'x' where holiday_date = '2026-04-30'"))
    warehouse.execute(text("insert into reference.public_holiday values ('2026-05-05', 'holiday', 'x', 'x', 'memory')"))

    assert sync_public_holidays(warehouse) == 3
    assert sync_public_holidays(warehouse) == 0


# Who reports, what a figure is broken down by, and the figures


def test_names_sort_as_a_vietnamese_reader_expects_under_any_collation(marts: Connection) -> None:
    names = rows(
        marts,
        "select short_name_vi from mart.dim_reporting_unit where short_name_vi in"
        " ('Đạo Thạnh', 'Đốc Binh Kiều', 'An Bình', 'Ba Sao', 'Cao Lãnh', 'Thanh Bình', 'Thạnh Phú', 'Ngũ Hiệp',"
        " 'Mỹ Tho', 'Mỹ Thọ') order by sort_key",
    )

    assert [name for (name,) in names] == [
        "An Bình",
        "Ba Sao",
        "Cao Lãnh",
        "Đạo Thạnh",
        "Đốc Binh Kiều",
        "Mỹ Tho",
        "Mỹ Thọ",
        "Ngũ Hiệp",
        "Thanh Bình",
        "Thạnh Phú",
    ]


def test_a_body_that_closed_stays_and_is_marked(marts: Connection) -> None:
    with marts.begin_nested() as savepoint:
        marts.execute(text("update reference.reporting_unit set valid_to = '2026-03-01' where unit_code = 'SYT'"))
        found = rows(
            marts,
            "select reporting_unit_code, is_valid_today from mart.dim_reporting_unit"
            " where reporting_unit_code in ('SYT', 'SXD') order by 1",
        )
        savepoint.rollback()

    assert found == [("SXD", True), ("SYT", False)]


def test_every_figure_finds_its_names(marts: Connection) -> None:
    assert rows(
        marts,
        "select unit.short_name_vi, period.name_vi, breakdown.member_name_vi, fact.value_state_name_vi,"
        " fact.shown_value, fact.unit_vi"
        " from mart.fact_observation as fact"
        " join mart.dim_reporting_unit as unit using (reporting_unit_code)"
        " join mart.dim_period as period using (period_code)"
        " join mart.dim_measure as measure using (measure_code)"
        " join mart.dim_breakdown as breakdown using (breakdown_key)"
        " join mart.dim_date as day on fact.cut_off_date = day.calendar_date"
        " where fact.reporting_unit_code <> 'SYT'"
        " order by unit.sort_key, measure.position_number, breakdown.position_number",
    ) == [
        ("Đạo Thạnh", "6 tháng đầu năm 2026", "Tổng số", "Có số liệu", 40, "tin, bài"),
        ("Đạo Thạnh", "6 tháng đầu năm 2026", "Tiếng Việt", "Có số liệu", 30, "tin, bài"),
        ("Đạo Thạnh", "6 tháng đầu năm 2026", "Tiếng Anh", "Có số liệu", 10, "tin, bài"),
        ("Đạo Thạnh", "6 tháng đầu năm 2026", "Tổng số", "Có số liệu", 120, "triệu đồng"),
        ("Mỹ Tho", "6 tháng đầu năm 2026", "Tổng số", "Không phát sinh", 0, "tin, bài"),
        ("Mỹ Tho", "6 tháng đầu năm 2026", "Tổng số", "Không cung cấp", None, "sản phẩm"),
    ]


def test_every_line_of_a_form_has_one_breakdown_key(marts: Connection) -> None:
    assert rows(marts, "select count(*) - count(distinct breakdown_key) from mart.dim_breakdown") == [(0,)]
    assert rows(
        marts,
        "select count(*) from reference.measure_axis as axis join reference.code_list_member using (list_code)",
    ) == rows(marts, "select count(*) from mart.dim_breakdown where not is_total")


def test_days_after_the_deadline_are_counted_in_vietnam(marts: Connection) -> None:
    # The last day on time is 14/06/2026; IN_TIME is 10/06, the department came on 17/06.
    assert rows(
        marts,
        "select reporting_unit_code, report_state_name_vi, days_after_deadline_count, is_on_time, is_nil_return"
        " from mart.fact_report where is_received order by reporting_unit_code",
    ) == [
        ("28249", "Đúng hạn", -4, True, False),
        ("28261", "Đúng hạn", -4, True, True),
        ("SYT", "Muộn", 3, False, False),
    ]


def test_a_body_that_has_not_reported_has_a_line_too(marts: Connection) -> None:
    [(expected, counted)] = rows(
        marts,
        "select count(*), count(*) filter (where is_counted) from mart.fact_report where period_code = '2026-06T'",
    )

    assert (expected, counted) == (
        rows(marts, "select count(*) from mart.report_status where period_code = '2026-06T'")[0][0],
        123,
    )


def test_an_indicator_joins_to_the_body_it_is_about_and_to_nothing_when_it_is_about_all(marts: Connection) -> None:
    assert rows(
        marts,
        "select scope_type, reporting_unit_code is null, group_code is null, count(*) > 0"
        " from mart.fact_indicator group by 1, 2, 3 order by 1",
    ) == [("group", True, False, True), ("province", True, True, True), ("unit", False, True, True)]


# The promises every one of them keeps


def test_no_view_for_people_holds_arrays_or_json(marts: Connection) -> None:
    names = ", ".join(f"'{name}'" for name in relations_for_people())
    odd = rows(
        marts,
        "select attrelid::regclass || '.' || attname from pg_attribute"
        f" join ({PEOPLE_READ.format(names)}) as relation on attrelid = relation.oid"
        " join pg_type on atttypid = pg_type.oid"
        " where attnum > 0 and (typcategory = 'A' or typname in ('json', 'jsonb'))",
    )

    assert odd == []


def test_every_file_builds_the_relation_it_is_named_after(marts: Connection) -> None:
    names = ", ".join(f"'{name}'" for name in relations_for_people())

    assert sorted(row[1] for row in rows(marts, PEOPLE_READ.format(names))) == relations_for_people()


def test_every_view_runs_with_the_rights_of_its_reader(marts: Connection) -> None:
    names = ", ".join(f"'{name}'" for name in relations_for_people())
    views = [row for row in rows(marts, PEOPLE_READ.format(names)) if row[2] == "v"]

    assert len(views) >= 10
    assert [row[1] for row in views if "security_invoker=true" not in (row[3] or [])] == []


DESCRIPTIONS = """
    select attrelid::regclass || coalesce('.' || attname, ''), col_description(attrelid, attnum), attname
    from pg_attribute where attnum > 0 and not attisdropped and attrelid = any(:oids)
    union all
    select oid::regclass::text, obj_description(oid, 'pg_class'), relname from pg_class where oid = any(:oids)
"""

REFERENCE_TABLES = (
    "'reference.administrative_unit', 'reference.public_holiday', 'reference.legal_basis',"
    " 'reference.indicator_legal_basis', 'reference.missing_unit_rule', 'reference.indicator_target',"
    " 'warehouse.explanation'"
)


def test_every_table_and_column_people_read_is_described_in_english_and_vietnamese(marts: Connection) -> None:
    names = ", ".join(f"'{name}'" for name in relations_for_people())
    oids = [row[0] for row in rows(marts, PEOPLE_READ.format(names))]
    oids += [row[0] for row in rows(marts, f"select unnest(array[{REFERENCE_TABLES}]::regclass[])::oid::bigint")]

    described = marts.execute(text(DESCRIPTIONS), {"oids": oids}).all()

    assert [name for name, comment, column in described if faults(comment, column)] == []
    assert len(described) > 200


def faults(comment: str | None, column: str) -> list[str]:
    """What is wrong with a description: English, a bar, Vietnamese, each a sentence that says more than the name."""
    english, bar, vietnamese = (comment or "").partition(" | ")
    found = [] if bar else ["no bar"]
    found += [f"{part!r} is no sentence" for part in (english, vietnamese) if not part.endswith(".")]
    if english.rstrip(".").lower() == column.replace("_", " "):
        found.append("repeats the name")
    if vietnamese.isascii():
        found.append("the second half has no Vietnamese letter")
    if not english.replace("Viet Nam", "").replace("…", "").isascii():
        found.append("the first half is not English")
    return found


@pytest.mark.parametrize(
    "comment",
    [
        None,
        "Calendar year.",
        "Calendar year. | ",
        "Calendar year. | Calendar year.",
        "year number. | Năm dương lịch.",
        "Năm. | Calendar year.",
    ],
)
def test_a_description_in_one_language_or_that_repeats_its_name_would_be_noticed(comment: str | None) -> None:
    assert faults(comment, "year_number")
    assert not faults("Calendar year. | Năm dương lịch.", "year_number")

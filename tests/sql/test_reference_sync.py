"""The reference schema follows the files: equal after one run, unchanged by a second, never losing what figures use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from include.calendar.periods import load_periods
from include.errors import CatalogueError
from include.reference import load_reference
from include.reference.legal_bases import load_legal_bases
from include.reference.provinces import load_provinces
from include.reference.sync import TABLES, sync_reference

REPORTED_ON = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def reference():
    return load_reference()


def _without(mapping, *codes):
    return {code: entry for code, entry in mapping.items() if code not in codes}


def _scalar(connection, statement, **values):
    return connection.execute(text(statement), values).scalar()


def _accept_a_report(connection, unit_code="SYT", measure_code="MED01", axis_code="language", member_code="fr"):
    sha256 = "a" * 64
    connection.execute(
        text("insert into landing.file values (:sha256, 1, 'aa', :received_at)"),
        {"sha256": sha256, "received_at": REPORTED_ON},
    )
    submission_id = _scalar(
        connection,
        """
        insert into warehouse.submission (
            sha256, source_id, reporting_unit_code, period_code, template_code, template_version, cut_off_date,
            value_kind, received_at, content_hash, verdict, verdict_code, revision_number, received_count,
            promoted_count, quarantined_count, ignored_count, required_cell_count, filled_cell_count,
            blocking_count, warning_count
        ) values (
            :sha256, 'agency_reports', :unit_code, '2026-06T', 'T-DEPT', '2026.1', '2026-06-10',
            'thuc_hien', :received_at, 'b', 'loaded', 'OK', 1, 1, 1, 0, 0, 1, 1, 0, 0
        ) returning submission_id
        """,
        sha256=sha256,
        unit_code=unit_code,
        received_at=REPORTED_ON,
    )
    connection.execute(
        text(
            """
            insert into warehouse.observation (
                submission_id, line_number, measure_code, reporting_unit_code, period_code, axis_code, member_code,
                value_kind, value, value_state, revision_number, sheet_name, cell
            ) values (
                :submission_id, 1, :measure_code, :unit_code, '2026-06T', :axis_code, :member_code,
                'thuc_hien', 3, 'reported', 1, 'Báo cáo', 'F12'
            )
            """
        ),
        {
            "submission_id": submission_id,
            "measure_code": measure_code,
            "unit_code": unit_code,
            "axis_code": axis_code,
            "member_code": member_code,
        },
    )


def test_a_fresh_warehouse_holds_what_the_files_hold(warehouse, reference):
    counts = {table.name: _scalar(warehouse, f"select count(*) from reference.{table.name}") for table in TABLES}

    assert counts == {
        "clause": 46,
        "code_list_member": sum(len(code_list) for code_list in reference.code_lists.values()),
        "template": 10,
        "reporting_unit": 139,
        "unit_succession": 308,
        "measure": 77,
        "measure_axis": sum(len(measure.axes) for measure in reference.measures.values()),
        "measure_bound": 16,
        "template_measure": 40 + 34 + 23 + 20 + 27 + 17 + 20 + 33 + 20 + 44,
        "reporting_period": 2,
        "province": len(load_provinces()),
        "legal_basis": len(load_legal_bases()),
        "missing_unit_rule": 11,
    }


def test_values_arrive_with_their_types(warehouse):
    unit = warehouse.execute(
        text("select valid_from, valid_to, obligation, basis from reference.reporting_unit where unit_code = 'SXD'")
    ).one()
    due_at = _scalar(warehouse, "select due_at from reference.reporting_period where period_code = '2026-06T'")
    factor = _scalar(warehouse, "select unit_factor from reference.measure where measure_code = 'BUD01'")

    assert tuple(unit) == (date(2025, 7, 1), None, "obliged", "memory")
    assert due_at == datetime(2026, 6, 14, 17, 0, tzinfo=UTC)
    assert factor == 1_000_000


def test_communes_sort_as_a_vietnamese_reader_expects(warehouse):
    names = warehouse.execute(
        text(
            "select short_name_vi from reference.reporting_unit"
            " where short_name_vi like 'Tân Phước%'"
            " or short_name_vi in ('Tân Thành', 'Tân Thạnh', 'Tam Nông', 'Đạo Thạnh')"
            " order by sort_key"
        )
    ).scalars()

    assert list(names) == [
        "Đạo Thạnh",
        "Tam Nông",
        "Tân Phước 1",
        "Tân Phước 2",
        "Tân Phước 3",
        "Tân Thành",
        "Tân Thạnh",
    ]


def test_a_second_run_changes_nothing(warehouse):
    assert set(sync_reference(warehouse).values()) == {0}


def test_one_changed_entry_is_one_changed_row(warehouse, reference):
    units = {**reference.units, "SYT": replace(reference.units["SYT"], valid_to=date(2026, 9, 1))}

    changed = sync_reference(warehouse, replace(reference, units=units))

    assert {table: count for table, count in changed.items() if count} == {"reporting_unit": 1}
    assert _scalar(warehouse, "select valid_to from reference.reporting_unit where unit_code = 'SYT'") == date(
        2026, 9, 1
    )


def test_a_body_nothing_refers_to_goes_with_its_row(warehouse, reference):
    changed = sync_reference(warehouse, replace(reference, units=_without(reference.units, "SYT")))

    assert changed["reporting_unit"] == 1
    assert _scalar(warehouse, "select count(*) from reference.reporting_unit where unit_code = 'SYT'") == 0


def test_a_body_with_accepted_figures_is_closed_not_deleted(warehouse, reference):
    _accept_a_report(warehouse, unit_code="SYT")
    smaller = replace(reference, units=_without(reference.units, "SYT"))

    first, second = sync_reference(warehouse, smaller), sync_reference(warehouse, smaller)

    assert (first["reporting_unit"], second["reporting_unit"]) == (1, 0)
    assert _scalar(warehouse, "select valid_to = current_date from reference.reporting_unit where unit_code = 'SYT'")


def test_a_member_with_accepted_figures_is_closed_and_an_unused_one_goes(warehouse, reference):
    _accept_a_report(warehouse, member_code="fr")
    languages = reference.code_lists["language"]
    fewer = replace(languages, members=_without(languages.members, "fr", "km"))

    sync_reference(warehouse, replace(reference, code_lists={**reference.code_lists, "language": fewer}))

    left = dict(
        warehouse.execute(
            text("select member_code, valid_to from reference.code_list_member where list_code = 'language'")
        ).all()
    )
    assert "km" not in left
    assert left["fr"] is not None
    assert left["vi"] is None


def test_a_measure_with_accepted_figures_stays_but_leaves_the_forms(warehouse, reference):
    _accept_a_report(warehouse, measure_code="MED04", axis_code="total", member_code="total")
    smaller = replace(
        reference,
        measures=_without(reference.measures, "MED04"),
        templates={
            code: replace(
                template,
                sections=tuple(
                    replace(section, measures=tuple(m for m in section.measures if m != "MED04"))
                    for section in template.sections
                ),
            )
            for code, template in reference.templates.items()
        },
    )

    sync_reference(warehouse, smaller)

    assert _scalar(warehouse, "select count(*) from reference.measure where measure_code = 'MED04'") == 1
    assert _scalar(warehouse, "select count(*) from reference.template_measure where measure_code = 'MED04'") == 0


def test_an_ad_hoc_request_arrives_with_the_bodies_asked(warehouse, reference):
    half_year = load_periods()["2026-06T"]
    request = replace(half_year, code="DX-1", kind="DX", aliases=(), only_units=("CAT", "28249"))

    sync_reference(warehouse, reference, {**load_periods(), "DX-1": request})

    assert _scalar(warehouse, "select only_units from reference.reporting_period where period_code = 'DX-1'") == [
        "CAT",
        "28249",
    ]


def test_it_writes_in_the_callers_transaction(warehouse, reference):
    sync_reference(warehouse, replace(reference, units=_without(reference.units, "SYT")))
    warehouse.rollback()

    assert _scalar(warehouse, "select count(*) from reference.reporting_unit where unit_code = 'SYT'") == 1


@pytest.mark.parametrize("change", ["cell_code = cell_code + 100000", "scope = 'made_up'"])
def test_a_cell_of_the_cube_known_by_another_code_or_other_members_stops_the_copy(warehouse, change) -> None:
    warehouse.execute(text("alter table reference.monitoring_cell disable trigger all"))
    warehouse.execute(text(f"update reference.monitoring_cell set {change} where cell_code = 1"))

    with pytest.raises(CatalogueError, match="no longer stands for"):
        sync_reference(warehouse)

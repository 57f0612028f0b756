"""Copy the reference files into the reference schema, so that SQL and the files agree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from include.calendar.periods import Period, load_periods
from include.errors import CatalogueError
from include.indicators.missing_units import missing_unit_rules
from include.reference import Reference, load_reference
from include.reference.exchange_rates import sync_exchange_rates
from include.reference.legal_bases import load_legal_bases
from include.reference.provinces import load_provinces

FOREIGN_KEY_VIOLATION = "23503"
DATES = ("valid_from", "valid_to")

MEMBER_IS_USED = """
    select exists (
        select 1
        from warehouse.observation as observation
        inner join reference.measure_axis as axis
            on axis.measure_code = observation.measure_code and axis.axis_code = observation.axis_code
        where axis.list_code = :list_code and observation.member_code = :member_code
    )
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the reference schema: its key, and what to ask before deleting a row no key of another table holds."""

    name: str
    key: tuple[str, ...]
    is_dated: bool = False
    usage: str | None = None


# Parents first: rows are written in this order and removed in the opposite one.
TABLES = (
    Table("clause", ("clause_code",)),
    Table("code_list_member", ("list_code", "member_code"), is_dated=True, usage=MEMBER_IS_USED),
    Table("template", ("template_code",), is_dated=True),
    Table("reporting_unit", ("unit_code",), is_dated=True),
    Table("unit_succession", ("former_code", "successor_code")),
    Table("measure", ("measure_code",)),
    Table("measure_axis", ("measure_code", "axis_code")),
    Table("measure_bound", ("bound_code", "side", "measure_code")),
    Table("template_measure", ("template_code", "measure_code")),
    Table("reporting_period", ("period_code",)),
    Table("province", ("province_code", "valid_from"), is_dated=True),
    Table("legal_basis", ("legal_basis_code",), is_dated=True),
    Table("missing_unit_rule", ("missing_unit_code",)),
)


def sync_reference(
    connection: Connection,
    reference: Reference | None = None,
    periods: Mapping[str, Period] | None = None,
) -> dict[str, int]:
    """Make every reference table equal to the files, in the caller's transaction; returns rows changed by table.

    A row that left the files is deleted when nothing refers to it. Otherwise it stays, closed today where the
    table is dated, so that figures already accepted keep their meaning. A second run changes nothing.
    Indicators, targets, exchange rates, administrative units and public holidays are copied too when the project's own
    files are taken.
    """
    is_whole = reference is None
    rows = _rows(load_reference() if reference is None else reference, load_periods() if periods is None else periods)
    # Two programs starting together must not interleave their deletions.
    connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('reference'))"))
    changed = {table.name: _upsert(connection, table, rows[table.name]) for table in TABLES}
    changed["monitoring_cell"] = _add_monitoring_cells(connection)
    if is_whole:
        from include.indicators.catalogue import sync_indicators
        from include.indicators.targets import sync_targets
        from include.reference.geography import sync_administrative_units
        from include.reference.public_holidays import sync_public_holidays

        sync_indicators(connection)
        sync_targets(connection)
        changed["exchange_rate"] = sync_exchange_rates(connection)
        sync_administrative_units(connection)
        sync_public_holidays(connection)
    for table in reversed(TABLES):
        changed[table.name] += _remove_stale(connection, table, rows[table.name])
    return changed


def _add_monitoring_cells(connection: Connection) -> int:
    """Add the cells of the monitoring cube that are new; returns how many.

    Cells are never changed nor removed. Raises CatalogueError when a code stands for other members than it did:
    every count stored under it would change its meaning.
    """
    from include.reference.monitoring_cube import cells

    stated = {"rows": json.dumps([asdict(cell) for cell in cells()], ensure_ascii=False)}
    cube = """
        select cell_code, channel_type, topic, tone, language, scope, language <> 'vi' as is_foreign_language
        from jsonb_to_recordset(cast(:rows as jsonb))
            as cell (cell_code integer, channel_type text, topic text, tone text, language text, scope text)
    """
    moved = connection.execute(
        sa.text(
            # Two joins: one with an `or` compares each cell with every other, a second for each preparation.
            f"with stated as materialized ({cube})"  # noqa: S608
            " select known.* from reference.monitoring_cell as known"
            " inner join stated on known.cell_code = stated.cell_code where known is distinct from stated"
            " union select known.* from reference.monitoring_cell as known inner join stated"
            " on (known.channel_type, known.topic, known.tone, known.language, known.scope)"
            " = (stated.channel_type, stated.topic, stated.tone, stated.language, stated.scope)"
            " where known is distinct from stated order by cell_code limit 1"
        ),
        stated,
    ).one_or_none()
    if moved is not None:
        raise CatalogueError(
            where="include/reference/monitoring_cube.yml",
            found=f"code {moved.cell_code} no longer stands for {', '.join(map(str, moved[1:6]))}",
            expected="codes of the cube that keep their members for ever",
            remedy="Give new members new positions at the end; never move or reuse one.",
        )
    return connection.execute(
        sa.text(f"insert into reference.monitoring_cell {cube} on conflict (cell_code) do nothing"),
        stated,
    ).rowcount


def _upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    columns = list(rows[0])
    rest = [column for column in columns if column not in table.key]
    conflict = "do nothing"
    if rest:
        settings = ", ".join(f"{column} = excluded.{column}" for column in rest)
        now = ", ".join(f"target.{column}" for column in rest)
        then = ", ".join(f"excluded.{column}" for column in rest)
        conflict = f"do update set {settings} where ({now}) is distinct from ({then})"
    # Only names of tables and columns stand in the text, all from this module; values are bound.
    statement = f"""
        insert into reference.{table.name} as target ({", ".join(columns)})
        select {", ".join(columns)}
        from jsonb_populate_recordset(cast(null as reference.{table.name}), cast(:rows as jsonb))
        on conflict ({", ".join(table.key)}) {conflict}
    """  # noqa: S608
    return connection.execute(sa.text(statement), {"rows": json.dumps(rows, ensure_ascii=False)}).rowcount


def _remove_stale(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    stored = sa.table(table.name, *map(sa.column, (*table.key, *DATES)), schema="reference")
    keys = [stored.c[name] for name in table.key]
    wanted = {tuple(row[name] for name in table.key) for row in rows}
    changed = 0
    for stale in connection.execute(sa.select(*keys)).all():
        if tuple(map(str, stale)) in wanted:
            continue
        this_row = sa.and_(*(key == value for key, value in zip(keys, stale, strict=True)))
        if not _is_used(connection, table, stale) and _delete(connection, sa.delete(stored).where(this_row)):
            changed += 1
        elif table.is_dated:
            closed = sa.func.greatest(sa.func.current_date(), stored.c.valid_from + 1)
            is_open = sa.or_(stored.c.valid_to.is_(None), stored.c.valid_to > closed)
            changed += connection.execute(sa.update(stored).where(this_row, is_open).values(valid_to=closed)).rowcount
    return changed


def _is_used(connection: Connection, table: Table, key: Sequence[Any]) -> bool:
    if table.usage is None:
        return False
    return bool(connection.execute(sa.text(table.usage), dict(zip(table.key, key, strict=True))).scalar_one())


def _delete(connection: Connection, deletion: sa.Delete) -> bool:
    """Whether the row could go; False when a key of another table holds it."""
    try:
        with connection.begin_nested():
            connection.execute(deletion)
    except IntegrityError as error:
        if getattr(error.orig, "pgcode", None) != FOREIGN_KEY_VIOLATION:
            raise
        return False
    return True


def _rows(reference: Reference, periods: Mapping[str, Period]) -> dict[str, list[dict[str, Any]]]:
    from include.vietnamese.text import sort_key

    return {
        "clause": [
            {
                "clause_code": clause.code,
                "title_vi": clause.title_vi,
                "lead_unit_code": clause.lead_unit_code,
                "counted_vi": clause.counted_vi,
                "position": clause.position,
            }
            for clause in reference.clauses.values()
        ],
        "code_list_member": [
            {
                "list_code": code_list.code,
                "member_code": member.code,
                "name_vi": member.name_vi,
                "name_en": member.name_en,
                "is_sensitive": member.is_sensitive,
                "position": position,
                "valid_from": member.valid_from.isoformat(),
                "valid_to": member.valid_to.isoformat() if member.valid_to else None,
            }
            for code_list in reference.code_lists.values()
            for position, member in enumerate(code_list.values(), start=1)
        ],
        "template": [
            {
                "template_code": template.code,
                "template_version": template.version,
                "name_vi": template.name_vi,
                "allows_partial_load": template.allows_partial_load,
                "valid_from": template.valid_from.isoformat(),
                "valid_to": template.valid_to.isoformat() if template.valid_to else None,
            }
            for template in reference.templates.values()
        ],
        "reporting_unit": [
            {
                "unit_code": unit.code,
                "name_vi": unit.name_vi,
                "name_en": unit.name_en,
                "short_name_vi": unit.short_name_vi,
                "unit_kind": unit.kind,
                "group_code": unit.group_code,
                "template_code": unit.template_code,
                "obligation": unit.obligation,
                "basis": unit.basis,
                "valid_from": unit.valid_from.isoformat(),
                "valid_to": unit.valid_to.isoformat() if unit.valid_to else None,
                "former_province": unit.former_province,
                "border_zone": unit.border_zone,
                "border_zone_basis": unit.border_zone_basis,
                "sort_key": sort_key(unit.short_name_vi if unit.kind == "commune" else unit.name_vi),
                "note": unit.note,
            }
            for unit in reference.units.values()
        ],
        "unit_succession": [
            {
                "former_code": succession.former_code,
                "former_name_vi": succession.former_name_vi,
                "former_district_vi": succession.former_district_vi,
                "successor_code": succession.successor_code,
                "is_partial": succession.is_partial,
                "changed_on": succession.changed_on.isoformat(),
            }
            for succession in reference.successions
        ],
        "measure": [
            {
                "measure_code": measure.code,
                "name_vi": measure.name_vi,
                "name_en": measure.name_en,
                "unit_vi": measure.unit_vi,
                "base_unit": measure.base_unit,
                "unit_factor": str(measure.unit_factor),
                "value_type": measure.value_type,
                "nature": measure.nature,
                "is_sensitive": measure.is_sensitive,
                "choice_list_code": measure.choice_list_code,
                "rule_vi": measure.rule_vi,
                "position": measure.position,
                "feed_flow_code": measure.feed.flow if measure.feed else None,
                "feed_measure_code": measure.feed.measure if measure.feed else None,
            }
            for measure in reference.measures.values()
        ],
        "measure_axis": [
            {
                "measure_code": measure.code,
                "axis_code": axis.code,
                "list_code": axis.list_code,
                "adds_up": axis.adds_up,
                "in_form": axis.in_form,
                "position": axis.position,
            }
            for measure in reference.measures.values()
            for axis in measure.axes
        ],
        "measure_bound": [
            {"bound_code": bound.code, "side": side, "measure_code": measure_code}
            for bound in reference.bounds
            for side, codes in (("part", bound.parts), ("whole", bound.wholes))
            for measure_code in codes
        ],
        "template_measure": [
            {
                "template_code": template.code,
                "measure_code": measure_code,
                "is_required": reference.measures[measure_code].is_required,
                "position": position,
            }
            for template in reference.templates.values()
            for position, measure_code in enumerate(template.measures, start=1)
        ],
        "reporting_period": [
            {
                "period_code": period.code,
                "period_kind": period.kind,
                "name_vi": period.name_vi,
                "plan_year": period.plan_year,
                "window_start": period.window_start.isoformat(),
                "window_end": period.window_end.isoformat(),
                "due_at": period.due_at.isoformat(),
                "rule_vi": period.rule_vi,
                "legal_basis_vi": period.legal_basis_vi,
                "only_units": list(period.only_units) or None,
            }
            for period in periods.values()
        ],
        "province": [
            {
                "province_code": province.code,
                "name_vi": province.name_vi,
                "valid_from": province.valid_from.isoformat(),
                "valid_to": province.valid_to.isoformat() if province.valid_to else None,
                "successor_code": province.successor_code,
            }
            for province in load_provinces()
        ],
        "legal_basis": [
            {
                "legal_basis_code": basis.code,
                "document_number": basis.number,
                "name_vi": basis.name_vi,
                "name_en": basis.name_en,
                "issued_date": basis.issued.isoformat() if basis.issued else None,
                "valid_from": basis.valid_from.isoformat(),
                "valid_to": basis.valid_to.isoformat() if basis.valid_to else None,
                "is_start_assumed": basis.is_start_assumed,
                "replaced_by_code": basis.replaced_by,
                "amends_code": basis.amends,
                "basis_of_vi": basis.basis_of_vi,
                "evidence": basis.evidence,
                "source_vi": basis.source_vi,
                "position": basis.position,
            }
            for basis in load_legal_bases().values()
        ],
        "missing_unit_rule": [
            {
                "missing_unit_code": rule.code,
                "sentence_vi": rule.sentence_vi,
                "sentence_en": rule.sentence_en,
            }
            for rule in missing_unit_rules().values()
        ],
    }

"""Read the reference files and refuse them, all problems at once, when they contradict each other."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, get_args

from include.reference.files import (
    Problems,
    csv_rows,
    named_entries,
    one_of,
    only_keys,
    read_day,
    read_flag,
    read_text,
    read_texts,
    read_validity,
    yaml_mapping,
)
from include.reference.shapes import (
    Axis,
    Basis,
    Bound,
    Clause,
    CodeList,
    Feed,
    Measure,
    Member,
    Nature,
    Obligation,
    Reference,
    ReportingUnit,
    Section,
    Succession,
    Template,
    ValueType,
    WrittenUnit,
    district_name,
)

PERIOD_KINDS = ("6T", "NAM", "DX")
LISTED_VALUE_TYPES = ("yes_no", "choice", "milestone")
ORIGINS = ("report", "system", "monitoring")
FLOWS = ("fdi", "oda", "ngo")


def read_reference(folder: Path) -> Reference:
    """Build the Reference from one folder of files.

    Raises CatalogueError listing every problem: unreadable file, unknown list, measure or template,
    duplicate code, name shared by two bodies in force at the same time, dates the wrong way round.
    """
    problems = Problems()
    lists = _read_code_lists(folder, problems)
    clauses = _read_clauses(folder, problems)
    units = _read_units(folder, problems)
    lists["commune"] = _list_of_communes(units)
    lists["clause"] = _list_of_clauses(clauses)
    measures = _read_measures(folder, lists, problems)
    templates = _read_templates(folder, measures, problems)
    successions = _read_successions(folder, units, problems)
    bounds = _read_bounds(folder, measures, problems)
    _check_units(units, templates, clauses, problems)
    problems.raise_if_any(folder)
    return Reference(measures, templates, units, lists, successions, clauses, bounds)


# --- code lists ------------------------------------------------------------------------------------

LIST_KEYS = ("name_vi", "by_vi", "basis", "note", "valid_from", "valid_to", "includes", "members")
MEMBER_KEYS = ("vi", "en", "aliases", "sensitive", "unit_vi", "base_unit", "unit_factor", "valid_from", "valid_to")


def _read_code_lists(folder: Path, problems: Problems) -> dict[str, CodeList]:
    lists: dict[str, CodeList] = {}
    for code, entry in named_entries(yaml_mapping(folder / "code_lists.yml", problems), "code_lists.yml", problems):
        where = f"code_lists.yml, {code}"
        only_keys(entry, LIST_KEYS, where, problems)
        start, end = read_validity(entry, where, problems)
        members: dict[str, Member] = {}
        for included in read_texts(entry.get("includes"), f"{where}, includes", problems):
            if included not in lists:
                problems.add(f"{where}, includes", included, "a list defined above")
                continue
            members.update(lists[included].members)
        for member_code, member in named_entries(entry.get("members") or {}, where, problems):
            place = f"{where}, {member_code}"
            if not isinstance(member_code, str):
                problems.add(place, f"code {member_code!r} read as {type(member_code).__name__}", "a quoted text")
                continue
            if member_code in members:
                problems.add(place, "code twice, here and in an included list", "one entry a code")
                continue
            members[member_code] = _member(
                member_code, {"valid_from": start, "valid_to": end, **member}, len(members) + 1, place, problems
            )
        if not members:
            problems.add(where, "no member", "at least one")
        lists[str(code)] = CodeList(
            code=str(code),
            name_vi=read_text(entry, "name_vi", where, problems),
            by_vi=read_text(entry, "by_vi", where, problems),
            basis=one_of(entry.get("basis"), ("plan", "dossier", "standard", "memory", "to confirm"), where, problems),
            members=members,
            note=str(entry.get("note") or ""),
        )
        _check_names_in_list(lists[str(code)], where, problems)
    return lists


def _member(code: str, entry: Mapping[str, Any], position: int, where: str, problems: Problems) -> Member:
    only_keys(entry, MEMBER_KEYS, where, problems)
    valid_from, valid_to = read_validity(entry, where, problems)
    unit = None
    if "unit_vi" in entry:
        unit = WrittenUnit(
            read_text(entry, "unit_vi", where, problems),
            read_text(entry, "base_unit", where, problems),
            _factor(entry.get("unit_factor", 1), where, problems),
        )
    return Member(
        code=code,
        name_vi=read_text(entry, "vi", where, problems),
        name_en=read_text(entry, "en", where, problems),
        position=position,
        valid_from=valid_from,
        valid_to=valid_to,
        aliases=read_texts(entry.get("aliases"), f"{where}, aliases", problems),
        is_sensitive=read_flag(entry, "sensitive", False, where, problems),
        unit=unit,
    )


def _check_names_in_list(code_list: CodeList, where: str, problems: Problems) -> None:
    owner: dict[str, str] = {}
    for member in code_list.members.values():
        for text in {member.name_vi.casefold(), *(alias.casefold() for alias in member.aliases)}:
            other = owner.setdefault(text, member.code)
            if other != member.code:
                problems.add(where, f"{text!r} names both {other} and {member.code}", "a name for one member only")


def _list_of_communes(units: Mapping[str, ReportingUnit]) -> CodeList:
    communes = [unit for unit in units.values() if unit.kind == "commune"]
    members = {
        unit.code: Member(
            unit.code,
            unit.name_vi,
            unit.name_en,
            position,
            unit.valid_from,
            unit.valid_to,
            unit.aliases,
        )
        for position, unit in enumerate(communes, start=1)
    }
    return CodeList("commune", "Xã, phường", "theo xã, phường", "plan", members, "From units.csv.")


def _list_of_clauses(clauses: Mapping[str, Clause]) -> CodeList:
    members = {
        clause.code: Member(clause.code, clause.title_vi, f"Clause {clause.code}", clause.position, date(2026, 1, 1))
        for clause in clauses.values()
    }
    return CodeList("clause", "Mục của Kế hoạch", "theo mục của Kế hoạch", "plan", members, "From clauses.yml.")


def _factor(value: object, where: str, problems: Problems) -> Decimal:
    try:
        factor = Decimal(str(value))
    except InvalidOperation:
        factor = Decimal(0)
    if factor <= 0:
        problems.add(f"{where}, unit_factor", repr(value), "a number above 0")
        return Decimal(1)
    return factor


# --- clauses ---------------------------------------------------------------------------------------


def _read_clauses(folder: Path, problems: Problems) -> dict[str, Clause]:
    clauses: dict[str, Clause] = {}
    for code, entry in named_entries(yaml_mapping(folder / "clauses.yml", problems), "clauses.yml", problems):
        where = f"clauses.yml, {code}"
        only_keys(entry, ("title_vi", "lead", "counted_vi", "indicators"), where, problems)
        clauses[str(code)] = Clause(
            code=str(code),
            title_vi=read_text(entry, "title_vi", where, problems),
            lead_unit_code=entry.get("lead"),
            counted_vi=entry.get("counted_vi"),
            indicators=read_texts(entry.get("indicators"), f"{where}, indicators", problems),
            position=len(clauses) + 1,
        )
    return clauses


# --- reporting bodies ------------------------------------------------------------------------------

COMMUNE_COLUMNS = (
    "code",
    "name_vi",
    "full_name_vi",
    "name_en",
    "former_province",
    "former_district",
    "border_zone",
    "border_zone_basis",
    "aliases",
)
AGENCY_COLUMNS = ("code", "name_vi", "name_en", "short_name_vi", "group", "role_vi", "plan_clauses", "aliases")
BODY_COLUMNS = ("code", "name_vi", "template", "obligation", "basis", "valid_from", "valid_to", "note")
SUCCESSION_COLUMNS = (
    "former_code",
    "former_name_vi",
    "former_district_vi",
    "successor_code",
    "is_partial",
    "changed_on",
)


def _by_code(rows: Iterable[tuple[str, dict[str, str]]], problems: Problems) -> dict[str, tuple[str, dict[str, str]]]:
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for where, row in rows:
        code = row["code"]
        if not re.fullmatch(r"\d{5}|[A-Z][A-Z0-9]+", code):
            problems.add(where, f"code {code!r}", "five digits, or capital letters without accents")
        elif code in found:
            problems.add(where, f"code {code} again, first in {found[code][0]}", "one row a code")
        else:
            found[code] = (where, row)
    return found


def _alias_texts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _read_units(folder: Path, problems: Problems) -> dict[str, ReportingUnit]:
    communes = _by_code(csv_rows(folder / "units.csv", COMMUNE_COLUMNS, problems), problems)
    agencies = _by_code(csv_rows(folder / "agencies.csv", AGENCY_COLUMNS, problems), problems)
    bodies = _by_code(csv_rows(folder / "reporting_bodies.csv", BODY_COLUMNS, problems), problems)
    for code in (communes.keys() | agencies.keys()) - bodies.keys():
        problems.add("reporting_bodies.csv", f"no row for {code}", "a row for every commune and agency")
    # “Cái Bè” alone may still mean the former district; only the commune's full name stands for the commune.
    districts = {
        district_name(district.strip())
        for _, row in communes.values()
        for district in row["former_district"].split(";")
    }
    units: dict[str, ReportingUnit] = {}
    for code, (where, row) in bodies.items():
        valid_from, valid_to = read_validity(row, where, problems)
        dated: dict[str, Any] = {
            "template_code": row["template"] or None,
            "obligation": one_of(row["obligation"], get_args(Obligation), f"{where}, obligation", problems),
            "basis": one_of(row["basis"], get_args(Basis), f"{where}, basis", problems),
            "valid_from": valid_from,
            "valid_to": valid_to,
            "note": row["note"] or None,
        }
        if code in communes:
            commune = communes[code][1]
            units[code] = ReportingUnit(
                code=code,
                name_vi=commune["full_name_vi"],
                name_en=commune["name_en"],
                short_name_vi=commune["name_vi"],
                kind="commune",
                group_code="commune",
                former_province=commune["former_province"] or None,
                border_zone=commune["border_zone"] or None,
                border_zone_basis=commune["border_zone_basis"] or None,
                aliases=tuple(
                    name for name in (commune["name_vi"], *_alias_texts(commune["aliases"])) if name not in districts
                ),
                **dated,
            )
        elif code in agencies:
            agency = agencies[code][1]
            units[code] = ReportingUnit(
                code=code,
                name_vi=agency["name_vi"],
                name_en=agency["name_en"],
                short_name_vi=agency["short_name_vi"],
                kind="agency",
                group_code=agency["group"],
                aliases=_alias_texts(agency["aliases"]),
                **dated,
            )
        else:
            problems.add(where, f"code {code}", "a code of units.csv or agencies.csv")
            continue
        # The name stands beside the code for whoever edits the file; it must not drift from the body's own.
        if row["name_vi"] != units[code].name_vi:
            problems.add(f"{where}, name_vi", repr(row["name_vi"]), f"{units[code].name_vi!r}, the name of {code}")
    return units


def _check_units(
    units: Mapping[str, ReportingUnit],
    templates: Mapping[str, Template],
    clauses: Mapping[str, Clause],
    problems: Problems,
) -> None:
    for unit in units.values():
        where = f"reporting_bodies.csv, {unit.code}"
        if unit.template_code is not None and unit.template_code not in templates:
            problems.add(where, f"template {unit.template_code}", "a template of templates.yml")
        if unit.template_code is None and unit.obligation == "obliged":
            problems.add(where, "obliged without a template", "the template it fills")
    by_name: dict[str, list[ReportingUnit]] = {}
    for unit in units.values():
        for name in {text.casefold() for text in (unit.name_vi, *unit.aliases)}:
            by_name.setdefault(name, []).append(unit)
    for name, sharing in by_name.items():
        for first, second in itertools.combinations(sharing, 2):
            if first.is_valid_on(second.valid_from) or second.is_valid_on(first.valid_from):
                problems.add(
                    "units.csv, agencies.csv",
                    f"{name!r} names {first.code} and {second.code} at once",
                    "one body a name",
                )
    for clause in clauses.values():
        if clause.lead_unit_code is not None and clause.lead_unit_code not in units:
            problems.add(f"clauses.yml, {clause.code}, lead", clause.lead_unit_code, "a code of reporting_bodies.csv")


def _read_successions(folder: Path, units: Mapping[str, ReportingUnit], problems: Problems) -> tuple[Succession, ...]:
    successions: list[Succession] = []
    seen: set[tuple[str, str]] = set()
    for where, row in csv_rows(folder / "unit_succession.csv", SUCCESSION_COLUMNS, problems):
        key = (row["former_code"], row["successor_code"])
        if key in seen:
            problems.add(where, f"{key[0]} into {key[1]} again", "one row a pair")
        seen.add(key)
        if row["successor_code"] not in units:
            problems.add(where, f"successor {row['successor_code']}", "a code of units.csv")
        if row["is_partial"] not in ("true", "false"):
            problems.add(f"{where}, is_partial", repr(row["is_partial"]), "true or false")
        changed_on = read_day(row["changed_on"], f"{where}, changed_on", problems)
        successions.append(
            Succession(
                former_code=row["former_code"],
                former_name_vi=row["former_name_vi"],
                former_district_vi=row["former_district_vi"],
                successor_code=row["successor_code"],
                is_partial=row["is_partial"] == "true",
                changed_on=changed_on or date.min,
            )
        )
    parts: dict[str, list[Succession]] = {}
    for succession in successions:
        parts.setdefault(succession.former_code, []).append(succession)
    for code, pieces in parts.items():
        if len(pieces) > 1 and not all(piece.is_partial for piece in pieces):
            problems.add(
                "unit_succession.csv",
                f"{code} goes to {len(pieces)} communes, not all partial",
                "is_partial true for each",
            )
    return tuple(successions)


# --- measures --------------------------------------------------------------------------------------

MEASURE_KEYS = (
    "name_vi",
    "name_en",
    "unit_vi",
    "base_unit",
    "unit_factor",
    "value_type",
    "nature",
    "sensitive",
    "required",
    "choice_list",
    "axes",
    "rule_vi",
    "aliases",
    "only_in",
    "in_heading",
    "year_estimate",
    "origin",
    "feed",
)
AXIS_KEYS = ("axis", "list", "label_vi", "adds_up", "in_form")


def _read_measures(folder: Path, lists: Mapping[str, CodeList], problems: Problems) -> dict[str, Measure]:
    measures: dict[str, Measure] = {}
    owner: dict[str, str] = {}
    for code, entry in named_entries(yaml_mapping(folder / "measures.yml", problems), "measures.yml", problems):
        where = f"measures.yml, {code}"
        only_keys(entry, MEASURE_KEYS, where, problems)
        unit_vi = read_text(entry, "unit_vi", where, problems)
        value_type = one_of(entry.get("value_type"), get_args(ValueType), f"{where}, value_type", problems)
        nature = one_of(entry.get("nature"), get_args(Nature), f"{where}, nature", problems)
        choice_list = entry.get("choice_list")
        if (choice_list is not None) != (value_type in LISTED_VALUE_TYPES):
            problems.add(
                f"{where}, choice_list",
                repr(choice_list),
                f"a list exactly when the type is one of {LISTED_VALUE_TYPES}",
            )
        if choice_list is not None and choice_list not in lists:
            problems.add(f"{where}, choice_list", choice_list, "a list of code_lists.yml")
        only_in = read_texts(entry.get("only_in"), f"{where}, only_in", problems)
        for kind in only_in:
            one_of(kind, PERIOD_KINDS, f"{where}, only_in", problems)
        measure = Measure(
            code=str(code),
            name_vi=read_text(entry, "name_vi", where, problems),
            name_en=read_text(entry, "name_en", where, problems),
            unit_vi=unit_vi,
            base_unit=str(entry.get("base_unit") or unit_vi),
            unit_factor=_factor(entry.get("unit_factor", 1), where, problems),
            value_type=value_type,
            nature=nature,
            is_sensitive=read_flag(entry, "sensitive", False, where, problems),
            is_required=read_flag(entry, "required", True, where, problems),
            choice_list_code=choice_list,
            axes=_axes(entry.get("axes") or [], lists, where, problems),
            rule_vi=entry.get("rule_vi"),
            aliases=read_texts(entry.get("aliases"), f"{where}, aliases", problems),
            period_kinds=only_in,
            is_in_heading=read_flag(entry, "in_heading", False, where, problems),
            takes_year_estimate=read_flag(entry, "year_estimate", nature == "flow", where, problems),
            origin=one_of(entry.get("origin", "report"), ORIGINS, f"{where}, origin", problems),
            position=len(measures) + 1,
            feed=_feed(entry.get("feed"), measures.values(), f"{where}, feed", problems),
        )
        measures[measure.code] = measure
        for text in {
            measure.code.casefold(),
            measure.name_vi.casefold(),
            *(alias.casefold() for alias in measure.aliases),
        }:
            other = owner.setdefault(text, measure.code)
            if other != measure.code:
                problems.add(where, f"{text!r} also names {other}", "a name for one measure only")
    return measures


def _feed(entry: object, earlier: Iterable[Measure], where: str, problems: Problems) -> Feed | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        problems.add(where, repr(entry), "flow: and measure:")
        return None
    only_keys(entry, ("flow", "measure"), where, problems)
    feed = Feed(one_of(entry.get("flow"), FLOWS, where, problems), read_text(entry, "measure", where, problems))
    if any(measure.feed == feed for measure in earlier):
        problems.add(where, f"{feed.flow} {feed.measure} again", "a figure of the feeds for one measure only")
    return feed


def _axes(entries: object, lists: Mapping[str, CodeList], where: str, problems: Problems) -> tuple[Axis, ...]:
    axes: list[Axis] = []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problems.add(f"{where}, axes", repr(entries), "a list of entries with axis: each")
        return ()
    for entry in entries:
        only_keys(entry, AXIS_KEYS, f"{where}, axes", problems)
        code = read_text(entry, "axis", f"{where}, axes", problems)
        list_code = str(entry.get("list") or code)
        if list_code not in lists:
            problems.add(f"{where}, axis {code}", f"list {list_code}", "a list of code_lists.yml, commune or clause")
            continue
        if any(axis.code == code for axis in axes):
            problems.add(f"{where}, axes", f"{code} twice", "an axis once")
        axes.append(
            Axis(
                code=code,
                list_code=list_code,
                label_vi=str(entry.get("label_vi") or lists[list_code].by_vi),
                adds_up=read_flag(entry, "adds_up", False, f"{where}, axis {code}", problems),
                in_form=read_flag(entry, "in_form", False, f"{where}, axis {code}", problems),
                position=len(axes) + 1,
            )
        )
    return tuple(axes)


# --- templates and bounds --------------------------------------------------------------------------

TEMPLATE_KEYS = ("name_vi", "version", "partial_load", "valid_from", "valid_to", "measures")


def _read_templates(folder: Path, measures: Mapping[str, Measure], problems: Problems) -> dict[str, Template]:
    content = yaml_mapping(folder / "templates.yml", problems)
    only_keys(content, ("sections", "templates"), "templates.yml", problems)
    sections: list[Section] = []
    placed: dict[str, str] = {}
    for code, entry in named_entries(content.get("sections"), "templates.yml, sections", problems):
        where = f"templates.yml, section {code}"
        codes = read_texts(entry.get("measures"), f"{where}, measures", problems)
        for measure_code in codes:
            if measure_code not in measures:
                problems.add(where, f"measure {measure_code}", "a measure of measures.yml")
            elif measure_code in placed:
                problems.add(
                    where, f"{measure_code} again, first in {placed[measure_code]}", "a measure in one section"
                )
            placed[measure_code] = code
        sections.append(Section(str(code), read_text(entry, "title_vi", where, problems), codes))
    for measure in measures.values():
        if measure.origin == "report" and measure.code not in placed:
            problems.add(
                "templates.yml, sections", f"no section for {measure.code}", "every reported measure in a section"
            )
    templates: dict[str, Template] = {}
    for code, entry in named_entries(content.get("templates"), "templates.yml, templates", problems):
        where = f"templates.yml, {code}"
        only_keys(entry, TEMPLATE_KEYS, where, problems)
        asked = read_texts(entry.get("measures"), f"{where}, measures", problems)
        for measure_code in sorted(set(asked)):
            if asked.count(measure_code) > 1:
                problems.add(where, f"{measure_code} twice", "a measure once")
            if measure_code not in measures:
                problems.add(where, f"measure {measure_code}", "a measure of measures.yml")
            elif measures[measure_code].origin != "report":
                problems.add(where, f"{measure_code}, which bodies do not report", "a measure of origin report")
        valid_from, valid_to = read_validity(entry, where, problems)
        printed = tuple(
            Section(section.code, section.title_vi, tuple(m for m in section.measures if m in asked))
            for section in sections
            if any(m in asked for m in section.measures)
        )
        templates[str(code)] = Template(
            code=str(code),
            version=read_text(entry, "version", where, problems),
            name_vi=read_text(entry, "name_vi", where, problems),
            allows_partial_load=read_flag(entry, "partial_load", False, where, problems),
            sections=printed,
            valid_from=valid_from,
            valid_to=valid_to,
        )
    return templates


def _read_bounds(folder: Path, measures: Mapping[str, Measure], problems: Problems) -> tuple[Bound, ...]:
    bounds: list[Bound] = []
    for code, entry in named_entries(yaml_mapping(folder / "bounds.yml", problems), "bounds.yml", problems):
        where = f"bounds.yml, {code}"
        only_keys(entry, ("parts", "wholes"), where, problems)
        parts = read_texts(entry.get("parts"), f"{where}, parts", problems)
        wholes = read_texts(entry.get("wholes"), f"{where}, wholes", problems)
        for measure_code in (*parts, *wholes):
            if measure_code not in measures:
                problems.add(where, f"measure {measure_code}", "a measure of measures.yml")
        if not parts or not wholes:
            problems.add(where, "a side without a measure", "parts and wholes")
        bounds.append(Bound(str(code), parts, wholes))
    return tuple(bounds)

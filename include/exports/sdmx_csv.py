"""The indicators as SDMX-CSV 2.0, and their data structure definition as SDMX-ML 2.1."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from include.exports.delimited import as_text
from include.exports.relations import ExportColumn
from include.exports.sdmx_codes import (
    AGENCY,
    AGENCY_NAME,
    DIMENSIONS,
    INDICATOR_FLOW,
    MEASURE,
    OBS_STATUS,
    TIME,
    VERSION,
    Attribute,
    Dataflow,
    SdmxCode,
    concept_name,
    list_attributes,
    sdmx_id,
    time_period,
    unit_of,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

CODE_ANNOTATION: Final = "CODE"
"""The annotation that holds a code as the platform writes it, where SDMX does not allow it as an id."""

# A message carries the moment it was made; the same structure has to give the same bytes.
_PREPARED = datetime(2026, 1, 1, tzinfo=UTC)


def read_time_periods(connection: Connection) -> dict[str, str]:
    """The reporting periods as SDMX writes them."""
    from sqlalchemy import text

    rows = connection.execute(text("select period_code, window_start, window_end from reference.reporting_period"))
    return {row.period_code: time_period(row.window_start, row.window_end) for row in rows}


def write_sdmx_csv(
    columns: Sequence[ExportColumn],
    rows: Iterable[Sequence[object]],
    time_periods: Mapping[str, str],
    path: Path,
    *,
    flow: Dataflow = INDICATOR_FLOW,
    unit: Callable[[str, str], str] = unit_of,
) -> int:
    """Write the indicator values to `path` as SDMX-CSV 2.0, without byte order mark; how many there were.

    `unit` gives the unit of an indicator and side: the catalogue's, unless a snapshot has units of its own.
    """
    attributes = list_attributes(columns)
    places = {column.name: place for place, column in enumerate(columns)}
    header = [
        "STRUCTURE",
        "STRUCTURE_ID",
        "ACTION",
        *DIMENSIONS.values(),
        TIME,
        MEASURE,
        *(each.id for each in attributes),
    ]
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        for row in rows:
            known = {name: row[place] for name, place in places.items()}
            writer.writerow(
                [
                    "dataflow",
                    flow.structure_id,
                    "I",
                    *(sdmx_id(str(known[column])) for column in DIMENSIONS),
                    time_periods[str(known["period_code"])],
                    "" if known["value"] is None else as_text(known["value"]),
                    *(_written(attribute, known, unit) for attribute in attributes),
                ]
            )
            count += 1
    return count


def obs_status(known: Mapping[str, object]) -> str:
    """The status of an observation in the cross-domain list of SDMX."""
    state = str(known["value_state"])
    if state == "reported" and known["value_kind"] == "uoc":
        return "E"
    if state in ("reported", "nil") and known["is_before_due"]:
        return "P"
    return OBS_STATUS[state]


def _written(attribute: Attribute, known: Mapping[str, object], unit: Callable[[str, str], str]) -> str:
    if attribute.id == "OBS_STATUS":
        return obs_status(known)
    if attribute.id == "UNIT_MEASURE":
        return sdmx_id(unit(str(known["indicator_code"]), str(known["side"])))
    value = known[attribute.column]
    if value is None:
        return ""
    return sdmx_id(str(value)) if attribute.code_list else as_text(value)


def write_structure(
    columns: Sequence[ExportColumn],
    code_lists: Mapping[str, Sequence[SdmxCode]],
    path: Path,
    *,
    flow: Dataflow = INDICATOR_FLOW,
) -> None:
    """Write dataflow, data structure definition, concepts and code lists to `path`; the same give the same bytes."""
    import sdmx

    path.write_bytes(sdmx.to_xml(_message(columns, code_lists, flow), pretty_print=True))


def _message(columns: Sequence[ExportColumn], code_lists: Mapping[str, Sequence[SdmxCode]], of_flow: Dataflow) -> Any:
    from sdmx.message import Header, StructureMessage
    from sdmx.model import common, v21

    agency = common.Agency(id=AGENCY, name={"vi": AGENCY_NAME})
    maintained: dict[str, Any] = {
        "version": VERSION,
        "maintainer": agency,
        "is_final": True,
        "is_external_reference": False,
    }
    lists = {identifier: _code_list(identifier, codes, maintained) for identifier, codes in code_lists.items()}
    attributes = list_attributes(columns)
    concepts = common.ConceptScheme(
        id="CS_INDICATOR_VALUE", name={"vi": "Khái niệm của giá trị chỉ tiêu"}, **maintained
    )
    for identifier in (*DIMENSIONS.values(), TIME, MEASURE, *(each.id for each in attributes)):
        name, meaning = concept_name(identifier)
        described: dict[str, Any] = {"description": {"vi": meaning}} if meaning else {}
        concepts.append(common.Concept(id=identifier, name={"vi": name}, **described))

    def typed(text_type: str) -> Any:
        return common.Representation(non_enumerated=[common.Facet(value_type=common.FacetValueType[text_type])])

    structure = v21.DataStructureDefinition(
        id=f"DSD_{of_flow.id}", name={"vi": of_flow.structure_name_vi}, **maintained
    )
    structure.dimensions.id, structure.measures.id, structure.attributes.id = (
        "DimensionDescriptor",
        "MeasureDescriptor",
        "AttributeDescriptor",
    )
    for order, identifier in enumerate(DIMENSIONS.values(), start=1):
        structure.dimensions.append(
            v21.Dimension(
                id=identifier,
                order=order,
                concept_identity=concepts[identifier],
                local_representation=common.Representation(enumerated=lists[f"CL_{identifier}"]),
            )
        )
    structure.dimensions.append(
        v21.TimeDimension(
            id=TIME,
            order=len(DIMENSIONS) + 1,
            concept_identity=concepts[TIME],
            local_representation=typed("observationalTimePeriod"),
        )
    )
    structure.measures.append(
        v21.PrimaryMeasure(id=MEASURE, concept_identity=concepts[MEASURE], local_representation=typed("decimal"))
    )
    for attribute in attributes:
        is_needed = attribute.id in ("OBS_STATUS", "UNIT_MEASURE", "VALUE_STATE")
        structure.attributes.append(
            v21.DataAttribute(
                id=attribute.id,
                usage_status=v21.UsageStatus["mandatory" if is_needed else "conditional"],
                related_to=v21.PrimaryMeasureRelationship(),
                concept_identity=concepts[attribute.id],
                local_representation=common.Representation(enumerated=lists[attribute.code_list])
                if attribute.code_list
                else typed(attribute.text_type),
            )
        )
    flow = v21.DataflowDefinition(id=of_flow.id, name={"vi": of_flow.name_vi}, structure=structure, **maintained)
    message = StructureMessage(
        header=Header(id=f"{of_flow.id}_STRUCTURE", test=False, prepared=_PREPARED, sender=agency)
    )
    for artefact in (*lists.values(), concepts, structure, flow):
        message.add(artefact)
    return message


def _code_list(identifier: str, codes: Sequence[SdmxCode], maintained: Mapping[str, Any]) -> Any:
    from sdmx.model import common, v21

    code_list = common.Codelist(id=identifier, name={"vi": identifier}, **maintained)
    for each in codes:
        name = {"vi": each.name_vi} | ({"en": each.name_en} if each.name_en else {})
        described: dict[str, Any] = {"description": {"vi": each.note_vi}} if each.note_vi else {}
        notes: list[Any] = [] if each.id == each.code else [v21.Annotation(id=CODE_ANNOTATION, text={"vi": each.code})]
        code_list.append(common.Code(id=each.id, name=name, annotations=notes, **described))
    return code_list

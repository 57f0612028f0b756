"""Writes SDMX-ML 2.1 messages of a few series."""

from __future__ import annotations

from pathlib import Path

MESSAGE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
COMMON = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"
GENERIC = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"
SPECIFIC = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific"
DSD = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=IMF:ECOFIN_DSD(1.0):ObsLevelDim:TIME_PERIOD"
KEY = {
    "DATA_DOMAIN": "BOP6",
    "REF_AREA": "VN",
    "INDICATOR": "VNM_BFDL_BP6_USD",
    "COUNTERPART_AREA": "_Z",
    "FREQ": "Q",
    "UNIT_MULT": "6",
}
DOLLAR = {"DATA_DOMAIN": "EXR", "INDICATOR": "ENDA_MID_XDC_USD_RATE", "FREQ": "M", "UNIT_MULT": "0"}
DOLLAR_AT_END = {**DOLLAR, "INDICATOR": "ENDE_MID_XDC_USD_RATE"}


def header(namespace: str = "", prepared: str = "2026-10-01") -> str:
    attribute = f' namespace="{namespace}"' if namespace else ""
    return (
        f"<m:Header><m:ID>X1</m:ID><m:Test>false</m:Test><m:Prepared>{prepared}T00:00:00Z</m:Prepared>"
        f'<m:Sender id="SBV"/><m:Structure structureID="S"{attribute} dimensionAtObservation="TIME_PERIOD">'
        '<c:Structure><Ref agencyID="IMF" id="ECOFIN_DSD" version="1.0"/></c:Structure></m:Structure></m:Header>'
    )


def specific(
    folder: Path,
    *series: tuple[dict[str, str], dict[str, str]],
    name: str = "specific.xml",
    prepared: str = "2026-10-01",
) -> Path:
    """A structure-specific message; each series is its key and its values by period."""
    body = "".join(
        "<Series {}>{}</Series>\n".format(
            " ".join(f'{name}="{value}"' for name, value in {**KEY, **key}.items() if value),
            "".join(f'<Obs TIME_PERIOD="{period}" OBS_VALUE="{value}"/>\n' for period, value in values.items()),
        )
        for key, values in series
    )
    path = folder / name
    path.write_text(
        f'<m:StructureSpecificData xmlns:m="{MESSAGE}" xmlns:c="{COMMON}" xmlns:ss="{SPECIFIC}" xmlns:ns1="{DSD}"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{header(DSD, prepared)}\n'
        f'<m:DataSet ss:dataScope="DataStructure" xsi:type="ns1:DataSetType" ss:structureRef="S">\n{body}</m:DataSet>'
        "</m:StructureSpecificData>",
        encoding="utf-8",
    )
    return path


def generic(folder: Path, values: dict[str, str]) -> Path:
    """A generic message of one series, its multiplier an attribute."""
    keys = "".join(f'<g:Value id="{name}" value="{value}"/>' for name, value in KEY.items() if name != "UNIT_MULT")
    observations = "".join(
        f'<g:Obs><g:ObsDimension value="{period}"/><g:ObsValue value="{value}"/></g:Obs>\n'
        for period, value in values.items()
    )
    path = folder / "generic.xml"
    path.write_text(
        f'<m:GenericData xmlns:m="{MESSAGE}" xmlns:c="{COMMON}" xmlns:g="{GENERIC}">{header()}\n'
        f'<m:DataSet structureRef="S"><g:Series><g:SeriesKey>{keys}</g:SeriesKey>'
        f'<g:Attributes><g:Value id="UNIT_MULT" value="6"/></g:Attributes>\n{observations}</g:Series></m:DataSet>'
        "</m:GenericData>",
        encoding="utf-8",
    )
    return path

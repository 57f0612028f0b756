"""Every indicator of the synthetic year once more, from the cells of the files as they were sent.

The trace says which files and cells; the files are opened with other libraries than the project's readers, and added up
in plain Python (recomputed.py). Registers of the year add what the sample lacks: amounts in đồng and euros, and final
figures beside their estimates.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import yaml
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from include.indicators.kpi import kpi
from include.indicators.marts import build_marts
from include.indicators.trace import trace
from include.pipeline.ingest import take_in
from include.reference.exchange_rates import sync_exchange_rates
from include.service.sample_inbox import write_sample_inbox
from include.settings import Settings
from include.sources import list_sources
from include.sources.agency_reports.sample import PERIODS
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from tests.conftest import PROJECT_ROOT
from tests.sources.original_files import OriginalFiles, Raw, is_blank, kept_rate, number, words
from tests.sources.recomputed import (
    ANSWERS,
    ERROR_OF_ESTIMATES,
    FORMULAS,
    MONITORING,
    NEVER,
    ONLY,
    PAIRS,
    RATIOS,
    REPORTING,
    SUMS,
    WITHOUT_PERIOD,
    Originals,
    Recomputed,
    WrongLineage,
    recompute_answers,
    recompute_error,
    recompute_from_cells,
    recompute_monitoring,
    recompute_pair,
    recompute_year,
)
from tests.sources.registers import GRANT, ROAD, fill
from tests.sql.conftest import TEMPLATE_DATABASE

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DUE = {
    "2026-06T": datetime(2026, 6, 15, tzinfo=VIETNAM),
    "2026-NAM": datetime(2026, 11, 25, tzinfo=VIETNAM),
}
WINDOW = {"2026-06T": (date(2026, 1, 1), date(2026, 6, 30)), "2026-NAM": (date(2026, 1, 1), date(2026, 12, 31))}
REFERENCE = PROJECT_ROOT / "include" / "reference"
EXPECTED = PROJECT_ROOT / "include" / "sources" / "agency_reports" / "sample" / "expected.csv"
# As clerks head the column of figures in the sample; the last is typed in a font of before Unicode.
FIGURE_HEADERS = ("Thực hiện đến ngày chốt", "Thực hiện", "Số liệu", "Kết quả trong kỳ", "Người thực hiện", "Thùc hiÖn")
# Of the files sent back, those that do not say whose report they are: nobody's first version.
NOBODYS = ("BODY_UNKNOWN", "BODY_FORMER", "MULTI_AGENCY", "PERIOD_CONFLICT")
FINAL = {"28273": 3, "28285": -2}
"""Communes that send final figures after the year, and by how much their Vietnam.vn items then differ."""
KEPT_RATES = (
    "# made up for a test",
    "currency_code,valid_from,valid_to,vnd_per_unit,rate_kind,source,as_of_date",
    "EUR,2026-10-01,2026-10-31,30500,average,Ngân hàng giả lập,2026-11-02",
    "EUR,2026-04-01,2026-04-30,30250.5,average,Ngân hàng giả lập,2026-05-04",
    "EUR,2026-03-01,2026-03-31,30100,average,Ngân hàng giả lập,2026-04-02",
)


@dataclass(frozen=True)
class Arrival:
    """A report that came: what the table beside the sample says of it."""

    file: str
    unit: str
    period: str
    received_at: datetime
    verdict: str
    code: str
    sha256: str


@dataclass
class Year:
    """The whole synthetic year in a warehouse of its own, and the files it came from."""

    connection: Connection
    originals: Originals
    arrivals: tuple[Arrival, ...]

    def accepted(self, period: str) -> dict[str, list[Arrival]]:
        """Of each body its accepted reports of the period, the last one last."""
        found: dict[str, list[Arrival]] = {}
        for arrival in self.arrivals:
            if arrival.period == period and arrival.verdict == "loaded":
                found.setdefault(arrival.unit, []).append(arrival)
        return found

    def said(self, arrival: Arrival, measure: str) -> tuple[bool, Raw]:
        """Whether a report's form asks for the measure, and what stands beside its code or name."""
        sheets = self.originals.files.sheets(arrival.sha256)
        grid = next(iter(sheets.values()))
        names = {measure, *self.originals.names_of_measures[measure]}
        [column] = {at[1] for at, raw in grid.items() if words(raw) in FIGURE_HEADERS and 10 < at[0] < 30}
        rows = sorted({at[0] for at, raw in grid.items() if words(raw) in names})
        return (True, grid.get((rows[0], column))) if rows else (False, None)


@pytest.fixture(scope="module")
def year(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    folder = tmp_path_factory.mktemp("year")
    inbox, home = folder / "home" / "inbox", folder / "home"
    write_sample_inbox(inbox, None)  # type: ignore[arg-type]  # both periods
    rates = folder / "exchange_rates.csv"
    rates.write_text("\n".join(KEPT_RATES) + "\n", encoding="utf-8")
    extra = _write_more(folder / "more", inbox)
    name = f"recomputed_{os.getpid()}"
    server.create_database(name, template=TEMPLATE_DATABASE)
    pool = create_engine(server.url(name), poolclass=NullPool)
    with pool.begin() as connection:
        sync_exchange_rates(connection, rates)
    settings = Settings(home=home, inbox=inbox)
    for source in list_sources():
        paths = [inbox / source.inbox] if source.inbox != Path() else sorted(inbox.glob("*.*"))
        take_in(paths, source_id=source.source_id, settings=settings, engine=pool)
        for path, received_at in extra.get(source.source_id, []):
            take_in([path], source_id=source.source_id, settings=settings, engine=pool, received_at=received_at)
    with engine(server.url(name)).connect() as connection:
        build_marts(connection)
        connection.commit()
        stored = dict(connection.execute(text("select sha256, stored_name from landing.file")).all())
        originals = Originals(
            OriginalFiles(home / "landing", stored), _names_of_measures(), lambda cell: kept_rate(rates, cell)
        )
        yield Year(connection, originals, _arrivals(inbox, extra["agency_reports"]))
    server.drop_database(name)


def _write_more(folder: Path, inbox: Path) -> dict[str, list[tuple[Path, datetime]]]:
    november = datetime(2026, 11, 12, 9, tzinfo=VIETNAM)
    folder.mkdir()
    oda = fill(
        folder,
        "finance_oda",
        ROAD | {"code": "ODA-1", "currency": "VND", "capital_signed": 812_345.5},
        ROAD | {"code": "ODA-2", "title": "Cấp nước nông thôn", "currency": "EUR", "capital_signed": 7.25},
        period="2026-NAM",
    )
    ngo = fill(
        folder,
        "finance_ngo",
        GRANT | {"currency": "EUR"},
        GRANT | {"code": "VT-2", "title": "Thư viện trường học", "currency": "USD", "capital_committed": 12.5},
        period="2026-NAM",
    )
    finals = [
        (
            _finalise(next(inbox.glob(f"BC_2026-NAM_{unit}_*.xlsx")), folder, more),
            datetime(2027, 1, 20, 9, tzinfo=VIETNAM),
        )
        for unit, more in FINAL.items()
    ]
    return {"finance_oda": [(oda, november)], "finance_ngo": [(ngo, november)], "agency_reports": finals}


def _finalise(report: Path, folder: Path, more: int) -> Path:
    """The annual report once more, final: no estimates left, one figure changed."""
    book = openpyxl.load_workbook(report)
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=1, max_row=13):
        for cell in row:
            if words(cell.value) == "Loại số liệu":
                sheet.cell(cell.row, 3).value = "chính thức"
            if words(cell.value) == "Ngày chốt số liệu":
                sheet.cell(cell.row, 3).value = datetime(2026, 12, 31)
    for row in sheet.iter_rows(min_row=14):
        if words(row[1].value)[:3].isupper():
            row[6].value = None
        if row[1].value == "VNV01":
            row[5].value += more
    path = folder / report.name.replace(".xlsx", "_chinh-thuc.xlsx")
    book.save(path)
    return path


def _arrivals(inbox: Path, finals: list[tuple[Path, datetime]]) -> tuple[Arrival, ...]:
    with EXPECTED.open(encoding="utf-8", newline="") as lines:
        table = [
            Arrival(
                line["file"],
                line["unit_code"],
                line["period_code"],
                datetime.fromisoformat(line["received_at"]),
                line["verdict"],
                line["code"],
                _hash(inbox / line["file"]),
            )
            for line in csv.DictReader(lines)
        ]
    table += [
        Arrival(path.name, path.name.split("_")[2], "2026-NAM", received_at, "loaded", "OK", _hash(path))
        for path, received_at in finals
    ]
    return tuple(sorted(table, key=lambda each: each.received_at))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _measures() -> dict[str, Any]:
    return yaml.safe_load((REFERENCE / "measures.yml").read_text(encoding="utf-8"))


def _names_of_measures() -> dict[str, tuple[str, ...]]:
    return {
        code: tuple(words(name) for name in (entry["name_vi"], *entry.get("aliases", ())))
        for code, entry in _measures().items()
    }


def _bodies() -> dict[str, str]:
    """Bodies obliged to report on both due dates, with their templates."""
    with (REFERENCE / "units.csv").open(encoding="utf-8", newline="") as lines:
        communes = [line["code"] for line in csv.DictReader(lines)]
    with (REFERENCE / "reporting_bodies.csv").open(encoding="utf-8", newline="") as lines:
        agencies = {
            line["code"]: line["template"]
            for line in csv.DictReader(lines)
            if line["obligation"] == "obliged" and not line["valid_to"]
        }
    assert len(communes) == 102
    return dict.fromkeys(communes, "T-COMMUNE") | agencies


def _decimal(shown: str | None) -> Decimal | None:
    return None if shown is None else Decimal(shown)


def _theirs(line: dict[str, Any]) -> Recomputed:
    return Recomputed(*(_decimal(line[key]) for key in ("numerator", "denominator", "value")))


def _published(year: Year, period: str) -> dict[str, dict[str, Any]]:
    return {line["code"]: line for line in kpi(year.connection, period, with_breakdowns=True)}


# --- the whole lineage -----------------------------------------------------------------------------------------------

_SIDES_OF_LINES = """
with traced as (
    select
        indicator_code, period_code, scope_type, scope_code, line_side, line_axis_code, line_member_code,
        sum(added_value) filter (where side in ('numerator', 'first', 'second')) as numerator,
        sum(added_value) filter (where side = 'denominator') as denominator,
        sum(added_value) filter (where side = 'full_year') as full_year,
        sum(added_value) filter (where side = 'full_year_denominator') as full_year_denominator
    from mart.lineage
    group by indicator_code, period_code, scope_type, scope_code, line_side, line_axis_code, line_member_code
)
select
    line.indicator_code, line.period_code, line.scope_code, line.axis_code, line.member_code, line.side,
    line.value is not null as has_value,
    line.full_year_estimate is not null as has_estimate,
    line.numerator is not distinct from traced.numerator
    and line.denominator is not distinct from traced.denominator as adds_up,
    line.full_year_estimate is not distinct from trim_scale(
        case
            when indicator.arithmetic in ('sum', 'pair') then traced.full_year / indicator.unit_factor
            else round(indicator.multiplier * traced.full_year / nullif(traced.full_year_denominator, 0), 10)
        end
    ) as year_adds_up
from mart.indicator_value as line
inner join reference.indicator using (indicator_code)
left join traced
    on
        (line.indicator_code, line.period_code, line.scope_type, line.scope_code, line.side, line.axis_code,
         line.member_code)
        = (traced.indicator_code, traced.period_code, traced.scope_type, traced.scope_code, traced.line_side,
           traced.line_axis_code, traced.line_member_code)
"""


def test_every_value_of_every_scope_and_breakdown_adds_up_from_its_cells(year: Year) -> None:
    lines = year.connection.execute(text(_SIDES_OF_LINES)).all()

    with_value = [line for line in lines if line.has_value]
    with_estimate = [line for line in lines if line.has_estimate]
    assert len(with_value) > 2000
    assert len(with_estimate) > 200
    assert [tuple(line) for line in with_value if not line.adds_up] == []
    assert [tuple(line) for line in with_estimate if not line.year_adds_up] == []
    assert {line.indicator_code for line in with_value} == set(FORMULAS) - set(WITHOUT_PERIOD)


def test_nothing_in_the_lineage_is_behind_a_line_that_is_not_published(year: Year) -> None:
    strays = year.connection.execute(
        text(
            "select distinct indicator_code, period_code, scope_code, line_axis_code, line_member_code"
            " from mart.lineage as traced where not exists (select 1 from mart.indicator_value as line"
            " where line.indicator_code = traced.indicator_code and line.period_code = traced.period_code"
            " and line.scope_type = traced.scope_type and line.scope_code = traced.scope_code"
            " and line.side = traced.line_side and line.axis_code = traced.line_axis_code"
            " and line.member_code = traced.line_member_code)"
        )
    ).all()

    assert strays == []


def test_every_cell_says_in_the_original_file_what_the_lineage_says(year: Year) -> None:
    cells = year.connection.execute(
        text(
            "select distinct sha256, sheet_name, cell, measure_code, reporting_unit_code, axis_code, member_code, value"
            " from mart.lineage where cell is not null and first_date is null and project_key is null"
        )
    ).all()

    assert len(cells) > 10_000
    for cell in cells:
        year.originals.figure(
            cell.measure_code,
            {
                "sha256": cell.sha256,
                "sheet": cell.sheet_name,
                "cell": cell.cell,
                "unit": cell.reporting_unit_code,
                "value": cell.value,
                **({"axis": cell.axis_code, "member": cell.member_code} if cell.axis_code != "total" else {}),
            },
        )


def test_only_bodies_that_sent_nothing_and_days_that_passed_have_no_file(year: Year) -> None:
    found = year.connection.execute(
        text("select distinct measure_code from mart.lineage where submission_id is null order by measure_code")
    ).scalars()

    assert list(found) == ["MON02", "REP01", "REP02"]


def test_each_file_of_a_trace_names_the_rules_it_passed_and_the_warnings_it_carries(year: Year) -> None:
    traced = trace(year.connection, "K02", "2026-NAM")
    rules = {rule["version"]: rule for rule in traced["rules"]}
    cells = {(cell["sha256"], cell["unit"]) for term in traced["terms"] for cell in term["cells"]}
    [in_dong] = [each for each in traced["files"] if "BUDGET_LOOKS_LIKE_DONG" in {w["code"] for w in each["warnings"]}]
    [budget] = [version for version, rule in rules.items() if rule["code"] == "BUDGET_LOOKS_LIKE_DONG"]

    assert {(file["sha256"], file["unit"]) for file in traced["files"]} == cells
    assert [warning["cell"] for warning in in_dong["warnings"]] != []
    for file in traced["files"]:
        # Loaded whole, so nothing that blocks found anything; what warned is not among what was passed.
        assert {rules[version]["severity"] for version in file["rules_warned"]} <= {"warn"}
        assert set(file["rules_passed"]) | set(file["rules_warned"]) == set(rules)
        assert (budget in file["rules_passed"]) == (file is not in_dong)


# --- each indicator --------------------------------------------------------------------------------------------------


def test_the_definitions_recomputed_are_those_of_the_plan(real_data: Path) -> None:
    domain = real_data.parents[1] / "domain" / "indicators.csv"
    if not domain.is_file():
        pytest.skip(f"no list of the plan's indicators in {domain}")
    with domain.open(encoding="utf-8", newline="") as lines:
        formulas = {line["code"]: line["formula"] for line in csv.DictReader(lines)}

    assert formulas == FORMULAS


@pytest.mark.parametrize("period", PERIODS)
def test_every_sum_and_ratio_comes_out_again_from_the_cells(year: Year, period: str) -> None:
    published = _published(year, period)
    recomputed = {}
    for code in [*SUMS, *RATIOS]:
        if code in published and published[code]["value"] is not None:
            recomputed[code] = recompute_from_cells(code, trace(year.connection, code, period), year.originals)

    assert len(recomputed) >= 38
    for code, ours in recomputed.items():
        line = published[code]
        assert ours.rounded() == _theirs(line).rounded(), code


@pytest.mark.parametrize("period", PERIODS)
def test_pairs_come_out_again_side_by_side(year: Year, period: str) -> None:
    for code in PAIRS:
        line = _published(year, period)[code]

        ours = recompute_pair(code, trace(year.connection, code, period), year.originals)

        assert list(ours) == [Decimal(side["value"]) for side in line["pair"]], code


def test_estimates_for_the_whole_year_come_out_again_from_their_own_column(year: Year) -> None:
    published = _published(year, "2026-NAM")
    with_estimate = [code for code, line in published.items() if line["full_year_estimate"] is not None]

    assert len(with_estimate) > 20
    for code in with_estimate:
        ours = recompute_year(code, trace(year.connection, code, "2026-NAM"), year.originals)
        assert ours == Decimal(published[code]["full_year_estimate"]), code


@pytest.mark.parametrize("period", PERIODS)
def test_no_body_with_a_figure_is_left_out(year: Year, period: str) -> None:
    """The other way round: from what each accepted report says to the bodies that are in the trace."""
    for code, (_, measures) in SUMS.items():
        if code[0] in "XOQ" or code == "M02" or code not in _published(year, period):
            continue
        stated = {}
        for unit, arrivals in year.accepted(period).items():
            if unit in ONLY.get(code, {unit}) and unit not in NEVER.get(code, ()):
                said = number(year.said(arrivals[-1], measures[0])[1])
                if said is not None:
                    stated[unit] = arrivals[-1].sha256
        traced = trace(year.connection, code, period)
        cells = _cells(traced, "numerator")

        assert {cell["unit"]: cell["sha256"] for cell in cells} == stated, code


@pytest.mark.parametrize("period", PERIODS)
def test_shares_of_bodies_come_out_again_from_their_answers(year: Year, period: str) -> None:
    reports = {unit: arrivals[-1] for unit, arrivals in year.accepted(period).items()}
    for code, (_, measure) in ANSWERS.items():
        line = _published(year, period)[code]
        said = {unit: year.said(report, measure) for unit, report in reports.items()}
        if code == "T03":
            population = {unit for unit, template in _bodies().items() if template == "T-COMMUNE"}
        else:
            # A site that is not there cannot have a link; a blank answer is an answer that is missing.
            population = {
                unit
                for unit, (is_asked, raw) in said.items()
                if is_asked and words(raw) not in ("không có trang", "không áp dụng")
            }
        counted = {unit for unit in population if unit in said and _is_counted(code, said[unit][1])}
        traced = trace(year.connection, code, period)
        bodies = _cells(traced, "denominator")

        assert (_decimal(line["numerator"]), _decimal(line["denominator"])) == (len(counted), len(population)), code
        assert _decimal(line["value"]) == round(Decimal(100 * len(counted)) / len(population), 10), code
        assert recompute_answers(code, traced, year.originals) == len(counted), code
        assert {cell["unit"]: cell["sha256"] for cell in bodies} == {
            unit: reports[unit].sha256 if unit in reports else None for unit in population
        }, code


def _is_counted(code: str, raw: Raw) -> bool:
    said = number(raw)
    return said is not None and (said >= 1 if code == "T03" else said == 1)


@pytest.mark.parametrize("period", PERIODS)
def test_how_the_reporting_went_comes_out_again_from_receipts_and_workbooks(year: Year, period: str) -> None:
    published = _published(year, period)
    accepted = year.accepted(period)
    obliged = set(_bodies())
    known = obliged if datetime.now(UTC) >= DUE[period] else obliged & set(accepted)
    on_time = {unit for unit in known & set(accepted) if accepted[unit][0].received_at < DUE[period]}
    revised = {unit for unit, arrivals in accepted.items() if len(arrivals) > 1}
    required, filled = _required_cells(year, period)
    expected = {
        "P01" if period == "2026-06T" else "P02": (len(on_time), len(known)),
        "P04": (filled, required),
        "P06": (len(revised), len(accepted)),
    }

    for code, (above, below) in expected.items():
        line = published[code]
        assert (_decimal(line["numerator"]), _decimal(line["denominator"])) == (above, below), code
        assert _decimal(line["value"]) == round(Decimal(100 * above) / below, 10), code
        traced = trace(year.connection, code, period)
        cells = _cells(traced, "denominator")
        assert {cell["unit"]: cell["sha256"] for cell in cells} == {
            unit: accepted[unit][-1].sha256 if unit in accepted else None
            for unit in (known if code in ("P01", "P02") else accepted)
        }, code
    assert {*expected, "P05"} == set(REPORTING) & set(published)


@pytest.mark.parametrize("period", PERIODS)
def test_first_versions_come_out_again_from_the_arrivals(year: Year, period: str) -> None:
    line = _published(year, period)["P05"]
    accepted, first = year.accepted(period), _first_versions(year, period, nobodys=NOBODYS)
    passed = {unit for unit in accepted if (first[unit].verdict, first[unit].code) == ("loaded", "OK")}

    assert (_decimal(line["numerator"]), _decimal(line["denominator"])) == (len(passed), len(accepted))
    assert _decimal(line["value"]) == round(Decimal(100 * len(passed)) / len(accepted), 10)
    added = {cell["unit"]: cell["value"] for cell in _cells(trace(year.connection, "P05", period), "numerator")}
    assert {unit for unit, value in added.items() if value == "1"} == passed


def _first_versions(year: Year, period: str, nobodys: tuple[str, ...]) -> dict[str, Arrival]:
    first: dict[str, Arrival] = {}
    for arrival in year.arrivals:
        says_something_new = arrival.verdict not in ("duplicate", "unchanged", "refused_secret")
        if arrival.period == period and says_something_new and arrival.code not in nobodys:
            first.setdefault(arrival.unit, arrival)
    return first


def _cells(traced: dict[str, Any], side: str) -> list[dict[str, Any]]:
    return [cell for term in traced["terms"] if term["side"] == side for cell in term["cells"]]


def _required_cells(year: Year, period: str) -> tuple[int, int]:
    """Cells the forms of the accepted reports require, the cut-off date among them, and how many are filled."""
    measures = _measures()
    templates = yaml.safe_load((REFERENCE / "templates.yml").read_text(encoding="utf-8"))["templates"]
    required = filled = 0
    for unit, arrivals in year.accepted(period).items():
        asked = [
            code
            for code in templates[_bodies_and_requested()[unit]]["measures"]
            if measures[code].get("required", True)
            and not measures[code].get("in_heading")
            and period[5:].replace("06T", "6T") in measures[code].get("only_in", ["6T", "NAM"])
        ]
        said = [year.said(arrivals[-1], code) for code in asked]
        assert all(is_asked for is_asked, _ in said)
        required += len(asked) + 1
        filled += sum(not is_blank(raw) for _, raw in said) + 1
    return required, filled


def _bodies_and_requested() -> dict[str, str]:
    with (REFERENCE / "reporting_bodies.csv").open(encoding="utf-8", newline="") as lines:
        return _bodies() | {line["code"]: line["template"] for line in csv.DictReader(lines)}


def test_the_error_of_estimates_comes_out_again_element_by_element(year: Year) -> None:
    lines = [line for line in _published(year, "2026-NAM")["P07"]["breakdowns"] if line["value"] is not None]

    assert list(ERROR_OF_ESTIMATES) == ["P07"]
    assert len(lines) > 10
    for line in lines:
        traced = trace(year.connection, "P07", "2026-NAM", by=f"element/{line['member']}")
        ours = recompute_error(traced, year.originals)
        assert ours.rounded() == _theirs(line).rounded(), line["member"]
    assert {line["member"]: line["numerator"] for line in lines}["VNV01"] != "0"


@pytest.mark.parametrize("period", PERIODS)
def test_monitoring_comes_out_again_from_the_lines_of_its_files(year: Year, period: str) -> None:
    published = _published(year, period)
    count = 0
    for code in MONITORING:
        line = published[code]
        # The year has no other monitored days than the half-year: its breakdowns would be the same once more.
        parts = line["breakdowns"] if period == "2026-06T" else line["breakdowns"][:2]
        for by, figure in [(None, line), *(((each["axis"], each["member"]), each) for each in parts)]:
            traced = trace(year.connection, code, period, by=by and "/".join(by))
            ours = recompute_monitoring(code, by, traced, year.originals.files, _passed_days(period))
            assert ours == _theirs(figure), (code, by)
            count += 1
    assert count > (100 if period == "2026-06T" else 10)


def _passed_days(period: str) -> int:
    start, end = WINDOW[period]
    yesterday = datetime.now(VIETNAM).date() - timedelta(days=1)
    return (min(end, max(yesterday, date(2026, 5, 31))) - start).days + 1


@pytest.mark.parametrize("period", PERIODS)
def test_an_indicator_without_a_value_says_why_and_it_is_so(year: Year, period: str) -> None:
    published = _published(year, period)
    silent = {code: line for code, line in published.items() if line["value"] is None and "pair" not in line}

    for code, line in silent.items():
        # Structures and elements have parts with values, and no value of their own.
        assert line["reason_code"] == "by_element", code
        assert any(part["value"] is not None for part in line["breakdowns"]), code
    assert set(silent) == {"N02"} | ({"P07"} if period == "2026-NAM" else set())
    assert set(FORMULAS) - set(published) == set(WITHOUT_PERIOD) | (
        {"P02", "P07", "K01", "K03"} if period == "2026-06T" else {"P01"}
    )


@pytest.mark.parametrize("period", PERIODS)
def test_a_group_or_body_without_a_value_says_why_and_it_is_so(year: Year, period: str) -> None:
    lines = year.connection.execute(
        text(
            "select indicator_code, scope_type, scope_code, reason_code from mart.indicator_value"
            " where value is null and scope_type = 'unit' and period_code = :period"
        ),
        {"period": period},
    ).all()
    accepted = year.accepted(period)

    assert len(lines) > 10
    for line in lines:
        arrivals = accepted.get(line.scope_code)
        if arrivals is None:
            assert line.reason_code == ("no_report" if datetime.now(UTC) >= DUE[period] else "not_due_yet"), line
            continue
        measure = ANSWERS[line.indicator_code][1] if line.indicator_code in ANSWERS else SUMS[line.indicator_code][1][0]
        raw = year.said(arrivals[-1], measure)[1]
        assert line.reason_code == ("not_applicable" if words(raw) == "không có trang" else "left_blank"), line
        assert line.reason_code == "not_applicable" or is_blank(raw), line


# --- and it notices --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", PERIODS)
def test_any_single_cell_read_differently_is_noticed(year: Year, period: str) -> None:
    tried = 0
    for code in [*SUMS, *RATIOS]:
        if code not in _published(year, period):
            continue
        traced = trace(year.connection, code, period)
        places = {
            (cell["sha256"], cell["sheet"], cell["cell"])
            for term in traced["terms"]
            if term["side"] in ("numerator", "denominator")
            for cell in term["cells"]
        }
        for place in places:
            tried += 1
            with pytest.raises(WrongLineage):
                recompute_from_cells(code, traced, _with_another_content(year, place))
    assert tried > 1500


def _with_another_content(year: Year, place: tuple[str, str, str]) -> Originals:
    def change(sha256: str, sheet: str | None, cell: str, raw: Raw) -> Raw:
        if (sha256, sheet, cell) != place:
            return raw
        # A tick or the day of a line is a 1; any other figure becomes one more than it is.
        said = number(raw)
        return 7 if said is None or not isinstance(raw, int | float) else raw + 1

    return replace(year.originals, files=replace(year.originals.files, change=change))


@pytest.mark.parametrize("code", ["M01", "K02", "O02", "R02", "M02"])
def test_a_lineage_that_names_another_cell_is_noticed(year: Year, code: str) -> None:
    right = trace(year.connection, code, "2026-NAM")
    wrong = deepcopy(right)
    cell = wrong["terms"][0]["cells"][0]
    column, row = cell["cell"].rstrip("0123456789"), int(cell["cell"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    cell["cell"] = f"{column}{row + 1}"

    recompute_from_cells(code, right, year.originals)
    with pytest.raises(WrongLineage):
        recompute_from_cells(code, wrong, year.originals)


def test_a_cell_left_out_of_the_lineage_is_noticed(year: Year) -> None:
    traced = trace(year.connection, "M01", "2026-06T")
    del traced["terms"][0]["cells"][5]

    assert recompute_from_cells("M01", traced, year.originals).value != Decimal(traced["value"])


def test_a_count_changed_in_any_line_of_a_monitoring_file_is_noticed(year: Year) -> None:
    traced = trace(year.connection, "N01", "2026-06T")
    for cell in _cells(traced, "numerator"):
        line = cell["cell"].removeprefix("dòng ").partition("–")[0]

        def change(sha256: str, sheet: str | None, at: str, raw: Raw, cell: Any = cell, line: str = line) -> Raw:
            return raw + 1 if (sha256, at) == (cell["sha256"], line) else raw  # type: ignore[operator]

        files = replace(year.originals.files, change=change)
        ours = recompute_monitoring("N01", None, traced, files, _passed_days("2026-06T"))
        assert ours.numerator == Decimal(traced["numerator"]) + 1


def test_lines_of_days_that_another_file_corrected_are_not_in_the_lineage(year: Year) -> None:
    cells = _cells(trace(year.connection, "N01", "2026-06T"), "numerator")
    may = [(cell["file"], cell["days"]) for cell in cells if cell["days"][0].startswith("2026-05")]

    assert may == [
        ("gia-lap-2026-05a.xlsx", ["2026-05-01", "2026-05-10"]),
        ("gia-lap-2026-05a.xlsx", ["2026-05-14", "2026-05-31"]),
        ("gia-lap-2026-05b-dinh-chinh.parquet", ["2026-05-11", "2026-05-13"]),
    ]


def test_another_rate_than_the_files_say_is_noticed(year: Year) -> None:
    traced = trace(year.connection, "O02", "2026-NAM")
    rates = [rate for term in traced["terms"] for cell in term["cells"] for rate in cell.get("rates", [])]

    assert {(rate["currency"], rate["sha256"] is None) for rate in rates} == {("USD", False), ("EUR", True)}
    for rate in rates:
        wrong = deepcopy(traced)
        for cell in (cell for term in wrong["terms"] for cell in term["cells"]):
            for each in cell.get("rates", []):
                if each == rate:
                    each["vnd"] = str(Decimal(rate["vnd"]) + 1)
        with pytest.raises(WrongLineage):
            recompute_from_cells("O02", wrong, year.originals)

"""Ten years of the plan as the warehouse would hold them: bodies' reports, registers, books, rates, questions.

Made up, and made in SQL where a report has a thousand figures: the way from the workbook is measured elsewhere. What
stands in the tables is what the pipeline would have put there, by its own load statements, so every constraint, the
ledger and the list of changes hold. Reports give every member of every breakdown, zeros included: more than a clerk
will ever send.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import Connection, text

from include.calendar.periods import VIETNAM, Period, load_periods
from include.pipeline.stage import empty_staging
from include.reference import COMPANION, Reference, ReportingUnit, load_reference
from include.sources.agency_reports import labels
from include.sources.agency_reports.sample_figures import make_year
from include.sources.agency_reports.template import CellEntry
from include.warehouse.sql import copy_rows, run_file
from tests.sql.registers import Project, send_book, send_register

LAST_YEAR = 2026
"""The twenty questions ask for it."""

_FINANCE = "STC"
_CUT_OFF = {"6T": (5, 31), "NAM": (10, 31)}
_PARTNERS = tuple("KR JP SG CN TW US TH MY HK DE FR GB NL AU CA IN VG KY SC WS BE CH DK SE NO IT ES PH ID RU".split())
_CURRENCIES = {"USD": 25_000, "EUR": 27_500, "JPY": 170, "KRW": 18}

_SUBMISSION_COLUMNS = (
    "submission_id sha256 source_id subject_key reporting_unit_code period_code template_code template_version"
    " cut_off_date value_kind received_at content_hash verdict verdict_code revision_number received_count"
    " promoted_count quarantined_count ignored_count required_cell_count filled_cell_count blocking_count warning_count"
).split()
_STAGED_REPORT_COLUMNS = (
    "submission_id sha256 source_id reporting_unit_code period_code template_code template_version cut_off_date"
    " value_kind received_at content_hash allows_partial_load received_count ignored_count required_cell_count"
    " filled_cell_count heading_cells"
).split()

Told = tuple[str, str, Decimal | None, str]
"""Measure, kind of value, value in base units, state."""


@dataclass(slots=True)
class _Report:
    """One arrival of a body's report: what it says undivided. `companions`: second quantities by measure and member."""

    unit: ReportingUnit
    period_code: str
    received_at: datetime
    cut_off: date
    told: list[Told]
    companions: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    kind: str = "thuc_hien"
    verdict: str = "loaded"
    revision: int | None = 1
    blank_count: int = 0
    submission_id: int = 0

    @property
    def period_kind(self) -> str:
        return "NAM" if self.period_code.endswith("NAM") else "6T"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.unit.code}/{self.period_code}/{self.submission_id}".encode()).hexdigest()


def fill_ten_years(connection: Connection, years: int = 10, bodies: Collection[str] | None = None) -> None:
    """Fill a fresh warehouse with the years up to 2026, of all bodies with a template or of `bodies`; commits.

    The change of 01/07/2025 is put before the first of them, so that today's communes report all the time. One report
    in eight is revised, one in 25 held back first, one in ten late, one in forty never comes.
    """
    reference = load_reference()
    first_year = LAST_YEAR - years + 1
    _date_back_lists(connection, years - 1)
    _lengthen_calendar(connection, years)
    _set_rates(connection, first_year - 1)
    connection.execute(text(_LINES_OF_FORMS))
    units = [
        unit
        for unit in reference.units.values()
        if unit.template_code
        and unit.obligation in ("obliged", "requested")
        and (bodies is None or unit.code in bodies)
    ]
    for year in range(first_year, LAST_YEAR + 1):
        _load_reports(connection, list(_reports_of_year(units, year, reference)), reference)
        connection.commit()
    _ask_about_figures(connection)
    _send_registers(connection, range(first_year, LAST_YEAR + 1), reference)
    # The books reach back half a year before the merger, on the map of that time.
    _publish_books(connection, range(first_year - 1, LAST_YEAR + 1))
    connection.execute(text("analyze warehouse.submission, warehouse.observation, warehouse.capital_flow"))
    connection.commit()


def _date_back_lists(connection: Connection, years: int) -> None:
    for table, columns in (
        ("reference.reporting_unit", ("valid_from", "valid_to")),
        ("reference.administrative_unit", ("valid_from", "valid_to")),
        ("reference.province", ("valid_from", "valid_to")),
        ("reference.unit_succession", ("changed_on",)),
        ("reference.template", ("valid_from", "valid_to")),
        ("reference.code_list_member", ("valid_from", "valid_to")),
    ):
        moved = ", ".join(f"{column} = ({column} - make_interval(years => :years))::date" for column in columns)
        connection.execute(text(f"update {table} set {moved}"), {"years": years})


def _lengthen_calendar(connection: Connection, years: int) -> None:
    connection.execute(
        text(
            "insert into reference.reporting_period"
            " select (plan_year - back) || substr(period_code, 5), period_kind,"
            " replace(name_vi, plan_year::text, (plan_year - back)::text), plan_year - back,"
            " (window_start - make_interval(years => back))::date, (window_end - make_interval(years => back))::date,"
            " due_at - make_interval(years => back), rule_vi, legal_basis_vi, only_units"
            " from reference.reporting_period cross join generate_series(1, :years - 1) as back"
            " where period_kind in ('6T', 'NAM')"
        ),
        {"years": years},
    )


def _set_rates(connection: Connection, first_year: int) -> None:
    """Monthly averages, each known five days after its month."""
    for currency, vnd in _CURRENCIES.items():
        connection.execute(
            text(
                "insert into reference.exchange_rate (currency_code, valid_from, valid_to, vnd_per_unit, rate_kind,"
                " source_name, line_number, cell, as_of_date, known_at)"
                " select :currency, month::date, (month + interval '1 month' - interval '1 day')::date,"
                " round(:vnd * (0.9 + 0.001 * row_number() over (order by month)), 2), 'average', 'Giả lập', 1,"
                " 'line 1', (month + interval '1 month')::date, month + interval '1 month 5 days'"
                " from generate_series(make_date(:first, 1, 1)::timestamp, make_date(:last, 12, 1), '1 month') as month"
            ),
            {"currency": currency, "vnd": vnd, "first": first_year, "last": LAST_YEAR},
        )


# -- reports -----------------------------------------------------------------------------------------------------------


def _reports_of_year(units: Sequence[ReportingUnit], year: int, reference: Reference) -> Iterator[_Report]:
    """Every arrival of the year, in no order. Figures come from the sample's own rules, which keep every bound."""
    periods = [period for period in load_periods().values() if period.kind in _CUT_OFF]
    for unit in units:
        # The template is in force in this plan's year: its figures are made for that year and dated back.
        made = make_year(unit, periods, reference, Random(f"{unit.code}|{year}"))
        for period in periods:
            chance = Random(f"{unit.code}|{year}|{period.kind}")
            if chance.random() < 1 / 40:
                continue
            filled = made[period.code]
            told, companions = _undivided(filled.actual, "thuc_hien", reference)
            estimates, _ = _undivided(filled.estimate, "uoc_nam", reference)
            blank_count = _leave_blank(told, unit, period, reference, chance)
            due = period.due_at.astimezone(VIETNAM).replace(year=year)
            late = chance.random() < (0.6 if Random(unit.code).random() < 0.1 else 0.05)
            received_at = due + timedelta(hours=chance.randint(1, 300)) * (1 if late else -1)
            month, day = _CUT_OFF[period.kind]
            first = _Report(
                unit,
                f"{year}{period.code[4:]}",
                received_at,
                date(year, month, day),
                told + estimates,
                companions,
                blank_count=blank_count,
            )
            if chance.random() < 1 / 25:
                yield _held_before(first)
            yield first
            if chance.random() < 1 / 8:
                yield _revised(first, period, year)


def _held_before(report: _Report) -> _Report:
    earlier = report.received_at - timedelta(hours=5)
    return _Report(
        report.unit,
        report.period_code,
        earlier,
        report.cut_off,
        report.told,
        report.companions,
        verdict="quarantined",
        revision=None,
    )


def _revised(report: _Report, period: Period, year: int) -> _Report:
    """A week later some items more; of a whole year that has ended, its final figures instead."""
    is_final = period.kind == "NAM" and year < LAST_YEAR
    more = {"MED01": 2, "TRN03": 1}
    told = [
        (measure, "chinh_thuc" if is_final and kind == "thuc_hien" else kind, value, state)
        if value is None or state != "reported" or kind == "uoc_nam"
        else (measure, "chinh_thuc" if is_final else kind, value + more.get(measure, 0), state)
        for measure, kind, value, state in report.told
        if not (is_final and kind == "uoc_nam")
    ]
    return _Report(
        report.unit,
        report.period_code,
        datetime(year + 1, 2, 20, 9, tzinfo=VIETNAM) if is_final else report.received_at + timedelta(days=7),
        date(year, 12, 31) if is_final else report.cut_off + timedelta(days=2),
        told,
        report.companions,
        kind="chinh_thuc" if is_final else "thuc_hien",
        revision=2,
        blank_count=report.blank_count,
    )


def _undivided(
    entries: Mapping[str, CellEntry], kind: str, reference: Reference
) -> tuple[list[Told], dict[tuple[str, str], Decimal]]:
    told: list[Told] = []
    companions: dict[tuple[str, str], Decimal] = {}
    for line_code, entry in entries.items():
        measure, _, breakdown = line_code.partition(".")
        axis, _, member = breakdown.partition(".")
        if not axis:
            factor = reference.measures[measure].unit_factor
            told.append((measure, kind, *_value(entry, factor)))
        elif axis == COMPANION:
            value, _ = _value(entry, reference.unit_of_measure(measure, axis, member).unit_factor)
            if value is not None:
                companions[(measure, member)] = value
    return told, companions


def _value(entry: CellEntry, factor: Decimal) -> tuple[Decimal | None, str]:
    if entry in (labels.NIL, "-"):
        return Decimal(0), "nil"
    if entry in (labels.YES, labels.NO):
        return Decimal(int(entry == labels.YES)), "reported"
    if entry == labels.NO_WEBSITE:
        return None, "not_applicable"
    if entry == labels.WITHHELD:
        return None, "withheld"
    return Decimal(str(entry)) * factor, "reported"


def _leave_blank(told: list[Told], unit: ReportingUnit, period: Period, reference: Reference, chance: Random) -> int:
    """In one report of five one figure that has no parts is left blank."""
    if chance.random() >= 0.2:
        return 0
    for index, (code, kind, _, state) in enumerate(told):
        measure = reference.measures[code]
        if not measure.axes and measure.value_type == "count" and measure.is_required and state == "reported":
            told[index] = (code, kind, None, "missing")
            return 1
    return 0


def _load_reports(connection: Connection, reports: list[_Report], reference: Reference) -> None:
    reports.sort(key=lambda report: report.received_at)
    ids = connection.execute(
        text(
            "select nextval(pg_get_serial_sequence('warehouse.submission', 'submission_id'))"
            " from generate_series(1, :count)"
        ),
        {"count": len(reports)},
    ).scalars()
    for report, submission_id in zip(reports, ids, strict=True):
        report.submission_id = submission_id
    _stage_figures(connection, reports)
    counted = connection.execute(
        text("select submission_id, count(*) from staging.observation group by submission_id")
    ).all()
    row_counts = {row[0]: row[1] for row in counted}
    copy_rows(
        connection,
        "landing.file",
        ("sha256", "byte_size", "stored_name", "first_received_at"),
        ((report.sha256, 40_000, report.sha256, report.received_at) for report in reports),
    )
    copy_rows(
        connection,
        "warehouse.submission",
        _SUBMISSION_COLUMNS,
        (_submission_row(report, row_counts[report.submission_id], reference) for report in reports),
    )
    copy_rows(
        connection,
        "landing.receipt",
        (
            "receipt_number sha256 byte_size original_name source_id received_at submission_id verdict verdict_code"
        ).split(),
        (
            (
                f"BN-{report.submission_id}",
                report.sha256,
                40_000,
                f"BC_{report.period_code}_{report.unit.code}_{report.submission_id}.xlsx",
                "agency_reports",
                report.received_at,
                report.submission_id,
                report.verdict,
                "OK" if report.verdict == "loaded" else "PARTS_NOT_TOTAL",
            )
            for report in reports
        ),
    )
    copy_rows(
        connection,
        "staging.report",
        _STAGED_REPORT_COLUMNS,
        (_staged_row(report, row_counts[report.submission_id], reference) for report in reports),
    )
    for name in ("observation", "quarantined_observation", "observation_change"):
        run_file(connection, f"load/{name}.sql")
    empty_staging(connection)


def _stage_figures(connection: Connection, reports: Sequence[_Report]) -> None:
    connection.execute(text("truncate told, told_companion"))
    copy_rows(
        connection,
        "told",
        "submission_id reporting_unit_code period_code measure_code value_kind value value_state".split(),
        (
            (report.submission_id, report.unit.code, report.period_code, *said)
            for report in reports
            for said in report.told
        ),
    )
    copy_rows(
        connection,
        "told_companion",
        "submission_id measure_code member_code value".split(),
        (
            (report.submission_id, measure, member, value)
            for report in reports
            for (measure, member), value in report.companions.items()
        ),
    )
    connection.execute(text("analyze told"))
    connection.execute(text(_STAGE_EVERY_LINE))
    connection.execute(text("analyze staging.observation"))


def _submission_row(report: _Report, row_count: int, reference: Reference) -> tuple[object, ...]:
    is_loaded = report.verdict == "loaded"
    required, filled = _cell_counts(report, reference)
    return (
        report.submission_id,
        report.sha256,
        "agency_reports",
        f"{report.unit.code}/{report.period_code}",
        report.unit.code,
        report.period_code,
        report.unit.template_code,
        reference.templates[report.unit.template_code or ""].version,
        report.cut_off,
        report.kind,
        report.received_at,
        report.sha256,
        report.verdict,
        "OK" if is_loaded else "PARTS_NOT_TOTAL",
        report.revision,
        row_count,
        row_count if is_loaded else 0,
        0 if is_loaded else row_count,
        0,
        required,
        filled,
        0 if is_loaded else 1,
        0,
    )


def _staged_row(report: _Report, row_count: int, reference: Reference) -> tuple[object, ...]:
    template = reference.templates[report.unit.template_code or ""]
    return (
        report.submission_id,
        report.sha256,
        "agency_reports",
        report.unit.code,
        report.period_code,
        template.code,
        template.version,
        report.cut_off,
        report.kind,
        report.received_at,
        report.sha256,
        template.allows_partial_load,
        row_count,
        0,
        *_cell_counts(report, reference),
        {},
    )


def _cell_counts(report: _Report, reference: Reference) -> tuple[int, int]:
    asked = reference.form_measures(
        report.unit.template_code or "", "6T" if report.period_code.endswith("6T") else "NAM"
    )
    required = 1 + sum(measure.is_required for measure in asked)
    return required, required - report.blank_count


# Weights of the members are a body's own and those of a year, so that both periods of it divide alike; the parts of a
# breakdown that adds up are differences of one running share, and so make exactly the total.
_LINES_OF_FORMS = """
create temporary table told (
    submission_id bigint, reporting_unit_code text, period_code text, measure_code text, value_kind text, value numeric,
    value_state text
);
create temporary table told_companion (submission_id bigint, measure_code text, member_code text, value numeric);
create temporary table form_part as
select
    axis.measure_code,
    axis.axis_code,
    axis.adds_up,
    axis.in_form,
    member.member_code,
    100 * axis.position + member.position as place
from reference.measure_axis as axis
inner join reference.code_list_member as member on axis.list_code = member.list_code;
analyze form_part;
"""

_STAGE_EVERY_LINE = f"""
insert into staging.observation (
    submission_id, line_number, measure_code, reporting_unit_code, period_code, axis_code, member_code, value_kind,
    value, value_state, sheet_name, cell
)
with weighed as (
    select
        told.*,
        form_part.axis_code,
        form_part.member_code,
        form_part.adds_up,
        form_part.in_form,
        form_part.place,
        -- A few members have nearly all of it.
        power(
            1 + (
                hashtext(
                    told.reporting_unit_code || left(told.period_code, 4) || told.measure_code || form_part.axis_code
                    || form_part.member_code
                ) & 63
            ), 4
        )::numeric as weight
    from told
    inner join form_part on told.measure_code = form_part.measure_code
    where told.value_kind <> 'uoc_nam' and told.value is not null and form_part.axis_code <> '{COMPANION}'
),

shared as (
    select
        weighed.*,
        sum(weight) over running / sum(weight) over (
            partition by submission_id, measure_code, axis_code
        ) as upto,
        (sum(weight) over running - weight) / sum(weight) over (
            partition by submission_id, measure_code, axis_code
        ) as before
    from weighed
    window running as (partition by submission_id, measure_code, axis_code order by place, member_code)
),

line as (
    select
        submission_id, measure_code, reporting_unit_code, period_code, 'total' as axis_code, 'total' as member_code,
        value_kind, value, value_state, true as in_form, -1 as place
    from told
    union all
    select
        submission_id, measure_code, reporting_unit_code, period_code, axis_code, member_code, value_kind,
        case when adds_up then trunc(value * upto) - trunc(value * before) else trunc(value * (upto - before)) end,
        value_state, in_form, place
    from shared
    union all
    select
        told.submission_id, told.measure_code, told.reporting_unit_code, told.period_code, '{COMPANION}',
        told_companion.member_code, told.value_kind, told_companion.value, 'reported', true, 0
    from told
    inner join told_companion using (submission_id, measure_code)
    where told.value_kind <> 'uoc_nam'
),

numbered as (
    select
        line.*,
        row_number() over (
            partition by submission_id order by measure_code, value_kind, place, axis_code, member_code
        ) as line_number
    from line
)

select
    submission_id, line_number, measure_code, reporting_unit_code, period_code, axis_code, member_code, value_kind,
    value, value_state,
    case when in_form then '{labels.MAIN_SHEET}' else '{labels.DETAIL_SHEET}' end,
    case when value_kind = 'uoc_nam' then 'G' else 'F' end || (line_number + 11)
from numbered
"""


def _ask_about_figures(connection: Connection) -> None:
    """Three remarks to each report; one report in ten was asked about a figure, and every second has answered."""
    connection.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, sheet_name, cell, text_vi,"
            " found_at) select receipt_id, 'R-18', 'TEXT_REPAIRED', 'info', :sheet, 'C' || (10 + number),"
            " 'Đã sửa cách viết.', received_at from landing.receipt cross join generate_series(1, 3) as number"
        ),
        {"sheet": labels.MAIN_SHEET},
    )
    connection.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, sheet_name, cell, text_vi,"
            " found_at) select receipt_id, '', case receipt_id % 20 when 0 then 'OUTLIER_OWN_PAST'"
            " else 'OUTLIER_AMONG_PEERS' end, 'warn', :sheet, 'F12', 'Số này có đúng không?', received_at"
            " from landing.receipt where receipt_id % 10 = 0"
        ),
        {"sheet": labels.MAIN_SHEET},
    )
    connection.execute(
        text(
            "insert into warehouse.explanation"
            " (subject_kind, finding_id, reporting_unit_code, answer_kind, reason_vi, given_by_role, given_at)"
            " select 'outlier', finding.finding_id, submission.reporting_unit_code, 'confirmed',"
            " 'Có thêm một đợt tuyên truyền.', 'Văn thư', finding.found_at + interval '2 days'"
            " from warehouse.finding inner join landing.receipt using (receipt_id)"
            " inner join warehouse.submission using (submission_id)"
            " where starts_with(finding.message_code, 'OUTLIER') and finding.finding_id % 2 = 0"
        )
    )


# -- money -------------------------------------------------------------------------------------------------------------


def _send_registers(connection: Connection, years: Collection[int], reference: Reference) -> None:
    """The finance department's three registers of both periods; of one in eight a revision with one amount changed."""
    for year in years:
        for flow, make in (("fdi", _investments), ("oda", _loans), ("ngo", _grants)):
            projects = make(year, Random(f"{flow}|{year}"), reference)
            for period_code, month, kept in ((f"{year}-06T", 5, 2 * len(projects) // 3), (f"{year}-NAM", 10, None)):
                as_of = date(year, month, 31)
                told = projects[:kept]
                received_at = datetime(year, month + 1, 9, 9, tzinfo=VIETNAM)
                sent = {"period": period_code, "as_of": as_of}
                send_register(connection, _FINANCE, flow, *told, **sent, received_at=received_at)
                if Random(f"{flow}|{period_code}").random() < 1 / 8:
                    changed = Project(**{**_fields(told[0]), "figures": _doubled(told[0].figures)})
                    later = received_at + timedelta(days=4)
                    send_register(connection, _FINANCE, flow, changed, *told[1:], **sent, received_at=later)


def _fields(project: Project) -> dict[str, object]:
    return {name: getattr(project, name) for name in Project.__dataclass_fields__}


def _doubled(figures: Mapping[str, object]) -> dict[str, object]:
    return {
        measure: (2 * figure[0], figure[1]) if isinstance(figure, tuple) else figure
        for measure, figure in figures.items()
    }


def _investments(year: int, chance: Random, reference: Reference) -> list[Project]:
    projects = []
    for number in range(1, 26):
        capital = chance.randint(1, 90) * 500_000
        projects.append(
            Project(
                f"GL51{year}{number:04}",
                f"Nhà máy {chance.choice(_THINGS)} {chance.choice(_PLACES)} {number}/{year} (giả lập)",
                chance.choice(_PARTNERS),
                {
                    "projects_new": 1,
                    "capital_new": (capital, "USD"),
                    "capital_disbursed": (capital // 3, "USD"),
                },
                sector=chance.choice(sorted(reference.code_lists["sector"])),
                zone=chance.choice(sorted(reference.members("FDI01", "zone"))),
                locality=chance.choice(sorted(reference.members("FDI01", "commune"))),
            )
        )
    return projects


def _loans(year: int, chance: Random, reference: Reference) -> list[Project]:
    """A programme runs for years under one number."""
    projects = []
    for number in range(1, 13):
        currency = chance.choice(("USD", "EUR", "JPY"))
        amount = chance.randint(2, 60) * 1_000_000 * (150 if currency == "JPY" else 1)
        projects.append(
            Project(
                f"ODA{number:04}",
                f"Chương trình {_THINGS[number % len(_THINGS)]} vốn vay số {number} (giả lập)",
                chance.choice(("JP", "KR", "FR", "DE")),
                {
                    "projects_running": 1,
                    "capital_signed": (amount, currency),
                    "capital_planned": (amount // 4, currency),
                    "capital_disbursed": (amount // 5, currency),
                },
                sector=chance.choice(sorted(reference.code_lists["sector"])),
                kind=chance.choice(sorted(reference.members("ODA01", "oda_type"))),
                form=chance.choice(sorted(reference.members("ODA03", "funding"))),
            )
        )
    return projects


def _grants(year: int, chance: Random, reference: Reference) -> list[Project]:
    projects = []
    for number in range(1, 41):
        currency = chance.choice(("USD", "USD", "EUR", "KRW", "VND"))
        amount = chance.randint(5, 200) * 1_000 * {"KRW": 1_300, "VND": 25_000}.get(currency, 1)
        projects.append(
            Project(
                f"VT{year}{number:04}",
                f"Hỗ trợ {chance.choice(_THINGS)} {chance.choice(_PLACES)} {number}/{year} (giả lập)",
                chance.choice(_PARTNERS),
                {
                    "grants_approved": 1,
                    "capital_committed": (amount, currency),
                    "capital_disbursed": (amount // 2, currency),
                },
                sector=chance.choice(sorted(reference.code_lists["sector"])),
                kind=chance.choice(sorted(reference.members("NGO01", "aid_kind"))),
                form=chance.choice(sorted(reference.members("NGO02", "aid_form"))),
                provider=f"Quỹ {chance.randint(1, 30)}",
            )
        )
    return projects


_THINGS = (
    "chế biến trái cây",
    "thức ăn thủy sản",
    "may mặc",
    "linh kiện điện tử",
    "nước sạch nông thôn",
    "khám mắt người cao tuổi",
    "học bổng học sinh",
    "lúa gạo",
    "bao bì",
    "năng lượng mặt trời",
)
_PLACES = ("ven sông Tiền", "Gò Công", "Sa Đéc", "Hồng Ngự", "Cai Lậy", "Tháp Mười", "Mỹ Tho", "Lai Vung")


def _publish_books(connection: Connection, years: Collection[int]) -> None:
    """The statistics office's monthly books: three figures of every province of the day and of thirty partners."""
    for year in years:
        chance = Random(f"book|{year}")
        growth = 1
        for month in range(1, 13):
            growth += 1
            until = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            provinces = connection.execute(
                text(
                    "select province_code from reference.province"
                    " where valid_from <= :day and coalesce(valid_to, 'infinity') > :day order by province_code"
                ),
                {"day": until},
            ).scalars()

            def printed(growth: int = growth, chance: Random = chance) -> dict[str, object]:
                return {
                    "projects_new": growth * chance.randint(1, 4),
                    "capital_new": growth * chance.randint(1, 40) * 1_000_000,
                    "capital_adjusted": growth * chance.randint(-3, 20) * 1_000_000,
                }

            send_book(
                connection,
                {province: printed() for province in provinces},
                (date(year, 1, 1), until),
                until,
                partners={partner: printed() for partner in _PARTNERS},
                received_at=datetime(until.year, until.month, until.day, 9, tzinfo=VIETNAM) + timedelta(days=6),
            )

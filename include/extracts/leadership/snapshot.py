"""All that the leadership's extract says about one period, read once, so that workbook and page cannot differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from include.extracts.leadership.exceptions import (
    AcceptedException,
    CorrectedFigure,
    read_corrections,
    read_exceptions,
)
from include.extracts.leadership.sentences import hidden_teller
from include.extracts.leadership.small_counts import LineMarks, is_small, mark_period
from include.extracts.leadership.wording import (
    BOOKS_VI,
    CLAUSE_GROUPS_VI,
    GROUPS_VI,
    MEMBERS_VI,
    NOT_SHOWN,
    SMALL,
    STATES_VI,
    UNIT_AXES_VI,
    as_of_vi,
    clause_group,
    number_vi,
)
from include.indicators.catalogue import load_catalogue
from include.indicators.kpi import REASONS_VI
from include.indicators.missing_units import missing_unit_rules
from include.indicators.status import STATES_VI as REPORT_STATES_VI
from include.indicators.status import require_period
from include.indicators.targets import TargetReading, read_targets
from include.model import TOTAL

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from include.indicators.catalogue import Indicator
    from include.reference import Measure, Reference

LEADING = ("P01", "P02", "P03", "P04", "L03", "T03", "M01", "M02", "V01", "E01")
"""The indicators shown first. Of P01 to P03 a period has one, so there are eight at most."""

PROVINCE, GROUP, UNIT = "province", "group", "unit"

_MARKS_VI = {"": "", "small": SMALL, "companion": NOT_SHOWN}

UNCLASSIFIED = "unclassified"
"""Breakdown of N02: the share nobody classified, beside the shares of what was."""


@dataclass(frozen=True, slots=True)
class Period:
    """The period the extract is about. `due_at` is the first instant that is late."""

    code: str
    kind: str
    name: str
    plan_year: int
    window_start: date
    window_end: date
    due_at: datetime
    rule: str


@dataclass(frozen=True, slots=True)
class Body:
    """One body that has to do with the period and what became of its report."""

    code: str
    name: str
    short_name: str
    kind: str
    group_code: str
    obligation: str
    state: str
    is_received: bool
    received_at: datetime | None
    last_attempt_at: datetime | None
    revision: int | None
    cut_off: date | None
    is_nil_return: bool

    @property
    def is_obliged(self) -> bool:
        return self.obligation == "obliged"

    @property
    def group_name(self) -> str:
        return GROUPS_VI.get(self.group_code, self.group_code)

    @property
    def state_name(self) -> str:
        return REPORT_STATES_VI[self.state]


@dataclass(frozen=True, slots=True)
class Figure:
    """One value: indicator x scope x breakdown member x side of a pair, with all that is needed to judge it.

    `value` is in `unit`, `numerator` and `denominator` in whole base units. A hidden number is None, and its `_mark`
    says in words what stands in its place; `value_mark` also speaks for values there never were.
    """

    indicator_code: str
    indicator_name: str
    unit: str
    scope_type: str
    scope_code: str
    scope_name: str
    side: str
    side_name: str
    axis_code: str
    axis_name: str
    member_code: str
    member_name: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    state: str
    reason: str
    kind: str | None
    full_year_estimate: Decimal | None
    full_year_count: int
    cut_off_from: date | None
    cut_off_to: date | None
    received: int
    expected: int
    requested_received: int
    requested_expected: int
    answered: int
    incomplete: int
    blank: int
    withheld: int
    not_applicable: int
    is_revised: bool
    is_provisional: bool
    counts_days: bool = False
    """Whether `received` and `expected` count the days that were monitored; bodies otherwise."""
    numerator_mark: str = ""
    denominator_mark: str = ""
    as_of_from: date | None = None
    """How far the FDI, ODA and aid figures in it reach, earliest and latest; None for every other value."""
    as_of_to: date | None = None
    target: TargetReading | None = None
    """What the province wants a headline to reach, and how far it is; None while it has set nothing."""

    @property
    def is_headline(self) -> bool:
        return self.axis_code == TOTAL

    @property
    def state_name(self) -> str:
        return STATES_VI[self.state]

    @property
    def as_of(self) -> str:
        """“số liệu đến 31/05/2026” for an FDI, ODA or aid value; empty for every other."""
        return as_of_vi(self.as_of_from, self.as_of_to)

    @property
    def shown(self) -> str:
        """The value as printed, or the word for why there is no number."""
        if self.state == "suppressed":
            return self.numerator_mark if self.denominator is None and not self.denominator_mark else NOT_SHOWN
        if self.state == "nil" or self.value is None:
            return self.state_name
        return number_vi(self.value, self.unit)


@dataclass(frozen=True, slots=True)
class LegalBasisDays:
    """A text an indicator rests on, with the days of the period it is in force on, both included."""

    code: str
    number: str
    name: str
    first: date
    last: date
    day_count: int
    window_day_count: int
    is_whole_window: bool
    is_start_assumed: bool
    """Whether its first day in force is only that of its issue; `starts_within` whether that day is in the period."""
    starts_within: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class IndicatorLines:
    """One indicator of the catalogue with its values: headline (two for a pair), breakdowns, by group and by body."""

    code: str
    name: str
    unit: str
    unit_factor: Decimal
    arithmetic: str
    direction: str
    clause_group: str
    clauses: tuple[str, ...]
    owner: str
    reading_note: str
    headline: tuple[Figure, ...]
    breakdowns: tuple[Figure, ...]
    by_group: tuple[Figure, ...]
    by_unit: tuple[Figure, ...]
    when_missing: str = ""
    legal_bases: tuple[LegalBasisDays, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that counts for the period."""

    unit_name: str
    file_name: str
    sha256: str
    revision: int
    received_at: datetime
    receipt_number: str
    cut_off: date | None
    stored_name: str


@dataclass(frozen=True, slots=True)
class Restatement:
    """A figure a later revision changed, in the unit of the report form; breakdowns are not listed."""

    unit_name: str
    measure_code: str
    measure_name: str
    unit: str
    before: str
    after: str
    revision: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class OpenWarning:
    """What a check asked of a report that was accepted all the same, in the words told to its reporter."""

    unit_name: str
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that does not prevail beside the one that does, in base units."""

    indicator_code: str
    indicator_name: str
    unit_name: str
    reported: str
    prevailing: str
    prevailing_units: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One period as known at `known_until`, the newest arrival for it."""

    period: Period
    known_until: datetime | None
    cut_off_from: date | None
    cut_off_to: date | None
    bodies: tuple[Body, ...]
    indicators: tuple[IndicatorLines, ...]
    sources: tuple[SourceFile, ...]
    restatements: tuple[Restatement, ...]
    differences: tuple[Difference, ...]
    warnings: tuple[OpenWarning, ...]
    held_row_count: int
    is_before_due: bool
    is_synthetic: bool = False
    corrections: tuple[CorrectedFigure, ...] = ()
    exceptions: tuple[AcceptedException, ...] = ()

    @property
    def obliged(self) -> tuple[Body, ...]:
        """Bodies the plan orders to report, in Vietnamese order."""
        return tuple(body for body in self.bodies if body.is_obliged)

    @property
    def requested(self) -> tuple[Body, ...]:
        """Bodies the plan only asks; they never lower a rate."""
        return tuple(body for body in self.bodies if body.obligation == "requested")

    @property
    def received(self) -> tuple[Body, ...]:
        return tuple(body for body in self.obliged if body.is_received)

    @property
    def missing(self) -> tuple[Body, ...]:
        """Obliged bodies without an accepted report, those that sent a faulty one included."""
        return tuple(body for body in self.obliged if not body.is_received)

    @property
    def silent(self) -> tuple[Body, ...]:
        """Obliged bodies nothing came from."""
        return tuple(body for body in self.missing if body.last_attempt_at is None)

    @property
    def waiting(self) -> tuple[Body, ...]:
        """Obliged bodies whose report came and was held back or refused."""
        return tuple(body for body in self.missing if body.last_attempt_at is not None)

    @property
    def late(self) -> tuple[Body, ...]:
        return tuple(body for body in self.obliged if body.state == "late")

    @property
    def revised(self) -> tuple[Body, ...]:
        """Bodies with more than one accepted revision, requested ones included."""
        return tuple(body for body in self.bodies if (body.revision or 0) > 1)

    @property
    def leading(self) -> tuple[Figure, ...]:
        """The headlines shown first, those that apply to the period."""
        by_code = {indicator.code: indicator for indicator in self.indicators}
        return tuple(by_code[code].headline[0] for code in LEADING if code in by_code)

    @property
    def headlines(self) -> tuple[Figure, ...]:
        return tuple(figure for indicator in self.indicators for figure in indicator.headline)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every value there is, the tidy form."""
        return tuple(
            figure
            for each in self.indicators
            for figure in (*each.headline, *each.breakdowns, *each.by_group, *each.by_unit)
        )

    @property
    def estimated(self) -> tuple[Figure, ...]:
        """Headlines in which at least one figure is an estimate."""
        return tuple(figure for figure in self.headlines if figure.kind == "uoc")

    @property
    def without_value(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.headlines if figure.value is None)

    @property
    def restated(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.headlines if figure.is_revised)

    @property
    def with_target(self) -> tuple[Figure, ...]:
        """Headlines the province has set a target for; none of the others is judged."""
        return tuple(figure for figure in self.headlines if figure.target is not None)

    @property
    def legal_bases(self) -> tuple[LegalBasisDays, ...]:
        """Every text an indicator of the period rests on, once."""
        return tuple({basis.code: basis for each in self.indicators for basis in each.legal_bases}.values())

    @property
    def by_clause_group(self) -> Mapping[str, tuple[IndicatorLines, ...]]:
        """Indicators under the section of the plan they belong to, sections in the plan's order."""
        groups: dict[str, list[IndicatorLines]] = {code: [] for code in CLAUSE_GROUPS_VI}
        for indicator in self.indicators:
            groups.setdefault(indicator.clause_group, []).append(indicator)
        return {code: tuple(members) for code, members in groups.items() if members}


def read_snapshot(connection: Connection, period_code: str) -> Snapshot:
    """Read what the marts say of a period. Rebuilds nothing: the caller has ensured that they are current.

    Small counts of sensitive matters are already hidden in what is returned.
    Raises PlatformError for a period the calendar does not know.
    """
    from include.reference import load_reference

    reference = load_reference()
    row = require_period(connection, period_code)
    bodies = _read_bodies(connection, period_code)
    totals = _one(
        connection,
        "select max(received_at) as known_until,"
        " (select min(cut_off_date) from mart.report_latest where period_code = :period) as cut_off_from,"
        " (select max(cut_off_date) from mart.report_latest where period_code = :period) as cut_off_to,"
        # Rows of a file the body has since replaced wait for nobody.
        " (select count(*) from quarantine.observation as held"
        " inner join warehouse.submission on held.submission_id = submission.submission_id"
        " where submission.period_code = :period and not exists ("
        "select 1 from warehouse.submission as later where later.source_id = submission.source_id"
        " and later.reporting_unit_code = submission.reporting_unit_code"
        " and later.period_code = submission.period_code and later.submission_id > submission.submission_id"
        " and later.verdict in ('loaded', 'quarantined'))) as held_row_count,"
        " (select coalesce(as_known, built_at) from mart.build) < cast(:due_at as timestamptz) as is_before_due"
        " from warehouse.submission"
        " where period_code = :period"
        " and received_at <= coalesce((select as_known from mart.build), 'infinity')",
        {"period": period_code, "due_at": row.due_at},
    )
    indicators = _read_indicators(connection, row, reference, bodies)
    untold = read_untold(connection, period_code, reference, indicators)
    return Snapshot(
        period=Period(
            row.period_code,
            row.period_kind,
            row.name_vi,
            row.plan_year,
            row.window_start,
            row.window_end,
            row.due_at,
            row.rule_vi,
        ),
        known_until=totals.known_until,
        cut_off_from=totals.cut_off_from,
        cut_off_to=totals.cut_off_to,
        bodies=bodies,
        indicators=indicators,
        sources=_read_sources(connection, period_code),
        restatements=_read_restatements(connection, period_code, reference, untold),
        differences=_read_differences(connection, period_code, reference, untold),
        warnings=_read_warnings(connection, period_code, reference, untold),
        held_row_count=int(totals.held_row_count),
        is_before_due=bool(totals.is_before_due),
        corrections=read_corrections(connection, period_code, reference, untold),
        exceptions=read_exceptions(connection, period_code, reference, untold),
    )


def _rows(connection: Connection, statement: str, parameters: Mapping[str, object]) -> Sequence[Row[Any]]:
    from sqlalchemy import text

    return connection.execute(text(statement), dict(parameters)).all()


def _one(connection: Connection, statement: str, parameters: Mapping[str, object]) -> Row[Any]:
    return _rows(connection, statement, parameters)[0]


def _read_bodies(connection: Connection, period_code: str) -> tuple[Body, ...]:
    return tuple(
        Body(
            code=row.reporting_unit_code,
            name=row.reporting_unit_name_vi,
            short_name=row.short_name_vi,
            kind=row.unit_kind,
            group_code=row.group_code,
            obligation=row.obligation,
            state=row.report_state,
            is_received=row.is_received,
            received_at=row.first_accepted_at,
            last_attempt_at=row.last_attempt_at,
            revision=row.revision_number,
            cut_off=row.cut_off_date,
            is_nil_return=bool(row.is_nil_return),
        )
        for row in _rows(
            connection,
            # Agencies before communes, each in Vietnamese order.
            "select * from mart.report_status where period_code = :period"
            " order by unit_kind, sort_key, reporting_unit_code",
            {"period": period_code},
        )
    )


def _read_indicators(
    connection: Connection, period: Row[Any], reference: Reference, bodies: Iterable[Body]
) -> tuple[IndicatorLines, ...]:
    catalogue = load_catalogue()
    unit_names = {code: unit.name_vi for code, unit in reference.units.items()}
    unit_order = {body.code: position for position, body in enumerate(bodies)}
    lines: dict[str, list[Figure]] = defaultdict(list)
    for row in _rows(
        connection,
        "select value.* from mart.indicator_dated as value"
        " where value.period_code = :period order by value.indicator_code, value.side",
        {"period": period.period_code},
    ):
        indicator = catalogue[row.indicator_code]
        lines[indicator.code].append(_figure(row, indicator, reference, unit_names))
    marks = mark_period(lines, catalogue, reference)
    targets = read_targets(connection, period.period_code)
    legal_bases = _read_legal_bases(connection, period.period_code)
    read = []
    for indicator in catalogue.values():
        if period.period_kind not in indicator.periods:
            continue
        figures = sorted(
            (
                _with_target(
                    figure,
                    targets.get((figure.indicator_code, period.period_code, figure.side)),
                    hides_explained=_is_sensitive(indicator, reference),
                )
                for figure in map(_without_small, lines[indicator.code], marks.get(indicator.code, ()))
            ),
            key=lambda figure: (_breakdown_order(figure, indicator, reference), _scope_order(figure, unit_order)),
        )
        read.append(
            IndicatorLines(
                code=indicator.code,
                name=indicator.name_vi,
                unit=indicator.unit,
                unit_factor=indicator.unit_factor,
                arithmetic=indicator.arithmetic,
                direction=indicator.better,
                clause_group=clause_group(indicator.clauses),
                clauses=indicator.clauses,
                owner=indicator.owner_vi,
                reading_note=indicator.reading_note_vi,
                headline=tuple(f for f in figures if f.scope_type == PROVINCE and f.is_headline),
                breakdowns=tuple(f for f in figures if f.scope_type == PROVINCE and not f.is_headline),
                by_group=tuple(f for f in figures if f.scope_type == GROUP and f.is_headline),
                by_unit=tuple(f for f in figures if f.scope_type == UNIT and f.is_headline),
                when_missing=missing_unit_rules()[indicator.when_missing].sentence_vi,
                legal_bases=tuple(legal_bases[indicator.code]),
            )
        )
    return tuple(read)


def _figure(row: Row[Any], indicator: Indicator, reference: Reference, unit_names: Mapping[str, str]) -> Figure:
    units = [unit.strip() for unit in indicator.unit.split(";")] if indicator.arithmetic == "pair" else []
    unit = (units[indicator.sides.index(row.side)]) if units else indicator.unit
    scope_names = {PROVINCE: "Toàn tỉnh", GROUP: GROUPS_VI.get(row.scope_code, row.scope_code)}
    axis_name, member_name = _breakdown_names(row.axis_code, row.member_code, indicator, reference)
    return Figure(
        indicator_code=indicator.code,
        indicator_name=indicator.name_vi,
        unit=unit,
        scope_type=row.scope_type,
        scope_code=row.scope_code,
        scope_name=scope_names.get(row.scope_type) or unit_names.get(row.scope_code, row.scope_code),
        side=row.side,
        side_name=unit if units else "",
        axis_code=row.axis_code,
        axis_name=axis_name,
        member_code=row.member_code,
        member_name=member_name,
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        state=row.value_state,
        reason=REASONS_VI.get(row.reason_code or "", ""),
        kind=row.value_kind,
        full_year_estimate=row.full_year_estimate,
        full_year_count=row.full_year_count,
        cut_off_from=row.cut_off_from,
        cut_off_to=row.cut_off_to,
        received=row.coverage_received,
        expected=row.coverage_expected,
        requested_received=row.requested_received,
        requested_expected=row.requested_expected,
        answered=row.answered_count,
        incomplete=row.incomplete_count,
        blank=row.missing_count,
        withheld=row.withheld_count,
        not_applicable=row.not_applicable_count,
        is_revised=row.is_revised,
        is_provisional=row.is_before_due,
        as_of_from=row.as_of_from,
        as_of_to=row.as_of_to,
        counts_days=indicator.arithmetic == "feed",
    )


def _breakdown_names(axis_code: str, member_code: str, indicator: Indicator, reference: Reference) -> tuple[str, str]:
    if axis_code == TOTAL:
        return "", ""
    if axis_code in UNIT_AXES_VI:
        if axis_code == "template" and member_code in reference.templates:
            name = reference.templates[member_code].name_vi
            return UNIT_AXES_VI[axis_code], name.removeprefix("Báo cáo kết quả hoạt động thông tin đối ngoại ")
        if axis_code == "element" and member_code in reference.measures:
            return UNIT_AXES_VI[axis_code], reference.measures[member_code].name_vi
        return UNIT_AXES_VI[axis_code], MEMBERS_VI.get(member_code, member_code)
    if "/" in axis_code:
        pairs = zip(axis_code.split("/"), member_code.split("/"), strict=True)
        named = [_breakdown_names(axis, member, indicator, reference) for axis, member in pairs]
        return ", ".join(axis for axis, _ in named), " – ".join(member for _, member in named)
    if axis_code == UNCLASSIFIED:
        # Beside the shares of what was classified: a share of everything, so it has a breakdown of its own.
        return "trên tổng số tin, bài", reference.members("MON01", "tone")[member_code].name_vi
    for term in indicator.terms:
        if reference.measures[term.measure_code].axis(axis_code) is not None:
            listed = reference.members(term.measure_code, axis_code)
            if member_code in listed:
                return listed.by_vi, listed[member_code].name_vi
    return axis_code, member_code


def _breakdown_order(figure: Figure, indicator: Indicator, reference: Reference) -> tuple[int, int, str, str]:
    """Headline first, then axes as the catalogue lists them, members as their list has them; first before second."""
    if figure.is_headline:
        return -1, 0, "", figure.side
    axes = list(indicator.disaggregations)
    axis_position = axes.index(figure.axis_code) if figure.axis_code in axes else len(axes)
    member_position = 0
    for term in indicator.terms:
        if reference.measures[term.measure_code].axis(figure.axis_code) is not None:
            listed = reference.members(term.measure_code, figure.axis_code)
            if figure.member_code in listed:
                member_position = list(listed).index(figure.member_code)
                break
    return axis_position, member_position, figure.member_code, figure.side


def _scope_order(figure: Figure, unit_order: Mapping[str, int]) -> tuple[int, str]:
    if figure.scope_type == GROUP:
        groups = list(GROUPS_VI)
        return (groups.index(figure.scope_code) if figure.scope_code in groups else len(groups)), figure.scope_code
    return unit_order.get(figure.scope_code, len(unit_order)), figure.scope_code


def _without_small(figure: Figure, hidden: LineMarks) -> Figure:
    """Put “<5” in place of small counts of sensitive matters, and nothing beside them that would tell them."""
    if hidden.hides_estimate:
        figure = replace(figure, full_year_estimate=None, full_year_count=0)
    if not hidden.hides_value:
        return figure
    return replace(
        figure,
        value=None,
        full_year_estimate=None,
        state="suppressed",
        reason="Số từ 1 đến 4 của nội dung nhạy cảm chỉ Sở VHTTDL được xem.",
        numerator=None if hidden.numerator else figure.numerator,
        denominator=None if hidden.denominator else figure.denominator,
        numerator_mark=_MARKS_VI[hidden.numerator],
        denominator_mark=_MARKS_VI[hidden.denominator],
    )


def read_untold(
    connection: Connection, period_code: str, reference: Reference, indicators: Iterable[IndicatorLines]
) -> frozenset[str]:
    """Measures of which the lists give no figure of a single body.

    Sensitive ones of which a body reported 1 to 4: those of the other bodies and the sum of all would tell it. And
    measures of an undivided figure that is hidden: the figure of the only body that has one would be the same.
    """
    catalogue = load_catalogue()
    sensitive = [measure.code for measure in reference.measures.values() if measure.is_sensitive]
    small = _rows(
        connection,
        "select distinct observation.measure_code from warehouse.observation"
        " inner join warehouse.submission on observation.submission_id = submission.submission_id"
        " where submission.period_code = :period and observation.measure_code = any(:sensitive)"
        " and observation.axis_code = 'total' and observation.value > 0 and observation.value < 5"
        " and submission.received_at <= coalesce((select as_known from mart.build), 'infinity')",
        {"period": period_code, "sensitive": sensitive},
    )
    hidden = {
        term.measure_code
        for indicator in indicators
        if any(
            figure.numerator_mark or figure.denominator_mark
            for figure in (*indicator.headline, *indicator.by_group, *indicator.by_unit)
        )
        for term in catalogue[indicator.code].terms
    }
    return frozenset(hidden | {row.measure_code for row in small})


def _is_sensitive(indicator: Indicator, reference: Reference) -> bool:
    return any(reference.measures[term.measure_code].is_sensitive for term in indicator.terms)


def _with_target(figure: Figure, target: TargetReading | None, *, hides_explained: bool) -> Figure:
    """A headline of the province with its target; where the value is hidden, nothing that would tell it."""
    if target is None or figure.scope_type != PROVINCE or not figure.is_headline:
        return figure
    if hides_explained:
        target = replace(target, answers=tuple(replace(answer, explained_value=None) for answer in target.answers))
    if figure.state == "suppressed":
        told = tuple(answer for answer in target.answers if answer.reason is not None)
        target = replace(
            target, state="suppressed", distance=None, reached_pct=None, elapsed_pct=None, cut_off=None, answers=told
        )
    return replace(figure, target=target)


def _read_legal_bases(connection: Connection, period_code: str) -> Mapping[str, list[LegalBasisDays]]:
    bases: dict[str, list[LegalBasisDays]] = defaultdict(list)
    for row in _rows(
        connection,
        "select * from mart.indicator_legal_basis where period_code = :period order by indicator_code, position_number",
        {"period": period_code},
    ):
        bases[row.indicator_code].append(
            LegalBasisDays(
                code=row.legal_basis_code,
                number=row.document_number or "",
                name=row.name_vi,
                first=row.first_date,
                last=row.last_date,
                day_count=row.day_count,
                window_day_count=row.window_day_count,
                is_whole_window=row.is_whole_window,
                is_start_assumed=row.is_start_assumed,
                starts_within=row.starts_within,
                evidence=row.evidence,
            )
        )
    return bases


def _read_sources(connection: Connection, period_code: str) -> tuple[SourceFile, ...]:
    return tuple(
        SourceFile(
            unit_name=row.name_vi,
            file_name=row.original_name or "",
            sha256=row.sha256,
            revision=row.revision_number,
            received_at=row.received_at,
            receipt_number=row.receipt_number or "",
            cut_off=row.cut_off_date,
            stored_name=row.stored_name,
        )
        for row in _rows(
            connection,
            "select unit.name_vi, latest.sha256, latest.revision_number, latest.received_at, latest.cut_off_date,"
            " receipt.original_name, receipt.receipt_number, file.stored_name"
            " from (select reporting_unit_code, source_id, sha256, revision_number, received_at, cut_off_date"
            " from mart.report_latest where period_code = :period"
            # Registers of projects: their figures count too.
            " union select figure.reporting_unit_code, figure.source_id, submission.sha256, figure.revision_number,"
            " figure.received_at, figure.as_of_date from mart.project_figure as figure"
            " inner join warehouse.submission on figure.submission_id = submission.submission_id"
            " where figure.period_code = :period) as latest"
            " inner join reference.reporting_unit as unit on latest.reporting_unit_code = unit.unit_code"
            " inner join landing.file on latest.sha256 = file.sha256"
            " left join lateral (select original_name, receipt_number from landing.receipt"
            " where receipt.sha256 = latest.sha256 and receipt.source_id = latest.source_id"
            " order by receipt_id limit 1) as receipt on true"
            " order by unit.unit_kind, unit.sort_key, latest.source_id",
            {"period": period_code},
        )
    )


def _read_warnings(
    connection: Connection, period_code: str, reference: Reference, untold: frozenset[str]
) -> tuple[OpenWarning, ...]:
    tells_hidden = hidden_teller(reference, untold)
    return tuple(
        OpenWarning(
            row.name_vi,
            row.rule_code,
            # The sentence quotes the figure, and small counts of these measures are not shown.
            "Cảnh báo về số liệu không nêu chi tiết." if tells_hidden(row.text_vi) else row.text_vi,
        )
        for row in _rows(
            connection,
            "select unit.name_vi, finding.rule_code, finding.text_vi"
            " from mart.report_latest as latest"
            " inner join reference.reporting_unit as unit on latest.reporting_unit_code = unit.unit_code"
            " inner join landing.receipt on latest.submission_id = receipt.submission_id and receipt.verdict = 'loaded'"
            " inner join warehouse.finding on receipt.receipt_id = finding.receipt_id"
            " where latest.period_code = :period and finding.severity = 'warn'"
            " order by unit.unit_kind, unit.sort_key, finding.finding_id",
            {"period": period_code},
        )
    )


def _read_restatements(
    connection: Connection, period_code: str, reference: Reference, untold: frozenset[str]
) -> tuple[Restatement, ...]:
    restatements = []
    for row in _rows(
        connection,
        "select unit.name_vi, change.measure_code, change.old_value, change.new_value, change.old_state,"
        " change.new_state, restatement.revision_number, restatement.received_at"
        " from mart.restated_figure as change"
        " inner join mart.restatement on change.submission_id = restatement.submission_id"
        " inner join reference.reporting_unit as unit on restatement.reporting_unit_code = unit.unit_code"
        " where restatement.period_code = :period and restatement.replacement_kind = 'report'"
        " and change.axis_code = 'total' and change.change_kind = 'changed'"
        " order by unit.unit_kind, unit.sort_key, restatement.received_at, change.figure_number",
        {"period": period_code},
    ):
        measure = reference.measures[row.measure_code]

        def said(
            value: Decimal | None,
            state: str | None,
            measure: Measure = measure,
        ) -> str:
            if hidden := _said_instead(value, [measure], untold):
                return hidden
            if value is None or state == "nil":
                return STATES_VI.get(state or "missing", "")
            return number_vi(value / measure.unit_factor)

        restatements.append(
            Restatement(
                unit_name=row.name_vi,
                measure_code=measure.code,
                measure_name=measure.name_vi,
                unit=measure.unit_vi,
                before=said(row.old_value, row.old_state),
                after=said(row.new_value, row.new_state),
                revision=row.revision_number,
                received_at=row.received_at,
            )
        )
    return tuple(restatements)


def _said_instead(value: Decimal | None, measures: Iterable[Measure], untold: frozenset[str]) -> str:
    """What stands in a list in place of a figure of these measures nobody may know; empty when it is told."""
    if value is None or value <= 0:
        return ""
    if is_small(value) and any(measure.is_sensitive for measure in measures):
        return SMALL
    return NOT_SHOWN if any(measure.code in untold for measure in measures) else ""


def _read_differences(
    connection: Connection, period_code: str, reference: Reference, untold: frozenset[str]
) -> tuple[Difference, ...]:
    catalogue = load_catalogue()
    differences = []
    for row in _rows(
        connection,
        "select reconciliation.*, unit.name_vi from mart.reconciliation"
        " left join reference.reporting_unit as unit on reconciliation.reporting_unit_code = unit.unit_code"
        " inner join reference.indicator on reconciliation.indicator_code = indicator.indicator_code"
        " where period_code = :period and difference is distinct from 0"
        " order by indicator.position, unit.unit_kind, unit.sort_key, reconciliation.source_id, side",
        {"period": period_code},
    ):
        indicator = catalogue[row.indicator_code]
        measures = [reference.measures[term.measure_code] for term in indicator.terms if term.side == row.side]
        measure = measures[0]

        def said(value: Decimal | None, measures: Sequence[Measure] = measures) -> str:
            if value is None:
                return STATES_VI["missing"]
            return _said_instead(value, measures, untold) or number_vi(value / measures[0].unit_factor)

        differences.append(
            Difference(
                indicator_code=indicator.code,
                indicator_name=f"{measure.name_vi if len(measures) == 1 else indicator.name_vi} ({measure.unit_vi})",
                unit_name=_teller(row),
                reported=said(row.reported_value),
                prevailing=said(row.prevailing_value),
                prevailing_units=_named(row.prevailing_units or (), reference),
            )
        )
    return tuple(differences)


def _teller(row: Row[Any]) -> str:
    """Whose figure stands beside: the body, its aggregate report beside its own register, or a national book."""
    if row.name_vi is None:
        name = BOOKS_VI.get(row.source_id, row.source_id)
    else:
        beside_own = row.prevailing_units == [row.reporting_unit_code]
        name = f"{row.name_vi}, báo cáo tổng hợp" if beside_own else row.name_vi
    return f"{name} ({as_of_vi(row.as_of_date, row.as_of_date)})" if row.as_of_date else name


def _named(codes: Sequence[str], reference: Reference) -> str:
    """The bodies by name; how many they are when they are too many to name."""
    known = [reference.units[code].short_name_vi for code in codes if code in reference.units]
    return ", ".join(known) if len(known) <= 3 else f"{len(known)} đơn vị"

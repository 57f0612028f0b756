"""What the province wants an indicator to reach: set in one file, empty as delivered. No target, no judgement."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from include.indicators.catalogue import Indicator, load_catalogue
from include.reference.files import Problems, csv_rows, read_day

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from include.calendar.periods import Period
    from include.reference import Reference

_FILE: Final = Path(__file__).parents[1] / "reference" / "targets.csv"
_COLUMNS: Final = (
    "indicator_code",
    "side",
    "target_for",
    "target_value",
    "document_number",
    "document_date",
    "issued_by",
)
_PLAN_YEAR: Final = re.compile(r"20\d\d")
# “1.200” is one thousand two hundred to one writer and one and a fifth to another: three digits behind are refused.
_VALUE: Final = re.compile(r"(-?\d+)(?:[.,](\d{1,2}))?")
# Shares of a whole they belong to; other ratios may pass 100 (spending over budget, disbursement over plan).
_NEVER_OVER_100: Final = ("timeliness", "completeness", "first_pass", "revised_share", "units_share", "feed")
_LAST_MILESTONE: Final = 4


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the file. `period_code` is None for a target of the plan year; the value is in the unit shown."""

    indicator_code: str
    side: str
    target_for: str
    period_code: str | None
    plan_year: int
    target_value: Decimal
    document_number: str
    document_date: date
    issued_by: str


@dataclass(frozen=True, slots=True)
class TargetAnswer:
    """What one responsible body said about a missed target, or that it has not; the value it spoke of stays with it."""

    unit_code: str
    unit_name: str
    reason: str | None
    given_by: str | None
    given_at: datetime | None
    explained_value: Decimal | None
    explained_target: Decimal | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class TargetReading:
    """A value of the province beside its target. `state` is on_the_way, met, missed or no_value.

    `distance` is value minus target, in the unit shown. `reached_pct` and `elapsed_pct` are the pace of a flow at
    `cut_off`; for anything else both are None and `no_pace_reason` says why.
    """

    indicator_code: str
    period_code: str
    side: str
    target_for: str
    is_for_year: bool
    target_value: Decimal
    document_number: str
    document_date: date
    issued_by: str
    state: str
    distance: Decimal | None
    reached_pct: Decimal | None
    elapsed_pct: Decimal | None
    no_pace_reason: str | None
    cut_off: date | None
    judged_from: datetime | None
    answers: tuple[TargetAnswer, ...]

    @property
    def source(self) -> str:
        """“Quyết định 12/QĐ-UBND ngày 15/01/2026 của UBND tỉnh”."""
        return f"{self.document_number} ngày {self.document_date:%d/%m/%Y} của {self.issued_by}"

    @property
    def unanswered(self) -> tuple[TargetAnswer, ...]:
        """The bodies still to explain; nobody has to unless the target was missed."""
        return tuple(answer for answer in self.answers if answer.reason is None)


def load_targets(path: Path = _FILE) -> tuple[Target, ...]:
    """The targets of the file in its order; none as delivered.

    Raises CatalogueError with every mistake at once: an unknown indicator or period, an indicator that takes no target,
    a missing source document, a value that cannot be, two values for the same.
    """
    from include.calendar.periods import load_periods
    from include.reference import load_reference

    problems = Problems()
    reading = _Reading(load_catalogue(), load_periods(), load_reference(), problems)
    targets = [
        target
        for where, row in csv_rows(path, _COLUMNS, problems)
        if (target := reading.read_row(row, where)) is not None
    ]
    problems.raise_if_any(path.parent)
    return tuple(targets)


def sync_targets(connection: Connection, path: Path = _FILE) -> int:
    """Make reference.indicator_target equal to the file, in the caller's transaction; how many targets there are.

    Needs the indicators and periods to be there already.
    """
    from sqlalchemy import text

    from include.warehouse.sql import copy_rows

    targets = load_targets(path)
    connection.execute(text("delete from reference.indicator_target"))
    return copy_rows(
        connection,
        "reference.indicator_target",
        (
            "indicator_code side target_for period_code plan_year target_value document_number document_date issued_by"
        ).split(),
        (
            (
                each.indicator_code,
                each.side,
                each.target_for,
                each.period_code,
                each.plan_year,
                each.target_value,
                each.document_number,
                each.document_date,
                each.issued_by,
            )
            for each in targets
        ),
    )


def read_targets(
    connection: Connection, period_code: str | None = None, moment: datetime | None = None
) -> dict[tuple[str, str, str], TargetReading]:
    """The targets of one period or all beside the values, by indicator, period and side. Rebuilds nothing.

    With a moment, beside the values and with the words that were known then; the targets are those of today.
    """
    from sqlalchemy import text

    readings_from, questions_from = (
        ("mart.indicator_target_reading", "mart.target_question")
        if moment is None
        else ("mart.target_reading_as_known(:moment, :period)", "mart.target_question_as_known(:moment, :period)")
    )
    if not connection.execute(text("select exists (select 1 from reference.indicator_target)")).scalar():
        return {}
    answers: dict[tuple[str, str, str], list[TargetAnswer]] = defaultdict(list)
    for row in connection.execute(
        text(
            "select question.*, unit.name_vi as unit_name_vi, explanation.reason_vi"  # noqa: S608  names from above
            f" from {questions_from} as question"
            " inner join reference.reporting_unit as unit on question.reporting_unit_code = unit.unit_code"
            " left join warehouse.explanation on question.explanation_id = explanation.explanation_id"
            " where cast(:period as text) is null or question.period_code = :period"
            " order by question.unit_position"
        ),
        {"period": period_code, "moment": moment},
    ):
        answers[row.indicator_code, row.period_code, row.side].append(
            TargetAnswer(
                unit_code=row.reporting_unit_code,
                unit_name=row.unit_name_vi,
                reason=row.reason_vi,
                given_by=row.given_by_role,
                given_at=row.given_at,
                explained_value=row.explained_value,
                explained_target=row.explained_target_value,
                is_current=bool(row.is_about_current_value),
            )
        )
    readings = {}
    for row in connection.execute(
        text(
            f"select * from {readings_from} as reading"  # noqa: S608  one of the two names above
            " where cast(:period as text) is null or reading.period_code = :period"
        ),
        {"period": period_code, "moment": moment},
    ):
        key = (row.indicator_code, row.period_code, row.side)
        readings[key] = TargetReading(
            indicator_code=row.indicator_code,
            period_code=row.period_code,
            side=row.side,
            target_for=row.target_for,
            is_for_year=row.is_for_year,
            target_value=row.target_value,
            document_number=row.document_number,
            document_date=row.document_date,
            issued_by=row.issued_by,
            state=row.target_state,
            distance=row.distance,
            reached_pct=row.reached_pct,
            elapsed_pct=row.elapsed_pct,
            no_pace_reason=row.no_pace_reason_code,
            cut_off=row.pace_date,
            judged_from=row.judged_from,
            answers=tuple(answers[key]),
        )
    return readings


class _Reading:
    """Reads the lines of the file, telling what is wrong with each."""

    def __init__(
        self,
        catalogue: Mapping[str, Indicator],
        periods: Mapping[str, Period],
        reference: Reference,
        problems: Problems,
    ) -> None:
        self.catalogue = catalogue
        self.periods = periods
        self.reference = reference
        self.problems = problems
        self.lines_of: dict[tuple[str, str, str], str] = {}

    def read_row(self, row: Mapping[str, str], where: str) -> Target | None:
        before = len(self.problems.lines)
        document_date = read_day(row["document_date"], f"{where}, document_date", self.problems)
        missing = [name for name in ("document_number", "document_date", "issued_by") if not row[name]]
        if missing:
            self.problems.add(where, "no " + ", ".join(missing), "number, day and issuer of the document that sets it")
        indicator = self.catalogue.get(row["indicator_code"])
        if indicator is None:
            self.problems.add(where, f"indicator {row['indicator_code']!r}", "a code of the catalogue, for example M01")
            return None
        if indicator.better == "none" or indicator.target != "province_to_set":
            self.problems.add(where, f"a target for {indicator.code}", _NO_TARGET[_why_none(indicator)])
            return None
        side = self._side(row["side"], indicator, where)
        value = self._value(row["target_value"], indicator, side, where)
        period_code, plan_year = self._period(row["target_for"], indicator, where)
        if len(self.problems.lines) > before or value is None or document_date is None or plan_year is None:
            return None
        for stated in self._stands_for(indicator, period_code, plan_year):
            first = self.lines_of.setdefault((indicator.code, side, stated), where)
            if first != where:
                self.problems.add(where, f"{indicator.code} {row['target_for']} again, first in {first}", "one value")
        return Target(
            indicator.code,
            side,
            row["target_for"],
            period_code,
            plan_year,
            value,
            row["document_number"],
            document_date,
            row["issued_by"],
        )

    def _side(self, written: str, indicator: Indicator, where: str) -> str:
        if indicator.arithmetic == "pair":
            if written not in indicator.sides:
                self.problems.add(f"{where}, side", repr(written), "first or second: the two are never added")
            return written
        if written:
            self.problems.add(f"{where}, side", repr(written), f"nothing: {indicator.code} is one figure")
        return "single"

    def _period(self, written: str, indicator: Indicator, where: str) -> tuple[str | None, int | None]:
        period = self.periods.get(written)
        if period is not None and period.kind in indicator.periods:
            return period.code, period.plan_year
        years = {each.plan_year for each in self.periods.values() if each.kind in indicator.periods}
        if _PLAN_YEAR.fullmatch(written) and int(written) in years:
            return None, int(written)
        known = [each.code for each in self.periods.values() if each.kind in indicator.periods]
        self.problems.add(
            f"{where}, target_for",
            repr(written),
            f"a period of {indicator.code} or its plan year: " + ", ".join([*known, *map(str, sorted(years))]),
        )
        return None, None

    def _stands_for(self, indicator: Indicator, period_code: str | None, plan_year: int) -> Iterable[str]:
        """What a target would be compared with at the end; a year's target and its annual period's are the same."""
        if period_code is not None:
            return [period_code]
        of_year = [each for each in self.periods.values() if each.plan_year == plan_year]
        judged = {"NAM"} if "NAM" in indicator.periods else set(indicator.periods)
        return [each.code for each in of_year if each.kind in judged]

    def _value(self, written: str, indicator: Indicator, side: str, where: str) -> Decimal | None:
        where = f"{where}, target_value"
        match = _VALUE.fullmatch(written)
        if match is None:
            expected = "a number without separators and with at most two decimals: 1200, 95.5 or 95,5"
            self.problems.add(where, repr(written), expected)
            return None
        value = Decimal(f"{match[1]}.{match[2]}" if match[2] else match[1])
        measures = [
            self.reference.measures[term.measure_code] for term in indicator.terms if side in ("single", term.side)
        ]
        if value < 0 and not any(measure.value_type == "signed_amount" for measure in measures):
            self.problems.add(where, written, "zero or more")
        if indicator.arithmetic == "milestone" and value not in range(_LAST_MILESTONE + 1):
            self.problems.add(where, written, f"a milestone, 0 to {_LAST_MILESTONE}")
        if indicator.unit == "%" and value > 100 and self._is_bounded(indicator):
            self.problems.add(where, written, "at most 100: the numerator is part of the denominator")
        is_count = bool(measures) and all(measure.value_type == "count" for measure in measures)
        if is_count and indicator.arithmetic in ("sum", "pair") and value != value.to_integral_value():
            self.problems.add(where, written, "a whole number: the indicator counts things")
        return value

    def _is_bounded(self, indicator: Indicator) -> bool:
        """Whether the percentage cannot pass 100: by its kind, or as bounds.yml makes one side part of the other."""
        if indicator.arithmetic in _NEVER_OVER_100:
            return True
        sides: dict[str, set[str]] = {"numerator": set(), "denominator": set()}
        for term in indicator.terms:
            if term.side in sides:
                sides[term.side].add(term.measure_code)
        return any(
            sides["numerator"] <= set(bound.parts) and set(bound.wholes) <= sides["denominator"]
            for bound in self.reference.bounds
        )


_NO_TARGET: Final = {
    "context": "an indicator with a direction: context is read, never scored",
    "baseline_only": "an indicator whose first measurement is known: 2026 is its baseline, so put target:"
    " province_to_set into the catalogue once the province has seen it",
    "none": "an indicator that takes targets (target: province_to_set in the catalogue)",
}


def _why_none(indicator: Indicator) -> str:
    return "context" if indicator.better == "none" else str(indicator.target)

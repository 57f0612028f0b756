"""Building a batch in the staging tables, a report at a time, and asking the real gate about it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from include.quality.gate import Breach, run_gate
from include.warehouse.sql import run_file

VIETNAM = timezone(timedelta(hours=7))
MAIN_SHEET = "Báo cáo"
COMMUNE = "28249"


@dataclass
class StagedReport:
    """A report in the staging tables. Figures are given in the workbook's unit and stored in base units."""

    connection: Connection
    submission_id: int
    reporting_unit_code: str
    period_code: str
    lines: int = 0
    factors: dict[str, Decimal] = field(default_factory=dict)

    def figure(
        self,
        measure_code: str,
        value: str | int | None,
        *,
        part: tuple[str, str] = ("total", "total"),
        kind: str = "thuc_hien",
        state: str | None = None,
        note: str | None = None,
        raw: str | None = None,
        reading_code: str | None = None,
        detail: str | None = None,
        unit: str | None = None,
        cell: str | None = None,
    ) -> int:
        """Stage one line and return its number; without a value it is missing unless `state` says otherwise."""
        self.lines += 1
        stored = None if value is None else Decimal(value) * self.factors.get(measure_code, Decimal(1))
        self.connection.execute(
            text(
                "insert into staging.observation values (:submission, :line, :measure, :unit, :period, :axis, :member,"
                " :kind, :value, :state, :sheet, :cell, :raw, null, :note, :reading_code, :detail)"
            ),
            {
                "submission": self.submission_id,
                "line": self.lines,
                "measure": measure_code,
                "unit": unit or self.reporting_unit_code,
                "period": self.period_code,
                "axis": part[0],
                "member": part[1],
                "kind": kind,
                "value": stored,
                "state": state or ("missing" if stored is None else "reported"),
                "sheet": MAIN_SHEET,
                "cell": cell or f"F{self.lines}",
                "raw": raw if raw is not None else (None if value is None else str(value)),
                "note": note,
                "reading_code": reading_code,
                "detail": detail,
            },
        )
        return self.lines

    def figures(self, **values: str | int) -> None:
        """Stage several undivided figures, `MED01=5`."""
        for measure_code, value in values.items():
            self.figure(measure_code, value)

    def parts(self, measure_code: str, axis_code: str, /, *, kind: str = "thuc_hien", **values: str | int) -> None:
        """Stage the parts of one breakdown, `vi=5, en=2`."""
        for member_code, value in values.items():
            self.figure(measure_code, value, part=(axis_code, member_code), kind=kind)

    def printed_total(self, measure_code: str, axis_code: str, value: str | int, cell: str) -> None:
        """Stage a total typed below the lines of a breakdown."""
        self.connection.execute(
            text(
                "insert into staging.printed_total"
                " values (:id, :measure, :axis, 'thuc_hien', :value, 'Chi tiết', :cell)"
            ),
            {
                "id": self.submission_id,
                "measure": measure_code,
                "axis": axis_code,
                "value": Decimal(value) * self.factors.get(measure_code, Decimal(1)),
                "cell": cell,
            },
        )


@dataclass
class Batch:
    """The staging tables of one test."""

    connection: Connection
    factors: dict[str, Decimal]
    reports: int = 0

    def report(
        self,
        template_code: str = "T-COMMUNE",
        *,
        unit: str = COMMUNE,
        period: str = "2026-06T",
        cut_off: date | None = None,
        received_at: datetime | None = None,
        **heading: Any,
    ) -> StagedReport:
        """Stage the heading of a report without mistakes, changed by `heading`, and return it for figures."""
        self.reports += 1
        is_annual = period.endswith("NAM")
        template_version = self.connection.execute(
            text("select template_version from reference.template where template_code = :code"), {"code": template_code}
        ).scalar_one()
        stated: dict[str, Any] = {
            "submission_id": self.reports,
            "reporting_unit_code": unit,
            "period_code": period,
            "template_code": template_code,
            "template_version": template_version,
            "cut_off_date": cut_off or (date(2026, 10, 31) if is_annual else date(2026, 5, 31)),
            "value_kind": "thuc_hien",
            "document_number": "45/BC-UBND",
            "document_date": date(2026, 11, 2) if is_annual else date(2026, 6, 2),
            "received_at": received_at or datetime(2026, 11 if is_annual else 6, 5, 9, tzinfo=VIETNAM),
            **heading,
        }
        self.connection.execute(
            text(
                "insert into staging.report values (:submission_id, repeat('a', 64), 'agency_reports',"
                " :reporting_unit_code, :period_code, :template_code, :template_version, :cut_off_date, :value_kind,"
                " :document_number, :document_date, :received_at, 'hash', false, 0, 0, 0, 0, :cells)"
            ),
            {
                **stated,
                "cells": json.dumps(
                    {
                        "unit": [MAIN_SHEET, "C6"],
                        "period": [MAIN_SHEET, "C7"],
                        "cut_off_date": [MAIN_SHEET, "C9"],
                        "value_kind": [MAIN_SHEET, "C10"],
                        "document_number": [MAIN_SHEET, "C11"],
                        "document_date": [MAIN_SHEET, "C12"],
                    }
                ),
            },
        )
        return StagedReport(self.connection, self.reports, unit, period, factors=self.factors)

    def monitoring(self, day: date | None, item_count: int | None, *, cell: int | None = 0, submission: int = 1) -> int:
        """Stage one count of a monitoring file and return its line number."""
        given = {"submission": submission, "day": day, "cell": cell, "item_count": item_count}
        self.connection.execute(
            text(
                "insert into staging.feed_file values (:submission, repeat('b', 64), 'monitoring_statistics',"
                " 'monitoring_count', 'days', null, null, now(), 'Số liệu') on conflict do nothing"
            ),
            given,
        )
        return self.connection.execute(
            text(
                "insert into staging.monitoring_count select :submission, count(*) + 2, null, :day, :cell, :item_count"
                " from staging.monitoring_count where submission_id = :submission returning line_number"
            ),
            given,
        ).scalar_one()

    def monitoring_value(
        self,
        list_code: str,
        member_code: str | None,
        *,
        shown: str = "",
        nearest: str = "",
        first_day: date = date(2026, 5, 4),
        last_day: date | None = None,
        submission: int = 1,
    ) -> None:
        """Stage a value the reader met in a monitoring file."""
        self.connection.execute(
            text(
                "insert into staging.monitoring_value values (:submission, :list_code, :member_code, :shown, :nearest,"
                " :first_day, :last_day, 3, 'Số liệu', 'C7')"
            ),
            {
                "submission": submission,
                "list_code": list_code,
                "member_code": member_code,
                "shown": shown,
                "nearest": nearest,
                "first_day": first_day,
                "last_day": last_day or first_day,
            },
        )

    def monitored_before(self, *days: tuple[date, int, int]) -> None:
        """Put days of the warehouse with their revision and items there, as an earlier file left them."""
        self.already_loaded("2026-06T", datetime(2026, 5, 1, 9, tzinfo=VIETNAM))
        for day, revision, items in days:
            self.connection.execute(
                text(
                    "insert into warehouse.monitoring_day select 'monitoring_statistics', :day, :revision,"
                    " submission_id + :revision - 1, 1, :items, false, null, 2, 2 from warehouse.submission"
                    " where revision_number = 1"
                ),
                {"day": day, "revision": revision, "items": items},
            )

    def already_loaded(
        self, period: str, received_at: datetime, /, unit: str = COMMUNE, stated: str | None = None, **values: str | int
    ) -> None:
        """Put an accepted report with these undivided figures into the warehouse; `BDR03_uoc=9` is an estimate."""
        sha256 = f"{abs(hash((period, received_at))):064x}"[-64:]
        connection = self.connection
        connection.execute(
            text("insert into landing.file values (:sha256, 1, :sha256, :at)"), {"sha256": sha256, "at": received_at}
        )
        submission_id = connection.execute(
            text(
                "insert into warehouse.submission (sha256, source_id, reporting_unit_code, period_code, value_kind,"
                " received_at, verdict, verdict_code, revision_number, received_count, promoted_count,"
                " quarantined_count, ignored_count)"
                " select :sha256, 'agency_reports', :unit, :period, :stated, :at, 'loaded', 'OK', count(*) + 1,"
                " 0, 0, 0, 0 from warehouse.submission where reporting_unit_code = :unit and period_code = :period"
                " returning submission_id"
            ),
            {"sha256": sha256, "unit": unit, "period": period, "stated": stated, "at": received_at},
        ).scalar_one()
        for line, (name, value) in enumerate(values.items(), start=1):
            measure_code, _, kind = name.partition("_")
            connection.execute(
                text(
                    "insert into warehouse.observation select :submission, :line, :measure, :unit, :period, 'total',"
                    " 'total', :kind, :value, 'reported', revision_number, 'Báo cáo', 'F' || :line"
                    " from warehouse.submission where submission_id = :submission"
                ),
                {
                    "submission": submission_id,
                    "line": line,
                    "measure": measure_code,
                    "unit": unit,
                    "period": period,
                    "kind": kind or "thuc_hien",
                    "value": Decimal(value) * self.factors.get(measure_code, Decimal(1)),
                },
            )

    def gate(self) -> list[Breach]:
        """Sum monitoring counts up by day, commit what is staged and run the real gate."""
        self.connection.execute(text("truncate staging.monitoring_day"))
        run_file(self.connection, "load/monitoring_day_staged.sql")
        self.connection.commit()
        return run_gate(self.connection)

    def breaches_of(self, code: str) -> list[Breach]:
        """Breaches of one code, by the real gate."""
        return [breach for breach in self.gate() if breach.code == code]

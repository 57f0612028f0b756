"""A made-up reporting year: every body, both periods, and about one workbook in seven with a mistake real ones have.

Deterministic: the same seed gives the same bytes. Every file says on its face and in its properties that it is made up.
The table of expected verdicts is sample/expected.csv; tests compare it with what the gate says.
"""

from __future__ import annotations

import csv
import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final, Literal

from include.calendar.periods import VIETNAM, Period, is_on_time, load_periods
from include.model import Verdict
from include.reference import Reference, ReportingUnit, load_reference
from include.sources.agency_reports import labels
from include.sources.agency_reports.sample_figures import Filled, make_year
from include.sources.agency_reports.sample_layouts import (
    CachedError,
    Layout,
    Page,
    detail_page,
    retype,
    save_ods,
    save_xlsx,
)
from include.sources.agency_reports.template import (
    CellEntry,
    DetailEntry,
    FormEntries,
    file_name,
    reporters,
    write_template,
)
from include.vietnamese import tcvn3
from include.vietnamese.numbers import format_number

MANIFEST_NAME: Final = "_manifest.csv"
"""Beside the files: file, received_at, note. Landing takes the true time of receipt from it."""

EXPECTED_TABLE: Final = Path(__file__).parent / "sample" / "expected.csv"
DEFAULT_SEED: Final = 2026
PERIODS: Final = ("2026-06T", "2026-NAM")

_CUT_OFF: Final = {"2026-06T": date(2026, 5, 31), "2026-NAM": date(2026, 10, 31)}
_FIRST_RECEIPT: Final = {"2026-06T": date(2026, 6, 3), "2026-NAM": date(2026, 11, 9)}


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One made-up arrival and what must become of it.

    `code` is the verdict code; `findings` are message codes that must be among those told. `kind` says what
    is special about the file, "plain" when nothing is. `is_on_time` is by this very file's receipt.
    """

    file: str
    received_at: datetime
    unit_code: str
    period_code: str
    kind: str
    verdict: Verdict
    code: str
    findings: tuple[str, ...] = ()
    is_on_time: bool = True


@dataclass(frozen=True, slots=True)
class Sample:
    """What was written: the arrivals in order of receipt, and the bodies of each period that stay silent."""

    folder: Path
    files: tuple[SampleFile, ...]
    silent: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class _Draft:
    """A report about to be written, with everything a mistake may touch."""

    unit: ReportingUnit
    period: Period
    reference: Reference
    figures: Filled
    heading: dict[str, str | date]
    name: str
    layout: Layout | None = None
    format: Literal["xlsx", "ods"] = "xlsx"
    retouch: Callable[[list[Page]], None] | None = None

    def entries(self) -> FormEntries:
        figures = self.figures
        return FormEntries(
            figures.actual, figures.estimate, figures.notes, self.heading, figures.detail, is_synthetic=True
        )

    def write(self, path: Path) -> None:
        if self.layout is None:
            write_template(self.unit, self.period, self.reference, path, self.entries())
            return
        pages = [retype(self.unit, self.period, self.reference, self.entries(), self.layout)]
        if self.figures.detail:
            pages.append(detail_page(self.figures.detail, self.reference))
        if self.retouch is not None:
            self.retouch(pages)
        (save_ods if self.format == "ods" else save_xlsx)(pages, path)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One way a report differs from a clean one, and what becomes of it. `is_corrected`: a clean report follows."""

    name: str
    apply: Callable[[_Draft], None]
    verdict: Verdict = "loaded"
    code: str = "OK"
    findings: tuple[str, ...] = ()
    is_corrected: bool = False


_CODED: Final = Layout(columns=("order", "code", "label", "unit", "actual", "note"), headers={"actual": "Thực hiện"})


def _lay_out(layout: Layout) -> Callable[[_Draft], None]:
    def apply(draft: _Draft) -> None:
        draft.layout = layout
        draft.name = f"Bao cao TTDN {draft.unit.name_vi} gui So VHTTDL.xlsx"

    return apply


def _state(key: str, value: str | date) -> Callable[[_Draft], None]:
    def apply(draft: _Draft) -> None:
        draft.heading[key] = value

    return apply


def _enter(figures: Mapping[str, CellEntry | None], notes: Mapping[str, str] | None = None) -> Callable[[_Draft], None]:
    def apply(draft: _Draft) -> None:
        for code, value in figures.items():
            if value is None:
                draft.figures.actual.pop(code, None)
            else:
                draft.figures.actual[code] = value
        draft.figures.notes |= notes or {}

    return apply


def _both(*steps: Callable[[_Draft], None]) -> Callable[[_Draft], None]:
    def apply(draft: _Draft) -> None:
        for step in steps:
            step(draft)

    return apply


def _save_as_ods(draft: _Draft) -> None:
    _lay_out(_CODED)(draft)
    draft.format = "ods"
    draft.name = draft.name.replace(".xlsx", ".ods")


def _type_money_in_words(draft: _Draft) -> None:
    for code in ("BUD01", "BUD02"):
        draft.figures.actual[code] = f"{format_number(Decimal(str(draft.figures.actual[code])))} triệu đồng"


def _type_money_in_billions(draft: _Draft) -> None:
    plan = Decimal(str(draft.figures.actual["BUD01"]))
    draft.figures.actual["BUD01"] = f"{format_number(plan / 1000)} tỷ đồng"


def _type_in_legacy_font(text: str) -> str:
    # An answer picked from a list stays as the list has it.
    return tcvn3.encode(text) if len(text) > len(labels.NO) else text


def _type_numbers_as_text(draft: _Draft) -> None:
    figures = draft.figures
    figures.actual["EVT03"] = "1.234.500"
    figures.actual.pop("EVT03.of_which.khach_quoc_te", None)
    for code, value in list(figures.actual.items()):
        if isinstance(value, Decimal | int):
            figures.actual[code] = format_number(Decimal(value))


def _type_dashes(draft: _Draft) -> None:
    for number, (code, value) in enumerate(draft.figures.actual.items()):
        if value in (0, labels.NIL, "-"):
            draft.figures.actual[code] = "-–—"[number % 3]


def _exceed_whole(draft: _Draft) -> None:
    draft.figures.actual |= {"RSP02": 2, "RSP03": 5}


def _break_parts(draft: _Draft) -> None:
    codes = [code for code in draft.figures.actual if code.startswith("LEG03.document_type.")]
    for code in codes[1:]:
        del draft.figures.actual[code]
    draft.figures.actual |= {"LEG03": 6, codes[0]: 4}


def _break_languages(draft: _Draft) -> None:
    total = Decimal(str(draft.figures.actual["MED01"]))
    for code in [code for code in draft.figures.actual if code.startswith("MED01.language.")]:
        del draft.figures.actual[code]
    draft.figures.actual["MED01.language.vi"] = total + 3


def _overspend(draft: _Draft) -> None:
    for code in [code for code in draft.figures.actual if code.startswith("BUD02.")]:
        del draft.figures.actual[code]
    draft.figures.actual["BUD02"] = Decimal(str(draft.figures.actual["BUD01"])) * 2
    draft.figures.actual["BUD03"] = draft.figures.actual["BUD02"]
    for code in [code for code in draft.figures.actual if code.startswith("BUD03.")]:
        del draft.figures.actual[code]
    draft.figures.estimate.pop("BUD02", None)


def _expect_less_than_spent(draft: _Draft) -> None:
    for code in [code for code in draft.figures.actual if code.startswith("BUD03.")]:
        del draft.figures.actual[code]
    draft.figures.actual["BUD03"] = Decimal(str(draft.figures.actual["BUD02"])) - 1
    draft.figures.estimate.pop("BUD02", None)


def _write_in_dong(draft: _Draft) -> None:
    for code in [code for code in draft.figures.actual if code.startswith("BUD")]:
        draft.figures.actual[code] = Decimal(str(draft.figures.actual[code])) * 1_000_000


def _age_template(draft: _Draft) -> None:
    reference = draft.reference
    code = draft.unit.template_code or ""
    old = replace(reference.templates[code], version="2025.1")
    draft.reference = replace(reference, templates={**reference.templates, code: old})


def _rename_for_other_period(draft: _Draft) -> None:
    other = "2026-NAM" if draft.period.code == "2026-06T" else "2026-06T"
    draft.name = draft.name.replace(draft.period.code, other).replace(".xlsx", "_ban-cuoi.xlsx")


def _drop_figure_column(draft: _Draft) -> None:
    draft.layout = replace(_CODED, headers={"actual": "Người thực hiện"})
    draft.name = f"Bao cao {draft.unit.code}.xlsx"


def _put_two_bodies(draft: _Draft) -> None:
    _lay_out(_CODED)(draft)
    communes = [u for u in draft.reference.units.values() if u.kind == "commune" and u.code != draft.unit.code]
    other = communes[0]
    first = FormEntries(draft.figures.actual, heading=dict(draft.heading))

    def retouch(pages: list[Page]) -> None:
        layout = replace(_CODED, sheet_name="Sheet2")
        pages.append(retype(other, draft.period, draft.reference, first, layout))

    draft.retouch = retouch


def _repeat_row(draft: _Draft) -> None:
    _lay_out(_CODED)(draft)

    def retouch(pages: list[Page]) -> None:
        rows = pages[0].rows
        index = next(i for i, row in enumerate(rows) if "VNV01" in row)
        again = list(rows[index])
        again[4] = 99
        rows.insert(index + 1, again)

    draft.retouch = retouch


def _stamp_secret(draft: _Draft) -> None:
    _lay_out(_CODED)(draft)

    def retouch(pages: list[Page]) -> None:
        pages[0].rows[2] = ["MẬT"]

    draft.retouch = retouch
    draft.heading["secrecy"] = "Mật"


def _divide_by_nothing(draft: _Draft) -> None:
    _lay_out(_CODED)(draft)
    draft.figures.actual["TRN03"] = CachedError("#DIV/0!")


def _lose_investment_projects(draft: _Draft) -> None:
    draft.figures.detail = [entry for entry in draft.figures.detail if entry.measure_code != "FDI01"]
    draft.figures.actual["FDI01"] = 0


def _add_partner_total(draft: _Draft) -> None:
    partners = [entry for entry in draft.figures.detail if entry.measure_code == "FDI02" and entry.member]
    axis = partners[0].axis
    whole = sum((Decimal(str(entry.actual)) for entry in partners if entry.axis == axis), Decimal(0))
    draft.figures.detail = [DetailEntry("FDI02", axis, labels.TOTAL_LABELS[0], whole), *draft.figures.detail]


_FIRST_HALF: Final = (
    _Kind("retyped_without_codes", _lay_out(Layout())),
    _Kind("moved_table", _lay_out(replace(_CODED, top=6, left=2, states_inline=True))),
    _Kind("two_row_header", _lay_out(replace(_CODED, has_two_row_header=True, has_number_row=True))),
    _Kind("totals_last", _lay_out(replace(_CODED, totals="last"))),
    _Kind("money_in_words", _type_money_in_words),
    _Kind("dashes", _type_dashes),
    _Kind(
        "decomposed_letters",
        _lay_out(replace(_CODED, rewrite=lambda text: unicodedata.normalize("NFD", text))),
        findings=("TEXT_REPAIRED",),
    ),
    _Kind("ods", _save_as_ods),
    _Kind(
        "ambiguous_number", _enter({"VNV01": "1.234"}), "quarantined", "NUMBER_AMBIGUOUS", ("NUMBER_AMBIGUOUS",), True
    ),
    _Kind("money_in_billions", _type_money_in_billions, "quarantined", "UNIT_CONFLICT", ("UNIT_CONFLICT",), True),
    _Kind("negative_count", _enter({"TRN03": -3}), "quarantined", "NEGATIVE", ("NEGATIVE",), True),
    _Kind("parts_not_total", _break_parts, "quarantined", "PARTS_NOT_TOTAL", ("PARTS_NOT_TOTAL",), True),
    _Kind("part_exceeds_whole", _exceed_whole, "quarantined", "PART_EXCEEDS_WHOLE", ("PART_EXCEEDS_WHOLE",)),
    _Kind("old_template_version", _age_template, "rejected", "TEMPLATE_VERSION", ("TEMPLATE_VERSION",), True),
    _Kind("unknown_body", _state("unit", "Phường Cao Nguyên"), "rejected", "BODY_UNKNOWN", ("BODY_UNKNOWN",)),
    _Kind("former_commune", _state("unit", "28252 - Phường 4"), "rejected", "BODY_FORMER", ("BODY_FORMER",), True),
    _Kind("two_bodies", _put_two_bodies, "rejected", "MULTI_AGENCY", ("MULTI_AGENCY",)),
    _Kind(
        "personal_data",
        _enter({}, {"RSP01": "liên hệ 0912 000 111 để biết thêm"}),
        "quarantined",
        "",
        ("PERSONAL_DATA",),
        True,
    ),
    _Kind("secret_mark", _stamp_secret, "refused_secret", "SECRET", ("SECRET",)),
)
_WHOLE_YEAR: Final = (
    _Kind("columns_reordered", _lay_out(replace(_CODED, columns=("order", "label", "actual", "unit", "code", "note")))),
    _Kind("totals_first", _lay_out(replace(_CODED, totals="first"))),
    _Kind("numbers_as_text", _type_numbers_as_text),
    _Kind(
        "legacy_font",
        _lay_out(replace(_CODED, rewrite=_type_in_legacy_font, font=".VnTime")),
        findings=("TEXT_REPAIRED",),
    ),
    _Kind("hidden_rows", _lay_out(replace(_CODED, hidden_lines=3)), findings=("HIDDEN_DATA",)),
    _Kind("dong_for_million", _write_in_dong, findings=("BUDGET_LOOKS_LIKE_DONG",)),
    _Kind("error_cell", _divide_by_nothing, "quarantined", "ERROR_CELL", ("ERROR_CELL",), True),
    _Kind("languages_disagree", _break_languages, "quarantined", "", ("NEWS_ITEMS_DISAGREE",), True),
    _Kind("duplicate_row", _repeat_row, "quarantined", "DUP_KEY", ("DUP_KEY",), True),
    _Kind(
        "several_mistakes",
        _both(_exceed_whole, _enter({"VNV01": "1.234", "TRN03": -3})),
        "quarantined",
        "",
        ("NUMBER_AMBIGUOUS", "NEGATIVE", "PART_EXCEEDS_WHOLE"),
        True,
    ),
    _Kind(
        "overspent_without_note",
        _overspend,
        "quarantined",
        "SPENT_OVER_PLAN_WITHOUT_NOTE",
        ("SPENT_OVER_PLAN_WITHOUT_NOTE",),
    ),
    _Kind(
        "estimate_below_spent",
        _expect_less_than_spent,
        "quarantined",
        "YEAR_ESTIMATE_BELOW_SPENT",
        ("YEAR_ESTIMATE_BELOW_SPENT",),
        True,
    ),
    _Kind(
        "year_below_half",
        _enter({"VNV01": 1}),
        "quarantined",
        "ANNUAL_BELOW_SIX_MONTHS",
        ("ANNUAL_BELOW_SIX_MONTHS",),
        True,
    ),
    _Kind("period_conflict", _rename_for_other_period, "rejected", "PERIOD_CONFLICT", ("PERIOD_CONFLICT",), True),
    _Kind("column_missing", _drop_figure_column, "rejected", "COLUMN_MISSING", ("COLUMN_MISSING",), True),
    _Kind("cut_off_missing", _state("cut_off_date", ""), "rejected", "HEADING_MISSING", ("HEADING_MISSING",)),
)
_KINDS: Final = {"2026-06T": _FIRST_HALF, "2026-NAM": _WHOLE_YEAR}

_AGENCY_KINDS: Final = {
    ("2026-06T", "STC"): _Kind("detail_total_first", _add_partner_total),
    ("2026-NAM", "STC"): _Kind(
        "capital_without_project",
        _lose_investment_projects,
        code="PARTIAL",
        findings=("FDI_CAPITAL_WITHOUT_PROJECT",),
    ),
}
_SILENT_AGENCIES: Final = {"2026-06T": ("TTT",), "2026-NAM": ("TTT", "HCCB")}
_LATE_AGENCIES: Final = {"2026-06T": ("SXD",), "2026-NAM": ("SYT",)}


@dataclass(slots=True)
class _Casting:
    """Which commune plays which part in a period."""

    kinds: dict[str, _Kind] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    resaved: list[str] = field(default_factory=list)


def write_sample(
    folder: Path,
    period_code: str | None = None,
    seed: int = DEFAULT_SEED,
    *,
    reference: Reference | None = None,
    periods: Mapping[str, Period] | None = None,
) -> Sample:
    """Write the made-up reports of one period, or of both for None, with their manifest, into `folder`.

    A figure of the annual report continues the six-month one whichever of the two is written.
    Raises KeyError for a period the sample does not know.
    """
    reference = reference or load_reference()
    calendar = periods or load_periods()
    both = [calendar[code] for code in PERIODS]
    wanted = both if period_code is None else [next(p for p in both if p.code == calendar[period_code].code)]
    folder.mkdir(parents=True, exist_ok=True)
    years = {
        unit.code: make_year(unit, both, reference, Random(f"{seed}|{unit.code}"))
        for unit in reporters(both[0], reference)
    }
    files: list[SampleFile] = []
    silent = {}
    for period in wanted:
        casting = _cast(period, reference, seed)
        silent[period.code] = tuple(casting.silent)
        files += _write_period(folder, period, reference, years, casting, seed)
    files.sort(key=lambda item: (item.received_at, item.file))
    _write_manifest(folder, files)
    return Sample(folder, tuple(files), silent)


def _cast(period: Period, reference: Reference, seed: int) -> _Casting:
    communes = [unit.code for unit in reporters(period, reference) if unit.kind == "commune"]
    # A part that needs an earlier period of its own, such as a year below its half, must not fall on a body
    # whose first report never came; so both castings draw from one shuffle, without overlap.
    Random(f"{seed}|parts").shuffle(communes)
    drawn = iter(communes[: len(communes) // 2] if period.code == PERIODS[0] else communes[len(communes) // 2 :])

    def take(count: int) -> list[str]:
        return [next(drawn) for _ in range(count)]

    casting = _Casting()
    kinds = _KINDS[period.code]
    casting.kinds = dict(zip(take(len(kinds)), kinds, strict=True))
    casting.silent = [*take(4), *_SILENT_AGENCIES[period.code]]
    casting.late = [*take(5), *_LATE_AGENCIES[period.code]]
    casting.revised, casting.repeated, casting.resaved = take(4), take(2), take(2)
    casting.kinds |= {unit: kind for (code, unit), kind in _AGENCY_KINDS.items() if code == period.code}
    return casting


def _write_period(
    folder: Path,
    period: Period,
    reference: Reference,
    years: Mapping[str, Mapping[str, Filled]],
    casting: _Casting,
    seed: int,
) -> list[SampleFile]:
    files: list[SampleFile] = []
    for number, unit in enumerate(reporters(period, reference), start=1):
        if unit.code in casting.silent:
            continue
        random = Random(f"{seed}|{period.code}|{unit.code}")
        received_at = _receipt_time(period, unit, casting, random)
        draft = _draft(unit, period, reference, years[unit.code][period.code], number, received_at)
        kind = casting.kinds.get(unit.code)
        arrival = SampleFile(draft.name, received_at, unit.code, period.code, "plain", "loaded", "OK")
        if kind is None:
            draft.write(folder / draft.name)
            files.append(arrival)
        else:
            flawed = _draft(unit, period, reference, years[unit.code][period.code], number, received_at)
            kind.apply(flawed)
            flawed.write(folder / flawed.name)
            files.append(
                replace(
                    arrival,
                    file=flawed.name,
                    kind=kind.name,
                    verdict=kind.verdict,
                    code=kind.code,
                    findings=kind.findings,
                )
            )
            if kind.is_corrected:
                name = draft.name.replace(".xlsx", "_sua.xlsx")
                # A new cover letter goes with it; without one, a file held for its name alone would be sent twice.
                draft.heading["document_number"] = f"{draft.heading['document_number']} (nộp lại)"
                draft.write(folder / name)
                later = received_at + timedelta(hours=20, minutes=7)
                files.append(replace(arrival, file=name, received_at=later, kind="corrected"))
        files += _write_again(folder, draft, arrival, casting)
    return [replace(item, is_on_time=is_on_time(period, item.received_at)) for item in files]


def _draft(
    unit: ReportingUnit, period: Period, reference: Reference, year: Filled, number: int, received_at: datetime
) -> _Draft:
    symbol = "UBND" if unit.kind == "commune" else unit.code
    heading: dict[str, str | date] = {
        "cut_off_date": _CUT_OFF[period.code],
        "document_number": f"{number:02d}/BC-{symbol}",
        "document_date": received_at.date() - timedelta(days=1),
        "preparer_position": "Công chức Văn hóa - Xã hội" if unit.kind == "commune" else "Chuyên viên",
        "signer_position": "Phó Chủ tịch UBND" if unit.kind == "commune" else "Thủ trưởng đơn vị",
    }
    figures = Filled(dict(year.actual), dict(year.estimate), dict(year.notes), list(year.detail))
    return _Draft(unit, period, reference, figures, heading, file_name(unit, period))


def _receipt_time(period: Period, unit: ReportingUnit, casting: _Casting, random: Random) -> datetime:
    if unit.code in casting.late:
        place = casting.late.index(unit.code)
        # The first late one comes at the very instant that is late.
        return period.due_at.astimezone(VIETNAM) + timedelta(hours=8 * place, minutes=13 * min(place, 1))
    if unit.code in casting.revised[:1]:
        first = _FIRST_RECEIPT[period.code]
        return datetime(first.year, first.month, first.day, 8, 5, tzinfo=VIETNAM)
    start = _FIRST_RECEIPT[period.code]
    opening = datetime(start.year, start.month, start.day, 7, 30, tzinfo=VIETNAM)
    days = (period.last_day_on_time - start).days - 1
    return opening + timedelta(
        days=random.randrange(days), minutes=random.randrange(9 * 60), seconds=random.randrange(60)
    )


def _write_again(folder: Path, draft: _Draft, arrival: SampleFile, casting: _Casting) -> Iterable[SampleFile]:
    stem = draft.name.removesuffix(".xlsx")
    if draft.unit.code in casting.revised:
        total = Decimal(str(draft.figures.actual["VNV01"])) + 2
        draft.figures.actual["VNV01"] = total
        draft.heading["document_number"] = f"{draft.heading['document_number']} (thay thế)"
        draft.write(folder / f"{stem}_thay-the.xlsx")
        yield replace(
            arrival,
            file=f"{stem}_thay-the.xlsx",
            received_at=arrival.received_at + timedelta(hours=26),
            kind="revised",
        )
    elif draft.unit.code in casting.repeated:
        name = f"Copy of {draft.name}"
        shutil.copyfile(folder / draft.name, folder / name)
        yield replace(
            arrival,
            file=name,
            received_at=arrival.received_at + timedelta(hours=3),
            kind="repeated",
            verdict="duplicate",
            code="DUPLICATE",
        )
    elif draft.unit.code in casting.resaved:
        name = f"{stem} (1).xlsx"
        _save_again(folder / draft.name, folder / name)
        yield replace(
            arrival,
            file=name,
            received_at=arrival.received_at + timedelta(hours=5),
            kind="resaved",
            verdict="unchanged",
            code="UNCHANGED",
        )


def _save_again(source: Path, target: Path) -> None:
    """The same parts packed anew: other bytes, the same cells."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename, (2026, 1, 1, 0, 0, 0)), old.read(entry))


def _write_manifest(folder: Path, files: Sequence[SampleFile]) -> None:
    with (folder / MANIFEST_NAME).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["file", "received_at", "note"])
        for item in files:
            writer.writerow([item.file, item.received_at.isoformat(), f"{labels.SYNTHETIC_TITLE}: {item.kind}"])


_EXPECTED_COLUMNS: Final = (
    "file",
    "received_at",
    "unit_code",
    "period_code",
    "kind",
    "verdict",
    "code",
    "findings",
    "is_on_time",
)


def write_expected(files: Sequence[SampleFile], path: Path = EXPECTED_TABLE) -> None:
    """Write the table of expected verdicts, one line a file in order of receipt."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(_EXPECTED_COLUMNS)
        for item in files:
            writer.writerow(
                [
                    item.file,
                    item.received_at.isoformat(),
                    item.unit_code,
                    item.period_code,
                    item.kind,
                    item.verdict,
                    item.code,
                    " ".join(item.findings),
                    "yes" if item.is_on_time else "no",
                ]
            )


def read_expected(path: Path = EXPECTED_TABLE) -> tuple[SampleFile, ...]:
    """The table of expected verdicts of the whole year with the default seed.

    An empty `code` means that any blocking code may come first; `findings` must all be among those told.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            SampleFile(
                file=line["file"],
                received_at=datetime.fromisoformat(line["received_at"]),
                unit_code=line["unit_code"],
                period_code=line["period_code"],
                kind=line["kind"],
                verdict=line["verdict"],  # type: ignore[arg-type]  # the table is ours
                code=line["code"],
                findings=tuple(line["findings"].split()),
                is_on_time=line["is_on_time"] == "yes",
            )
            for line in csv.DictReader(lines)
        )

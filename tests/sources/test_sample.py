"""The made-up year: the same every time, believable, and marked as made up in every file."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import openpyxl
import pytest

from include.calendar.periods import load_periods
from include.model import Reading
from include.reference import load_reference
from include.sources.agency_reports import labels, sample
from include.sources.agency_reports.read import read_file
from include.sources.agency_reports.sample import Sample, read_expected, write_sample
from include.sources.agency_reports.sample_figures import Filled, make_year
from include.sources.agency_reports.sample_layouts import Layout, retype, save_ods, save_xlsx
from include.sources.agency_reports.template import FormEntries, reporters, write_template
from include.vietnamese import tcvn3

REFERENCE = load_reference()
PERIODS = load_periods()
HALF_YEAR, YEAR = PERIODS["2026-06T"], PERIODS["2026-NAM"]
NOW = datetime(2026, 6, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The whole year with empty workbooks: who sends what when, without the cost of the figures."""

    def write_nothing(*arguments: object) -> None:
        with zipfile.ZipFile(next(a for a in arguments if isinstance(a, Path)), "w") as archive:
            archive.writestr("a", "a")

    with pytest.MonkeyPatch.context() as patch:
        for writer in ("write_template", "save_xlsx", "save_ods"):
            patch.setattr(sample, writer, write_nothing)
        return write_sample(tmp_path_factory.mktemp("planned"))


def year_of(unit_code: str, seed: int = 1) -> dict[str, Filled]:
    return make_year(REFERENCE.units[unit_code], [HALF_YEAR, YEAR], REFERENCE, Random(f"{seed}|{unit_code}"))


def number(filled: Filled, code: str) -> Decimal:
    value = filled.actual.get(code)
    return Decimal(0) if value is None or isinstance(value, str) else Decimal(str(value))


def test_the_sample_is_the_one_the_table_of_expected_verdicts_was_written_for(planned: Sample) -> None:
    assert planned.files == read_expected()


def test_every_reporter_is_in_each_period_or_silent(planned: Sample) -> None:
    for period in (HALF_YEAR, YEAR):
        expected = {unit.code for unit in reporters(period, REFERENCE)}
        heard = {item.unit_code for item in planned.files if item.period_code == period.code}
        silent = set(planned.silent[period.code])

        assert heard | silent == expected
        assert not heard & silent
        assert 4 <= len(silent) <= 8


def test_about_one_workbook_in_seven_is_not_as_the_form_asks(planned: Sample) -> None:
    ordinary = {"plain", "corrected", "revised", "repeated", "resaved"}
    first_arrivals = [item for item in planned.files if item.kind not in ordinary - {"plain"}]
    odd = [item for item in first_arrivals if item.kind not in ordinary]

    assert 6 <= len(first_arrivals) / len(odd) <= 8
    assert len({item.kind for item in odd}) == len(odd)


def test_every_verdict_a_reporter_can_get_occurs_and_late_ones_include_the_very_first_late_instant(
    planned: Sample,
) -> None:
    verdicts = Counter(item.verdict for item in planned.files)

    assert set(verdicts) == {"loaded", "quarantined", "rejected", "refused_secret", "duplicate", "unchanged"}
    late = [item for item in planned.files if not item.is_on_time]
    assert {item.received_at for item in late} >= {HALF_YEAR.due_at, YEAR.due_at}
    assert 10 <= len(late) <= 16


def test_files_have_names_of_their_own_and_the_manifest_lists_them_in_order_of_receipt(planned: Sample) -> None:
    with (planned.folder / sample.MANIFEST_NAME).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    assert [row["file"] for row in rows] == [item.file for item in planned.files]
    assert len({row["file"] for row in rows}) == len(rows)
    times = [datetime.fromisoformat(row["received_at"]) for row in rows]
    assert times == sorted(times)
    assert all(moment.tzinfo for moment in times)
    assert {path.name for path in planned.folder.iterdir()} == {row["file"] for row in rows} | {sample.MANIFEST_NAME}


def test_another_seed_is_another_year() -> None:
    assert year_of("28249", 1)["2026-06T"].actual == year_of("28249", 1)["2026-06T"].actual
    assert year_of("28249", 1)["2026-06T"].actual != year_of("28249", 2)["2026-06T"].actual


def test_an_unknown_period_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_sample(tmp_path, "2031-06T")


@pytest.mark.parametrize(
    "unit", ["28249", "30244", "SNV", "SVHTTDL", "CAT", "BCHQS", "STC", "BQLKKT", "VPUB", "LHHN", "BPTTH"]
)
def test_figures_keep_the_rules_real_reports_must_keep(unit: str) -> None:
    year = year_of(unit)
    half, whole = year["2026-06T"], year["2026-NAM"]
    template = REFERENCE.templates[REFERENCE.units[unit].template_code or ""]

    for filled in (half, whole):
        for code in template.measures:
            for axis in REFERENCE.measures[code].axes:
                parts = [number(filled, f"{code}.{axis.code}.{m}") for m in REFERENCE.members(code, axis.code)]
                if axis.in_form and axis.adds_up and any(parts):
                    assert sum(parts) == number(filled, code), (code, axis.code)
                if axis.in_form and axis.code == "of_which":
                    assert sum(parts) <= number(filled, code)
        for bound in REFERENCE.bounds:
            parts, wholes = (
                sum(number(filled, code) for code in side if code in template.measures)
                for side in (bound.parts, bound.wholes)
            )
            if set(bound.wholes) & set(template.measures):
                assert parts <= wholes, bound.code
        assert number(filled, "BUD02") <= number(filled, "BUD01")
        assert all(number(filled, code) >= 0 for code in filled.actual if code != "FDI04")
    for code in template.measures:
        if REFERENCE.measures[code].nature == "flow" and code != "FDI04":
            assert number(whole, code) >= number(half, code), code
    assert half.actual != whole.actual


def test_the_broadcaster_writes_more_than_a_commune() -> None:
    assert number(year_of("BPTTH")["2026-06T"], "MED01") > 5 * number(year_of("28249")["2026-06T"], "MED01")


FILLED = FormEntries(
    actual={
        "LEG01": 4,
        "LEG05": "Có",
        "STF01": "Có",
        "STF02": 2,
        "MED01": 12,
        "MED01.language.vi": 9,
        "MED01.language.en": 3,
        "MED01.platform.mxh": 12,
        "RSP02": 3,
        "RSP03": 2,
        "BUD01": Decimal("45.5"),
    },
    heading={"cut_off_date": date(2026, 5, 31), "document_number": "07/BC-UBND", "document_date": date(2026, 6, 5)},
    is_synthetic=True,
)
CODED = ("order", "code", "label", "unit", "actual", "note")


def said(reading: Reading) -> set[tuple[object, ...]]:
    assert reading.refusal is None, reading.refusal
    return {
        (row.measure_code, row.axis_code, row.member_code, row.value, row.value_state)
        for row in reading.observations
        if row.value_state != "missing"
    }


@pytest.fixture(scope="module")
def said_on_the_form(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[object, ...]]:
    path = tmp_path_factory.mktemp("form") / "bc.xlsx"
    write_template(REFERENCE.units["28249"], HALF_YEAR, REFERENCE, path, FILLED)
    return said(read_file(str(path), path.name, NOW))


@pytest.mark.parametrize(
    "layout",
    [
        Layout(),
        Layout(columns=CODED),
        Layout(columns=("order", "label", "actual", "unit", "code", "note")),
        Layout(columns=CODED, top=7, left=3),
        Layout(columns=CODED, states_inline=True),
        Layout(columns=CODED, has_two_row_header=True, has_number_row=True),
        Layout(columns=CODED, hidden_lines=2),
        Layout(columns=CODED, rewrite=lambda text: unicodedata.normalize("NFD", text)),
        Layout(
            columns=CODED,
            headers={"actual": "Thực hiện"},
            rewrite=lambda text: tcvn3.encode(text) if len(text) > 5 else text,
        ),
    ],
    ids=[
        "by name",
        "by code",
        "reordered",
        "moved",
        "stated in one cell",
        "two header rows",
        "hidden rows",
        "NFD",
        "TCVN3",
    ],
)
def test_a_retyped_report_says_what_the_form_says(
    tmp_path: Path, said_on_the_form: set[tuple[object, ...]], layout: Layout
) -> None:
    path = tmp_path / "go-lai.xlsx"
    save_xlsx([retype(REFERENCE.units["28249"], HALF_YEAR, REFERENCE, FILLED, layout)], path)

    assert said(read_file(str(path), path.name, NOW)) == said_on_the_form


def test_an_ods_report_says_what_the_form_says(tmp_path: Path, said_on_the_form: set[tuple[object, ...]]) -> None:
    path = tmp_path / "go-lai.ods"
    save_ods([retype(REFERENCE.units["28249"], HALF_YEAR, REFERENCE, FILLED, Layout(columns=CODED))], path)

    assert said(read_file(str(path), path.name, NOW)) == said_on_the_form


@pytest.mark.parametrize("totals", ["first", "last"])
def test_printed_totals_are_kept_apart_from_the_figures(
    tmp_path: Path, said_on_the_form: set[tuple[object, ...]], totals: str
) -> None:
    layout = replace(Layout(columns=CODED), totals=totals)  # type: ignore[arg-type]
    path = tmp_path / "go-lai.xlsx"
    save_xlsx([retype(REFERENCE.units["28249"], HALF_YEAR, REFERENCE, FILLED, layout)], path)

    reading = read_file(str(path), path.name, NOW)

    assert said(reading) == said_on_the_form
    printed = {(total.measure_code, total.axis_code): total.value for total in reading.printed_totals}
    assert printed == {("MED01", "language"): 12, ("MED01", "platform"): 12}


def test_a_made_up_workbook_says_so_on_its_face_and_in_its_properties(tmp_path: Path) -> None:
    form, retyped, ods = tmp_path / "a.xlsx", tmp_path / "b.xlsx", tmp_path / "c.ods"
    unit = REFERENCE.units["28249"]
    write_template(unit, HALF_YEAR, REFERENCE, form, FILLED)
    pages = [retype(unit, HALF_YEAR, REFERENCE, FILLED, Layout(rewrite=tcvn3.encode))]
    save_xlsx(pages, retyped)
    save_ods(pages, ods)

    for path in (form, retyped):
        book = openpyxl.load_workbook(path)
        texts = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
        assert any(labels.SYNTHETIC_TITLE in text for text in texts)
        assert labels.SYNTHETIC_PROPERTY in [item.name for item in book.custom_doc_props.props]
    with zipfile.ZipFile(ods) as archive:
        assert labels.SYNTHETIC_TITLE in archive.read("content.xml").decode()
        assert labels.SYNTHETIC_PROPERTY in archive.read("meta.xml").decode()


@pytest.mark.long
def test_the_same_seed_gives_the_same_bytes_and_every_file_is_marked(tmp_path: Path) -> None:
    first, second = (write_sample(tmp_path / name, "2026-06T") for name in ("one", "two"))

    def hashes(written: Sample) -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written.folder.iterdir()}

    assert hashes(first) == hashes(second)
    assert first.files == tuple(item for item in read_expected() if item.period_code == "2026-06T")
    for item in first.files:
        with zipfile.ZipFile(first.folder / item.file) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".xml"))
        assert labels.SYNTHETIC_TITLE in content.decode()
        assert labels.SYNTHETIC_PROPERTY in content.decode()

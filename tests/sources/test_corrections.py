"""Known upstream errors: corrected while the cell still says what it said, told and kept with what is printed."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.errors import CatalogueError
from include.indicators.marts import build_marts
from include.indicators.trace import trace
from include.pipeline.ingest import take_in
from include.pipeline.read import read_report
from include.pipeline.results import FileResult
from include.settings import Settings
from include.sources import corrections as corrections_file
from include.sources import load_source
from include.sources.corrections import load_corrections
from include.sources.nso_fdi.sample_book import write_sample_book
from include.warehouse.audit import verify_audit
from tests.sources.reports import cell_of, write_report
from tests.sources.sdmx_files import specific

IN_JUNE = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
IN_NOVEMBER = datetime(2026, 11, 2, 9, 0, tzinfo=VIETNAM)
REPORTED = {"on": "2026-06-05", "to": "UBND phường Đạo Thạnh"}
POST = "Trưởng phòng Thông tin, Sở VHTTDL"
TEN_TIMES = "Đơn vị xác nhận ghi thừa một số 0."


class Desk:
    """A platform of one test with a folder of corrections of its own."""

    def __init__(self, folder: Path, warehouse: Connection, sources: Path) -> None:
        self.folder, self.sources = folder, sources
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.engine = create_engine(warehouse.engine.url, poolclass=NullPool)

    def correct(self, source: str, *entries: dict[str, Any]) -> None:
        """Write corrections.yml anew; without entries there is none."""
        path = self.sources / source / "corrections.yml"
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        if entries:
            # JSON is YAML; days written plainly are days.
            written = json.dumps({"corrections": entries}, ensure_ascii=False, indent=1)
            for day in ("2026-06-05", "2026-06-30", "2026-01-01", "2026-10-20"):
                written = written.replace(f'"{day}"', day)
            path.write_text(written, encoding="utf-8")

    def hand_in(self, path: Path, source: str = "agency_reports", at: datetime = IN_JUNE) -> FileResult:
        [result] = take_in([path], source_id=source, settings=self.settings, engine=self.engine, received_at=at).results
        return result

    def ask(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]


@pytest.fixture
def desk(tmp_path: Path, warehouse: Connection, monkeypatch: pytest.MonkeyPatch) -> Desk:
    sources = tmp_path / "sources"
    sources.mkdir()
    monkeypatch.setattr(corrections_file, "SOURCES_FOLDER", sources)
    return Desk(tmp_path, warehouse, sources)


def entry(address: str, **changes: Any) -> dict[str, Any]:
    """A correction of the commune's report of June: 120 is printed, 12 is right."""
    plain = {
        "code": "BC-2026-1",
        "file": {"unit": "28249", "period": "2026-06T"},
        "cell": {"sheet": "Báo cáo", "address": address},
        "printed": {"value": 120},
        "corrected": {"value": 12},
        "reason": TEN_TIMES,
        "reported": REPORTED,
        "decided_by": POST,
    }
    return {**plain, **changes}


def report(folder: Path, name: str = "a.xlsx", **actual: Any) -> tuple[Path, str]:
    """A report of the commune, and the address of its MED01."""
    places: list[str] = []
    path = write_report(
        folder / name,
        actual={"MED01": 120, **actual},
        edit=lambda workbook: places.append(cell_of(workbook, "MED01").coordinate),
    )
    return path, places[0]


def codes(result: FileResult) -> dict[str | None, str | None]:
    return {message["code"]: message["text"] for message in result.messages}


def news(desk: Desk) -> list[tuple[object, ...]]:
    return desk.ask(
        "select revision_number, value from warehouse.observation where measure_code = 'MED01'"
        " and axis_code = 'total' order by 1"
    )


# --- one figure corrected --------------------------------------------------------------------------


def test_a_known_error_counts_as_corrected_and_what_is_printed_is_kept_and_told(desk: Desk, tmp_path: Path) -> None:
    path, address = report(tmp_path)
    desk.correct("agency_reports", entry(address))

    result = desk.hand_in(path)

    assert (result.verdict, result.code) == ("loaded", "OK")
    assert news(desk) == [(1, Decimal(12))]
    assert desk.ask(
        "select correction_code, sheet_name, cell, printed_text, printed_value, printed_state, corrected_value,"
        " corrected_state, reason_vi, reported_date::text, reported_to_name, decided_by_role, valid_until"
        " from warehouse.applied_correction"
    ) == [
        ("BC-2026-1", "Báo cáo", address, "120", 120, "reported", 12, "reported", TEN_TIMES, "2026-06-05",
         "UBND phường Đạo Thạnh", POST, None)
    ]  # fmt: skip
    told = codes(result)["CORRECTION_APPLIED"]
    assert told is not None
    assert f"ô {address}" in told
    assert "tệp ghi 120; hệ thống tính 12" in told
    assert "mục BC-2026-1" in told


def test_the_trace_shows_the_printed_figure_beside_the_corrected_one(desk: Desk, tmp_path: Path) -> None:
    path, address = report(tmp_path)
    desk.correct("agency_reports", entry(address))
    desk.hand_in(path)

    with desk.engine.begin() as connection:
        build_marts(connection)
        traced = trace(connection, "M01", "2026-06T")
    [cell] = [cell for term in traced["terms"] for cell in term["cells"]]

    assert traced["value"] == "12"
    assert (cell["cell"], cell["value"]) == (address, "12")
    assert cell["correction"] == {"code": "BC-2026-1", "printed": "120"}


def test_ttdn_read_names_the_correction_and_only_at_its_figure(desk: Desk, tmp_path: Path) -> None:
    path, address = report(tmp_path)
    desk.correct("agency_reports", entry(address))

    rows, refusal = read_report("agency_reports", path)

    assert refusal is None
    assert [(row["measure"], row["value"], row["correction"]) for row in rows if "correction" in row] == [
        (
            "MED01",
            "12",
            {"code": "BC-2026-1", "printed": "120", "printed_state": "reported", "printed_unit": "tin, bài"},
        )
    ]


def test_a_cell_that_could_not_be_read_is_mended_by_its_text(desk: Desk, tmp_path: Path) -> None:
    path, address = report(tmp_path, MED01="12O")
    assert desk.hand_in(path).verdict == "quarantined"

    desk.correct("agency_reports", entry(address, printed={"text": "12O"}, corrected={"value": 120}))
    result = desk.hand_in(path)

    assert (result.verdict, result.code) == ("loaded", "OK")
    assert news(desk) == [(1, Decimal(120))]
    assert desk.ask("select printed_text, printed_value, printed_state from warehouse.applied_correction") == [
        ("12O", None, "unreadable")
    ]


@pytest.mark.parametrize(
    ("corrected", "stored"),
    [
        ({"state": "nil"}, ("nil", 0)),
        ({"state": "withheld"}, ("withheld", None)),
        ({"value": "12.0"}, ("reported", 12)),
    ],
)
def test_a_state_may_be_corrected_too(
    desk: Desk, tmp_path: Path, corrected: dict[str, Any], stored: tuple[object, ...]
) -> None:
    # What is part of MED01 must stay within it.
    path, address = report(tmp_path, MED07=0, HRT01=0)
    desk.correct("agency_reports", entry(address, corrected=corrected))

    assert codes(desk.hand_in(path)).keys() == {"CORRECTION_APPLIED"}
    assert desk.ask("select value_state, value from warehouse.observation where measure_code = 'MED01'") == [stored]


# --- when it does not apply ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"printed": {"value": 121}}, "ô cho số 120, trong khi mục đó chỉ đúng khi ô ghi 121"),
        ({"printed": {"text": "120,0"}}, "ô ghi “120”"),
        ({"cell": {"sheet": "Báo cáo", "address": "Z99"}}, "ô không có số liệu nào được đọc"),
        ({"cell": {"sheet": "Báo cáo ", "address": None}}, "ô không có số liệu nào được đọc"),
        ({"file": {"unit": "28249", "period": "2026-06T", "sha256": "0" * 64}}, "đây là tệp khác"),
    ],
)
def test_what_must_still_be_true_and_is_not_leaves_the_figure_alone_and_is_told(
    desk: Desk, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    path, address = report(tmp_path)
    if "cell" in change:
        change = {"cell": {**change["cell"], "address": change["cell"]["address"] or address}}
    desk.correct("agency_reports", entry(address, **change))

    result = desk.hand_in(path)

    assert (result.verdict, result.code) == ("loaded", "OK")
    assert news(desk) == [(1, Decimal(120))]
    assert words in (codes(result)["CORRECTION_NOT_APPLIED"] or "")
    assert desk.ask("select count(*) from warehouse.applied_correction") == [(0,)]


@pytest.mark.parametrize(
    "change",
    [
        {"file": {"unit": "28261", "period": "2026-06T"}},
        {"file": {"unit": "28249", "period": "2026-NAM"}},
        {"file": {"sha256": "0" * 64}},
        {"file": {"subject": "28249/2026-NAM"}},
    ],
)
def test_a_correction_of_another_file_says_nothing_about_this_one(
    desk: Desk, tmp_path: Path, change: dict[str, Any]
) -> None:
    path, address = report(tmp_path)
    desk.correct("agency_reports", entry(address, **change))

    result = desk.hand_in(path)

    assert news(desk) == [(1, Decimal(120))]
    assert not {"CORRECTION_APPLIED", "CORRECTION_NOT_APPLIED"} & set(codes(result))
    assert desk.ask("select correction_state_hash from warehouse.submission") == [(None,)]


def test_a_correction_holds_on_its_last_day_and_not_on_the_next(desk: Desk, tmp_path: Path) -> None:
    path, address = report(tmp_path)
    desk.correct("agency_reports", entry(address, holds_until="2026-06-30"))
    other, _ = report(tmp_path, "b.xlsx", MED02=6)

    desk.hand_in(path, at=datetime(2026, 6, 30, 23, 59, tzinfo=VIETNAM))
    desk.hand_in(other, at=datetime(2026, 7, 1, 0, 0, tzinfo=VIETNAM))

    assert news(desk) == [(1, Decimal(12)), (2, Decimal(120))]


# --- the same bytes after the file of corrections changed --------------------------------------------


def test_the_same_bytes_become_a_revision_when_a_correction_of_them_is_written_and_again_when_it_goes(
    desk: Desk, tmp_path: Path
) -> None:
    path, address = report(tmp_path)

    verdicts = [desk.hand_in(path).verdict]
    desk.correct("agency_reports", entry(address))
    verdicts += [desk.hand_in(path).verdict, desk.hand_in(path).verdict]
    desk.correct("agency_reports")
    verdicts += [desk.hand_in(path).verdict, desk.hand_in(path).verdict]

    assert verdicts == ["loaded", "loaded", "duplicate", "loaded", "duplicate"]
    assert news(desk) == [(1, Decimal(120)), (2, Decimal(12)), (3, Decimal(120))]
    assert desk.ask("select old_value, new_value from warehouse.observation_change order by submission_id") == [
        (120, 12),
        (12, 120),
    ]


def test_a_new_reason_is_a_revision_in_which_no_figure_changes(desk: Desk, tmp_path: Path) -> None:
    path, address = report(tmp_path)
    desk.correct("agency_reports", entry(address))
    desk.hand_in(path)
    desk.correct("agency_reports", entry(address, reason="Theo công văn trả lời của đơn vị."))

    result = desk.hand_in(path)

    assert (result.verdict, result.revision) == ("loaded", 2)
    assert desk.ask("select count(*) from warehouse.observation_change") == [(0,)]
    assert desk.ask("select reason_vi from warehouse.applied_correction order by submission_id") == [
        (TEN_TIMES,),
        ("Theo công văn trả lời của đơn vị.",),
    ]


def test_an_entry_that_is_about_the_file_and_changes_nothing_is_looked_at_once(desk: Desk, tmp_path: Path) -> None:
    path, address = report(tmp_path)
    desk.hand_in(path)
    desk.correct("agency_reports", entry(address, printed={"value": 999}))

    results = [desk.hand_in(path) for _ in range(2)]

    assert [result.verdict for result in results] == ["unchanged", "duplicate"]
    assert news(desk) == [(1, Decimal(120))]


def test_an_entry_about_another_file_leaves_a_duplicate_a_duplicate(desk: Desk, tmp_path: Path) -> None:
    path, address = report(tmp_path)
    desk.hand_in(path)
    desk.correct("agency_reports", entry(address, file={"unit": "28261", "period": "2026-06T"}))

    assert desk.hand_in(path).verdict == "duplicate"


def test_a_mended_file_with_the_same_figures_is_a_revision_that_needs_no_correction(desk: Desk, tmp_path: Path) -> None:
    wrong, address = report(tmp_path)
    mended, _ = report(tmp_path, "b.xlsx", MED01=12)
    desk.correct("agency_reports", entry(address))
    desk.hand_in(wrong)

    result = desk.hand_in(mended)

    assert (result.verdict, result.revision) == ("loaded", 2)
    assert "ô cho số 12" in (codes(result)["CORRECTION_NOT_APPLIED"] or "")
    assert desk.ask("select count(*) from warehouse.observation_change") == [(0,)]
    assert desk.ask("select max(submission_id) from warehouse.applied_correction") == [(1,)]


def test_every_corrected_file_is_one_entry_of_the_audit_log_with_codes_and_counts_only(
    desk: Desk, tmp_path: Path
) -> None:
    path, address = report(tmp_path)
    other, _ = report(tmp_path, "b.xlsx", MED02=6)
    desk.correct("agency_reports", entry(address))

    results = [desk.hand_in(path), desk.hand_in(other)]

    noted = desk.ask("select subject, details from audit.event where action = 'correction' order by event_number")
    assert noted == [
        (
            result.receipt,
            {
                "source": "agency_reports",
                "sha256": result.sha256,
                "submission": number,
                "corrections": "BC-2026-1",
                "figures": 1,
            },
        )
        for number, result in enumerate(results, start=1)
    ]
    with desk.engine.connect() as connection:
        assert verify_audit(connection).ok


# --- the other shapes ------------------------------------------------------------------------------


def test_a_publishers_book_is_corrected_by_its_window_in_value_and_unit(desk: Desk, tmp_path: Path) -> None:
    book = write_sample_book(tmp_path / "a.xlsx")
    desk.hand_in(book, "nso_fdi", IN_NOVEMBER)
    window = {"first": "2026-01-01", "last": "2026-10-20"}
    desk.correct(
        "nso_fdi",
        {
            **entry("'12. FDI '!E10", code="NSO-1", file={"window": window}),
            "cell": {"address": "'12. FDI '!E10"},
            "printed": {"value": -15750000},
            "corrected": {"value": 15750000, "unit": "VND"},
        },
    )

    result = desk.hand_in(book, "nso_fdi", IN_NOVEMBER)

    assert (result.verdict, result.revision) == ("loaded", 2)
    assert desk.ask(
        "select revision_number, value, unit_code from warehouse.capital_flow"
        " where cell = '''12. FDI ''!E10' order by 1"
    ) == [(1, -15750000, "USD"), (2, 15750000, "VND")]
    assert desk.ask(
        "select printed_value, printed_unit_code, corrected_value, corrected_unit_code"
        " from warehouse.applied_correction"
    ) == [(-15750000, "USD", 15750000, "VND")]
    assert "tệp ghi -15.750.000 USD; hệ thống tính 15.750.000 VND" in (codes(result)["CORRECTION_APPLIED"] or "")


def test_a_point_of_a_series_is_corrected_at_its_path(desk: Desk, tmp_path: Path) -> None:
    message = specific(tmp_path, ({}, {"2026-Q1": "5", "2026-Q2": "60"}))
    desk.hand_in(message, "sdmx_series", IN_NOVEMBER)
    [(subject,)] = desk.ask("select subject_key from warehouse.submission")
    [(cell,)] = desk.ask("select cell from warehouse.series_point where value = 60000000")
    desk.correct(
        "sdmx_series",
        {
            **entry(str(cell), code="SBV-1", file={"subject": subject}),
            "cell": {"address": cell},
            "printed": {"text": "60"},
            "corrected": {"value": 6000000},
        },
    )

    assert desk.hand_in(message, "sdmx_series", IN_NOVEMBER).revision == 2
    assert desk.ask("select value from warehouse.series_point where revision_number = 2 order by window_start") == [
        (5000000,),
        (6000000,),
    ]


# --- the file itself -------------------------------------------------------------------------------


def refuse(desk: Desk, source: str, *entries: dict[str, Any]) -> str:
    desk.correct(source, *entries)
    with pytest.raises(CatalogueError) as refusal:
        load_corrections(load_source(source), desk.sources)
    return str(refusal.value)


def test_a_source_without_the_file_has_no_corrections(desk: Desk) -> None:
    assert load_corrections(load_source("agency_reports"), desk.sources) == ()


def test_every_mistake_of_the_file_is_named_at_once(desk: Desk) -> None:
    told = refuse(
        desk,
        "agency_reports",
        entry("F14", code="một hai"),
        entry("F15", code="BC-2", reason="Gọi 0912 345 678 để rõ.", decided_by="Ông Trần Văn Bình"),
        entry("F16", code="BC-3", corrected={"value": 5, "unit": "VND"}, extra=1),
        {key: value for key, value in entry("F17", code="BC-4").items() if key != "reported"},
        entry("F18", code="BC-5", printed={}, holds_until="hôm qua"),
    )

    assert "include/sources/agency_reports/corrections.yml" in told
    for words in (
        "entry 1 (một hai), code",
        "entry 2 (BC-2), reason: số điện thoại",
        "entry 2 (BC-2), decided_by: tên người",
        "entry 3 (BC-3), corrected.unit",
        "entry 3 (BC-3), extra: an unknown key",
        "entry 4 (BC-4), reported: nothing",
        "entry 5 (BC-5), printed: nothing",
        "entry 5 (BC-5), holds_until: 'hôm qua'",
    ):
        assert words in told
    assert "0912" not in told
    assert "Bình" not in told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"file": {}}, "file: no file"),
        ({"file": {"unit": "28249"}}, "unit or period alone"),
        ({"file": {"unit": "28249", "period": "2026-06T", "subject": "x"}}, "unit and subject"),
        ({"file": {"sha256": "abc"}}, "64 hex digits"),
        ({"file": {"window": {"first": "2026-01-01"}}}, "first and last"),
        ({"cell": {"address": "F14"}}, "cell.sheet: nothing"),
        ({"cell": {"sheet": "Báo cáo", "address": ""}}, "cell.address: nothing"),
        ({"printed": {"value": "12,5"}}, "printed.value: '12,5'"),
        ({"printed": {"value": True}}, "printed.value: True"),
        ({"printed": {"text": 120}}, "printed.text: 120"),
        ({"corrected": {"state": "unreadable"}}, "corrected.state"),
        ({"corrected": {"state": "missing", "value": 3}}, "3 with state missing"),
        ({"corrected": {"state": "nil", "value": 3}}, "3 with state nil"),
        ({"corrected": {}}, "corrected: nothing"),
        ({"reported": {"on": "2026-06-05", "to": "bà Lê Thị Hoa"}}, "reported.to: tên người"),
        ({"reason": "MẬT"}, "reason: dấu chỉ độ mật"),
        ({"reason": "  "}, "reason: để trống"),
    ],
)
def test_a_careless_entry_is_refused(desk: Desk, change: dict[str, Any], words: str) -> None:
    assert words in refuse(desk, "agency_reports", entry("F14", **change))


def test_two_entries_for_one_cell_or_of_one_code_are_refused(desk: Desk) -> None:
    told = refuse(desk, "agency_reports", entry("F14"), entry("F14", code="BC-2"), entry("F15"))

    assert "BC-2: the same cell of the same file as BC-2026-1" in told
    assert "BC-2026-1: the code twice" in told


def test_two_states_of_one_cell_are_two_entries(desk: Desk) -> None:
    desk.correct("agency_reports", entry("F14"), entry("F14", code="BC-2", printed={"value": 1200}))

    assert [each.code for each in load_corrections(load_source("agency_reports"), desk.sources)] == [
        "BC-2026-1",
        "BC-2",
    ]


def test_monitoring_counts_have_no_cells_and_say_so(desk: Desk) -> None:
    told = refuse(desk, "monitoring_statistics", entry("dòng 3"))

    assert "counts of a monitored day have no cell of their own" in told


@pytest.mark.parametrize("content", ["corrections: [", "- a", "corrections: {}", "entries: []"])
def test_a_file_that_is_no_list_of_corrections_is_refused(desk: Desk, content: str) -> None:
    (desk.sources / "agency_reports").mkdir()
    (desk.sources / "agency_reports" / "corrections.yml").write_text(content, encoding="utf-8")

    with pytest.raises(CatalogueError, match="the file:"):
        load_corrections(load_source("agency_reports"), desk.sources)


def test_nothing_is_taken_in_while_the_file_cannot_be_followed(desk: Desk, tmp_path: Path) -> None:
    path, address = report(tmp_path)
    desk.correct("agency_reports", entry(address, code="?"))

    with pytest.raises(CatalogueError):
        desk.hand_in(path)
    assert desk.ask("select count(*) from warehouse.submission") == [(0,)]

    desk.correct("agency_reports", entry(address))
    assert desk.hand_in(path).verdict in ("loaded", "duplicate")
    assert news(desk) == [(1, Decimal(12))]


def test_the_corrections_the_project_itself_keeps_are_sound() -> None:
    from include.sources import list_sources

    for source in list_sources(loadable_only=False):
        load_corrections(source)

"""S06: whatever text a file, a list or an argument brings stays text: kept as written, or refused in words."""

from __future__ import annotations

import csv
import os
import xml.sax.saxutils
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from include.backups.contents import Contents, describe_contents
from include.calendar.periods import VIETNAM
from include.cli import main
from include.delivery.recipients import read_recipients
from include.errors import PlatformError
from include.indicators.marts import build_marts
from include.indicators.targets import sync_targets
from include.pipeline.ingest import take_in
from include.pipeline.results import FileResult
from include.quality.explanations import Speaker, explain_restatement
from include.quality.waivers import record_waiver
from include.releases.register import add_decision
from include.settings import Settings
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.roles import apply_roles
from tests.conftest import TEMPLATE_DATABASE
from tests.sources import iati_files, registers, sdmx_files
from tests.sources.monitoring_files import line, write_counts
from tests.sources.reports import figure_column, write_report
from tests.sql.releases import HEAD, freeze, send_checked

IN_JUNE = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)

PLAIN = [
    "'; drop table warehouse.observation; --",
    "'; drop table warehouse.observation cascade; --",
    '"; drop schema warehouse cascade; --',
    "x'); delete from landing.receipt; --",
    "' or '1'='1",
    "' or 1=1 --",
    '" or ""="',
    "1 or 1=1",
    "1; select pg_sleep(9)",
    "'||(select pg_sleep(9))||'",
    "' union select rolname, rolpassword from pg_authid --",
    "' and 1=cast((select version()) as int) --",
    "' and extractvalue(1,concat(0x7e,version())) --",
    "'; copy (select 1) to program 'touch /tmp/ttdn_was_here'; --",
    "'; select lo_import('/etc/hostname'); --",
    "') on conflict do update set verdict='loaded' --",
    "/* x */ */ -- x",
    "x /* never closed",
    "$$; drop table warehouse.submission; $$",
    "$x$ || $y$",
    "$1",
    "$1::int, $2",
    "%s",
    "%s%s%s%n",
    "%(x)s",
    "%(name)s %(rows)d",
    "100% của 5%",
    "%",
    "%%",
    ":name",
    ":period and ::text",
    "{}",
    "{0.__class__.__mro__}",
    "{{7*7}}",
    "{% raw %}",
    "${jndi:ldap://example.vn/x}",
    "\\",
    "\\'; drop table x; --",
    "\\\\'",
    "\\.",
    "\\N",
    "\\x00\\u0000",
    "E'\\047'",
    "U&'\\0027'",
    "ʼ; drop table x; --",
    "’ or ’1’=’1",
    "＇ or ＇1＇=＇1",
    "＂; drop table x；--",
    "a,b\"c;d|e'f`g`",
    "null",
    "N'); exec xp_cmdshell('x'); --",
    "-1' waitfor delay '0:0:9' --",
    "sqlmap' AND 5921=5921 AND 'a'='a",
    "'; set role ttdn_owner; alter role ttdn_loader superuser; --",
    "'; notify x; listen x; --",
]
"""Strings of one line that a spreadsheet cell, an XML attribute and a command line can hold."""

HARD = [
    "A" * 30_000 + "'; drop table x; --",
    "'; drop table x;\x00 --",
    "dòng một\ndòng hai'; --",
    "\x1b[2J'; --",
    "\u202e'; elbat pord --",
]
"""What no line of a sheet holds: very long, a null byte, lines, a terminal's command, a text that runs backwards."""

UNTYPED = [string for string in HARD if "\x00" not in string]
"""Those of them an operating system hands to a program."""

NUMBERS = [PLAIN[at : at + 5] for at in range(0, 20, 5)]
"""Some strings for the document number of each of four reports."""


@dataclass
class Attacked:
    """A warehouse after every string came in by every way in, and what the server complained of meanwhile."""

    engine: Engine
    before: Contents
    results: dict[str, list[FileResult]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def column(self, name: str, column: str) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.exec_driver_sql(f"select {column} from {name} where {column} is not null").scalars())


def note_complaints(complaints: list[str]) -> Any:
    """Keep every error of the class of syntax and rights (SQLSTATE 42...), which only SQL made of data can cause."""

    def note(context: ExceptionContext) -> None:
        code = getattr(context.original_exception, "pgcode", None) or ""
        if code.startswith(("42", "0A", "26")) or not code:
            complaints.append(f"{code} {context.original_exception}")

    event.listen(Engine, "handle_error", note)
    return note


@pytest.fixture(scope="module")
def attacked(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    folder, name = tmp_path_factory.mktemp("attacked"), f"attacked_{os.getpid()}"
    server.create_database(name, template=TEMPLATE_DATABASE)
    opened = engine(server.url(name))
    with opened.begin() as connection:
        apply_roles(connection)
        build_marts(connection)
        before = describe_contents(connection)
    attacked = Attacked(opened, before)
    note = note_complaints(attacked.complaints)
    try:
        hand_everything_in(attacked, folder)
        yield attacked
    finally:
        event.remove(Engine, "handle_error", note)
        server.drop_database(name)


def hand_everything_in(attacked: Attacked, folder: Path) -> None:
    settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")

    def hand_in(source: str, *paths: Path) -> None:
        attacked.results[source] = take_in(
            paths, source_id=source, settings=settings, engine=attacked.engine, received_at=IN_JUNE
        ).results

    hand_in(
        "agency_reports",
        *(
            report(folder / f"bao-cao-{number}.xlsx", unit, "; ".join(NUMBERS[number]))
            for number, unit in enumerate(("28249", "SYT", "STC", "SNV"))
        ),
        *named_after(folder / "names"),
    )
    hand_in("finance_fdi", registers.fill(folder / "fdi", "finance_fdi", *fdi_lines()))
    hand_in("finance_ngo", registers.fill(folder / "ngo", "finance_ngo", *ngo_lines()))
    hand_in("iati_activities", activities(folder))
    hand_in("sdmx_series", series(folder))
    hand_in("monitoring_statistics", *counts(folder / "counts"))
    hand_in("donor_projects", registers.typed(folder / f"{HARD[0][:90]}.xlsx", [[each] for each in PLAIN]))
    with attacked.engine.begin() as connection:
        build_marts(connection)


def report(path: Path, unit: str, document_number: str) -> Path:
    """A report with a string in the document number and in every note."""

    def edit(book: openpyxl.Workbook) -> None:
        sheet = book["Báo cáo"]
        [header] = [row for row in sheet.iter_rows() if any(cell.value == "Mã số" for cell in row)]
        code_column, note_column = (
            next(cell.column for cell in header if cell.value == title) for title in ("Mã số", "Ghi chú")
        )
        lines = [
            row
            for row in range(header[0].row + 2, sheet.max_row + 1)
            if sheet.cell(row, code_column).value and sheet.cell(row, figure_column(sheet)).value is not None
        ]
        for row, string in zip(lines, PLAIN, strict=False):
            note = sheet.cell(row, note_column)
            note.value, note.data_type = string, "s"

    return write_report(path, unit, heading={"document_number": document_number}, edit=edit)


def shown(name: str) -> str:
    """The string as a file name: a stroke that is none for the only letter of it a name cannot have."""
    return name.replace("/", "∕")


def named_after(folder: Path) -> list[Path]:
    folder.mkdir()
    paths = []
    for number, string in enumerate(PLAIN):
        path = folder / shown(f"{number} {string}.xlsx")
        path.write_bytes(f"no workbook {number}".encode())
        paths.append(path)
    return paths


def fdi_lines() -> list[registers.Line]:
    return [
        {
            **registers.FACTORY,
            "code": f"{number} {string}",
            "title": string,
            "capital_new": 1 + number,
        }
        for number, string in enumerate(PLAIN)
    ]


def ngo_lines() -> list[registers.Line]:
    return [
        {
            **registers.GRANT,
            "code": f"VT-{number}",
            "title": string,
            "provider": string,
            "partner": string,
        }
        for number, string in enumerate(PLAIN)
    ]


def activities(folder: Path) -> Path:
    quote = xml.sax.saxutils.escape
    there = iati_files.recipient("VN") + iati_files.place("Đồng Tháp") + iati_files.HUNDRED
    return iati_files.write_file(
        folder,
        *(
            iati_files.activity(there, identifier=quote(f"XX-{number} {string}")).replace("Nước sạch", quote(string))
            for number, string in enumerate(PLAIN)
        ),
    )


def series(folder: Path) -> Path:
    def quote(value: str) -> str:
        return xml.sax.saxutils.escape(value, {'"': "&quot;"})

    return sdmx_files.specific(
        folder,
        *(({"INDICATOR": quote(f"{string}_USD")}, {"2026-Q1": str(5 + number)}) for number, string in enumerate(PLAIN)),
    )


def counts(folder: Path) -> list[Path]:
    quoted = ['"' + string.replace('"', '""') + '"' for string in PLAIN]
    return [
        write_counts(folder / "kenh.csv", [line(date(2026, 5, 1), 5, channel_type=each) for each in quoted]),
        write_counts(folder / "so.csv", [line(date(2026, 5, 2), each) for each in quoted]),
        write_counts(folder / "ngay.csv", [line(each, 3) for each in quoted]),
    ]


# -- what came in with files -------------------------------------------------------------------------------------------


def test_s06_whatever_files_say_the_structure_and_the_rights_are_what_they_were(attacked: Attacked) -> None:
    with attacked.engine.connect() as connection:
        after = describe_contents(connection)

    assert len(after.structure) > 1000
    assert {
        name
        for name in {*attacked.before.structure, *after.structure}
        if attacked.before.structure.get(name) != after.structure.get(name)
    } == set()
    # Lists nobody may fill with a file.
    lists = [name for name in after.tables if name.startswith("reference.")]
    assert {name: after.tables[name] for name in lists} == {name: attacked.before.tables[name] for name in lists}


def test_s06_the_server_saw_no_statement_it_could_not_read_and_nobody_without_the_right(attacked: Attacked) -> None:
    assert attacked.complaints == []
    with pytest.raises(Exception, match="unterminated quoted string"), attacked.engine.connect() as connection:
        connection.exec_driver_sql(f"select '{PLAIN[4]}")  # the ear is not deaf
    assert [complaint[:5] for complaint in attacked.complaints] == ["42601"]
    attacked.complaints.clear()


def test_s06_what_was_loaded_is_kept_letter_by_letter(attacked: Attacked) -> None:
    assert set(PLAIN) <= attacked.column("warehouse.capital_flow", "member_name")
    assert set(PLAIN) <= attacked.column("warehouse.project_title", "title")
    assert {f"BOP6.{each}_USD._Z" for each in PLAIN} == attacked.column("warehouse.series_point", "series_code")
    assert {f"{number} {each}" for number, each in enumerate(PLAIN)} <= attacked.column(
        "warehouse.capital_flow", "project_code"
    )
    assert set(PLAIN) <= attacked.column("quarantine.capital_flow", "provider_code")
    assert {"; ".join(each) for each in NUMBERS} <= attacked.column("warehouse.submission", "document_number")
    assert {shown(f"{number} {each}.xlsx") for number, each in enumerate(PLAIN)} <= attacked.column(
        "landing.receipt", "original_name"
    )


def test_s06_every_file_got_the_verdict_its_figures_deserve(attacked: Attacked) -> None:
    assert {
        source: {(result.verdict, result.code) for result in results} for source, results in attacked.results.items()
    } == {
        "agency_reports": {("loaded", "OK"), ("rejected", "TYPE_MISMATCH")},
        "finance_fdi": {("loaded", "OK")},
        "finance_ngo": {("quarantined", "FINANCE_NAME_UNKNOWN")},
        "iati_activities": {("loaded", "OK")},
        "sdmx_series": {("loaded", "OK")},
        "monitoring_statistics": {("rejected", "MONITORING_VALUE_FORBIDDEN")},
        "donor_projects": {("rejected", "DONOR_HEADER_UNKNOWN")},
    }
    with attacked.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from warehouse.monitoring_count").scalar() == 0


def test_s06_no_program_ran_and_no_file_was_written_on_the_servers_machine(attacked: Attacked) -> None:
    assert not Path("/tmp/ttdn_was_here").exists()


TARGET_COLUMNS = ("indicator_code side target_for target_value document_number document_date issued_by").split()


# -- what came in with words a person types ----------------------------------------------------------------------------


@pytest.fixture
def typed_in(attacked: Attacked) -> Iterator[Connection]:
    """A connection whose work is rolled back, with one report and one frozen edition."""
    with attacked.engine.connect() as connection:
        yield connection
        connection.rollback()


NO_WORDS = {"{}", "\\.", "%", "%%", "\\", "\\\\'"}
TOO_SHORT = {"%s", "$1", "\\N", "null"}
NEVER = {string for string in HARD if "\n" not in string}
"""Refused as words for whatever purpose: nothing to read, more than anybody reads, letters that cannot be seen."""


def test_s06_reasons_and_posts_are_kept_as_typed_or_refused_in_words(typed_in: Connection, tmp_path: Path) -> None:
    edition = freeze(typed_in, tmp_path)
    assert isinstance(edition, int)
    submission = str(send_checked(typed_in, "SYT"))

    def waive(words: str) -> object:
        known = {"unit": "SYT", "period": "2026-06T", "role": HEAD, "until": date(2026, 7, 1), "decided_at": IN_JUNE}
        return record_waiver(typed_in, "R-06", reason=words, **known)

    def explain(words: str) -> object:
        return explain_restatement(typed_in, submission, Speaker("SYT", words, HEAD))

    def turn_down(words: str) -> object:
        return add_decision(typed_in, edition, "rejected", HEAD, IN_JUNE, words)

    def sign_as(words: str) -> object:
        return add_decision(typed_in, edition, "reviewed", words, IN_JUNE)

    for keep, column, refused in (
        (waive, "reason_vi from warehouse.waiver", NO_WORDS | NEVER),
        (explain, "reason_vi from warehouse.explanation", NO_WORDS | NEVER),
        (turn_down, "reason_vi from release.decision", NO_WORDS | NEVER | TOO_SHORT),
        (sign_as, "decided_by from release.decision", NO_WORDS | {*HARD} | {"ʼ; drop table x; --"}),
    ):
        # An explanation builds the marts anew for each word that may be kept.
        for string in [*PLAIN[::9], *HARD] if keep is explain else [*PLAIN, *HARD]:
            savepoint = typed_in.begin_nested()
            try:
                keep(string)
            except PlatformError:
                assert string in refused, (keep, string)
            else:
                assert typed_in.exec_driver_sql(f"select {column}").scalars().all() == [string]
                assert string not in refused, (keep, string)
            savepoint.rollback()


def test_s06_lists_the_province_edits_are_kept_as_written(typed_in: Connection, tmp_path: Path) -> None:
    """Offices in recipients.csv and source documents in targets.csv."""
    offices = tmp_path / "recipients.csv"
    with offices.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["address", "office_vi", "receives", "unit_code", "valid_from", "valid_to", "note"])
        writer.writerows(
            [f"phong{number}@example.vn", string, "monthly", "", "2026-01-01", "", string]
            for number, string in enumerate(PLAIN)
        )
    recipients = read_recipients(offices, {}, {"example.vn"})

    assert [(each.office_vi, each.note) for each in recipients] == [(each, each) for each in PLAIN]

    targets = tmp_path / "targets.csv"
    for string in PLAIN:
        with targets.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(TARGET_COLUMNS)
            writer.writerow(["M01", "", "2026", "50", string, "2026-01-15", string])
        sync_targets(typed_in, targets)
        kept = typed_in.exec_driver_sql("select document_number, issued_by from reference.indicator_target").one()
        assert tuple(kept) == (string, string)


# -- what came in as an argument ---------------------------------------------------------------------------------------

COMMANDS = [
    "trace § --period 2026-06T",
    "trace M01 --period=§",
    "trace M01 --period 2026-06T --scope=unit:§",
    "trace M01 --period 2026-06T --scope=group:§",
    "trace M01 --period 2026-06T --by=language/§",
    "trace M01 --period 2026-06T --release=§",
    "status --period=§",
    "kpi --period=§",
    "restatements --period=§",
    "export § --format csv",
    "export report_status --period=§ --format csv",
    "release approve § --by=Trưởng",
    "rule-impact §",
    "grant-analyst §'",
    "grant-analyst lan --unit=§",
    "explain restatement § --unit SYT --reason=Nhầm --by=Trưởng",
    "projects confirm § §? --reason=Giống --by=Trưởng",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_s06_s07_an_argument_is_looked_up_and_never_becomes_part_of_a_statement(
    attacked: Attacked,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TTDN_HOME", str(tmp_path))
    monkeypatch.setenv("TTDN_DATABASE_URL", attacked.engine.url.render_as_string(hide_password=False))
    ended = {}
    # Every seventh string, other ones for the next command: all of them meet two commands and more.
    for string in [*PLAIN, *UNTYPED][COMMANDS.index(command) % 7 :: 7]:
        try:
            ended[string] = main([part.replace("§", string) for part in command.split()])
        except SystemExit as misunderstood:  # what begins with a dash is taken for an option
            ended[string] = int(str(misunderstood.code))

    assert len(ended) >= 8
    assert set(ended.values()) <= {1, 2}
    assert "Traceback" not in capsys.readouterr().err
    assert attacked.complaints == []

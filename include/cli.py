"""`ttdn`: everything a DAG does, without Airflow.

With --json the answer alone goes to standard output, everything else to standard error.
Exit code 0: all accepted; 1: something refused or missing; 2: the command was not understood or cannot run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.errors import PlatformError

if TYPE_CHECKING:
    from rich.table import Table
    from sqlalchemy import Connection, Engine

    from include.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except PlatformError as error:
        # An error of ours keeps its lines; each is written out.
        print("ttdn: " + "\n".join(map(_shown_text, str(error).split("\n"))), file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    except Exception as error:
        from include.warehouse.roles import explain_refusal

        refusal = explain_refusal(error)
        if refusal is None:
            sys.excepthook = _tell_fault
            raise
        print(f"ttdn: {refusal}", file=sys.stderr)
        return 2


def _tell_fault(kind: type[BaseException], error: BaseException, _trace: object) -> None:
    """Print a fault of ours with its calls as Python does, but of what each error says only the beginning, on one line.

    What it says may quote a file: ten megabytes of it, with line ends that pass for other lines.
    """
    import traceback

    from include.errors import tell_on_one_line

    met: list[BaseException] = []
    said: BaseException | None = error
    while said is not None and said not in met:
        met.append(said)
        said = said.__cause__ or (None if said.__suppress_context__ else said.__context__)
    for each in reversed(met):
        lines = traceback.format_tb(each.__traceback__)
        print("".join(lines) + f"{type(each).__name__}: {tell_on_one_line(str(each))}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ttdn", description="Nền tảng dữ liệu thông tin đối ngoại của tỉnh.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    ingest = _command(commands, "ingest", _ingest, "take files through the whole gate")
    ingest.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    ingest.add_argument("--source", default="agency_reports", metavar="ID")
    ingest.add_argument("--as-of", type=_moment, metavar="MOMENT", help="true time of receipt, ISO 8601")
    ingest.add_argument("--dry-run", action="store_true", help="say what would happen, keep nothing")

    read = _command(commands, "read", _read, "read one file only: its rows with their cells, or the refusal")
    read.add_argument("source", metavar="SOURCE")
    read.add_argument("file", type=Path, metavar="FILE")

    kpi = _command(commands, "kpi", _kpi, "indicator values")
    kpi.add_argument("--period", metavar="P")
    kpi.add_argument("--as-known", type=_moment, metavar="MOMENT", help="as known at that moment")

    trace = _command(commands, "trace", _trace, "an indicator down to files and cells")
    trace.add_argument("indicator", metavar="INDICATOR")
    trace.add_argument("--period", required=True, metavar="P")
    trace.add_argument(
        "--release", metavar="EDITION", help="as released in that edition, 2026-06T/1; as known now without"
    )
    trace.add_argument("--scope", metavar="group:CODE|unit:CODE", help="a group or a body; the province without it")
    trace.add_argument("--by", metavar="AXIS/MEMBER", help="a member of a breakdown; the headline without it")

    restatements = _command(commands, "restatements", _restatements, "what was restated, by whom, and what it did")
    restatements.add_argument("--period", metavar="P")

    status = _command(commands, "status", _status, "who has reported, on time, late, not")
    status.add_argument("--period", metavar="P")
    status.add_argument("--as-of", type=_moment, metavar="MOMENT", help="as if today were that moment")

    _command(commands, "doctor", _doctor, "is this machine fit")
    _command(commands, "reconcile", _reconcile, "has every file that was seen its one verdict")

    templates = _command(commands, "templates", _templates, "the workbooks to send out")
    templates.add_argument("period", metavar="PERIOD")
    templates.add_argument("--to", type=Path, metavar="FOLDER")

    sample = _command(commands, "sample", _sample, "a synthetic year, marked synthetic")
    sample.add_argument("--to", type=Path, metavar="FOLDER")
    sample.add_argument("--period", metavar="P")
    sample.add_argument("--source", default="agency_reports", metavar="ID", help="files of that source instead")

    extract = _command(commands, "extract", _extract, "write the leadership extract")
    extract.add_argument("--period", metavar="P")

    deliver = _command(commands, "deliver", _deliver, "send what waits in the outbox, or say how far it got")
    wanted = deliver.add_mutually_exclusive_group()
    wanted.add_argument("--status", action="store_true", help="what went, what waits, what a person has to decide")
    wanted.add_argument("--now", action="store_true", help="also try what waits for its next try")
    wanted.add_argument("--resend", type=int, metavar="ID", help="send message ID again: it did not arrive")
    wanted.add_argument("--give-up", type=int, metavar="ID", help="message ID will not be sent")
    wanted.add_argument("--keep", type=int, metavar="ID", help="message ID arrived after all")
    deliver.add_argument("--by", metavar="POST", help="the post of whoever decides, never a name")

    release = _command(commands, "release", _release, "freeze, review, approve, reject, withdraw what leaders receive")
    steps = release.add_subparsers(dest="step", metavar="STEP")
    for step, help_text, needs_reason in (
        ("list", "every edition and where it stands, what was stopped and why (so does no step)", None),
        ("freeze", "freeze the figures of a release as they are known now", False),
        ("review", "say that the edition was looked through", None),
        ("approve", "approve it, being another person; its mails go into the outbox", None),
        ("reject", "refuse a frozen edition", True),
        ("withdraw", "take an approved edition back", True),
        ("render", "write the bundle of an edition; a draft until it is approved", None),
    ):
        of_step = steps.add_parser(step, help=help_text, description=help_text)
        if step == "list":
            of_step.add_argument("number", nargs="?", metavar="RELEASE", help="2026-06T; every release without it")
        elif step == "freeze":
            of_step.add_argument("number", metavar="RELEASE", help="2026-06T, 2026-NAM, 2026-T05, DX-1")
        else:
            of_step.add_argument("number", metavar="EDITION", help="2026-06T/1; render also takes 2026-06T, its newest")
        if step not in ("list", "render"):
            of_step.add_argument(
                "--by", required=True, metavar="POST", help="the post of whoever decides, never a name"
            )
        if step == "approve":
            of_step.add_argument(
                "--not-before", type=_moment, metavar="MOMENT", help="send no mail before this hour (embargo)"
            )
        if needs_reason is not None:
            help_reason = "why" if needs_reason else "why a released edition has to be corrected"
            of_step.add_argument("--reason", required=needs_reason, metavar="TEXT", help=help_reason)
        of_step.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)

    calendar = _command(commands, "calendar", _calendar, "what the calendar planned, what was done, what comes next")
    calendar.add_argument(
        "--run",
        dest="does_run",
        action="store_true",
        help="do what is due now: reminders into the outbox, releases frozen",
    )

    dictionary = _command(commands, "dictionary", _dictionary, "write the data dictionary: a page and a workbook")
    dictionary.add_argument("--to", type=Path, metavar="FOLDER")

    export = _command(commands, "export", _export, "write a table or view of schema mart as a file")
    export.add_argument("view", metavar="VIEW|INDICATORS")
    export.add_argument("--format", required=True, choices=("csv", "parquet", "xlsx", "sdmx-csv"))
    export.add_argument("--period", metavar="P")
    export.add_argument("--to", type=Path, metavar="FOLDER")

    projects = _command(commands, "projects", _projects, "projects told twice: proposals to decide on, what was merged")
    verdicts = projects.add_subparsers(dest="verdict", metavar="VERDICT")
    for verdict, help_text in (("confirm", "two records are one project"), ("reject", "two records are two projects")):
        decided = verdicts.add_parser(verdict, help=help_text, description=help_text)
        decided.add_argument("first", metavar="A")
        decided.add_argument("second", metavar="B")
        decided.add_argument("--reason", required=True, metavar="TEXT", help="why, without personal data")
        decided.add_argument("--by", required=True, metavar="POST", help="the post of whoever decides, never a name")
        # Given before or after the verdict, it means the same.
        decided.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)

    explain = _command(commands, "explain", _explain, "what bodies were asked about their figures, and what they say")
    explain.add_argument("--open", action="store_true", help="list what still waits for words (so does no subject)")
    subjects = explain.add_subparsers(dest="subject_kind", metavar="SUBJECT")
    missed = subjects.add_parser("target", help="why a target was missed", description="why a target was missed")
    missed.add_argument("indicator", metavar="INDICATOR")
    missed.add_argument("--period", required=True, metavar="P")
    missed.add_argument("--side", choices=("first", "second"), default="single", help="which number of a pair")
    unusual = subjects.add_parser("outlier", help="an unusual figure", description="answer about an unusual figure")
    unusual.add_argument("finding_id", type=int, metavar="FINDING")
    kinds = unusual.add_mutually_exclusive_group(required=True)
    for flag, help_text in (("confirmed", "the figure is right"), ("will_correct", "a corrected report follows")):
        kinds.add_argument(
            f"--{flag.replace('_', '-')}", dest="answer_kind", action="store_const", const=flag, help=help_text
        )
    again = subjects.add_parser("restatement", help="why a report was sent again", description="why it was sent again")
    again.add_argument("submission", metavar="RECEIPT|SUBMISSION")
    for subject in (missed, unusual, again):
        subject.add_argument("--unit", required=True, metavar="CODE", help="the body that explains")
        subject.add_argument("--reason", required=True, metavar="TEXT", help="why, without personal data")
        subject.add_argument("--by", required=True, metavar="POST", help="the post of whoever explains, never a name")
        subject.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    waive = _command(commands, "waive", _waive, "accept what breaks a rule, for a body, a period and a time")
    waive.add_argument("rule", nargs="?", metavar="RULE", help="R-06, or the code of a message")
    waive.add_argument("--unit", metavar="U", help="code of the body")
    waive.add_argument("--period", metavar="P")
    waive.add_argument("--reason", metavar="TEXT", help="why, without personal data")
    waive.add_argument("--by", metavar="POST", help="the post of whoever decides, never a name")
    waive.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="last day of receipt it holds for")
    waive.add_argument("--withdraw", type=int, metavar="ID", help="take waiver ID back")
    waive.add_argument("--list", action="store_true", dest="lists", help="all waivers and whether they hold")

    readings = _command(commands, "readings", _readings, "readings of Word reports that wait for a person")
    words = readings.add_subparsers(dest="word", metavar="WORD")
    for word, help_text in (
        ("confirm", "the document says what was read"),
        ("reject", "it does not: nothing is loaded"),
    ):
        said = words.add_parser(word, help=help_text, description=help_text)
        said.add_argument("receipt", metavar="RECEIPT")
        said.add_argument(
            "--reason", required=True, metavar="TEXT", help="why, without personal data; the sender reads it"
        )
        said.add_argument("--by", required=True, metavar="POST", help="the post of whoever compared, never a name")
        said.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)

    impact = _command(commands, "rule-impact", _rule_impact, "which past files a rule would have held or warned about")
    impact.add_argument("rule", metavar="RULE", help="R-06, a message's code, a file of sql/rules, or a .sql file")
    impact.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="files received on that day or later")

    new_source = _command(commands, "new-source", _new_source, "scaffold the folder of a source")
    new_source.add_argument("source_id", metavar="ID")

    _command(commands, "migrate", _migrate, "bring the database, its reference tables and its roles up to date")

    grant = _command(commands, "grant-analyst", _grant_analyst, "give a person a login of their own, or take it back")
    grant.add_argument("name", metavar="NAME", help="small letters, digits, _: nguyen_van_a")
    grant.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="last day it works; default in 180 days")
    grant.add_argument("--unit", metavar="CODE", help="see the rows of that body only")
    grant.add_argument("--auditor", action="store_true", help="see the audit log and the load history only")
    grant.add_argument("--revoke", action="store_true", help="take the login back and end its sessions")

    bundle = _command(commands, "verify", _verify, "is a released bundle as it was signed, and by whom")
    bundle.add_argument("bundle", type=Path, metavar="BUNDLE", help="its folder, or one .zip of it")
    bundle.add_argument("--key", type=Path, metavar="FILE", help="public key; the platform's own ones without it")

    signing = _command(commands, "signing-key", _signing_key, "the public key released bundles are signed with")
    signing.add_argument("--replace", action="store_true", help="sign with a new key from now on")

    backup = _command(commands, "backup", _backup, "copy all there is to lose: database, files, keys")
    backup.add_argument("--to", type=Path, metavar="FOLDER", help="where; TTDN_BACKUPS without it")
    backup.add_argument("--list", action="store_true", dest="lists", help="the backups there are, newest first")
    backup.add_argument("--check", type=Path, metavar="BACKUP", help="is that backup as it was written")

    restore = _command(commands, "restore", _restore, "lay a backup back onto a machine that has nothing, and compare")
    restore.add_argument("backup", type=Path, metavar="BACKUP", help="its folder: ttdn-20261130T013000Z")

    verify = _command(commands, "verify-audit", _verify_audit, "has anything in the audit log been changed")
    verify.add_argument(
        "--head", type=_head, action="append", default=[], metavar="N:HASH", help="a head noted elsewhere, to compare"
    )
    return parser


def _command(commands: Any, name: str, run: Any, help_text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="machine-readable answer on standard output")
    return parser


def _moment(text: str) -> datetime:
    from include.calendar.periods import read_typed_moment

    try:
        return read_typed_moment(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a moment; write 14/06/2026 23:59 or 2026-06-14T23:59:59,"
            " with an offset where it is not Vietnamese time"
        ) from error


def _head(text: str) -> tuple[int, str]:
    number, _, event_hash = text.partition(":")
    if not number.isdigit() or len(event_hash) != 64:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a head; write 120:<64 hex digits> as verify-audit printed it"
        )
    return int(number), event_hash


def _ingest(options: argparse.Namespace) -> int:
    from include.pipeline.ingest import take_in
    from include.pipeline.land import is_folder

    if not any(is_folder(path) or path.is_file() for path in options.paths):
        for path in options.paths:
            print(f"ttdn ingest: {_shown_text(path)}: không có tệp hoặc thư mục thường nào ở đây", file=sys.stderr)
        return 2
    with _opened() as (settings, engine):
        intake = take_in(
            options.paths,
            source_id=options.source,
            settings=settings,
            engine=engine,
            received_at=options.as_of,
            dry_run=options.dry_run,
        )
    if options.json:
        _print_json(
            {
                "files": [asdict(result) for result in intake.results],
                "passed_over": intake.passed_over,
                "not_taken": [
                    {"path": _plain(odd.path), "reason": odd.reason, "text": odd.text_vi} for odd in intake.not_taken
                ],
            }
        )
    else:
        for result in intake.results:
            _print_result(result)
        if not intake.results:
            print("Không có báo cáo nào trong các đường dẫn đã cho.")
        for odd in intake.not_taken:
            print(f"Không nhận {_plain(odd.path)}: {odd.text_vi} ({odd.reason})")
        if intake.passed_over:
            print(f"Bỏ qua {intake.passed_over} mục không phải báo cáo (tệp tạm, tệp ẩn).")
    return 0 if not intake.not_taken and all(result.is_accepted for result in intake.results) else 1


def _plain(path: Path) -> str:
    from include.pipeline.land import printable_name

    return printable_name(str(path))


def _read(options: argparse.Namespace) -> int:
    from include.pipeline.read import read_report

    if not options.file.is_file():
        print(f"ttdn read: {_shown_text(options.file)}: không có tệp nào ở đây", file=sys.stderr)
        return 2
    rows, refusal = read_report(options.source, options.file)
    if options.json:
        _print_json({"rows": rows} if refusal is None else {"rows": [], "refusal": refusal})
    elif refusal is not None:
        print(f"Không đọc được ({refusal['code']}): {_shown_text(refusal['text'])}")
    else:
        table = _table("Ô", "Mã", "Phân tổ", "Giá trị", "Đơn vị", "Trạng thái", "Loại")
        for row in rows:
            member = "" if row["axis"] == "total" else f"{row['axis']}: {row['member']}"
            # A publisher's figure carries its full address and, instead of a kind, the day it was closed.
            place = row["cell"] if "sheet" not in row or "!" in row["cell"] else _place(row["sheet"], row["cell"])
            kind = row["kind"] if "kind" in row else row["as_of"]
            table.add_row(place, row["measure"], member, row["value"] or "", row["unit"], row["state"], kind)
        _print_table(table)
    return 0 if refusal is None else 1


def _kpi(options: argparse.Namespace) -> int:
    from include.indicators.kpi import kpi, kpi_as_known

    with _connected() as (_, connection):
        if options.as_known is None:
            indicators = kpi(connection, options.period)
        else:
            indicators = kpi_as_known(connection, options.as_known, options.period)
    if options.json:
        _print_json({"indicators": indicators})
        return 0
    table = _table("Mã", "Kỳ", "Giá trị", "Đơn vị tính", "Số đơn vị", "Chỉ tiêu", right=("Giá trị", "Số đơn vị"))
    for each in indicators:
        coverage = each["coverage"]
        shown = _shown(each)
        reporters = f"{coverage['received']}/{coverage['expected']}"
        table.add_row(each["code"], each["period"], shown, each["unit"], reporters, each["name"])
    _print_table(table)
    return 0


def _trace(options: argparse.Namespace) -> int:
    from include.indicators.trace import trace

    if options.release:
        if options.by:
            print(
                "ttdn trace: --by và --release không đi cùng nhau; bản phát hành không giữ ô của phân tổ",
                file=sys.stderr,
            )
            return 2
        traced = _trace_release(options)
    else:
        with _connected() as (_, connection):
            traced = trace(connection, options.indicator, options.period, scope=options.scope, by=options.by)
    if options.json:
        _print_json(traced)
        return 0
    print(f"{traced['indicator']} {traced['period']}: {traced['value']}")
    for term in traced["terms"]:
        print(f"  {term['measure']}: {term['value']}")
        for cell in term["cells"]:
            place = _place(cell["sheet"], cell["cell"]) or "cả báo cáo"
            notes = [f"in {cell['correction']['printed'] or 'không đọc được'}"] if "correction" in cell else []
            notes += [f"ngoại lệ số {each['number']}" for each in cell.get("waivers", ())]
            told = f"  ({'; '.join(notes)})" if notes else ""
            shown = cell["value"] if cell["value"] is not None else "không nêu"
            print(f"    {shown:>16}  {cell['file'] or '—'}  {place}  {(cell['sha256'] or '')[:12]}{told}")
    for file in traced.get("files", ()):
        passed = "không rõ" if file["rules_passed"] is None else len(file["rules_passed"])
        print(f"  {file['file']}: đạt {passed} kiểm tra, {len(file['warnings'])} cảnh báo")
    return 0


def _trace_release(options: argparse.Namespace) -> dict[str, Any]:
    from include.releases.register import find_edition, load_edition
    from include.releases.trace import trace_edition
    from include.warehouse.roles import with_rights_of

    with _opened() as (_, engine), engine.connect() as connection, with_rights_of(connection, "ttdn_releaser"):
        edition = load_edition(connection, find_edition(connection, options.release))
    if edition.snapshot.period.code != options.period:
        raise PlatformError(
            where=f"edition {edition.number}",
            found=f"--period {options.period}",
            expected=f"--period {edition.snapshot.period.code}",
            remedy="Its figures are those of that reporting period.",
        )
    return trace_edition(edition, options.indicator, options.scope)


def _restatements(options: argparse.Namespace) -> int:
    from decimal import Decimal

    from include.indicators.restatements import restatements
    from include.vietnamese.numbers import format_number

    with _connected() as (_, connection):
        found = restatements(connection, options.period)
    if options.json:
        _print_json({"restatements": found})
        return 0

    def number(value: str | None) -> str:
        return "—" if value is None else format_number(round(Decimal(value), 4).normalize())

    print(f"Số lần gửi lại có thay đổi: {len(found)}")
    for each in found:
        sender = each["unit_name"] or f"nguồn {each['source']}"
        changed = sum(figure["change"] != "confirmed" for figure in each["figures"])
        print(
            f"{_moment_vi(each['received_at'])}  {sender}  {each['period'] or each['subject']}"
            f"  {changed} số liệu thay đổi; lý do: {each['reason']}"
        )
        for effect in each["effects"]:
            side = "" if effect["side"] == "single" else f" ({effect['side']})"
            print(
                f"    {effect['indicator']}{side} {effect['period']}: {number(effect['value'])} {effect['unit']};"
                f" không đính chính thì {number(effect['value_without'])}"
            )
    return 0


def _status(options: argparse.Namespace) -> int:
    from include.indicators.status import STATES_VI, status

    with _connected() as (_, connection):
        answer = status(connection, options.period, as_of=options.as_of)
    if options.json:
        _print_json(answer)
        return 0
    table = _table("Mã", "Đơn vị", "Phải nộp", "Tình trạng", "Nhận lúc", "Bản")
    for body in answer["bodies"]:
        table.add_row(
            body["code"],
            body["name"],
            "có" if body["obliged"] else "không",
            STATES_VI[body["state"]],
            _moment_vi(body["received_at"]),
            str(body["revision"] or ""),
        )
    print(f"Kỳ {answer['period']}, nhận trước {_moment_vi(answer['due'])}")
    _print_table(table)
    return 0


def _reconcile(options: argparse.Namespace) -> int:
    from include.pipeline.reconcile import PROBLEMS_VI, describe, reconcile

    with _opened() as (settings, engine):
        found = reconcile(settings, engine)
    if options.json:
        _print_json(describe(found))
    else:
        shares = ", ".join(f"{verdict} {count}" for verdict, count in found.verdicts.items())
        print(f"Đã nhận {found.receipts} tệp: {shares or 'chưa có'}; đang chờ kết quả {found.open}.")
        for each in found.discrepancies:
            since = f" từ {each.since}" if each.since else ""
            reason = f" ({each.reason})" if each.reason else ""
            print(f"{each.code}  {each.what}{since}: {PROBLEMS_VI[each.code]}{reason}")
        if found.removed_drafts:
            print(f"Đã xóa {found.removed_drafts} thư mục nháp của tiến trình đã chết.")
    return 0 if found.ok else 1


def _doctor(options: argparse.Namespace) -> int:
    from include.doctor import run_doctor

    checks = run_doctor()
    if options.json:
        _print_json({"checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            print(f"{'ok ' if check.ok else 'NO '} {check.name}: {check.found}")
            if not check.ok or check.warns:
                print(f"      → {check.remedy}")
    return 0 if all(check.ok for check in checks) else 1


def _templates(options: argparse.Namespace) -> int:
    from include.calendar.periods import require_period
    from include.settings import load_settings
    from include.sources.agency_reports.template import write_templates
    from include.sources.project_workbooks.template import write_registers

    require_period(options.period)
    folder = options.to or load_settings().templates / options.period
    written = write_templates(options.period, folder)
    registers = write_registers(options.period, folder / "so-du-an")
    if options.json:
        _print_json({"templates": [str(path) for path in written], "registers": [str(path) for path in registers]})
    else:
        print(f"{len(written)} biểu mẫu trong {folder}")
        print(f"{len(registers)} sổ dự án trong {folder / 'so-du-an'}")
    return 0


def _sample(options: argparse.Namespace) -> int:
    from include.settings import load_settings
    from include.sources import load_source

    source = load_source(options.source)
    folder = options.to or load_settings().home / "sample" / ("" if source.inbox == "." else source.inbox)
    folder.mkdir(parents=True, exist_ok=True)
    if source.sampler is not None:
        from include.service.sample_inbox import sample_files

        files = sample_files(source.sampler, folder)
    elif source.source_id == "agency_reports":
        from include.sources.agency_reports.sample import write_sample

        files = [folder / file.file for file in write_sample(folder, options.period).files]
    else:
        print(f"ttdn sample: nguồn {source.source_id} không có tệp giả lập (khóa sampler)", file=sys.stderr)
        return 2
    if options.json:
        _print_json({"folder": str(folder), "files": [str(path) for path in files]})
    else:
        print(f"{len(files)} tệp giả lập trong {folder}")
    return 0


def _extract(options: argparse.Namespace) -> int:
    from include.pipeline.extract import write_extracts

    with _connected() as (settings, connection):
        written = write_extracts(connection, settings, options.period)
    if options.json:
        _print_json({"extracts": [str(path) for path in written]})
    else:
        for path in written:
            print(path)
    return 0


def _deliver(options: argparse.Namespace) -> int:
    decided = {"resent": options.resend, "given_up": options.give_up, "kept": options.keep}
    chosen = next(((decision, number) for decision, number in decided.items() if number is not None), None)
    if (chosen is None) != (options.by is None):
        print("ttdn: --by goes with --resend, --give-up and --keep, and they with it", file=sys.stderr)
        return 2
    with _opened() as (settings, engine):
        if chosen is not None:
            return _decide_message(options, engine, *chosen)
        if options.status:
            return _print_outbox(options, engine)
        from include.pipeline.deliver import deliver

        report = deliver(settings, waits_too=options.now)
    if options.json:
        _print_json(
            {
                "moment": report.moment.isoformat(),
                "busy": report.is_busy,
                "counts": dict(report.counts),
                "waiting": report.waiting,
                "stopped": [{"code": code, "text": text} for code, text in report.stopped],
                "messages": [
                    {
                        "message": each.message_id,
                        "subject": each.subject_key,
                        "outcome": each.outcome,
                        "smtp_code": each.smtp_code,
                    }
                    for each in report.handled
                ],
            }
        )
    else:
        counts = report.counts
        print(
            f"Đã gửi {counts['sent']}, lỗi tạm {counts['temporary']}, bị từ chối {counts['permanent']},"
            f" chưa rõ {counts['uncertain']}, hủy {counts['cancelled']}; còn chờ {report.waiting}."
        )
        if report.is_busy:
            print("Một lượt gửi khác đang chạy; lượt này không làm gì.")
        for code, text in report.stopped:
            print(f"DỪNG [{code}] {text}")
    return 0 if report.ok else 1


def _decide_message(options: argparse.Namespace, engine: Engine, decision: Any, message_id: int) -> int:
    from include.delivery.decisions import MessageRefused, decide_message
    from include.warehouse.roles import connected_as

    with connected_as(engine, "ttdn_releaser") as connection:
        try:
            decided = decide_message(
                connection, message_id, decision, by=options.by, moment=datetime.now().astimezone()
            )
        except MessageRefused as refused:
            return _print_refusal(options, refused)
        connection.commit()
    if options.json:
        _print_json(decided)
    else:
        print(f"Thư {message_id} ({decided['subject']}): {_STATES_OF_MAIL_VI[decided['state']]}.")
    return 0


_STATES_OF_MAIL_VI = {
    "pending": "chờ gửi",
    "waiting": "chờ gửi",
    "sent": "đã gửi",
    "failed": "không gửi được",
    "uncertain": "chưa rõ",
    "cancelled": "đã hủy",
}


def _print_outbox(options: argparse.Namespace, engine: Engine) -> int:
    from include.delivery.overview import read_overview
    from include.warehouse.roles import connected_as

    with connected_as(engine, "ttdn_releaser") as connection:
        overview = read_overview(connection, datetime.now().astimezone())
    if options.json:
        _print_json(overview)
        return 1 if overview["needs_a_person"] else 0
    table = _table("Việc", "Đã gửi", "Chờ", "Lỗi", "Chưa rõ", "Hủy", right=("Đã gửi", "Chờ", "Lỗi", "Chưa rõ", "Hủy"))
    for subject in overview["subjects"]:
        counted = ("sent", "waiting", "failed", "uncertain", "cancelled")
        table.add_row(subject["subject"], *(str(subject[state]) for state in counted))
    _print_table(table)
    for message in (message for subject in overview["subjects"] for message in subject["messages"]):
        is_held = message["not_before"] is not None and message["not_before"] == message["next_try"]
        waits = "không gửi trước" if is_held else "thử lại"
        next_try = f", {waits} {_moment_vi(message['next_try'])}" if message["next_try"] else ""
        overdue = ", QUÁ HẠN" if message["overdue"] else ""
        print(
            f"Thư {message['message']} tới {message['recipient']}: {_STATES_OF_MAIL_VI[message['state']]}"
            f" (đã thử {message['tries']} lần{next_try}{overdue}) {message['error'] or ''}".rstrip()
        )
        if message["question"]:
            print(f"    {message['question']}")
    if overview["unsent_since"]:
        print(f"Thư chờ lâu nhất từ {_moment_vi(overview['unsent_since'])}.")
    return 1 if overview["needs_a_person"] else 0


def _release(options: argparse.Namespace) -> int:
    from include.releases.register import DecisionRefused

    try:
        return _take_release_step(options)
    except DecisionRefused as refused:
        return _print_refusal(options, refused)


def _take_release_step(options: argparse.Namespace) -> int:
    from include.calendar.releases import require_plan
    from include.pipeline import release
    from include.releases import register
    from include.releases.stops import ReleaseStopped
    from include.settings import load_settings
    from include.warehouse.roles import with_rights_of

    step = options.step or "list"
    if step == "list":
        with _opened() as (_, engine), engine.connect() as connection, with_rights_of(connection, "ttdn_releaser"):
            number = getattr(options, "number", None)
            editions = register.list_editions(connection, number)
            if number is not None and not editions:
                require_plan(number)
            stops = register.list_stops(connection)
        _print_editions(editions, stops, as_json=options.json)
        return 0
    settings = load_settings()
    if step == "freeze":
        try:
            edition_id = release.freeze(settings, options.number, by=options.by, reason=options.reason)
        except ReleaseStopped as stopped:
            if options.json:
                reasons = [asdict(reason) for reason in stopped.reasons]
                _print_json({"release": options.number, "stopped": reasons})
            else:
                print(f"{options.number}: dừng, chưa chốt.")
                for reason in stopped.reasons:
                    print(f"  {reason.code}: {reason.text_vi}")
            return 1
        return _render(settings, edition_id, as_draft=True, as_json=options.json)
    with _opened() as (_, engine), engine.connect() as connection, with_rights_of(connection, "ttdn_releaser"):
        edition_id = register.find_edition(connection, options.number, is_whole=step != "render")
    if step == "review":
        release.review(settings, edition_id, options.by)
        told = "đã soát, chờ người khác duyệt"
    elif step == "reject":
        release.reject(settings, edition_id, options.by, options.reason)
        told = "đã từ chối"
    elif step == "withdraw":
        withdrawal = release.withdraw(settings, edition_id, options.by, options.reason)
        told = f"đã rút lại; {withdrawal.stopped} thư chưa gửi được dừng, {withdrawal.told} nơi đã nhận sẽ được báo"
    elif step == "approve":
        mails = release.approve(settings, edition_id, options.by, options.not_before)
        if not options.json:
            held = options.not_before
            when = f", không gửi trước {_moment_vi(held.isoformat())}" if held else ""
            print(f"Đã duyệt; {mails} thư vào hộp gửi{when}." if mails else _NOBODY_LISTED)
        return _render(settings, edition_id, as_draft=False, as_json=options.json)
    else:
        is_draft = release.load(settings, edition_id).is_draft
        return _render(settings, edition_id, as_draft=is_draft, as_json=options.json)
    number = release.load(settings, edition_id).number
    _print_json({"edition": number, "step": step}) if options.json else print(f"{number}: {told}.")
    return 0


_NOBODY_LISTED = (
    "Đã duyệt. Chưa có ai trong danh sách nhận loại bản này nên không có thư nào: "
    "xem include/reference/recipients.csv và docs/delivery.md."
)


def _render(settings: Settings, edition_id: int, *, as_draft: bool, as_json: bool) -> int:
    """Render an edition and say where its bundle lies."""
    from include.pipeline.release import load
    from include.pipeline.render import render_release

    with _opened() as (_, engine), engine.begin() as connection:
        files = render_release(connection, settings, edition_id, as_draft=as_draft)
    edition = load(settings, edition_id)
    folder = str(files[0].path.parent)
    if as_json:
        names = [{"name": each.path.name, "sha256": each.sha256, "byte_size": each.byte_size} for each in files]
        _print_json({"edition": edition.number, "draft": as_draft, "folder": folder, "files": names})
    else:
        print(f"{edition.number}{' (dự thảo)' if as_draft else ''}: {len(files)} tệp trong {folder}")
        if as_draft:
            print(
                f"Soát: ttdn release review {edition.number} --by CHỨC-DANH; người khác duyệt: ttdn release approve …"
            )
    return 0


_STEPS_VI = {"freeze": "chốt", "render": "tạo tệp", "deliver": "gửi"}


def _print_editions(editions: Sequence[Any], stops: Sequence[Any], *, as_json: bool) -> None:
    from include.extracts.leadership.wording import moment_vi
    from include.releases.register import state_vi

    if as_json:
        _print_json(
            {
                "editions": [asdict(each) for each in editions],
                "stopped": [
                    {
                        "release": stop.release_code,
                        "planned_at": stop.planned_at,
                        "stopped_at": stop.stopped_at,
                        "step": stop.step,
                        "reasons": stop.reasons,
                    }
                    for stop in stops
                ],
            }
        )
        return
    table = _table("Bản", "Trạng thái", "Chốt lúc", "Chốt", "Soát", "Duyệt", "Thư đã gửi", right=("Thư đã gửi",))
    for each in editions:
        state = state_vi(each) + (f" (đính chính lần {each.correction_number})" if each.correction_number else "")
        state += (" – chậm so với lịch" if each.is_late else "") + (f": {each.reason}" if each.reason else "")
        sent = f"{each.sent_count}/{each.message_count}"
        signed = (each.frozen_by, each.reviewed_by or "–", each.approved_by or "–")
        table.add_row(each.number, state, moment_vi(each.frozen_at), *signed, sent)
    _print_table(table)
    for stop in stops:
        print(f"Đang dừng: {stop.release_code} (bước {_STEPS_VI[stop.step]}, {moment_vi(stop.stopped_at)})")
        for reason in stop.reasons:
            print(f"  {reason['code']}: {reason['text_vi']}")


def _calendar(options: argparse.Namespace) -> int:
    from include.pipeline import schedule
    from include.releases.schedule import read_calendar
    from include.releases.stops import ReleaseStopped
    from include.settings import load_settings
    from include.warehouse.roles import with_rights_of

    stopped: list[ReleaseStopped] = []
    served: list[Any] = []
    if options.does_run:
        settings = load_settings()
        served = schedule.run_notices(settings)
        for due in schedule.list_due_releases(settings):
            try:
                schedule.freeze_planned(due["release_code"], due["planned_at"], settings)
            except ReleaseStopped as stop:
                stopped.append(stop)
    moment = datetime.now().astimezone()
    with _opened() as (_, engine), engine.connect() as connection, with_rights_of(connection, "ttdn_releaser"):
        lines = read_calendar(connection, moment)
    if options.json:
        _print_json(_calendar_answer(lines, served, stopped))
    else:
        _print_calendar(lines, served, stopped)
    return 1 if stopped or any(line.state == "overdue" for line in lines) else 0


def _calendar_answer(lines: Sequence[Any], served: Sequence[Any], stopped: Sequence[Any]) -> dict[str, Any]:
    from include.calendar.periods import VIETNAM
    from include.calendar.releases import release_plans

    plans = {plan.release_code: plan for plan in release_plans()}

    def moment(value: datetime | None) -> str | None:
        return value.astimezone(VIETNAM).isoformat(timespec="seconds") if value else None

    jobs = []
    for line in lines:
        plan = plans.get(line.job.subject) if line.job.kind == "release" else None
        jobs.append(
            {
                "code": line.job.code,
                "kind": line.job.kind,
                "subject": line.job.subject,
                "days": line.job.days,
                "planned_at": moment(line.job.planned_at),
                "state": line.state,
                "ran_at": moment(line.ran_at),
                "late": line.was_late,
                "edition": line.edition,
                "edition_state": line.edition_state,
                "name": plan.name_vi if plan else None,
                "floor_pct": plan.floor_pct if plan else None,
                "rule": plan.rule_vi if plan else None,
                "legal_basis": plan.legal_basis_vi if plan else None,
                "basis": plan.basis if plan else None,
            }
        )
    return {
        "jobs": jobs,
        "served": [
            {
                "code": each.job.code,
                "outcome": each.outcome,
                "late": each.is_late,
                "messages": each.message_count,
                "unreachable": list(each.unreachable),
            }
            for each in served
        ],
        "stopped": [
            {"release": each.release_code, "reasons": [asdict(reason) for reason in each.reasons]} for each in stopped
        ],
    }


def _print_calendar(lines: Sequence[Any], served: Sequence[Any], stopped: Sequence[Any]) -> None:
    from include.calendar.due import KINDS_VI
    from include.extracts.leadership.wording import moment_vi
    from include.releases.register import STATES_VI
    from include.releases.schedule import JOB_STATES_VI

    table = _table("Mốc", "Việc", "Bản, kỳ", "Ngày so với hạn", "Tình trạng", right=("Ngày so với hạn",))
    for line in lines:
        state = JOB_STATES_VI[line.state] + (", chậm" if line.was_late else "")
        if line.edition is not None:
            state += f"; {line.edition} {STATES_VI[line.edition_state]}"
        days = "" if line.job.days is None else f"{line.job.days:+d}".replace("-", "−")
        table.add_row(moment_vi(line.job.planned_at), KINDS_VI[line.job.kind], line.job.subject, days, state)
    _print_table(table)
    for each in served:
        missing = f", không có hộp thư: {', '.join(each.unreachable)}" if each.unreachable else ""
        print(f"{each.job.code}: {JOB_STATES_VI[each.outcome]}, {each.message_count} thư vào hộp gửi{missing}")
    for stop in stopped:
        print(f"{stop.release_code}: dừng, chưa chốt.")
        for reason in stop.reasons:
            print(f"  {reason.code}: {reason.text_vi}")


def _dictionary(options: argparse.Namespace) -> int:
    from include.dictionary.write import write_dictionary

    with _connected() as (settings, connection):
        written = write_dictionary(connection, options.to or settings.home / "dictionary")
    if options.json:
        _print_json({"dictionary": [str(path) for path in written]})
    else:
        for path in written:
            print(path)
    return 0


def _export(options: argparse.Namespace) -> int:
    from include.exports.write import write_export

    with _connected() as (settings, connection):
        folder = options.to or settings.home / "exports"
        export = write_export(connection, options.view, options.format, folder, options.period)
    if options.json:
        _print_json({"export": asdict(export)})
    else:
        for path in export.files:
            print(path)
        print(f"{export.row_count} dòng; {export.hidden_row_count} dòng có số nhỏ không nêu.")
    return 0


def _projects(options: argparse.Namespace) -> int:
    from include.projects.decisions import DecisionRefused, decide
    from include.projects.matching import project_overview

    with _connected() as (_, connection):
        if options.verdict is not None:
            try:
                number = decide(
                    connection,
                    options.first,
                    options.second,
                    is_same=options.verdict == "confirm",
                    reason=options.reason,
                    role=options.by,
                )
            except DecisionRefused as refused:
                return _print_refusal(options, refused)
            connection.commit()
        overview = project_overview(connection)
        connection.commit()
    if options.json:
        _print_json({"decision": number, **overview} if options.verdict is not None else overview)
    else:
        if options.verdict is not None:
            print(f"Đã ghi quyết định số {number}.")
        _print_projects(overview)
    return 0


def _print_projects(overview: dict[str, Any]) -> None:
    from decimal import Decimal

    from include.vietnamese.numbers import format_number

    def record(told: dict[str, Any]) -> str:
        amount = told["committed_usd"] or told["disbursed_usd"]
        shown = f", {format_number(Decimal(amount), 0)} USD" if amount else ""
        period = f", kỳ {told['period']}" if told["period"] else ""
        return f"{told['key']}  “{told['title']}”{shown}{period}"

    print(f"Cặp đề nghị cùng dự án, chờ quyết định: {len(overview['proposals'])}")
    for pair in overview["proposals"]:
        score = format_number(Decimal(pair["score"]))
        print(f"  A {record(pair['first'])}\n  B {record(pair['second'])}")
        print(f"    điểm {score}: {'; '.join(pair['reasons'])}")
    print(f"Dự án có từ hai bản ghi trở lên: {len(overview['merged'])}")
    for group in overview["merged"]:
        if group["contradicted"]:
            print("  Mâu thuẫn: trùng mã nhưng đã có quyết định là hai dự án; tính riêng, cần xem lại.")
        for told in group["records"]:
            print(f"  {'được tính ' if told['counted'] else 'không tính'} {record(told)}")
            if told["reason"]:
                print(f"      {told['reason']}")
    if overview["idle_decisions"]:
        print(f"Quyết định không còn tìm thấy bản ghi (mã dự án đã đổi?): {len(overview['idle_decisions'])}")
        for idle in overview["idle_decisions"]:
            same = "cùng một dự án" if idle["decision"] == "same" else "hai dự án"
            print(f"  {idle['first']} – {idle['second']}: {same} ({idle['decided_by']})")


def _explain(options: argparse.Namespace) -> int:
    from include.quality.explanations import ExplanationRefused, open_questions

    if options.open and options.subject_kind is not None:
        print(f"ttdn explain: không đi cùng nhau: --open, {options.subject_kind}", file=sys.stderr)
        return 2
    with _connected() as (_, connection):
        try:
            number = _keep_explanation(options, connection) if options.subject_kind is not None else None
        except ExplanationRefused as refused:
            return _print_refusal(options, refused)
        waiting = open_questions(connection)
        connection.commit()
    if options.json:
        _print_json({"open": waiting} if number is None else {"explanation": number, "open": waiting})
        return 0
    if number is not None:
        print(f"Đã ghi giải trình số {number}. Giải trình đi cùng số liệu trong các báo cáo.")
    print(f"Còn chờ giải trình: {len(waiting)}")
    table = _table("Lệnh", "Đơn vị", "Kỳ", "Câu hỏi", "Hỏi từ")
    for each in waiting:
        period = f" --period {each['period']}" if each["kind"] == "target" else ""
        side = f" --side {each['side']}" if each["side"] in ("first", "second") else ""
        command = f"{each['kind']} {each['subject']}{period}{side}"
        asked_at = _moment_vi(each["asked_at"])
        table.add_row(command, f"{each['unit']} {each['unit_name']}", each["period"] or "", each["question"], asked_at)
    if waiting:
        _print_table(table)
    return 0


def _keep_explanation(options: argparse.Namespace, connection: Connection) -> int:
    from include.quality.explanations import Speaker, explain_outlier, explain_restatement, explain_target

    speaker = Speaker(options.unit, options.reason, options.by)
    if options.subject_kind == "target":
        return explain_target(connection, options.indicator, options.period, speaker, side=options.side)
    if options.subject_kind == "outlier":
        return explain_outlier(connection, options.finding_id, options.answer_kind, speaker)
    return explain_restatement(connection, options.submission, speaker)


def _place(sheet: str | None, cell: str | None) -> str:
    """Sheet and address as one: Báo cáo!F12; of a Word document “Bảng 2, hàng 5, cột 3”."""
    return (", " if cell and " " in cell else "!").join(part for part in (sheet, cell) if part)


def _print_refusal(options: argparse.Namespace, refused: PlatformError) -> int:
    """What kept a person's words from being kept; the exit code."""
    if options.json:
        told = {"where": refused.where, "found": refused.found, "expected": refused.expected}
        _print_json({"refusal": {**told, "remedy": refused.remedy}})
    else:
        print(f"Chưa ghi được. {refused.where}: {refused.found}; cần {refused.expected}. {refused.remedy}")
    return 1


def _waive(options: argparse.Namespace) -> int:
    from include.quality.waivers import WaiverRefused, list_waivers, record_waiver, withdraw_waiver

    words = {"--reason": options.reason, "--by": options.by}
    decision = {"RULE": options.rule, "--unit": options.unit, "--period": options.period, "--until": options.until}
    wanted = words if options.withdraw is not None else words | decision
    given = [name for name, value in (words | decision).items() if value is not None]
    if options.lists:
        wrong = given + (["--withdraw"] if options.withdraw is not None else [])
    else:
        wrong = [name for name in given if name not in wanted] + [name for name in wanted if name not in given]
    if wrong:
        print(f"ttdn waive: thiếu hoặc không đi cùng nhau: {', '.join(wrong)}", file=sys.stderr)
        return 2
    with _opened() as (_, engine), engine.connect() as connection:
        try:
            if options.withdraw is not None:
                withdraw_waiver(connection, options.withdraw, reason=options.reason, role=options.by)
            elif not options.lists:
                number = record_waiver(
                    connection,
                    options.rule,
                    unit=options.unit,
                    period=options.period,
                    reason=options.reason,
                    role=options.by,
                    until=options.until,
                )
        except WaiverRefused as refused:
            return _print_refusal(options, refused)
        connection.commit()
        waivers = list_waivers(connection)
    decided = {} if options.lists else {"waiver": options.withdraw if options.withdraw is not None else number}
    if options.json:
        _print_json({**decided, "waivers": waivers})
        return 0
    if decided:
        print(f"Đã {'ghi' if options.withdraw is None else 'rút'} ngoại lệ số {decided['waiver']}.")
    table = _table("Số", "Quy tắc", "Đơn vị", "Kỳ", "Đến hết ngày", "Tình trạng", "Số tệp", "Do", "Lý do")
    states = {"in_force": "đang áp dụng", "expired": "hết hạn", "withdrawn": "đã rút"}
    for each in waivers:
        last_day = date.fromisoformat(each["valid_until"])
        table.add_row(
            str(each["number"]),
            each["rule"],
            each["reporting_unit_name"],
            each["period"],
            f"{last_day:%d/%m/%Y}",
            states[each["state"]],
            str(each["files"]),
            each["decided_by"],
            each["reason"],
        )
    _print_table(table)
    return 0


def _readings(options: argparse.Namespace) -> int:
    from include.pipeline.readings import ReadingRefused, decide_reading, list_readings

    with _opened() as (settings, engine):
        decided = None
        if options.word is not None:
            try:
                decided = decide_reading(
                    engine, settings, options.receipt, options.word, reason=options.reason, role=options.by
                )
            except ReadingRefused as refused:
                return _print_refusal(options, refused)
        with engine.connect() as connection:
            waiting = list_readings(connection)
    if options.json:
        _print_json({**({} if decided is None else {"file": asdict(decided)}), "readings": waiting})
        return 0
    if decided is not None:
        print(f"Đã ghi. Tệp được xử lý lại, biên nhận {decided.receipt}: {decided.verdict} ({decided.code}).")
        print(f"Trả lời cho đơn vị: {decided.answer}")
    print(f"Kết quả đọc đang chờ đối chiếu: {len(waiting)}")
    for each in waiting:
        replaced = f"; đã có báo cáo gửi sau, {each['replaced_by']}" if each["replaced_by"] else ""
        name = each["reporting_unit_name"] or each["reporting_unit"] or "chưa rõ đơn vị"
        print(f"\n{each['receipt']}  {name}, kỳ {each['period']}, “{each['file']}”{replaced}")
        for doubt in each["doubts"]:
            print(f"  ? {doubt['text']}")
        table = _table("Chỗ", "Chỉ tiêu", "Phân tổ", "Đọc được", right=("Đọc được",))
        for figure in each["figures"]:
            part = "" if figure["axis"] == "total" else f"{figure['axis']}/{figure['member']}"
            shown = figure["value"] if figure["value"] is not None else figure["state"]
            label = f"{figure['measure']} {figure['name'] or ''}".strip()
            table.add_row(f"{figure['sheet']}, {figure['cell']}", label, part, shown)
        _print_table(table)
    return 0


def _rule_impact(options: argparse.Namespace) -> int:
    from include.pipeline.rule_impact import rule_impact

    with _opened() as (settings, engine), engine.connect() as connection:
        impact = rule_impact(connection, settings, options.rule, options.since)
    if options.json:
        _print_json(asdict(impact))
        return 0
    outcomes = {"held": "bị giữ", "held_in_part": "bị giữ một phần", "warned": "bị cảnh báo"}
    for file in impact.files:
        whose = " ".join(part for part in (file.reporting_unit, file.period) if part) or file.subject or ""
        print(f"{outcomes[file.outcome]:<16} {whose}  {file.receipt}  {_moment_vi(file.received_at)}  {file.file}")
        # A rule about several figures holds each of them, with one sentence.
        for sentence in dict.fromkeys(f"[{line['severity']}] {_shown_text(line['text'])}" for line in file.lines):
            print(f"    {sentence}")
    totals, others = impact.totals, impact.not_looked_at
    print(
        f"{impact.rule}: xem lại {totals['looked_at']} tệp; sẽ giữ {totals['held']}, giữ một phần"
        f" {totals['held_in_part']}, cảnh báo {totals['warned']}, không phát hiện gì {totals['passed']}."
    )
    print(
        f"Không xem lại: {others['given_up']} tệp không còn được lưu, {others['refused']} tệp đã bị từ chối khi nhận,"
        f" {others['refused_now']} tệp nay không đọc được, {others['bytes_missing']} tệp mất nội dung."
    )
    return 0


def _new_source(options: argparse.Namespace) -> int:
    from include.sources.scaffold import scaffold_source

    folder = scaffold_source(options.source_id)
    if options.json:
        _print_json({"folder": str(folder)})
    else:
        print(f"{folder}\nNext: describe the layout in source.yml; docs/new-source.md walks through it.")
    return 0


def _migrate(options: argparse.Namespace) -> int:
    from include.warehouse.roles import apply_roles

    with _opened() as (_, engine), engine.begin() as connection:
        without_roles = apply_roles(connection)
    if options.json:
        _print_json({"migrated": True, "without_roles": without_roles})
    elif without_roles:
        print(f"Chưa có các vai trò của cơ sở dữ liệu: {without_roles}. Xem docs/roles.md.")
    return 0


def _grant_analyst(options: argparse.Namespace) -> int:
    from include.calendar.periods import VIETNAM
    from include.warehouse.roles import grant_login, revoke_login

    if options.unit and options.auditor:
        print("ttdn grant-analyst: --unit và --auditor không đi cùng nhau", file=sys.stderr)
        return 2
    with _opened() as (settings, engine):
        if options.revoke:
            login_name = revoke_login(engine, settings.secrets, options.name)
            _print_json({"login": login_name, "revoked": True}) if options.json else print(f"Đã thu hồi {login_name}.")
            return 0
        login = grant_login(
            engine,
            settings.secrets,
            options.name,
            kind="agency" if options.unit else "auditor" if options.auditor else "analyst",
            unit_code=options.unit,
            until=options.until or datetime.now(VIETNAM).date() + timedelta(days=180),
        )
    if options.json:
        _print_json(
            {
                "login": login.name,
                "groups": login.groups,
                "valid_until": login.valid_until.isoformat(),
                "password_file": str(login.password_file),
            }
        )
    else:
        print(f"{login.name} ({', '.join(login.groups)}), đến trước {login.valid_until:%d/%m/%Y %H:%M}")
        print(f"Mật khẩu trong {login.password_file}; giao tận tay rồi xóa tệp.")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from include.releases.bundle import verify_bundle
    from include.releases.signing import published_keys, read_public_keys
    from include.settings import load_settings

    if not (options.bundle.is_file() or options.bundle.is_dir()):
        print(f"ttdn verify: {options.bundle}: không có thư mục hay tệp nào ở đây", file=sys.stderr)
        return 2
    keys = read_public_keys(options.key) if options.key is not None else published_keys(load_settings())
    verification = verify_bundle(options.bundle, keys)
    if options.json:
        _print_json({"ok": verification.ok, "is_whole": verification.is_whole, **asdict(verification)})
        return 0 if verification.ok else 1
    for problem in verification.problems:
        # Whoever made the bundle chose the names in it: control characters stay out of the terminal.
        print(f"{_shown_text(problem.file)}: {problem.text_vi}")
    if verification.fingerprint:
        print(f"Khóa: {_shown_text(verification.fingerprint)}")
    if not verification.is_whole:
        print("Gói tệp: ĐÃ BỊ THAY ĐỔI hoặc không đầy đủ. Không sử dụng.")
    else:
        draft = ", DỰ THẢO chưa duyệt" if verification.is_draft else f", duyệt bởi {verification.approved_by}"
        told = f"{verification.number} ({verification.name}{draft})"
        signed = "chữ ký đúng" if verification.ok else "nhưng CHƯA BIẾT AI KÝ"
        print(f"Gói tệp {_shown_text(told)}: {verification.file_count} tệp, nguyên vẹn, {signed}.")
    return 0 if verification.ok else 1


def _signing_key(options: argparse.Namespace) -> int:
    from include.releases.signing import (
        KEYS_NAME,
        describe_key,
        load_signing_key,
        published_keys,
        replace_signing_key,
    )
    from include.settings import load_settings

    settings = load_settings()
    key = (replace_signing_key if options.replace else load_signing_key)(settings).public
    published = settings.releases / KEYS_NAME
    if options.json:
        keys = [describe_key(each) for each in published_keys(settings)]
        _print_json({"key": describe_key(key), "published": str(published), "keys": keys})
        return 0
    print(key.pem, end="")
    print(f"Dấu vân tay: {key.fingerprint}\nCác khóa đã công bố: {published}")
    return 0


def _verify_audit(options: argparse.Namespace) -> int:
    from include.pipeline.verify import verify_log

    with _opened() as (settings, engine), engine.connect() as connection:
        verification = verify_log(connection, settings, options.head)
    if options.json:
        _print_json({"ok": verification.ok, **asdict(verification)})
    else:
        for problem in verification.problems:
            print(f"Mục {problem.event}: {problem.found}")
        result = "nguyên vẹn" if verification.ok else "ĐÃ BỊ THAY ĐỔI"
        print(f"Nhật ký: {verification.events} mục, {result}; đầu chuỗi {verification.events}:{verification.head_hash}")
    return 0 if verification.ok else 1


def _backup(options: argparse.Namespace) -> int:
    from include.backups.folder import check_backup, list_backups
    from include.backups.write import write_backup
    from include.settings import load_settings

    settings = load_settings()
    if options.lists:
        backups = list_backups(options.to or settings.backups)
    elif options.check:
        backups = [check_backup(options.check)]
    else:
        with _opened():
            backups = [write_backup(settings, options.to)]
    if options.json:
        _print_json({"backups": [_backup_as_json(backup) for backup in backups]})
    for backup in [] if options.json else backups:
        print(f"{backup.folder}  {_moment_vi(backup.taken_at.isoformat())}")
        compared = ", đã so từng byte: nguyên vẹn" if options.check else ""
        print(f"  {_in_words(backup)}, {_grouped(round(backup.byte_size / 1e6))} MB{compared}")
        if backup.unread:
            print(f"Chưa có trong bản sao vì chưa đọc: {', '.join(backup.unread)}")
    return 0 if backups else 1


def _in_words(backup: Any) -> str:
    return f"{_grouped(backup.row_count)} dòng, {_grouped(backup.file_count)} tệp"


def _grouped(number: int) -> str:
    from decimal import Decimal

    from include.vietnamese.numbers import format_number

    return format_number(Decimal(number))


def _backup_as_json(backup: Any) -> dict[str, Any]:
    return {
        "folder": str(backup.folder),
        "taken_at": backup.taken_at.isoformat(),
        "migration": backup.revision,
        "rows": backup.row_count,
        "files": backup.file_count,
        "byte_size": backup.byte_size,
        "unread": list(backup.unread),
    }


def _restore(options: argparse.Namespace) -> int:
    from include.backups.restore import restore_backup
    from include.settings import load_settings

    restored = restore_backup(load_settings(), options.backup)
    if options.json:
        _print_json(
            {
                **_backup_as_json(restored.backup),
                "tables": restored.table_count,
                "differences": list(restored.differences),
            }
        )
    else:
        backup = restored.backup
        taken_at = _moment_vi(backup.taken_at.isoformat())
        print(f"Đã phục hồi {restored.table_count} bảng, {_in_words(backup)} của bản sao lúc {taken_at}.")
        for difference in restored.differences:
            print(f"KHÁC BẢN SAO: {difference}")
        if not restored.differences:
            print("Đã so từng bảng, từng quyền, từng chính sách với bản sao: không khác.")
        if restored.unread:
            print(f"Đề nghị gửi lại, vì bản sao không có tệp: {', '.join(restored.unread)}")
    return 1 if restored.differences else 0


@contextmanager
def _opened() -> Iterator[tuple[Settings, Engine]]:
    """Settings and an engine on a warehouse that is migrated and knows today's reference files."""
    from include.pipeline.prepare import prepared_warehouse
    from include.settings import load_settings

    settings = load_settings()
    with prepared_warehouse(settings) as opened:
        yield settings, opened


@contextmanager
def _connected() -> Iterator[tuple[Settings, Connection]]:
    """A connection to marts that are current, and stay so for whoever asks in SQL next."""
    from include.indicators.marts import ensure_current

    with _opened() as (settings, opened):
        with opened.begin() as building:
            ensure_current(building)
        with opened.connect() as connection:
            yield settings, connection


def _print_json(answer: object) -> None:
    printed = json.dumps(answer, ensure_ascii=False, indent=2, default=str)
    # A file name that is no UTF-8 comes as lone surrogates, which JSON can escape and UTF-8 cannot hold.
    sys.stdout.write(printed.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def _shown_text(text: object) -> str:
    """Text of a file or its name as a terminal may have it: nothing in it moves the cursor or turns the line round."""
    from include.vietnamese.text import write_out_unseen

    return write_out_unseen(str(text))


def _print_result(result: Any) -> None:
    counts = result.counts
    print(
        f"{result.verdict:<14} {result.code:<22} {_shown_text(Path(result.path).name)}"
        f"  (nhận {counts['received']}, vào kho {counts['promoted']}, giữ lại {counts['quarantined']},"
        f" bỏ qua {counts['ignored']})"
    )
    for message in result.messages:
        print(f"    [{message['severity']}] {message['rule']}: {_shown_text(message['text'])}")
    if result.answer:
        print(f"    → {result.answer}")


def _shown(indicator: dict[str, Any]) -> str:
    from decimal import Decimal

    from include.vietnamese.numbers import format_number

    def figure(value: str | None) -> str:
        if value is None:
            return "—"
        exact = Decimal(value)
        return format_number(exact if exact == exact.to_integral_value() else round(exact, 1))

    return " · ".join(figure(each["value"]) for each in indicator.get("pair") or [indicator])


def _moment_vi(moment: str | None) -> str:
    from include.calendar.periods import VIETNAM

    return f"{datetime.fromisoformat(moment).astimezone(VIETNAM):%d/%m/%Y %H:%M}" if moment else ""


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    from rich.table import Table
    from rich.text import Text

    class PlainTable(Table):
        def add_row(self, *cells: Any, **more: Any) -> None:
            # What stands in a file is no markup.
            super().add_row(*(Text(_shown_text(cell)) if isinstance(cell, str) else cell for cell in cells), **more)

    table = PlainTable(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in right else "left")
    return table


def _print_table(table: Table) -> None:
    from rich.console import Console

    # Piped into a file, a line is a line: nothing is folded at the width of a terminal that is not there.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


if __name__ == "__main__":
    sys.exit(main())

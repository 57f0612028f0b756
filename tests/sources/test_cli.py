"""`ttdn` as scripts use it: JSON alone on standard output, and exit codes that mean something."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from include.cli import main
from include.reference import load_reference
from tests.sources.reports import write_report


@pytest.fixture
def ttdn(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)

    def run(*arguments: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr().out
        return code, json.loads(printed) if "--json" in arguments else printed

    return run


def test_the_shapes_scripts_rely_on_hold_along_the_whole_way_of_a_report(ttdn: Any, tmp_path: Path) -> None:
    report = write_report(tmp_path / "bao cao.xlsx", actual={"MED01": 12, "BUD01": 350.5})

    code, read = ttdn("read", "agency_reports", report, "--json")
    assert code == 0
    keys = {"shape", "measure", "reporting_unit", "period", "axis", "member", "kind", "value", "unit", "state", "cell"}
    assert keys <= set(read["rows"][0])
    budget = next(row for row in read["rows"] if row["measure"] == "BUD01")
    assert (budget["value"], budget["unit"], budget["state"]) == ("350500000", "VND", "reported")

    code, ingested = ttdn("ingest", report, "--as-of", "2026-06-10T09:00", "--json")
    [file] = ingested["files"]
    assert code == 0
    assert {"path", "sha256", "source", "reporting_unit", "period", "revision", "verdict", "code", "counts"} <= set(
        file
    )
    assert (file["path"], file["verdict"], file["period"]) == (str(report), "loaded", "2026-06T")
    assert set(file["counts"]) == {"received", "promoted", "quarantined", "ignored"}
    assert Path(file["answer"]).is_file()

    code, kpi = ttdn("kpi", "--period", "2026-06T", "--json")
    news = next(each for each in kpi["indicators"] if each["code"] == "M01")
    assert code == 0
    assert (news["value"], news["state"], news["direction"]) == ("12", "reported", "up")
    assert news["coverage"]["received"] == 1
    assert news["coverage"]["expected"] > 100
    monitored = [each for each in kpi["indicators"] if each["code"].startswith("N0")]
    assert all(each["state"] == "missing" and each["value"] is None for each in monitored)

    code, status = ttdn("status", "--period", "2026-06T", "--json")
    reporter = next(body for body in status["bodies"] if body["code"] == "28249")
    assert status["due"].startswith("2026-06-15T00:00")
    assert {key: reporter[key] for key in ("obliged", "state", "revision")} == {
        "obliged": True,
        "state": "on_time",
        "revision": 1,
    }
    assert sum(body["obliged"] for body in status["bodies"]) == 123

    code, traced = ttdn("trace", "M01", "--period", "2026-06T", "--json")
    [cell] = traced["terms"][0]["cells"]
    assert (traced["value"], cell["value"], cell["sheet"], cell["sha256"]) == ("12", "12", "Báo cáo", file["sha256"])
    [passed] = traced["files"]
    assert (passed["sha256"], passed["rules_warned"], passed["waivers"]) == (file["sha256"], [], [])
    assert passed["rules_passed"] == [rule["version"] for rule in traced["rules"]]

    code, traced = ttdn("trace", "L04", "--period", "2026-06T", "--scope", "unit:28249", "--json")
    assert (code, traced["scope"], traced["value"]) == (0, {"type": "unit", "code": "28249"}, "100")
    assert ttdn("trace", "M01", "--period", "2026-06T", "--by", "language/xx")[0] == 2


def test_a_release_the_calendar_does_not_know_is_named_and_one_not_frozen_yet_is_an_empty_list(
    ttdn: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    code, listed = ttdn("release", "list", "2026-06T", "--json")
    assert (code, listed["editions"]) == (0, [])

    assert main(["release", "list", "2026-6T"]) == 2
    told = capsys.readouterr().err
    assert "'2026-6T'" in told
    assert "2026-NAM" in told


def test_what_was_known_before_the_report_came_is_still_one_question_away(ttdn: Any, tmp_path: Path) -> None:
    ttdn("ingest", write_report(tmp_path / "a.xlsx", actual={"MED01": 12}), "--as-of", "2026-06-10T09:00")
    ttdn("ingest", write_report(tmp_path / "b.xlsx", actual={"MED01": 15}), "--as-of", "2026-06-12T09:00")

    def news(*more: str) -> str | None:
        _, kpi = ttdn("kpi", "--period", "2026-06T", "--json", *more)
        return next(each["value"] for each in kpi["indicators"] if each["code"] == "M01")

    assert news("--as-known", "2026-06-11T00:00") == "12"
    assert news("--as-known", "2026-06-12T09:00") == news() == "15"


def test_what_was_said_last_counts_also_when_it_was_said_before(ttdn: Any, tmp_path: Path) -> None:
    """The mail of 12/6 is worked off first, that of 10/6 after it, and on 20/6 the first report comes once more."""
    early = write_report(tmp_path / "a.xlsx", actual={"MED01": 12})
    ttdn("ingest", write_report(tmp_path / "b.xlsx", actual={"MED01": 15}), "--as-of", "2026-06-12T09:00")
    ttdn("ingest", early, "--as-of", "2026-06-10T09:00")

    def news(*more: str) -> str | None:
        _, kpi = ttdn("kpi", "--period", "2026-06T", "--json", *more)
        return next(each["value"] for each in kpi["indicators"] if each["code"] == "M01")

    assert news() == "15"
    _, again = ttdn("ingest", early, "--as-of", "2026-06-20T09:00", "--json")
    assert [file["verdict"] for file in again["files"]] == ["loaded"]
    assert (news(), news("--as-known", "2026-06-21T00:00"), news("--as-known", "2026-06-13T00:00")) == (
        "12",
        "12",
        "15",
    )


@pytest.mark.parametrize("moment", ["2026-06-10T08:59:59", "2050-01-01T00:00"], ids=["before anything", "to come"])
def test_a_moment_at_which_nothing_can_have_been_known_is_refused(ttdn: Any, tmp_path: Path, moment: str) -> None:
    ttdn("ingest", write_report(tmp_path / "a.xlsx", actual={"MED01": 12}), "--as-of", "2026-06-10T09:00")

    assert ttdn("kpi", "--period", "2026-06T", "--as-known", moment)[0] == 2
    assert ttdn("kpi", "--period", "2026-06T", "--as-known", "2026-06-10T09:00", "--json")[0] == 0


def test_restatements_are_told_with_both_cells_and_what_they_did(ttdn: Any, tmp_path: Path) -> None:
    ttdn("ingest", write_report(tmp_path / "a.xlsx", actual={"MED01": 12}), "--as-of", "2026-06-10T09:00")
    ttdn("ingest", write_report(tmp_path / "b.xlsx", actual={"MED01": 15}), "--as-of", "2026-06-12T09:00")

    code, told = ttdn("restatements", "--period", "2026-06T", "--json")

    [restatement] = told["restatements"]
    assert code == 0
    assert (restatement["kind"], restatement["unit"], restatement["current"]) == ("report", "28249", True)
    [figure] = [each for each in restatement["figures"] if each["axis"] == "total"]
    assert (figure["measure"], figure["before"]["value"], figure["after"]["value"]) == ("MED01", "12", "15")
    assert figure["before"]["cell"] == figure["after"]["cell"]
    [effect] = [each for each in restatement["effects"] if each["indicator"] == "M01"]
    assert (effect["numerator_change"], effect["value"], effect["value_without"]) == ("3", "15", "12")
    assert ttdn("restatements", "--period", "2026-NAM", "--json")[1] == {"restatements": []}


def test_a_refused_file_exits_1_and_says_why_in_vietnamese(ttdn: Any, tmp_path: Path) -> None:
    broken = tmp_path / "hong.xlsx"
    broken.write_bytes(b"")

    code, ingested = ttdn("ingest", broken, "--json")
    read_code, read = ttdn("read", "agency_reports", broken, "--json")

    assert (code, read_code) == (1, 1)
    assert ingested["files"][0]["messages"][0]["text"] == read["refusal"]["text"]
    assert read["rows"] == []


def test_a_path_that_is_not_there_and_an_unknown_period_are_usage_errors(ttdn: Any, tmp_path: Path) -> None:
    assert ttdn("ingest", tmp_path / "khong co.xlsx")[0] == 2
    assert ttdn("kpi", "--period", "2031-06T")[0] == 2
    assert ttdn("templates", "2031-06T")[0] == 2
    assert ttdn("read", "no_such_source", tmp_path)[0] == 2


def test_templates_are_written_and_named(ttdn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = [load_reference().units[code] for code in ("28249", "STC")]
    monkeypatch.setattr("include.sources.agency_reports.template.reporters", lambda *_: some)

    code, written = ttdn("templates", "2026-NAM", "--to", tmp_path / "mau", "--json")

    assert code == 0
    assert [Path(path).name for path in written["templates"]] == [
        "BC_2026-NAM_28249_Phuong-Dao-Thanh.xlsx",
        "BC_2026-NAM_STC_So-Tai-chinh.xlsx",
    ]
    assert all(Path(path).is_file() for path in written["templates"])


@pytest.mark.long
def test_templates_are_written_for_every_body_that_has_one(ttdn: Any, tmp_path: Path) -> None:
    code, written = ttdn("templates", "2026-NAM", "--to", tmp_path / "mau", "--json")

    assert code == 0
    assert len(written["templates"]) == 126
    assert all(Path(path).is_file() for path in written["templates"])


def test_an_empty_folder_is_no_error(ttdn: Any, tmp_path: Path) -> None:
    (tmp_path / "hop thu").mkdir()

    assert ttdn("ingest", tmp_path / "hop thu", "--json") == (0, {"files": [], "passed_over": 0, "not_taken": []})


def test_lock_files_are_passed_over_and_counted_links_and_pipes_told(ttdn: Any, tmp_path: Path) -> None:
    folder = tmp_path / "hop thu"
    folder.mkdir()
    (folder / "~$bao cao.xlsx").touch()
    (folder / ".DS_Store").touch()
    (folder / "lien ket.xlsx").symlink_to("/etc/passwd")
    os.mkfifo(folder / "ong dan.xlsx")

    code, said = ttdn("ingest", folder, "--json")

    assert (code, said["files"], said["passed_over"]) == (1, [], 2)
    assert [(Path(odd["path"]).name, odd["reason"]) for odd in said["not_taken"]] == [
        ("lien ket.xlsx", "LINK"),
        ("ong dan.xlsx", "NOT_A_FILE"),
    ]
    assert ttdn("ingest", folder / "ong dan.xlsx")[0] == 2

"""The suites and SQL rules hang together: nothing written is left unrun, nothing run is left unexplained."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from include.errors import CatalogueError
from include.quality.messages import all_messages, message
from include.quality.suites import ROW_COUNT_RULE, Expectation, load_suites
from include.warehouse.sql import SQL_ROOT, read_file

PROJECT_ROOT = Path(__file__).resolve().parents[2]


def checks() -> list[Expectation]:
    return [each for suite in load_suites() for each in suite.expectations if each.type != ROW_COUNT_RULE]


def codes_of(check: Expectation) -> set[str]:
    """The code of the suite and those the SQL names itself."""
    if check.query_file is None:
        return {check.code}
    return {check.code} | set(re.findall(r"'([A-Z]+(?:_[A-Z]+)+)'", read_file(check.query_file)))


def test_every_rule_file_is_run_by_exactly_one_suite() -> None:
    written = sorted(f"rules/{path.name}" for path in (SQL_ROOT / "rules").glob("*.sql"))

    assert sorted(check.query_file for check in checks() if check.query_file) == written


def test_every_cross_check_of_the_dossier_is_implemented() -> None:
    rules = {check.rule for check in checks()}

    assert {f"R-{number:02}" for number in range(1, 21)} <= rules


def test_every_code_a_check_emits_has_a_message() -> None:
    assert {code for check in checks() for code in codes_of(check)} <= set(all_messages())


def test_a_message_and_its_check_agree_on_rule_and_severity() -> None:
    for check in checks():
        told = message(check.code)
        assert (told.rule, told.severity) == (check.rule, check.severity), check.code


def test_every_check_says_why_it_exists() -> None:
    assert all(len(check.why) > 20 for check in checks())


def test_every_suite_guards_the_number_of_rows_seen() -> None:
    assert all(suite.expectations[0].type == ROW_COUNT_RULE for suite in load_suites())


def test_every_rule_file_says_its_grain_first() -> None:
    for path in (SQL_ROOT / "rules").glob("*.sql"):
        assert path.read_text(encoding="utf-8").startswith("-- Grain: one row per "), path.name


def test_no_init_file_hides_the_library() -> None:
    assert not list((PROJECT_ROOT / "great_expectations").rglob("__init__.py"))


def test_great_expectations_publishes_and_sends_nothing() -> None:
    import yaml

    configuration = yaml.safe_load((PROJECT_ROOT / "great_expectations" / "great_expectations.yml").read_text("utf-8"))

    assert configuration["data_docs_sites"] == {}
    assert configuration["analytics_enabled"] is False
    assert configuration["progress_bars"] == {"globally": False}


SUITE = """
name: staging/report
meta: {row_key: [submission_id]}
expectations:
  - type: unexpected_rows_expectation
    severity: critical
    meta: {rule: R-01, code: HEADING_NOT_KNOWN, query_file: r01_heading.sql, why: "Because."}
"""


@pytest.mark.parametrize(
    ("careful", "careless"),
    [
        ("severity: critical", "severity: info"),
        ('why: "Because."', 'why: ""'),
        (', why: "Because."', ""),
        ("query_file: r01_heading.sql, ", ""),
        ("unexpected_rows_expectation", "expect_column_max_to_be_between"),
        ("name: staging/report", "name: staging/reports"),
    ],
)
def test_a_careless_suite_is_refused(tmp_path: Path, careful: str, careless: str) -> None:
    (tmp_path / "staging").mkdir()
    suite = tmp_path / "staging" / "report.yml"
    suite.write_text(SUITE, encoding="utf-8")
    assert len(load_suites(tmp_path)) == 1

    suite.write_text(SUITE.replace(careful, careless), encoding="utf-8")
    with pytest.raises(CatalogueError, match="staging/report"):
        load_suites(tmp_path)


def test_a_check_has_another_version_when_its_verdict_could_differ_and_the_same_when_it_could_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [before] = [check for check in checks() if check.query_file == "rules/negative_value.sql"]

    assert replace(before, why="told in other words").version == before.version
    assert replace(before, severity="warn").version != before.version
    version = before.version
    monkeypatch.setattr("include.quality.suites.read_file", lambda name: "select 1")
    assert before.version != version


def test_the_page_on_checks_lists_every_code_with_its_severity_and_a_true_example() -> None:
    rows: dict[str, list[str]] = {}
    for line in (PROJECT_ROOT / "docs" / "checks.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 6 and re.fullmatch(r"[A-Z]+(_[A-Z]+)*", cells[1]):
            rows[cells[1]] = cells
    for check in checks():
        for code in codes_of(check) & set(all_messages()):
            if code in ("LOOKALIKE_LETTERS", "FORMULA_NO_VALUE", "FORMULA_NET", "PERSONAL_DATA", "SECRET"):
                continue  # words of reading; the check only sorts them
            told = message(code)
            rule, _, severity, what, where, example = rows[code]
            sentence = re.sub(r"\\\{(found|expected|subject)\\\}", ".*", re.escape(f"{told.text} {told.remedy}"))
            assert (rule.strip("–"), severity) == (told.rule, told.severity)
            assert re.search(sentence, example), code
            assert what
            assert (check.query_file or check.type) in where or code in (
                "TEXT_REPAIRED",
                "ERROR_CELL",
                "NUMBER_UNREADABLE",
            )

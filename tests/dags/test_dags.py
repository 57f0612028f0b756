"""The DAGs as Airflow itself parses them, in a process of its own: import errors, schedules, wiring, thinness."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from include.calendar.due import list_jobs
from include.pipeline.schedule import APPROVED, NOT_BEFORE, REASON, REJECTED, REVIEWED
from include.sources import Source, list_sources

PROJECT_ROOT = Path(__file__).resolve().parents[2]
DAG_FILES = sorted((PROJECT_ROOT / "dags").glob("*.py"))

PARSE = """
import json, sys
from pathlib import Path
from airflow._shared.module_loading import find_path_from_directory
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
bag = DagBag(sys.argv[1], bundle_path=Path(sys.argv[1]), bundle_name="platform")
described = {}
for dag in bag.dags.values():
    stored = json.loads(json.dumps(DagSerialization.to_dict(dag)))["dag"]
    described[dag.dag_id] = {
        "file": dag.fileloc,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "timetable": stored["timetable"],
        "doc": dag.doc_md or dag.description,
        "tags": sorted(dag.tags),
        "tasks": {
            task.task_id: {
                "after": sorted(task.upstream_task_ids),
                "outlets": sorted(outlet.name for outlet in task.outlets),
                "is_mapped": task.is_mapped,
                "retries": task.retries,
                "fields": {
                    name: [task.params.get_param(name).value, task.params.get_param(name).schema["type"]]
                    for name in task.params
                }
                if getattr(task, "options", None)
                else {},
                "question": getattr(task, "options", None)
                and [task.options, [user["id"] for user in task.assigned_users]],
                "retry_rules": [(rule.action.value, rule.exception) for rule in task.retry_policy.rules],
            }
            for task in dag.tasks
        },
    }
print("ANSWER" + json.dumps({
    "dags": described,
    "errors": bag.import_errors,
    "files": list(find_path_from_directory(sys.argv[1], ".airflowignore", "glob")),
    "heavy": sorted(set(sys.modules) & {"pandas", "great_expectations", "openpyxl", "plotly", "psycopg2.extras"}),
}))
"""


def parse(bundle: Path, home: Path) -> dict[str, Any]:
    """What Airflow makes of a checkout as a bundle, read through its .airflowignore."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")} | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(bundle / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/unused.db",
        "PYTHONPATH": str(bundle),
    }
    answer = subprocess.run(
        [sys.executable, "-c", PARSE, str(bundle)],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = [line for line in answer.stdout.splitlines() if line.startswith("ANSWER")]
    assert lines, answer.stdout + answer.stderr
    told: dict[str, Any] = json.loads(lines[0].removeprefix("ANSWER"))
    return told


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow makes of this checkout."""
    return parse(PROJECT_ROOT, tmp_path_factory.mktemp("airflow"))


def test_every_dag_file_parses(parsed: dict[str, Any]) -> None:
    assert parsed["errors"] == {}


def test_there_is_an_ingest_dag_for_every_registered_source_and_the_others(parsed: dict[str, Any]) -> None:
    ingest = {f"ingest_{source.source_id}" for source in list_sources()}

    assert "ingest_agency_reports" in ingest
    assert set(parsed["dags"]) == ingest | {
        "build_indicators",
        "deliver_mail",
        "keep_backups",
        "keep_calendar",
        "reconcile_files",
        "release_edition",
        "release_extracts",
        "tend_warehouse",
    }


def test_airflow_looks_for_dags_in_the_dags_folder_only(parsed: dict[str, Any]) -> None:
    folders = {Path(dag["file"]).parent for dag in parsed["dags"].values()}

    assert folders == {PROJECT_ROOT / "dags"}


def test_airflowignore_keeps_the_parser_out_of_everything_else(parsed: dict[str, Any]) -> None:
    assert {Path(path) for path in parsed["files"] if path.endswith(".py")} == set(DAG_FILES)


def test_the_ingest_dag_lands_then_takes_batches_then_accounts(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["ingest_agency_reports"]["tasks"]

    assert {name: task["after"] for name, task in tasks.items()} == {
        "land": [],
        "ingest": ["land"],
        "account": ["ingest"],
    }
    assert tasks["ingest"]["is_mapped"]
    assert not tasks["land"]["is_mapped"]


@pytest.mark.parametrize("source", list_sources(), ids=lambda source: source.source_id)
def test_the_figures_of_its_shape_are_announced_once_all_batches_are_in(parsed: dict[str, Any], source: Source) -> None:
    tasks = parsed["dags"][f"ingest_{source.source_id}"]["tasks"]

    announced = {
        "observation": "observations",
        "capital_flow": "capital_flows",
        "monitoring_count": "monitoring_counts",
        "series_point": "series",
    }
    assert {name: task["outlets"] for name, task in tasks.items()} == {
        "land": [],
        "ingest": [],
        "account": [announced[source.fills]],
    }


@pytest.mark.parametrize(
    ("dag_id", "listens_to"),
    [
        ("build_indicators", "observations"),
        ("build_indicators", "capital_flows"),
        ("build_indicators", "monitoring_counts"),
        ("build_indicators", "series"),
        ("release_extracts", "indicators"),
    ],
)
def test_what_follows_waits_for_the_asset_before_it(parsed: dict[str, Any], dag_id: str, listens_to: str) -> None:
    timetable = json.dumps(parsed["dags"][dag_id]["timetable"])

    assert "AssetTriggeredTimetable" in timetable
    assert f'"name": "{listens_to}"' in timetable


def test_indicators_are_announced_only_after_they_were_rebuilt_and_checked(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["build_indicators"]["tasks"]

    assert tasks["rebuild_and_check"]["outlets"] == ["indicators"]


def test_the_care_dag_follows_the_reporting_calendar(parsed: dict[str, Any]) -> None:
    timetable = parsed["dags"]["tend_warehouse"]["timetable"]

    assert timetable["__type"] == "reporting_calendar.ReportingCalendarTimetable"
    assert ["2026-06-15T00:00:00+07:00", "2026-06T-due"] in timetable["__var"]["moments"]
    assert ["2026-11-25T00:00:00+07:00", "2026-NAM-due"] in timetable["__var"]["moments"]


def test_the_calendar_dag_fires_at_every_moment_of_the_release_calendar(parsed: dict[str, Any]) -> None:
    timetable = parsed["dags"]["keep_calendar"]["timetable"]["__var"]

    assert ["2026-05-18T08:00:00+07:00", "release-2026-T05"] in timetable["moments"]
    assert ["2026-06-12T08:00:00+07:00", "reminder-2026-06T_-1"] in timetable["moments"]
    assert len(timetable["moments"]) == len(list_jobs())
    assert timetable["daily_at"] == "08:10"


def test_a_broken_list_of_recipients_does_not_hold_a_release(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["keep_calendar"]["tasks"]

    assert {name: task["after"] for name, task in tasks.items()} == {
        "send_notices": [],
        "list_due": [],
        "start_release": ["list_due"],
    }
    assert tasks["start_release"]["is_mapped"]


def test_nothing_is_sent_before_two_people_were_asked_one_after_the_other(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["release_edition"]["tasks"]

    assert {name: task["after"] for name, task in tasks.items()} == {
        "freeze": [],
        "draft": ["freeze"],
        "ask_review": ["draft"],
        "note_review": ["ask_review", "freeze"],
        "ask_approval": ["note_review"],
        "note_approval": ["ask_approval", "freeze"],
        "render": ["freeze", "note_approval"],
        "deliver": ["render"],
    }
    asked = {name: task["question"] for name, task in tasks.items() if task["question"]}
    assert asked == {
        "ask_review": [[REVIEWED, REJECTED], ["nguoi-soat"]],
        "ask_approval": [[APPROVED, REJECTED], ["nguoi-duyet"]],
    }


def test_no_field_of_a_question_has_to_be_filled_or_the_page_would_lock_its_answers(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["release_edition"]["tasks"]

    empty = [None, ["null", "string"]]
    assert {name: task["fields"] for name, task in tasks.items() if task["fields"]} == {
        "ask_review": {REASON: empty},
        "ask_approval": {REASON: empty, NOT_BEFORE: empty},
    }


def test_mail_is_looked_after_only_where_a_mail_server_is_set(parsed: dict[str, Any]) -> None:
    assert "NullTimetable" in parsed["dags"]["deliver_mail"]["timetable"]["__type"]


def test_missed_runs_do_not_pile_up_and_runs_of_a_dag_do_not_overlap(parsed: dict[str, Any]) -> None:
    assert {dag["catchup"] for dag in parsed["dags"].values()} == {False}
    # Releases wait for people: the next one must not wait for the first.
    assert {dag_id for dag_id, dag in parsed["dags"].items() if dag["max_active_runs"] != 1} == {"release_edition"}


def test_every_task_is_tried_again_and_every_dag_says_what_it_is_for(parsed: dict[str, Any]) -> None:
    for dag_id, dag in parsed["dags"].items():
        assert dag["doc"], dag_id
        assert dag["tags"], dag_id
        assert {task["retries"] for task in dag["tasks"].values()} == {2}, dag_id


def test_only_what_time_can_mend_is_tried_again(parsed: dict[str, Any]) -> None:
    rules = {json.dumps(task["retry_rules"]) for dag in parsed["dags"].values() for task in dag["tasks"].values()}
    assert len(rules) == 1
    (again, which), last = json.loads(rules.pop())

    assert (again, last) == ("retry", ["fail", "builtins.Exception"])
    assert {"sqlalchemy.exc.OperationalError", "include.errors.GateError", "builtins.OSError"} <= set(which)
    assert not {"include.errors.SourceContractError", "include.errors.CatalogueError"} & set(which)


def test_the_policy_decides_by_what_went_wrong() -> None:
    # One process for all: Airflow takes seconds to import.
    said = 'where="x", found="x", expected="x", remedy="x"'
    problems = {
        'OperationalError("select", {}, Exception("server closed the connection"))': "retry",
        "ConnectionRefusedError()": "retry",
        f"GateError({said})": "retry",
        f"NoRoomError({said})": "retry",
        f"SourceContractError({said})": "fail",
        'IntegrityError("insert", {}, Exception("duplicate key"))': "fail",
        'KeyError("x")': "fail",
    }
    asked = (
        "from sqlalchemy.exc import IntegrityError, OperationalError\n"
        "from dags.retries import POLICY\n"
        "from include.errors import GateError, NoRoomError, SourceContractError\n"
        f"print('ANSWER', *[POLICY.evaluate(each, 1, 2).action.value for each in ({', '.join(problems)})])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ | {"AIRFLOW_HOME": os.devnull, "PYTHONPATH": str(PROJECT_ROOT)},
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert f"ANSWER {' '.join(problems.values())}\n" in answer.stdout, answer.stderr


def test_a_source_with_a_broken_contract_breaks_its_own_dag_alone(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    for folder in ("dags", "include", "plugins"):
        shutil.copytree(PROJECT_ROOT / folder, bundle / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT_ROOT / ".airflowignore", bundle)
    contract = bundle / "include" / "sources" / "nso_fdi" / "source.yml"
    contract.write_text(contract.read_text(encoding="utf-8").replace("reader:", "raeder:"), encoding="utf-8")

    told = parse(bundle, tmp_path)

    assert told["errors"] == {}
    assert set(told["dags"]["ingest_nso_fdi"]["tasks"]) == {"read_contract"}
    assert "no reader" in told["dags"]["ingest_nso_fdi"]["doc"]
    assert set(told["dags"]["ingest_agency_reports"]["tasks"]) == {"land", "ingest", "account"}


def test_parsing_loads_no_heavy_library(parsed: dict[str, Any]) -> None:
    assert parsed["heavy"] == []


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.name)
def test_a_dag_file_is_a_timetable_and_nothing_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert imported <= {"__future__", "datetime", "airflow", "dags", "include", "reporting_calendar"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Try)]
    assert not [word for word in ("select ", "insert ", "update ", "delete ") if word in text.lower()]
    assert len(text.splitlines()) <= 70, "a DAG is about a screen"

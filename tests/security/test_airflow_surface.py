"""What Airflow's pages show to nobody in particular, to who reviews and approves, and to who looks after the machine.

The application is built once, as the service builds it, with one more plugin that leaves a door open: Airflow asks no
password for what a plugin brings, so the sweep has to find that door, and no other.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.service import airflow_service
from include.service.credentials import USERS, load_credentials, passwords_path
from include.settings import PROJECT_ROOT, Settings

SCRIPT = Path(__file__).with_name("airflow_surface.py")
OPEN_DOOR = """
from airflow.plugins_manager import AirflowPlugin
from fastapi import FastAPI

door = FastAPI()

@door.get("/secret")
def secret():
    return {"secret": 1}

class OpenDoor(AirflowPlugin):
    name = "open_door"
    fastapi_apps = [{"app": door, "url_prefix": "/open-door", "name": "Open door"}]
"""

ANYBODY = {
    "/api/v2/auth/login": {307},
    "/api/v2/auth/logout": {307},
    "/api/v2/monitor/health": {200},
    "/api/v2/version": {200},
    # The shell of the page and its files, which hold no data; what is not there says so.
    "/{rest_of_path:path}": {200},
    "/static/{path:path}": {404},
    "/auth/{rest_of_path:path}": {200},
    "/auth/static/{path:path}": {404},
    "/health": {404},
    "/api/{_:path}": {404},
    "/api/v1/{_:path}": {404},
    # Where one logs in: without a name and a password it fails.
    "/auth/token": {401, 422, 500},
    "/auth/token/login": {401, 403},
    "/auth/token/cli": {401, 422},
    # What the interface looks like, which is public software.
    "/openapi.json": {200},
    "/auth/openapi.json": {200},
    "/auth/docs": {200},
    "/auth/redoc": {200},
    "/auth/docs/oauth2-redirect": {200},
    "/execution/docs": {200},
    "/execution/redoc": {200},
    "/execution/docs/oauth2-redirect": {200},
    "/execution/changelog": {200},
    "/execution/openapi.json": {200, 404},
    "/execution/health": {200},
    "/execution/health/ping": {200},
}
"""Path -> what it may answer without a password; every other route answers 401 or 403."""

NOT_FOR_USERS = re.compile(r" /(api/v2|ui)/(connections|variables|config)(/|$)")
FORMS = {"GET /ui/config": 200, "GET /api/v2/connections/enqueue-test": 422}
"""The titles of the page, which are the software's; how a test of a connection went, asked for by the token of one."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("surface")
    settings = Settings(home=folder / "home", inbox=folder / "inbox", page_port=18080)
    settings.airflow_home.mkdir(parents=True)
    environment = airflow_service.airflow_environment(
        settings, load_credentials(settings.secrets), metadata_url=f"sqlite:///{folder}/metadata.db", port=18080
    )
    plugins = folder / "plugins"
    plugins.mkdir()
    for own in (PROJECT_ROOT / "plugins").glob("*.py"):
        (plugins / own.name).symlink_to(own)
    (plugins / "open_door.py").write_text(OPEN_DOOR, encoding="utf-8")
    environment["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(plugins)
    done = subprocess.run(
        (sys.executable, str(SCRIPT), str(passwords_path(settings.secrets))),
        env=environment,
        cwd=settings.airflow_home,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("TOLD ")]
    assert lines, done.stderr[-3000:]
    secrets = [
        *json.loads(passwords_path(settings.secrets).read_text()).values(),
        environment["AIRFLOW__CORE__FERNET_KEY"],
    ]
    assert [each for each in secrets if each in done.stdout + done.stderr] == []
    return dict(json.loads(lines[0].removeprefix("TOLD ")))


def test_every_route_asks_who_is_there_but_the_listed_ones_and_an_open_plugin_would_be_seen(
    told: dict[str, Any],
) -> None:
    open_to_anybody = {
        asked: status
        for asked, status in told["anonymous"].items()
        if status not in (401, 403) and status not in ANYBODY.get(asked.partition(" ")[2], ())
    }

    assert len(told["anonymous"]) > 150
    door = {asked for asked in open_to_anybody if " /open-door/" in asked}
    assert "GET /open-door/secret" in door
    assert open_to_anybody.keys() - door == set()


def test_no_plugin_of_the_platform_brings_a_page(told: dict[str, Any]) -> None:
    assert told["mounts"] == ["/auth", "/execution", "/open-door", "/static"]
    for path in (PROJECT_ROOT / "plugins").rglob("*.py"):
        names = {
            target.id
            for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(each, ast.Assign | ast.AnnAssign)
            for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
            if isinstance(target, ast.Name)
        }
        assert not names & {"fastapi_apps", "fastapi_root_middlewares", "flask_blueprints", "external_views"}, path
        assert not names & {"appbuilder_views", "react_apps"}, path


def test_who_reviews_and_who_approves_see_no_connection_variable_or_setting(told: dict[str, Any]) -> None:
    for user in (name for name, role in USERS.items() if role == "user"):
        answers = told["as"][user]
        closed = {asked: status for asked, status in answers.items() if NOT_FOR_USERS.search(asked)}
        assert len(closed) > 10
        assert {asked: status for asked, status in closed.items() if status != 403} == FORMS, user
        changes = {
            asked: status
            for asked, status in answers.items()
            if re.match(r"(POST|PUT|PATCH|DELETE) /api/v2/(pools|assets)", asked) and status != 403
        }
        assert changes == {}, user


def test_they_may_look_at_runs_and_answer_their_questions(told: dict[str, Any]) -> None:
    # The near miss: their token is good, it is the right that is missing above.
    for user in ("nguoi-soat", "nguoi-duyet"):
        assert told["as"][user]["GET /api/v2/dags"] == 200
        [(_, status)] = [
            each for each in told["as"][user].items() if each[0].startswith("PATCH") and "hitlDetails" in each[0]
        ]
        assert status in (404, 422)
    assert told["as"]["admin"]["GET /api/v2/connections"] == 200


def test_settings_stay_hidden_even_from_who_looks_after_the_machine(told: dict[str, Any]) -> None:
    assert told["as"]["admin"]["GET /api/v2/config"] == 403
    for user in USERS:
        assert told["as"][user]["POST /api/v2/connections/test"] == 403
    assert (told["expose_config"], told["test_connection"], told["load_examples"]) == ("False", "Disabled", False)


def test_a_wrong_password_a_token_made_up_and_one_given_back_open_nothing(told: dict[str, Any]) -> None:
    assert told["refused"] == [401, 403]
    assert told["after_logout"] in (401, 403)


def test_the_page_is_on_this_machine_only_and_its_password_pages_fetch_nothing_from_elsewhere(
    told: dict[str, Any],
) -> None:
    assert told["api_host"] == "127.0.0.1"
    assert not {"GET /docs", "GET /redoc"} & set(told["anonymous"])
    compose = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    page = compose["services"]["airflow-api-server"]["environment"]
    assert page["AIRFLOW__API__ENABLE_SWAGGER_UI"] == page["AIRFLOW__API__EXPOSE_CONFIG"] == "False"
    assert page["AIRFLOW__CORE__TEST_CONNECTION"] == "Disabled"
    for service in compose["services"].values():
        assert "DESERIALIZATION" not in str(service["environment"])


def test_what_tasks_tell_each_other_is_json_and_airflows_own_classes(told: dict[str, Any], tmp_path: Path) -> None:
    assert told["deserialization"] == ["airflow.*", ""]
    assert told["xcom_backend"].endswith(".BaseXCom")
    settings = Settings(home=tmp_path, inbox=tmp_path)
    ours = airflow_service.airflow_environment(settings, load_credentials(settings.secrets), metadata_url="", port=1)
    assert not [name for name in ours if name.startswith("AIRFLOW") and re.search("DESERIALIZATION|XCOM|PICKL", name)]


PLAIN = {"int", "str", "bool", "None", "dict[str, int]", "dict[str, str]", "list[str]", "list[list[int]]"}
BIGGEST = 48 * 1024


def test_every_task_returns_something_json_writes_as_it_is() -> None:
    found = {}
    for path in sorted((PROJECT_ROOT / "dags").glob("*.py")):
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(each, ast.FunctionDef) and any("task" in ast.unparse(mark) for mark in each.decorator_list):
                found[f"{path.name}:{each.name}"] = ast.unparse(each.returns) if each.returns else "None"

    assert len(found) > 10
    odd = {name: said for name, said in found.items() if not {part.strip() for part in said.split("|")} <= PLAIN}
    # The ids of runs to start and their parameters, both texts.
    assert odd == {"keep_calendar.py:list_due": "list[dict[str, object]]"}


def test_the_longest_list_of_receipts_fits_between_two_tasks() -> None:
    # The one answer that grows with what arrived: numbers of receipts. Every body sends every form ten times over, and
    # the numbers have ten digits by then.
    receipts = [[9_000_000_000 + number for number in range(25)] for _ in range(126 * 10 // 25 + 1)]

    assert len(json.dumps(receipts)) < BIGGEST

"""The few calls of Airflow's REST API the platform makes, over loopback and with nothing but the standard library."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

_TIMEOUT_SECONDS = 20
_PAGE = 100


class AirflowApi:
    """Talks to one Airflow as one user; logs in when first needed and again when the token has expired."""

    def __init__(self, page_url: str, user: str, password: str) -> None:
        self.page_url = page_url
        self._user, self._password = user, password
        self._token: str | None = None
        # A proxy named in the environment must never see these calls.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def health(self) -> dict[str, Any]:
        """Return Airflow's own account of its parts. Raises URLError while the page does not answer."""
        return self._send("GET", f"{self.page_url}/api/v2/monitor/health", token=None)

    def warm_up(self) -> None:
        """Let the server build what workers will ask for; otherwise the first task waits for it and tries again."""
        self._send("GET", f"{self.page_url}/execution/health", token=None)

    def dag_ids(self) -> set[str]:
        """Return the ids of all DAGs that have been parsed."""
        return {dag["dag_id"] for dag in self._get("dags", limit=_PAGE)["dags"]}

    def import_errors(self) -> list[tuple[str, str]]:
        """Return file and trace of every file that could not be parsed."""
        errors = self._get("importErrors", limit=_PAGE)["import_errors"]
        return [(error["filename"], error["stack_trace"]) for error in errors]

    def trigger(self, dag_id: str, *, run_id: str | None = None, conf: Mapping[str, object] | None = None) -> str:
        """Start a run of the DAG now, of that id and with those parameters; return its id.

        A run of that id that is there already is the one that was meant.
        """
        asked = {"logical_date": None, "dag_run_id": run_id, "conf": dict(conf or {})}
        body = {name: value for name, value in asked.items() if name == "logical_date" or value}
        try:
            return str(self._call("POST", f"dags/{dag_id}/dagRuns", body=body)["dag_run_id"])
        except urllib.error.HTTPError as error:
            if run_id is None or error.code != HTTPStatus.CONFLICT:
                raise
            return run_id

    def answer(self, dag_id: str, run_id: str, task_id: str, option: str, **fields: str | None) -> None:
        """Answer a question a run waits with, as this user. Raises HTTPError: 403 when it is another's to answer."""
        path = f"dags/{dag_id}/dagRuns/{_quoted(run_id)}/taskInstances/{task_id}/-1/hitlDetails"
        self._call("PATCH", path, body={"chosen_options": [option], "params_input": fields})

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """Return a run with its state: queued, running, success or failed."""
        return self._get(f"dags/{dag_id}/dagRuns/{_quoted(run_id)}")

    def latest_runs(self, dag_id: str, *, limit: int = 10) -> list[dict[str, Any]]:
        """Return the last runs of a DAG, newest first."""
        runs: list[dict[str, Any]] = self._get(f"dags/{dag_id}/dagRuns", order_by="-run_after", limit=limit)["dag_runs"]
        return runs

    def caused_by(self, dag_id: str, run_id: str) -> set[tuple[str, str]]:
        """Return DAG and run ids of the runs whose asset changes this run was started for."""
        events = self._get(f"dags/{dag_id}/dagRuns/{_quoted(run_id)}/upstreamAssetEvents")["asset_events"]
        return {(event["source_dag_id"], event["source_run_id"]) for event in events}

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return the task instances of a run, mapped ones each, with their states."""
        tasks: list[dict[str, Any]] = []
        while True:
            answer = self._get(f"dags/{dag_id}/dagRuns/{_quoted(run_id)}/taskInstances", limit=_PAGE, offset=len(tasks))
            tasks += answer["task_instances"]
            if len(tasks) >= answer["total_entries"] or not answer["task_instances"]:
                return tasks

    def task_log(self, task: Mapping[str, Any]) -> list[str]:
        """Return the lines of a task instance's last attempt, oldest first."""
        path = (
            f"dags/{task['dag_id']}/dagRuns/{_quoted(task['dag_run_id'])}/taskInstances/{task['task_id']}"
            f"/logs/{max(1, task['try_number'])}"
        )
        content = self._get(path, map_index=task["map_index"], full_content="true")["content"]
        return [line for entry in content for line in _log_lines(entry)]

    def _get(self, path: str, **query: object) -> dict[str, Any]:
        asked = {name: str(value) for name, value in query.items()}
        return self._call("GET", path + (f"?{urllib.parse.urlencode(asked)}" if asked else ""))

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        url = f"{self.page_url}/api/v2/{path}"
        try:
            return self._send(method, url, body=body, token=self._log_in())
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
            self._token = None
            return self._send(method, url, body=body, token=self._log_in())

    def _log_in(self) -> str:
        if self._token is None:
            body = {"username": self._user, "password": self._password}
            self._token = str(self._send("POST", f"{self.page_url}/auth/token", body=body, token=None)["access_token"])
        return self._token

    def _send(self, method: str, url: str, *, body: object = None, token: str | None) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=content, headers=headers, method=method)  # noqa: S310 loopback, http
        with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
            answer: dict[str, Any] = json.loads(response.read())
        return answer


def _quoted(run_id: str) -> str:
    # A run id carries a moment, whose + and : mean something else in an address.
    return urllib.parse.quote(run_id, safe="")


def _log_lines(entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [str(entry)]
    event = str(entry.get("event", ""))
    lines = [] if event.startswith("::") else [event]
    for error in entry.get("error_detail") or []:
        # Airflow's own frames stand above ours in every trace and say nothing about the cause.
        lines += [
            f"  {frame['filename']}:{frame['lineno']} in {frame['name']}"
            for frame in error.get("frames") or []
            if "/site-packages/airflow/" not in frame["filename"]
        ]
        lines.append(f"  {error.get('exc_type')}: {error.get('exc_value')}")
    return [line for line in lines if line]

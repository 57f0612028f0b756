"""Passwords and keys: made at the first start, known to whoever needs them, told to nobody, none in the repository."""

from __future__ import annotations

import json
import math
import os
import re
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from sqlalchemy import make_url

from include.readers.sandbox import Sandbox
from include.service import airflow_service
from include.service.credentials import load_credentials, passwords_path
from include.settings import PROJECT_ROOT, Settings
from tests.sources.reports import write_report

CANARY = "Chimsaothang9"
"""In every secret of the run below; looked for afterwards in all that was said and written."""

# --- first start -----------------------------------------------------------------------------------------------------


def test_the_first_start_makes_every_secret_of_its_own_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = load_credentials(folder)
    accounts = json.loads(passwords_path(folder).read_text())

    keys = [made.fernet_key, made.jwt_secret, made.session_secret, made.metadata_password, *accounts.values()]
    assert len(set(keys)) == len(keys) == 7
    assert min(map(len, keys)) >= 16
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_no_command_of_the_service_names_a_secret(tmp_path: Path) -> None:
    # What stands in the arguments of a process is read by every account of the machine.
    settings = Settings(home=tmp_path, inbox=tmp_path)
    made = load_credentials(settings.secrets)
    environment = airflow_service.airflow_environment(settings, made, metadata_url="postgresql://a:b@c/d", port=1)
    commands = [airflow_service.component_command(name, 1) for name in airflow_service.COMPONENTS]

    secrets = {value for name, value in environment.items() if re.search("KEY|SECRET|CONN$", name)}
    assert len(secrets) >= 4
    assert [word for command in commands for word in command if word in secrets] == []


# --- a run with known secrets ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def canaries() -> dict[str, str]:
    return {
        "TTDN_SMTP_PASSWORD": f"{CANARY}-smtp",
        "TTDN_SMTP_USER": "may-gui",
        "TTDN_SMTP_HOST": "127.0.0.1",
        "TTDN_SMTP_PORT": "9",
        "TTDN_SMTP_SECURITY": "none",
        "TTDN_SMTP_SENDER": "so@example.vn",
    }


def run(words: tuple[str, ...], environment: dict[str, str]) -> str:
    done = subprocess.run(
        (sys.executable, "-m", "include.cli", *words),
        env=environment,
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout + done.stderr


def test_nothing_said_or_written_holds_a_secret_also_when_it_fails(
    tmp_path: Path, warehouse_url: str, canaries: dict[str, str]
) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TTDN_", "AIRFLOW"))}
    home = tmp_path / "home"
    sound = inherited | canaries | {"TTDN_HOME": str(home), "TTDN_DATABASE_URL": warehouse_url}
    wrong = make_url(warehouse_url).set(password=f"{CANARY}-wrong").render_as_string(hide_password=False)
    nowhere = make_url(wrong).set(port=9).render_as_string(hide_password=False)
    report = write_report(tmp_path / "bao-cao.xlsx", "28249")
    said = [
        run(words, sound)
        for words in (("ingest", str(report)), ("status", "--json"), ("deliver",), ("doctor",), ("export", "khong-co"))
    ]
    for url in (wrong, nowhere, f"postgresql://ttdn:{CANARY}-odd@[oops/x"):
        said += [run(words, sound | {"TTDN_DATABASE_URL": url}) for words in (("status",), ("ingest", str(report)))]
    (tmp_path / "said").write_text("\n".join(said), encoding="utf-8")

    password = make_url(warehouse_url).password
    assert password
    assert "bao-cao.xlsx" in said[0]
    assert all(each.strip() for each in said[:3] + said[-6:])
    written = [path for path in home.rglob("*") if path.is_file() and home / "secrets" not in path.parents]
    assert written
    for path in [*written, tmp_path / "said"]:
        content = path.read_bytes()
        assert CANARY.encode() not in content, path
        assert password.encode() not in content, path


def test_the_process_that_reads_strangers_files_is_given_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTDN_DATABASE_URL", f"postgresql://x:{CANARY}@y/z")
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", CANARY)
    monkeypatch.setenv("TTDN_SMTP_PASSWORD", CANARY)
    before = set(psutil.Process().children(recursive=True))
    with Sandbox() as box:
        assert box.run("tests.unit.sandboxed_calls:environment")
        [child] = set(psutil.Process().children(recursive=True)) - before
        shown = Path(f"/proc/{child.pid}/environ").read_bytes() + " ".join(child.cmdline()).encode()

    assert b"PATH=" in shown
    assert CANARY.encode() not in shown


# --- what Airflow keeps ----------------------------------------------------------------------------------------------


def test_no_template_of_a_dag_and_nothing_tasks_tell_each_other_reaches_for_a_secret() -> None:
    for path in sorted((PROJECT_ROOT / "dags").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\{\{[^}]*\b(conn|var|conf|macros)\b", source), path
        assert not re.search(r"get_connection|Variable|load_credentials|database_url|smtp_password|environ", source), (
            path
        )


# Airflow's own table of who needs what: a process that runs code of DAGs without being a scheduler has neither the
# tables' address nor the keys; LocalExecutor runs tasks inside the scheduler, which is why that one holds both.
HOLDERS = {
    "TTDN_POSTGRES_PASSWORD": {"postgres"},
    "TTDN_AIRFLOW_SESSION_SECRET": {"airflow-api-server"},
    "TTDN_AIRFLOW_ADMIN_PASSWORD": {"airflow-api-server"},
    "TTDN_AIRFLOW_REVIEWER_PASSWORD": {"airflow-api-server"},
    "TTDN_AIRFLOW_APPROVER_PASSWORD": {"airflow-api-server"},
    "TTDN_AIRFLOW_JWT_SECRET": {"airflow-api-server", "airflow-scheduler"},
    "TTDN_AIRFLOW_FERNET_KEY": {"airflow-api-server", "airflow-scheduler"},
    "TTDN_AIRFLOW_DB_PASSWORD": {
        "postgres",
        "airflow-migrate",
        "airflow-api-server",
        "airflow-scheduler",
        "airflow-dag-processor",
    },
    "TTDN_DB_PASSWORD": {"postgres", "platform", "mailer", "airflow-scheduler"},
    "TTDN_SMTP_PASSWORD": {"mailer"},
}


def test_every_secret_of_the_compose_file_reaches_only_who_needs_it() -> None:
    services: dict[str, dict[str, Any]] = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text())["services"]
    asked = set(re.findall(r"\$\{([A-Z_]+(?:PASSWORD|SECRET|KEY))\b", str(services)))

    assert asked == set(HOLDERS)
    for secret, holders in HOLDERS.items():
        assert {name for name, each in services.items() if secret in str(each)} == holders, secret
    # Arguments and health checks are shown by `docker inspect` and `ps` alike.
    for name, each in services.items():
        assert "${" not in f"{each.get('command', '')}{each.get('healthcheck', '')}", name


# --- the repository --------------------------------------------------------------------------------------------------

KNOWN_KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}\b|\bxox[abp]-[\w-]{10,}"
    r"|\bsk-[\w-]{20,}|\bAIza[\w-]{35}\b|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}|\bglpat-[\w-]{20}\b"
    r"|://[^\s:/@{}$<>\"']+:[^\s:/@{}$<>\"'*…]{12,}@"
)
ASSIGNED = re.compile(
    r"(?i)(?:password|passwd|secret|token|api_?key|fernet|credential)\w*[\"']?\s*[:=]\s*[\"']([^\"'\s]{12,})[\"']"
)
NO_TEXT = {".png", ".jpg", ".pdf", ".xlsx", ".xls", ".docx", ".ods", ".ttf", ".otf", ".gz", ".parquet", ".zip"}
UNLIKELY_BITS = 3.6
"""Entropy a letter, from which on a word of at least 16 letters is no word; a token of the platform has 4 and more."""


def entropy(word: str) -> float:
    return -sum(count / len(word) * math.log2(count / len(word)) for count in Counter(word).values())


def secrets_in(text: str) -> list[str]:
    found = [each[0] for each in KNOWN_KEYS.finditer(text)]
    found += [
        word
        for word in ASSIGNED.findall(text)
        if len(word) >= 16
        and entropy(word) > UNLIKELY_BITS
        and re.search(r"\d", word)
        and re.fullmatch(r"[\w+/=-]+", word)
    ]
    return found


def tracked() -> list[Path]:
    listed = subprocess.run(
        ("git", "ls-files", "-z"), cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    if listed == [""]:
        pytest.skip("no repository here")
    return [PROJECT_ROOT / each for each in listed if each and Path(each).suffix.lower() not in NO_TEXT]


def test_no_file_of_the_repository_holds_a_secret() -> None:
    me = Path(__file__)
    found = {}
    for path in tracked():
        if path == me or not path.is_file():
            continue
        if held := secrets_in(path.read_text(encoding="utf-8", errors="replace")):
            found[str(path.relative_to(PROJECT_ROOT))] = held

    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
        "url = 'postgresql://ttdn:" + "Zk3v9QmX2pLw8Tr@db/ttdn'",
        'smtp_password = "Zk3v9QmX2pLw8TrB"',
        "jwt_secret: 'q8Zk3v9QmX2pLw8TrBnE'",
        "AKIA" + "Z" * 16,
    ],
)
def test_a_secret_written_down_is_seen(text: str) -> None:
    assert secrets_in(text)


@pytest.mark.parametrize(
    "text",
    ["password = os.environ['X_PASSWORD']", "postgresql://ttdn:${TTDN_DB_PASSWORD:?x}@postgres", "secret = 'mat'"],
)
def test_a_secret_only_named_is_none(text: str) -> None:
    assert secrets_in(text) == []


def test_the_files_secrets_live_in_are_never_part_of_the_repository() -> None:
    places = [".env", ".ttdn/secrets/airflow.json", ".ttdn/secrets/database-password"]
    done = subprocess.run(
        ("git", "check-ignore", *places), cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == 128:
        pytest.skip("no repository here")

    assert done.stdout.split() == places
    assert not [path for path in tracked() if path.name == ".env" or "secrets" in path.parent.parts[-1:]]

"""docker-compose.yml read as a text and as a structure: no engine is needed to see what it would open or give away."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT_ROOT = Path(__file__).resolve().parents[2]
COMPOSE = PROJECT_ROOT / "docker-compose.yml"
ONE_SHOT = {"platform", "airflow-migrate"}
MAIL = {
    *(f"TTDN_SMTP_{part}" for part in ("HOST", "PORT", "SECURITY", "USER", "PASSWORD", "SENDER")),
    "TTDN_ALLOWED_DOMAINS",
    "TTDN_RECIPIENTS_FILE",
}
NUMBERS = {"TTDN_SETTLING_SECONDS", "TTDN_DISK_RESERVE_MB", "TTDN_BACKUPS_KEPT"}
PLACES = {"TTDN_HOME", "TTDN_INBOX", "TTDN_BACKUPS"}
"""Settings that say where things lie: in containers the volumes do."""

SECRET_WORDS = ("PASSWORD", "SECRET", "KEY", "TOKEN")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def variables(text: str) -> list[tuple[str, str]]:
    """Name and what follows it of every ${...} in a text."""
    return re.findall(r"\$\{([A-Z0-9_]+)([^}]*)\}", text)


def test_it_holds_postgresql_18_airflow_and_the_platform(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {
        "postgres",
        "platform",
        "mailer",
        "airflow-migrate",
        "airflow-api-server",
        "airflow-scheduler",
        "airflow-dag-processor",
    }
    assert re.fullmatch(r"postgres:18(\.\d+)?(-[a-z]+)?", services["postgres"]["image"])


def test_no_password_has_a_default() -> None:
    named = dict(variables(COMPOSE.read_text(encoding="utf-8")))

    assert len(named) >= 8
    for name, rest in named.items():
        if name == "TTDN_PAGE_PORT":
            assert rest == ":-8080"
        elif name in MAIL | NUMBERS:  # all empty: nothing is sent, and what the platform has by default
            assert rest == ":-"
        else:
            assert re.fullmatch(r":\?.{10,}", rest), f"{name} must be asked for with a message"


def test_every_setting_can_be_set_with_and_without_containers(services: dict[str, dict[str, Any]]) -> None:
    code = (PROJECT_ROOT / "include" / "settings.py").read_text(encoding="utf-8")
    settings = set(re.findall(r'\(stated, "(TTDN_[A-Z_]+)"', code)) | {"TTDN_ALLOWED_DOMAINS"}
    example = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    in_containers = {name for name, _ in variables(COMPOSE.read_text(encoding="utf-8"))}

    assert len(settings) >= 15
    assert {name for name in settings if f"\n# {name}=" not in example} == set()
    # No container holds a login that may read every row.
    assert settings - in_containers - {"TTDN_DATABASE_URL", "TTDN_BACKUP_DATABASE_URL"} == PLACES
    assert set(services["airflow-scheduler"]["environment"]) >= NUMBERS


def test_no_secret_is_written_down(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            is_secret = variable.split("__")[-1].endswith(SECRET_WORDS)
            if is_secret:
                # A mail server may ask for no password: then none is given, and none is written down either way.
                form = r"\$\{[A-Z_]+:-\}" if variable in MAIL else r"\$\{[A-Z_]+:\?[^}]+\}"
                assert re.fullmatch(form, str(value)), f"{name}: {variable}"
        for address in re.findall(r"://[^@\s]*@", str(service.get("environment", {}))):
            assert re.fullmatch(r"://[a-z]+:\$\{[A-Z_]+:\?[^}]+\}@", address), f"{name}: {address}"


def test_everything_asked_for_is_explained_in_the_example_and_only_that() -> None:
    example = (PROJECT_ROOT / "docker" / "compose.env.example").read_text(encoding="utf-8")
    explained = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, flags=re.MULTILINE))

    assert set(explained) == {name for name, _ in variables(COMPOSE.read_text(encoding="utf-8"))}
    assert {name: value for name, value in explained.items() if value} == {"TTDN_PAGE_PORT": "8080"}


def test_the_only_open_port_is_the_page_on_loopback(services: dict[str, dict[str, Any]]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert published == {"airflow-api-server": ["127.0.0.1:${TTDN_PAGE_PORT:-8080}:8080"]}
    assert not [name for name, service in services.items() if service.get("network_mode") == "host"]


def test_the_database_and_the_tasks_have_no_way_to_the_internet(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    assert {name: service["networks"] for name, service in services.items() if service["networks"] != ["inside"]} == {
        "airflow-api-server": ["inside", "page"],
        "mailer": ["inside", "mail"],
    }
    assert "/inbox" not in str(services["mailer"]["volumes"])


def test_every_service_that_stays_says_whether_it_is_well(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        if name not in ONE_SHOT:
            check = service["healthcheck"]
            assert check["test"][0] == "CMD", name
            assert {"interval", "timeout", "retries", "start_period"} <= set(check), name
            assert service["restart"] == "unless-stopped", name
        else:
            assert service["restart"] == "no", name


def test_nobody_starts_before_what_it_needs_is_ready(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
            assert how == {"condition": expected}, f"{name} on {needed}"
    assert set(services["airflow-scheduler"]["depends_on"]) == {"platform", "airflow-api-server"}


def test_containers_have_no_rights_they_do_not_need(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert "docker.sock" not in str(service), name
        if name != "postgres":
            assert service["read_only"], name
            assert "cap_add" not in service, name


def test_the_warehouses_password_reaches_only_what_writes_to_it(services: dict[str, dict[str, Any]]) -> None:
    holders = {name for name, service in services.items() if "TTDN_DB_PASSWORD" in str(service["environment"])}
    keepers = {name for name, service in services.items() if "JWT_SECRET" in str(service["environment"])}

    assert holders == {"postgres", "platform", "mailer", "airflow-scheduler"}
    assert keepers == {"airflow-api-server", "airflow-scheduler"}
    assert "TTDN_AIRFLOW" not in str(services["platform"]["environment"])


def test_images_are_named_with_a_version_and_volumes_and_mounts_exist(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    used = set()
    for name, service in services.items():
        assert re.fullmatch(r"[a-z-]+:\d[\w.-]*", service["image"]), name
        for volume in service["volumes"]:
            source = volume.split(":/")[0]
            if source.startswith("./"):
                assert (PROJECT_ROOT / source).exists(), volume
            elif not source.startswith("${"):
                used.add(source)
    assert used == set(compose["volumes"])


def test_the_platforms_roles_are_made_at_the_first_start(services: dict[str, dict[str, Any]]) -> None:
    # tests/security/test_first_start.py runs the script against a real server.
    script = (PROJECT_ROOT / "docker" / "init-databases.sh").read_text(encoding="utf-8")

    assert "./sql/roles/010_create.sql:/opt/ttdn-roles.sql:ro" in services["postgres"]["volumes"]
    assert "${TTDN_ROLES_FILE:-/opt/ttdn-roles.sql}" in script
    assert "TTDN_ROLES_FILE" not in services["postgres"]["environment"]


def test_every_airflow_setting_is_one_airflow_knows(services: dict[str, dict[str, Any]]) -> None:
    airflow = importlib.util.find_spec("airflow")
    assert airflow is not None
    assert airflow.origin is not None
    config = Path(airflow.origin).parent / "config_templates" / "config.yml"
    described = yaml.safe_load(config.read_text(encoding="utf-8"))
    known = {
        f"AIRFLOW__{section}__{option}".upper() for section in described for option in described[section]["options"]
    }

    ours = {name for service in services.values() for name in service["environment"] if name.startswith("AIRFLOW__")}
    assert ours - known - {"AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"} == set()


def test_the_image_is_built_from_the_lock_and_does_not_run_as_root() -> None:
    dockerfile = (PROJECT_ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
    instructions = [line.split(maxsplit=1) for line in dockerfile.splitlines() if re.match(r"[A-Z]+ ", line)]
    users = [rest for word, rest in instructions if word == "USER"]

    assert re.search(r"^FROM python:3\.1[1-3]-slim-[a-z]+$", dockerfile, flags=re.MULTILINE)
    assert "--require-hashes" in dockerfile
    assert users == ["10001:10001"]
    assert instructions[-1][0] == "CMD"


def test_secrets_and_data_of_this_machine_stay_out_of_the_image() -> None:
    ignored = (PROJECT_ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    let_in = {line[1:] for line in ignored if line.startswith("!")}

    assert "*" in ignored
    assert not let_in & {".env", ".ttdn", ".git", ".venv", "tests"}
    assert {"dags", "docker", "great_expectations", "include", "plugins", "requirements", "sql"} <= let_in


@pytest.mark.parametrize("script", sorted((PROJECT_ROOT / "docker").glob("*.sh")), ids=lambda path: path.name)
def test_shell_scripts_are_executable_and_parse(script: Path) -> None:
    shell = script.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!")

    assert script.stat().st_mode & 0o111
    assert subprocess.run([shell, "-n", str(script)], capture_output=True, check=False).returncode == 0

"""docker-compose.yml says what it should: pinned, closed to the outside, no password of ours in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

SECRET_NAME = re.compile(r"PASSWORD|SECRET|FERNET|TOKEN|_KEY$|SQL_ALCHEMY_CONN|DATABASE_URL")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def _environment(service: dict[str, Any]) -> dict[str, str]:
    stated = service.get("environment") or {}
    if isinstance(stated, list):
        stated = dict(entry.partition("=")[::2] for entry in stated)
    return {name: "" if value is None else str(value) for name, value in stated.items()}


def has_default_secret(name: str, value: str) -> bool:
    """Tell whether a secret is written out, or falls back to something when nobody sets it."""
    if not SECRET_NAME.search(name) or name.endswith("_FILE"):
        return False
    without_required = re.sub(r"\$\{\w+:?\?[^}]*\}", "", value)
    if "${" in without_required or re.search(r"\$\w", without_required):
        return True
    if "://" in value:
        password = re.search(r"://[^:/@]*:([^@]*)@", value)
        return password is not None and not re.fullmatch(r"\$\{\w+:?\?[^}]*\}", password.group(1))
    return bool(without_required.strip())


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("POSTGRES_PASSWORD", "${TTDN_DB_PASSWORD:?đặt trong .env}", False),
        ("POSTGRES_PASSWORD", "postgres", True),
        ("POSTGRES_PASSWORD", "${TTDN_DB_PASSWORD:-postgres}", True),
        ("POSTGRES_PASSWORD", "${TTDN_DB_PASSWORD}", True),
        ("POSTGRES_PASSWORD_FILE", "/run/secrets/db", False),
        ("TTDN_DATABASE_URL", "postgresql://ttdn:${TTDN_DB_PASSWORD:?}@db/ttdn", False),
        ("TTDN_DATABASE_URL", "postgresql://ttdn:ttdn@db/ttdn", True),
        ("POSTGRES_USER", "ttdn", False),
    ],
)
def test_a_default_secret_is_told_from_a_required_one(name, value, found):
    assert has_default_secret(name, value) is found


def test_postgresql_18_airflow_and_the_platform_are_there(compose):
    images = " ".join(str(service.get("image", "")) for service in compose["services"].values())
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    assert re.search(r"postgres:18", images)
    assert "airflow" in text
    assert "TTDN_DATABASE_URL" in text


def test_no_service_has_a_default_password(compose):
    found = [
        f"{service}.{name}"
        for service, stated in compose["services"].items()
        for name, value in _environment(stated).items()
        if has_default_secret(name, value)
    ]

    assert found == []


def test_every_image_names_its_version(compose):
    images = {name: service.get("image") for name, service in compose["services"].items() if "build" not in service}

    assert [name for name, image in images.items() if not re.search(r":\d|@sha256:|:\$\{", image or "")] == []


def test_ports_are_open_on_this_machine_only(compose):
    ports = [str(port) for service in compose["services"].values() for port in service.get("ports", [])]

    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_no_service_is_given_the_machine(compose):
    for service in compose["services"].values():
        assert not service.get("privileged")
        assert service.get("network_mode") != "host"
        assert not [mount for mount in service.get("volumes", []) if "docker.sock" in str(mount)]


def test_the_database_says_when_it_is_ready(compose):
    databases = [service for service in compose["services"].values() if "postgres:" in str(service.get("image"))]

    assert databases
    assert all("healthcheck" in service for service in databases)


def test_every_dependency_and_volume_is_declared(compose):
    services = compose["services"]
    volumes = set(compose.get("volumes") or {})
    for name, service in services.items():
        assert set(service.get("depends_on") or []) <= set(services), name
        for mount in service.get("volumes", []):
            source = mount.split(":")[0] if isinstance(mount, str) else mount.get("source", "")
            assert source.startswith((".", "/", "$")) or source in volumes, f"{name}: {mount}"

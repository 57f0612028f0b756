"""Builds Airflow's web application as the service does and asks every route of it; prints what answered what, as JSON.

Run as a program by test_airflow_surface.py: arguments are a file with the passwords and nothing else; the settings are
in the environment. Tables are made empty: nothing here depends on what is in them.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any


def routes_of(routes: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Method and path of every route, mounted applications searched through."""
    from starlette.routing import Mount

    found = []
    for route in routes:
        path = prefix + getattr(route, "path", "")
        if isinstance(route, Mount):
            inner = getattr(route.app, "routes", None)
            found += routes_of(inner, path) if inner else [("GET", path + "/{path:path}")]
        else:
            found += [(method, path) for method in sorted(getattr(route, "methods", None) or {"GET"})]
    return found


def execution_routes(app: Any) -> list[tuple[str, str]]:
    """Routes of the interface tasks talk to, which is mounted with one set of routes for each of its versions."""
    from starlette.routing import Mount

    [mounted] = [each.app for each in app.routes if isinstance(each, Mount) and each.path == "/execution"]
    routers = getattr(mounted.router, "versioned_routers", {})
    newest = routers[max(routers)]
    return routes_of(newest.routes, "/execution")


MANY = {"actions": [{"action": "delete", "entities": ["x"]}]}
BODIES = {
    "PATCH /api/v2/connections": MANY,
    "PATCH /api/v2/variables": MANY,
    "PATCH /api/v2/pools": MANY,
    "POST /api/v2/connections/test": {"connection_id": "x", "conn_type": "http"},
    "POST /api/v2/connections/enqueue-test": {"connection_id": "x", "conn_type": "http"},
}
"""What is sent where the right depends on what is asked for, so that it gets as far as that question."""


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: "1" if name[1].endswith("index") else "x", path)


def main(passwords: Path) -> None:
    from airflow.api_fastapi.app import create_app
    from airflow.configuration import conf
    from airflow.models.base import Base
    from airflow.settings import engine
    from fastapi.testclient import TestClient
    from starlette.routing import Mount

    app = create_app()
    Base.metadata.create_all(engine)
    listed = sorted({*routes_of(app.routes), *execution_routes(app)})
    known = json.loads(passwords.read_text())
    told: dict[str, Any] = {
        "mounts": sorted(each.path for each in app.routes if isinstance(each, Mount)),
        "api_host": conf.get("api", "host"),
        "expose_config": conf.get("api", "expose_config"),
        "test_connection": conf.get("core", "test_connection"),
        "load_examples": conf.getboolean("core", "load_examples"),
        "deserialization": [
            conf.get("core", "allowed_deserialization_classes"),
            conf.get("core", "allowed_deserialization_classes_regexp"),
        ],
        "xcom_backend": conf.get("core", "xcom_backend"),
        "as": {},
    }
    with TestClient(app, base_url=conf.get("api", "base_url"), raise_server_exceptions=False) as anybody:
        told["anonymous"] = {
            f"{method} {path}": anybody.request(method, filled(path), follow_redirects=False).status_code
            for method, path in listed
        }
        for user in known:
            answer = anybody.post("/auth/token", json={"username": user, "password": known[user]})
            heading = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            anybody.cookies.clear()
            told["as"][user] = {
                f"{method} {path}": anybody.request(
                    method, filled(path), headers=heading, json=BODIES.get(f"{method} {path}"), follow_redirects=False
                ).status_code
                for method, path in listed
                # Leaving makes the token void, also for everything asked after it.
                if path.startswith(("/api/v2/", "/ui/")) and path != "/api/v2/auth/logout"
            }
            anybody.get("/api/v2/auth/logout", headers=heading, follow_redirects=False)
            told["after_logout"] = anybody.get("/api/v2/dags", headers=heading).status_code
            anybody.cookies.clear()
        wrong = anybody.post("/auth/token", json={"username": "admin", "password": "admin"})
        forged = anybody.get(
            "/api/v2/dags", headers={"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."}
        )
        told["refused"] = [wrong.status_code, forged.status_code]
    print("TOLD " + json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

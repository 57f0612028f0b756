"""Two hundred recipients of one edition over one connection to a real mail server, which keeps nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from include.settings import load_settings
from include.warehouse.connect import WAREHOUSE_DATABASE, engine
from tests.bench.home import PROJECT_ROOT, TTDN, Home, Measured, run

RECIPIENTS: Final = 200
WANTED_SECONDS: Final = 300
_SIZES: Final = {
    "TTDN_2026-06T_lan1.pdf": 540_000,
    "TTDN_2026-06T_lan1.xlsx": 450_000,
    "TTDN_2026-06T_lan1.html": 5_400_000,
}
"""Those of the bundle of the synthetic half-year; written as text in a mail, a third more."""


def measure_delivery(at: Home) -> list[Measured]:
    """An approved edition with files of the usual sizes, sent by `ttdn deliver`."""
    from tests.faults.delivery_desk import DOMAIN, FILES, Desk, addresses, free_port

    port = free_port()
    environment = {
        **at.environment,
        "TTDN_SMTP_HOST": "127.0.0.1",
        "TTDN_SMTP_PORT": str(port),
        "TTDN_SMTP_SENDER": f"thong-tin@{DOMAIN}",
        "TTDN_ALLOWED_DOMAINS": DOMAIN,
        "TTDN_RECIPIENTS_FILE": str(at.path / "recipients.csv"),
    }
    settings = replace(load_settings(environment, Path(os.devnull)), database_url=at.server.url(WAREHOUSE_DATABASE))
    opened = engine(at.server.url(WAREHOUSE_DATABASE))
    desk = Desk(opened, settings)
    desk.list_recipients(addresses(RECIPIENTS))
    bodies = {name: content for name, content in FILES.items() if name.startswith("mail")}
    desk.approve(1, {**bodies, **{name: os.urandom(size) for name, size in _SIZES.items()}})
    opened.dispose()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    with subprocess.Popen(command, cwd=PROJECT_ROOT) as server:
        try:
            _wait_for(port)
            answer, seconds, peak = run([*TTDN, "deliver", "--json"], environment)
        finally:
            server.terminate()
    sent = json.loads(answer)["counts"]["sent"]
    if sent != RECIPIENTS:
        raise SystemExit(f"{sent} of {RECIPIENTS} were sent: {answer[:500]}")
    size = sum(_SIZES.values()) * 4 / 3 / 1e6
    note = f"{sent} mails of {size:.1f} MB over one connection; the server is Python too and reads line by line"
    return [Measured("a release to 200 recipients", seconds, WANTED_SECONDS, peak, note)]


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the mail server did not start")

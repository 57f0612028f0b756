#!/bin/sh
# Puts the page's password where Airflow reads it, for this container only, then runs what was asked.
set -eu

if [ -n "${TTDN_AIRFLOW_ADMIN_PASSWORD:-}" ]; then
    umask 077
    python - "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE" <<'PYTHON'
import json, os, pathlib, sys

passwords = {"admin": os.environ["TTDN_AIRFLOW_ADMIN_PASSWORD"]}
pathlib.Path(sys.argv[1]).write_text(json.dumps(passwords) + "\n", encoding="utf-8")
PYTHON
    unset TTDN_AIRFLOW_ADMIN_PASSWORD
    umask 022
fi

exec "$@"

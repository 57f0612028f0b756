#!/bin/sh
# Puts the page's passwords where Airflow reads it, for this container only, then runs what was asked.
set -eu

if [ -n "${TTDN_AIRFLOW_ADMIN_PASSWORD:-}" ]; then
    umask 077
    python - "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE" <<'PYTHON'
import json, os, pathlib, sys

accounts = {"admin": "ADMIN", "nguoi-soat": "REVIEWER", "nguoi-duyet": "APPROVER"}
passwords = {user: os.environ[f"TTDN_AIRFLOW_{name}_PASSWORD"] for user, name in accounts.items()}
pathlib.Path(sys.argv[1]).write_text(json.dumps(passwords) + "\n", encoding="utf-8")
PYTHON
    unset TTDN_AIRFLOW_ADMIN_PASSWORD TTDN_AIRFLOW_REVIEWER_PASSWORD TTDN_AIRFLOW_APPROVER_PASSWORD
    umask 022
fi

exec "$@"

#!/usr/bin/env bash
# Makes or updates .venv from the locked requirements: install.sh runtime|dev
# Called by make, which skips it while nothing has changed. PYTHON names the interpreter; otherwise one is looked for.
set -euo pipefail
cd "$(dirname "$0")/.."

set_name=${1:?runtime or dev}
locked=requirements/$set_name.txt
fit='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3 python}; do
        if "$candidate" -c "$fit" >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    echo "No Python 3.11, 3.12 or 3.13 with venv was found${PYTHON:+ (tried only PYTHON=$PYTHON)}." >&2
    echo "Install one (Debian: apt-get install python3 python3-venv) or name it: make run PYTHON=/path/to/python3.12" >&2
    exit 1
}

# An environment whose interpreter went away or was never finished is made again.
if ! .venv/bin/python -c "$fit" >/dev/null 2>&1 || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

# pip's configuration is honoured: where it names a mirror, uv is told of it too.
export PIP_DISABLE_PIP_VERSION_CHECK=1
if ! .venv/bin/python -m pip freeze --all 2>/dev/null | grep -qx "$(grep -o '^uv==[0-9.]*' requirements/uv.txt)"; then
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt
fi
configured() { .venv/bin/python -m pip config get "$1" 2>/dev/null || true; }
mirror=${PIP_INDEX_URL:-$(configured global.index-url)}
if [ -n "$mirror" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then export UV_DEFAULT_INDEX=$mirror; fi
certificates=${PIP_CERT:-$(configured global.cert)}
if [ -n "$certificates" ] && [ -z "${SSL_CERT_FILE:-}" ]; then export SSL_CERT_FILE=$certificates; fi

echo "Installing $(grep -c '==' "$locked") locked packages for $set_name"
export VIRTUAL_ENV=$PWD/.venv
# --compile-bytecode: where PYTHONDONTWRITEBYTECODE is set, every start would compile the libraries anew (10 s).
if ! .venv/bin/uv pip sync --quiet --require-hashes --compile-bytecode "$locked"; then
    echo "uv could not install; trying pip, which takes longer" >&2
    .venv/bin/python -m pip install --quiet --require-hashes -r "$locked"
    .venv/bin/python -m compileall -q .venv/lib || true
fi

# The project itself, editable: a .pth line and the command ttdn, built by the setuptools just installed.
.venv/bin/uv pip install --quiet --no-index --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
.venv/bin/python -m compileall -q include

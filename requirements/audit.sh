#!/usr/bin/env bash
# What the locked requirements are made of and what is known against them: audit.sh audit|sbom [FILE]
# The tools live in .venv-audit, installed from audit.txt by hash. `audit` asks PyPI for advisories and says no when it
# gets none: a list nobody could look up is not a list without holes.
set -euo pipefail
cd "$(dirname "$0")/.."

task=${1:?audit or sbom}
tools=.venv-audit
stamp=$tools/installed-$(cksum <requirements/audit.txt | tr ' ' '-')
if [ ! -e "$stamp" ]; then
    rm -rf "$tools"
    if ! { "${PYTHON:-python3}" -m venv "$tools" &&
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.txt; }; then
        echo "The tools of requirements/audit.txt could not be installed: nothing was looked at." >&2
        exit 2
    fi
    touch "$stamp"
fi

case $task in
audit)
    failed=()
    for set_name in runtime dev uv audit; do
        # --strict: a version PyPI does not know, or has no answer about, is a failure and not a line in a list.
        "$tools/bin/pip-audit" --strict --disable-pip --require-hashes --progress-spinner off \
            --timeout "${TTDN_AUDIT_TIMEOUT:-15}" -r "requirements/$set_name.txt" || failed+=("$set_name.txt")
    done
    if [ ${#failed[@]} -gt 0 ]; then
        echo "Not clean: ${failed[*]}. Above stands a hole and the version that closes it, or that PyPI's advisories" >&2
        echo "could not be reached or do not know a version; then run it again where they answer." >&2
        exit 1
    fi
    ;;
sbom)
    target=${2:-.ttdn/sbom.json}
    mkdir -p "$(dirname "$target")"
    # Reproducible: no moment and no number of its own, so that two of one lock can be compared.
    "$tools/bin/cyclonedx-py" requirements --output-reproducible --pyproject pyproject.toml --mc-type application \
        --output-format JSON --output-file "$target" requirements/runtime.txt
    echo "$target: $(grep -c '"purl"' "$target") parts of requirements/runtime.txt"
    ;;
*)
    echo "audit or sbom, not $task" >&2
    exit 2
    ;;
esac

"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.house.project_files import ROOT, project_files, python_files, texts

# A DAG is a timetable: about a screen.
LONGEST_DAG_LINES = 90

HEAVY = {"great_expectations", "pandas", "openpyxl", "plotly", "xlsxwriter", "alembic", "airflow", "numpy", "scipy"}


def test_the_suites_folder_does_not_hide_the_library_of_its_name():
    assert list((ROOT / "great_expectations").rglob("__init__.py")) == []

    library = importlib.util.find_spec("great_expectations")
    assert library is not None
    assert library.origin is not None
    assert "site-packages" in library.origin


def test_the_parser_of_airflow_finds_dags_in_dags_and_nowhere_else():
    from airflow._shared.module_loading.file_discovery import find_path_from_directory

    found = {Path(path).relative_to(ROOT) for path in find_path_from_directory(str(ROOT), ".airflowignore", "glob")}

    assert {path.parts[0] for path in found} == {"dags"}
    assert {path.name for path in found if path.suffix == ".py"} == {path.name for path in (ROOT / "dags").glob("*.py")}


@pytest.mark.parametrize("path", python_files("dags"), ids=lambda path: path.name)
def test_a_dag_is_a_timetable(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imported_at_top = {name.split(".")[0] for node in tree.body for name in _imported(node)}
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]

    assert text.count("\n") <= LONGEST_DAG_LINES
    assert imported_at_top & (HEAVY - {"airflow"}) == set()
    assert [
        word for word in words if re.search(r"(?i)\b(select|insert into|update|delete from)\b.*\b\w+\.\w+", word)
    ] == []


def _imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def test_starting_the_command_loads_no_heavy_library():
    seen = subprocess.run(
        [sys.executable, "-c", "import sys, include.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert HEAVY & set(seen.stdout.split()) == set()


def test_every_module_says_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for folder in ("include", "dags", "plugins")
        for path in python_files(folder)
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_every_public_function_and_class_of_include_says_what_it_promises():
    silent = []
    for path in python_files("include"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            is_definition = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            if is_definition and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}: {node.name}")

    assert silent == []


def test_no_file_has_a_name_that_means_nothing():
    empty = {"utils", "util", "helpers", "common", "misc", "process", "data", "manager", "tmp", "temp", "base"}

    assert [str(path.relative_to(ROOT)) for path in project_files() if path.stem.lower() in empty] == []


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(TODO|FIXME)\b|raise NotImplementedError")
    found = [
        f"{name}:{number}"
        for name, text in texts(".py", ".sql", ".sh")
        for number, line in enumerate(text.splitlines(), start=1)
        if marks.search(line) and name != "tests/house/test_layout.py"
    ]

    assert found == []


def test_no_file_names_a_place_of_one_machine():
    # Written in pieces so that this file does not find itself.
    places = re.compile(
        "|".join(["/" + "work/", "/" + "home/[a-z]", "/" + "root/", "/" + "Users/[a-z]", r"[A-Z]:\\Users"])
    )
    found = [
        f"{name}: {match.group()}" for name, text in texts() for match in [places.search(text)] if match is not None
    ]

    assert found == []


def test_no_file_names_a_package_index():
    # pip's and uv's own configuration says where packages come from; a file that did would hold on one network only.
    # Written in pieces so that this file does not find itself.
    hosts = ["py" + r"pi\.org", "python" + "hosted", r"/simple/?[\s\"']"]
    settings = [r"(?:index|find)[-_](?:url|links)\b[\s\"'=:]*https?:", r"UV_DEFAULT_" + r"INDEX[\s\"'=:]*https?:"]
    index = re.compile("|".join(hosts + settings), re.IGNORECASE)
    found = [f"{name}: {match.group()}" for name, text in texts() for match in [index.search(text)] if match]

    assert found == []
    assert index.search("pip install --index-url " + "https://packages.example/ ttdn")
    assert index.search("PIP_INDEX_URL=" + "http://10.0.0.1/")
    assert not index.search("mirror=${PIP_INDEX_URL:-$(configured global.index-url)}")


def test_no_file_holds_a_secret():
    secret = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}|eyJ[A-Za-z0-9_-]{20,}\.eyJ"
        r"|(?i:postgres(?:ql)?(?:\+psycopg2)?://[^:/\s\"'{$]+:(?!(?:password|secret|p|geheim|\{|\$|<)[^@]*@)[^@\s\"'{$]{6,}@)"
    )
    found = [name for name, text in texts() if secret.search(text)]

    assert found == []
    assert secret.search("postgresql://ttdn:" + "Kx83jfhw92" + "@db/ttdn")
    assert not secret.search("postgresql://user:password@host:5432/ttdn")


def test_what_the_platform_makes_is_kept_out_of_git():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()

    assert {".venv/", ".ttdn/", ".env", "__pycache__/"} <= set(ignored)


@pytest.mark.parametrize("name", ["runtime", "dev", "uv"])
def test_every_locked_package_has_a_version_and_hashes_and_no_address(name):
    lock = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    packages = re.split(r"\n(?=\S)", lock.strip())

    assert [package.split("\n")[0] for package in packages if "--hash=sha256:" not in package] == []
    assert [
        package.split("\n")[0] for package in packages if not re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==", package)
    ] == []
    assert "://" not in lock


def test_what_tests_run_on_is_what_runs():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"(?m)^\S+==\S+", (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")))

    assert pins("runtime") <= pins("dev")


def test_every_yaml_file_can_be_read():
    for name, text in texts(".yml", ".yaml"):
        try:
            list(yaml.load_all(text, Loader=yaml.CSafeLoader))
        except yaml.YAMLError as error:
            pytest.fail(f"{name}: {error}")


@pytest.mark.parametrize("name", [".ci/run", "requirements/install.sh"])
def test_scripts_can_be_run_and_stop_at_the_first_mistake(name):
    script = ROOT / name

    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    assert subprocess.run(["bash", "-n", script], check=False, capture_output=True).returncode == 0


def test_every_make_target_the_pages_speak_of_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    spoken_of = {target for name, text in texts(".md", ".py") for target in re.findall(r"`make ([a-z-]+)", text)}

    assert {"run", "stop", "test", "test-long", "check", "bench", "sample", "clean"} <= targets
    assert spoken_of - targets == set()

"""The commands the README and the pages show are commands there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from include.cli import _parser
from tests.house.project_files import ROOT, texts

SHOWN = re.compile(r"`(?:\.venv/bin/)?((?:make|ttdn) [^`\n]+)`")


def commands_of(page: str) -> list[str]:
    """Every `make …` and `ttdn …` of a page: lines of its fenced blocks, and what stands between backticks."""
    blocks = re.findall(r"(?ms)^```\w*\n(.*?)^```", page)
    lines = [
        line.strip().removeprefix("$ ").removeprefix(".venv/bin/") for block in blocks for line in block.split("\n")
    ]
    fenced = [re.split(r"\s+#", line)[0] for line in lines if line.startswith(("make ", "ttdn "))]
    return fenced + SHOWN.findall(re.sub(r"(?ms)^```\w*\n.*?^```", "", page))


def complaint(command: str) -> str | None:
    """What is wrong with a command, or None. Optional parts stand in brackets, MOMENT for any moment."""
    program, *words = shlex.split(re.sub(r"[\[\]]", "", command).replace("MOMENT", "2026-06-14T23:59"))
    if program == "make":
        targets = re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
        return next((f"no target {word}" for word in words if "=" not in word and word not in targets), None)
    if words[0] == "…":
        return None
    if len(words) == 1 and words[0] in _parser().format_help().split():
        return None  # a command spoken of by name only
    try:
        _parser().parse_args(words)
    except SystemExit as refusal:
        return f"exit {refusal.code}"
    return None


@pytest.mark.parametrize("page", [name for name, _ in texts(".md")])
def test_every_command_a_page_shows_is_understood(page: str) -> None:
    shown = commands_of((ROOT / page).read_text(encoding="utf-8"))

    assert [(command, complaint(command)) for command in shown if complaint(command)] == []


def test_the_readme_shows_how_to_start_test_and_stop() -> None:
    assert {"make run", "make test", "make stop"} <= set(commands_of((ROOT / "README.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("```\nmake run   # starts\n```", False),
        ("```bash\nmake rnu\n```", True),
        ("Say `make test` or `make clean PYTHON=python3.12`.", False),
        ("```\nmake tests\n```", True),
        ("Say `.venv/bin/ttdn kpi [--period P] [--as-known MOMENT] --json`, later `ttdn trace`.", False),
        ("Say `ttdn kpi --perid P`.", True),
        ("```\nttdn publish\n```", True),
        ("Say `ttdn publish`.", True),
    ],
)
def test_a_command_that_is_none_is_noticed(page: str, wrong: bool) -> None:
    [command] = commands_of(page)[:1]

    assert (complaint(command) is not None) is wrong


def test_every_page_a_page_points_to_is_there() -> None:
    dead = [
        f"{name}: {target}"
        for name, text in texts(".md")
        for target in re.findall(r"\]\((?![a-z]+:)([^)#\s]+)", text)
        if not (Path(ROOT / name).parent / target).exists()
    ]

    assert dead == []

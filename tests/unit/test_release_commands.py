"""`ttdn release` answers what is refused: in Vietnamese, with exit code 1, as JSON where that was asked for."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest

from include.cli import main
from include.releases.register import DecisionRefused


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every freeze is refused, without a database."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise DecisionRefused(where="--reason", found="ngắn hơn 5 chữ", expected="lý do bằng lời", remedy="Sửa.")

    monkeypatch.setattr("include.pipeline.release.freeze", refuse)


@pytest.mark.usefixtures("refusing")
def test_a_refused_step_is_told_in_vietnamese_and_is_no_failure_of_the_command(capsys: pytest.CaptureFixture[str]):
    assert main(["release", "freeze", "2026-06T", "--by", "Chuyên viên", "--reason", "ok"]) == 1

    assert capsys.readouterr().out == "Chưa ghi được. --reason: ngắn hơn 5 chữ; cần lý do bằng lời. Sửa.\n"


@pytest.mark.usefixtures("refusing")
def test_a_refused_step_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str]):
    assert main(["release", "freeze", "2026-06T", "--by", "Chuyên viên", "--json"]) == 1

    told = {"where": "--reason", "found": "ngắn hơn 5 chữ", "expected": "lý do bằng lời", "remedy": "Sửa."}
    assert json.loads(capsys.readouterr().out) == {"refusal": told}

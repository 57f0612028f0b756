"""Source contracts: what is asked of them, and that a broken one stays alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from include import sources
from include.errors import SourceContractError
from include.sources import BrokenSource, Source

GOOD = """\
title: Tệp thử
owner: Sở thử
fills: capital_flow
extensions: [.csv]
reader: include.sources.tried.read:read_file
"""


def contract(folder: Path, source_id: str, text: str) -> None:
    (folder / source_id).mkdir()
    (folder / source_id / "source.yml").write_text(text, encoding="utf-8")


def load(folder: Path) -> dict[str, Source | BrokenSource]:
    return {source.source_id: source for source in sources._all_sources(folder)}


def test_a_contract_says_the_little_the_pipeline_must_know(tmp_path: Path) -> None:
    contract(tmp_path, "tried", GOOD)

    tried = load(tmp_path)["tried"]

    assert isinstance(tried, Source)
    assert (tried.fills, tried.inbox, tried.schedule) == ("capital_flow", "tried", "*/15 * * * *")


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (GOOD.replace("owner: Sở thử\n", ""), "no owner"),
        (GOOD.replace("capital_flow", "capital"), "fills: 'capital'"),
        (GOOD.replace("read:read_file", "read"), "reader:"),
        (GOOD + "schedule: every morning\n", "schedule: 'every morning'"),
        (GOOD + "schedule: '0 6 * *'\n", "schedule: '0 6 * *'"),
        (GOOD + "title: [\n", "node content"),
        ("just words", "str"),
        ("", "NoneType"),
    ],
    ids=["a key missing", "unknown shape", "no function", "no cron", "four fields", "no YAML", "no mapping", "empty"],
)
def test_a_broken_contract_is_told_and_the_others_go_on(tmp_path: Path, broken: str, found: str) -> None:
    contract(tmp_path, "broken", broken)
    contract(tmp_path, "sound", GOOD)

    loaded = load(tmp_path)

    assert isinstance(loaded["sound"], Source)
    assert isinstance(loaded["broken"], BrokenSource)
    assert found in loaded["broken"].error.found
    assert loaded["broken"].error.where == "include/sources/broken/source.yml"


def test_asking_for_a_broken_source_says_what_is_wrong_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contract(tmp_path, "broken", GOOD.replace("reader", "raeder"))
    loaded = tuple(load(tmp_path).values())
    monkeypatch.setattr(sources, "_all_sources", lambda: loaded)

    with pytest.raises(SourceContractError, match="no reader"):
        sources.load_source("broken")


def test_every_source_of_this_checkout_has_a_sound_contract() -> None:
    assert sources.broken_sources() == ()

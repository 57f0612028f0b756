"""The page of bad inputs is the cases' own account."""

from __future__ import annotations

from tests.corpus.page import PAGE, corpus_page


def test_the_page_of_bad_inputs_tells_of_every_case() -> None:
    assert PAGE.read_text(encoding="utf-8") == corpus_page(), "run `python -m tests.corpus.page`"

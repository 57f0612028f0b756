"""docs/bad-inputs.md, made from the cases themselves: `python -m tests.corpus.page` writes it anew."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from tests.corpus.frame import PARTS, Case, load_cases

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bad-inputs.md"

_TITLES = {
    "containers": "Container, name, transport",
    "workbooks": "Workbooks",
    "documents": "Word documents",
    "text_files": "csv, json, xml",
    "vietnamese": "Vietnamese text, names, places",
    "figures": "Numbers, units, dates",
    "meaning": "Meaning, duplicates, restatements",
    "confidential": "Secrecy and personal data",
    "injection": "Strings that attack whoever shows them",
}
_HEAD = """# Bad inputs

What strangers' computers send, and what becomes of it. Every line is a file built by a script of `tests/corpus/` and
sent through the whole gate by `tests/corpus/test_corpus.py`; this page is written from those cases
(`python -m tests.corpus.page`), not by hand. Verdicts and codes are those of `ttdn ingest FILE --json`; a code's
sentence is in `include/quality/messages/` or the source's own `messages.yml`. What is “passed over” is no report and is
counted. [How files are read safely](reading-safely.md) · [secrecy and personal data](confidential.md) ·
[Word reports](word-reports.md)
"""


def corpus_page() -> str:
    """The page as it should be: a table for each part, a row for each entry, verdict and code."""
    return "\n".join([_HEAD, *(_table(part, load_cases(part)) for part in PARTS)])


def _table(part: str, cases: list[Case]) -> str:
    rows = [
        f"| {entry} | {'; '.join(_cell(case.what) for case in alike)} | {verdict} | {code} |"
        for (entry, verdict, code), alike in groupby(sorted(cases, key=_place), key=_place)
    ]
    return "\n".join([f"## {_TITLES[part]}", "", "| | sent | verdict | code |", "|---|---|---|---|", *rows, ""])


def _place(case: Case) -> tuple[str, str, str]:
    if not case.lands:
        return case.entry, "passed over", ""
    # Whatever else the sender is told stands in the case.
    return case.entry, case.verdict, f"`{case.code}`" if case.code != "OK" else _warned(case)


def _warned(case: Case) -> str:
    return ", ".join(f"`{code}`" for code in sorted(case.told))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(corpus_page(), encoding="utf-8")

"""The twenty questions of docs/questions.md, as the page has them."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "questions.md"
_QUESTION = re.compile(r"^## (\d+)\. (.+?)\n(.*?)^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)


def questions() -> dict[int, str]:
    """Number -> SQL."""
    return {int(number): sql for number, _, _, sql in _QUESTION.findall(PAGE.read_text(encoding="utf-8"))}

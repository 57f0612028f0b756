"""Scaffold the folder of a new source, so that its first test can fail for the right reason."""

from __future__ import annotations

import re
from pathlib import Path

from include.errors import SourceContractError
from include.sources import SOURCES_FOLDER

_CONTRACT = """\
# What this source is and how its files are read. include/sources/agency_reports/source.yml is a full example.
title: {source_id}
owner: (who sends it and answers for it)
fills: observation        # or capital_flow, monitoring_count
extensions: [.xlsx]
reader: include.sources.{source_id}.read:read_file
batch_size: 150
"""

_READER = '''\
"""Read one file of {source_id}. Runs in the sandbox's child process."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from include.model import Finding, Reading
from include.readers import WorkbookRefused, open_workbook


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Every row of one file with its cell; a refusal where the file cannot be taken as a whole."""
    try:
        workbook = open_workbook(Path(path))
    except WorkbookRefused as refused:
        return Reading(heading=None, refusal=Finding(refused.code, refused.sheet, refused.cell, found=refused.detail))
    names = ", ".join(sheet.name for sheet in workbook.sheets)
    found = f"(hợp đồng chưa mô tả bảng; tệp có trang {{names}})"
    return Reading(heading=None, refusal=Finding("HEADER_NOT_FOUND", expected=found))
'''

_README = """\
# {source_id}

What it is, who sends it, when, in which unit; what is odd about it. Put one real-looking file in sample/
and the rows expected of it beside it, then describe the layout in source.yml.
"""


def scaffold_source(source_id: str, folder: Path = SOURCES_FOLDER) -> Path:
    """Make include/sources/<source_id>/ with a contract, a reader, a README and a sample folder; returns the folder.

    Raises SourceContractError for a name that is no lower-case identifier or is taken.
    """
    target = folder / source_id
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,40}", source_id) or target.exists():
        raise SourceContractError(
            where="new-source",
            found=repr(source_id) + (" (taken)" if target.exists() else ""),
            expected="a new name in lower-case letters, digits and underscores",
            remedy="Choose another name that says whose data it is, for example customs_monthly.",
        )
    (target / "sample").mkdir(parents=True)
    (target / "__init__.py").touch()
    for name, content in (("source.yml", _CONTRACT), ("read.py", _READER), ("README.md", _README)):
        (target / name).write_text(content.format(source_id=source_id), encoding="utf-8")
    return target

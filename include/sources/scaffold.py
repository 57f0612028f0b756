"""Scaffold the folder of a new source, so that its first test can fail for the right reason."""

from __future__ import annotations

import re
from pathlib import Path

from include.errors import SourceContractError
from include.sources import SOURCES_FOLDER

_CONTRACT = """\
# What this source is and how its files are read. Begins as an example that works: aid disbursed, by donor country.
title: {source_id}
owner: (who sends it and answers for it)
fills: capital_flow       # or observation, monitoring_count, series_point
extensions: [.csv]
reader: include.sources.{source_id}.read:read_file
sampler: include.sources.{source_id}.sample_files:write_sample
# When its files can exist, and why (cron, Vietnamese time). Without it the inbox is looked at every quarter of an hour.
schedule: "0 7 * * *"
batch_size: 50
"""

_READER = '''\
"""Read one file of {source_id}: a line a donor country. Runs in the sandbox's child process."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from include.model import CapitalFlow, Finding, Reading
from include.readers import WorkbookRefused
from include.readers.delimited import DelimitedRow, read_delimited
from include.readers.grid import sheet_of_whole
from include.vietnamese.dates import DateUnreadable, parse_date
from include.vietnamese.numbers import NumberStyle, parse_figure

_COLUMNS = ("Ngày chốt", "Nước", "Giải ngân (USD)")


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Every line of one file with its place; a refusal where the file cannot be taken as a whole."""
    try:
        header, *lines = read_delimited(Path(path))
    except WorkbookRefused as refused:
        return Reading(heading=None, refusal=Finding(refused.code, found=refused.detail))
    if header.cells != _COLUMNS:
        found, expected = ", ".join(header.cells), ", ".join(_COLUMNS)
        return Reading(heading=None, refusal=Finding("{code}_COLUMNS", found=found, expected=expected))
    flows, findings = [], []
    for line in lines:
        closed_on = _closing_day(line)
        if closed_on is None:
            findings.append(Finding("{code}_DAY", None, f"dòng {{line.line_number}}, cột 1", found=line.cells[0]))
            return Reading(heading=None, refusal=findings[0])
        flows.append(_as_flow(line, closed_on, sheet_of_whole(original_name)))
    return Reading(heading=None, capital_flows=tuple(flows), findings=tuple(findings))


def _closing_day(line: DelimitedRow) -> date | None:
    try:
        return parse_date(line.cells[0])
    except DateUnreadable:
        return None


def _as_flow(line: DelimitedRow, closed_on: date, sheet: str) -> CapitalFlow:
    figure = parse_figure(line.cells[2], NumberStyle.vietnamese, base_unit="USD")
    return CapitalFlow(
        line_number=line.line_number,
        flow="oda",
        measure="capital_disbursed",
        axis="partner",
        member=line.cells[1],
        member_code=None,
        value=figure.value,
        value_state=figure.state,
        unit="USD",
        window_start=date(closed_on.year, 1, 1),
        window_end=closed_on,
        as_of_date=closed_on,
        is_cumulative=True,
        sheet_name=sheet,
        cell=f"dòng {{line.line_number}}, cột 3",
        raw_text=line.cells[2],
        reading_code=figure.code,
        reading_detail=figure.detail,
    )
'''

_SAMPLE = '''\
"""A made-up file of {source_id}, for tests and for a first look at the platform."""

from __future__ import annotations

from pathlib import Path

_LINES = """\\
Ngày chốt,Nước,Giải ngân (USD)
31/03/2026,Nhật Bản,"1.250.000,50"
31/03/2026,Hàn Quốc,0
31/03/2026,Pháp,
"""


def write_sample(folder: Path) -> list[Path]:
    """Write the file, its name saying that it is synthetic, into the folder."""
    path = folder / "gia_lap_{source_id}.csv"
    path.write_text(_LINES, encoding="utf-8")
    return [path]
'''

_MESSAGES = """\
# What the reader of {source_id} tells. Sentences go to the sender: what was found, what was expected, what to do.
{code}_COLUMNS:
  rule: ""
  severity: block
  text: "dòng tiêu đề có các cột {{found}}; cần đúng các cột {{expected}}."
  remedy: "Sửa dòng tiêu đề rồi gửi lại."
{code}_DAY:
  rule: ""
  severity: block
  text: "không đọc được ngày chốt “{{found}}”."
  remedy: "Ghi ngày theo dạng 31/03/2026."
"""

_README = """\
# {source_id}

What it is, who sends it, when, in which unit; what is odd about it.

| file | holds |
|---|---|
| `source.yml` | who sends it, which shape it fills, when it is looked for |
| `read.py` | a file into rows that know their place |
| `messages.yml` | what the sender is told |
| `sample_files.py` | a made-up file, marked synthetic |
"""


def scaffold_source(source_id: str, folder: Path = SOURCES_FOLDER) -> Path:
    """Make include/sources/<source_id>/, a small source that works and is there to be changed; returns the folder.

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
    target.mkdir(parents=True)
    (target / "__init__.py").touch()
    for name, content in (
        ("source.yml", _CONTRACT),
        ("read.py", _READER),
        ("messages.yml", _MESSAGES),
        ("sample_files.py", _SAMPLE),
        ("README.md", _README),
    ):
        text = content.format(source_id=source_id, code=source_id.upper())
        (target / name).write_text(text, encoding="utf-8")
    return target

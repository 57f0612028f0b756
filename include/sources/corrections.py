"""Known errors of a source's files, as its corrections.yml names them: what stands where, what counts instead, why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, get_args

import yaml

from include.errors import CatalogueError
from include.model import ValueState
from include.readers.kept_words import faults_in_words
from include.sources import SOURCES_FOLDER, Source

FILE_NAME = "corrections.yml"
CORRECTED_STATES = ("reported", "nil", "not_applicable", "withheld", "missing")
WITH_VALUE = ("reported", "nil")

_SHAPES = ("observation", "capital_flow", "series_point")
_SHAPES_WITH_UNITS = ("capital_flow", "series_point")
_CODE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)+")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEYS = {"code", "file", "cell", "printed", "corrected", "reason", "reported", "decided_by"}
_OPTIONAL = {"holds_until"}


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry. A file is meant by its hash, by body and period, or by the subject it would revise.

    `printed_text` and `printed_value` are what must still stand in the cell: as typed there, as read from it in whole
    units. `value`, `state` and `unit` count instead; `unit` is None where it stays.
    """

    code: str
    sha256: str | None
    subject_key: str | None
    reporting_unit_code: str | None
    period_code: str | None
    sheet_name: str | None
    cell: str
    printed_text: str | None
    printed_value: Decimal | None
    value: Decimal | None
    state: ValueState
    unit: str | None
    reason_vi: str
    reported_date: date
    reported_to_name: str
    decided_by_role: str
    valid_until: date | None

    def is_about(
        self, sha256: str, subject_key: str | None, reporting_unit_code: str | None, period_code: str | None
    ) -> bool:
        """Whether the entry is about such a file; one that names a subject is about other bytes of it too."""
        if self.subject_key is not None:
            return self.subject_key == subject_key
        if self.reporting_unit_code is not None:
            return (self.reporting_unit_code, self.period_code) == (reporting_unit_code, period_code)
        return self.sha256 == sha256


def load_corrections(source: Source, folder: Path | None = None) -> tuple[Correction, ...]:
    """The corrections of a source, in the order of its file; none when it has no such file.

    Raises CatalogueError naming every mistake of the file at once.
    """
    path = (folder or SOURCES_FOLDER) / source.source_id / FILE_NAME
    if not path.is_file():
        return ()
    problems: list[str] = []
    read: list[Correction] = []
    for number, entry in enumerate(_entries(path, source, problems), start=1):
        where = f"entry {number}"
        if isinstance(entry, dict) and entry.get("code"):
            where += f" ({entry['code']})"
        reader = _Entry(where, entry, source.fills, problems)
        if (correction := reader.read()) is not None:
            read.append(correction)
    problems += _contradictions(read)
    if problems:
        raise CatalogueError(
            where=f"include/sources/{source.source_id}/{FILE_NAME}",
            found=f"{len(problems)} mistake(s)\n  - " + "\n  - ".join(problems) + "\n",
            expected="entries as docs/corrections-and-waivers.md describes them",
            remedy="Correct the entries; until then nothing of this source is taken in.",
        )
    return tuple(read)


def _entries(path: Path, source: Source, problems: list[str]) -> list[Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problems.append(f"the file: {' '.join(str(error).split())}; expected a file YAML can read")
        return []
    if source.fills not in _SHAPES:
        problems.append(
            f"the file: a source that fills {source.fills}; expected {', '.join(_SHAPES)}: counts of a monitored day"
            " have no cell of their own to correct, so ask the sender for a corrected file"
        )
        return []
    if not isinstance(content, dict) or set(content) != {"corrections"} or not isinstance(content["corrections"], list):
        problems.append("the file: no list under `corrections`; expected that key alone, with a list of entries")
        return []
    return content["corrections"]


def _contradictions(read: list[Correction]) -> Iterator[str]:
    codes: dict[str, Correction] = {}
    places: dict[tuple[object, ...], str] = {}
    for each in read:
        if each.code in codes:
            yield f"{each.code}: the code twice; expected a code of its own for each entry"
        codes[each.code] = each
        place = (
            each.sha256,
            each.subject_key,
            each.reporting_unit_code,
            each.period_code,
            each.sheet_name,
            each.cell,
            each.printed_text,
            each.printed_value,
        )
        if place in places:
            yield f"{each.code}: the same cell of the same file as {places[place]}; expected one entry a cell"
        places[place] = each.code


class _Entry:
    """Reads one entry and notes all that is wrong with it."""

    def __init__(self, where: str, entry: Any, shape: str, problems: list[str]) -> None:
        self.where, self.entry, self.shape, self.problems = where, entry, shape, problems
        self.is_sound = True

    def read(self) -> Correction | None:
        if not isinstance(self.entry, dict):
            self.mistake("", f"{self.entry!r}", f"the keys {', '.join(sorted(_KEYS))}")
            return None
        for key in sorted(_KEYS - set(self.entry)):
            self.mistake(key, "nothing", "an entry that says it")
        for key in sorted(map(str, set(self.entry) - _KEYS - _OPTIONAL)):
            self.mistake(key, "an unknown key", f"only {', '.join(sorted(_KEYS | _OPTIONAL))}")
        code = str(self.entry.get("code") or "")
        if "code" in self.entry and not _CODE.fullmatch(code):
            self.mistake("code", repr(code), "capitals, digits and dashes, NSO-2024-12-1")
        sha256, subject_key, unit, period = self.read_file()
        sheet_name, cell = self.read_cell()
        printed_text, printed_value = self.read_printed()
        state, value, currency = self.read_corrected()
        reported = self.part("reported", {"on", "to"}, set())
        reported_date = self.day("reported.on", reported.get("on")) if "on" in reported else None
        valid_until = self.day("holds_until", self.entry["holds_until"]) if "holds_until" in self.entry else None
        reason_vi = self.words("reason", self.entry.get("reason"))
        office = self.words("reported.to", reported.get("to"), is_post=True)
        post = self.words("decided_by", self.entry.get("decided_by"), is_post=True)
        if not self.is_sound or reported_date is None:
            return None
        return Correction(
            code=code,
            sha256=sha256,
            subject_key=subject_key,
            reporting_unit_code=unit,
            period_code=period,
            sheet_name=sheet_name,
            cell=cell,
            printed_text=printed_text,
            printed_value=printed_value,
            value=value,
            state=state,
            unit=currency,
            reason_vi=reason_vi,
            reported_date=reported_date,
            reported_to_name=office,
            decided_by_role=post,
            valid_until=valid_until,
        )

    def read_file(self) -> tuple[str | None, str | None, str | None, str | None]:
        """sha256, subject, body and period of the file that is meant."""
        part = self.part("file", set(), {"sha256", "unit", "period", "window", "subject"})
        sha256 = str(part["sha256"]) if "sha256" in part else None
        if sha256 is not None and not _SHA256.fullmatch(sha256):
            self.mistake("file.sha256", repr(sha256), "64 hex digits in small letters")
        unit, period = (str(part[key]) if key in part else None for key in ("unit", "period"))
        ways = [key for key in ("unit", "window", "subject") if key in part]
        if (unit is None) != (period is None):
            self.mistake("file", "unit or period alone", "both of them")
        elif len(ways) > 1:
            self.mistake("file", " and ".join(ways), "unit with period, window, or subject")
        elif isinstance(self.entry.get("file"), Mapping) and not ways and sha256 is None:
            self.mistake("file", "no file", "sha256, unit with period, window, or subject")
        subject = str(part["subject"]) if "subject" in part else None
        if "window" in part:
            window = part["window"]
            if not isinstance(window, dict) or set(window) != {"first", "last"}:
                self.mistake("file.window", repr(window), "first and last, both days")
            else:
                first, last = (self.day(f"file.window.{key}", window[key]) for key in ("first", "last"))
                subject = f"{first}/{last}"
        return sha256, subject, unit, period

    def read_cell(self) -> tuple[str | None, str]:
        part = self.part("cell", {"address"}, {"sheet"})
        if self.shape == "observation" and part and "sheet" not in part:
            self.mistake("cell.sheet", "nothing", "the sheet: addresses of this source do not name it")
        address = str(part.get("address") or "")
        if part and not address.strip():
            self.mistake("cell.address", "nothing", "the address `ttdn read` prints for the figure")
        return (str(part["sheet"]) if "sheet" in part else None), address

    def read_printed(self) -> tuple[str | None, Decimal | None]:
        part = self.part("printed", set(), {"text", "value"})
        if "printed" in self.entry and isinstance(self.entry["printed"], dict) and not part:
            self.mistake("printed", "nothing", "text or value, or both: what must still stand there")
        text = part.get("text")
        if text is not None and not isinstance(text, str):
            self.mistake("printed.text", repr(text), "text in quotes, exactly as the cell holds it")
            text = None
        return text, self.number("printed.value", part["value"]) if "value" in part else None

    def read_corrected(self) -> tuple[ValueState, Decimal | None, str | None]:
        part = self.part("corrected", set(), {"value", "state", "unit"})
        if "corrected" in self.entry and isinstance(self.entry["corrected"], dict) and not part:
            self.mistake("corrected", "nothing", "value, state or unit")
        state = part.get("state", "reported")
        if state not in CORRECTED_STATES or state not in get_args(ValueState):
            self.mistake("corrected.state", repr(state), f"one of {', '.join(CORRECTED_STATES)}")
        value = self.number("corrected.value", part["value"]) if "value" in part else None
        if state == "nil":
            value = Decimal(0) if value is None else value
            if value != 0:
                self.mistake("corrected.value", f"{value} with state nil", "no value, or 0")
        elif state == "reported" and part and "value" not in part:
            self.mistake("corrected.value", "nothing", "the value, in whole units as `ttdn read` prints it")
        elif state not in WITH_VALUE and value is not None:
            self.mistake("corrected.value", f"{value} with state {state}", "no value")
        unit = part.get("unit")
        if unit is not None and self.shape not in _SHAPES_WITH_UNITS:
            self.mistake("corrected.unit", repr(unit), f"a value in base units: {self.shape} has no unit of its own")
        return state, value, None if unit is None else str(unit)

    def part(self, key: str, required: set[str], optional: set[str]) -> dict[str, Any]:
        part = self.entry.get(key)
        if part is None and key not in self.entry:
            return {}
        if not isinstance(part, Mapping):
            self.mistake(key, repr(part), f"the keys {', '.join(sorted(required | optional))}")
            return {}
        for missing in sorted(required - set(part)):
            self.mistake(f"{key}.{missing}", "nothing", "an entry that says it")
        for unknown in sorted(map(str, set(part) - required - optional)):
            self.mistake(f"{key}.{unknown}", "an unknown key", f"only {', '.join(sorted(required | optional))}")
        return dict(part)

    def words(self, key: str, words: Any, *, is_post: bool = False) -> str:
        if words is None:
            return ""
        if faults := faults_in_words(str(words), is_post=is_post):
            expected = "an office or a post, never a person" if is_post else "a reason without personal data"
            self.mistake(key, ", ".join(faults), expected)
        return str(words).strip()

    def day(self, key: str, day: Any) -> date | None:
        if isinstance(day, date) and not isinstance(day, datetime):
            return day
        self.mistake(key, repr(day), "a day, 2026-11-29")
        return None

    def number(self, key: str, number: Any) -> Decimal | None:
        try:
            if isinstance(number, str | int | float) and not isinstance(number, bool):
                # A float in YAML is what was typed, not the nearest binary fraction to it.
                value = Decimal(str(number))
                if value.is_finite():
                    return value
        except InvalidOperation:
            pass
        self.mistake(key, repr(number), "a number with a decimal point, in whole units")
        return None

    def mistake(self, key: str, found: str, expected: str) -> None:
        self.is_sound = False
        self.problems.append(f"{self.where}{f', {key}' if key else ''}: {found}; expected {expected}")

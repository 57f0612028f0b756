"""Reading files that people edit: every mistake is collected and told with its place, nothing is guessed."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from include.errors import CatalogueError


class Problems:
    """Collects what is wrong, so that an editor meets every mistake in one go."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, where: str, found: str, expected: str) -> None:
        """Note one mistake."""
        self.lines.append(f"{where}: {found}; expected {expected}")

    def raise_if_any(self, folder: Path) -> None:
        if self.lines:
            raise CatalogueError(
                where=str(folder),
                found=f"{len(self.lines)} problem(s)\n  - " + "\n  - ".join(self.lines) + "\n",
                expected="reference files that agree with each other",
                remedy="Correct the entries named above; docs/reference-data.md says what each file holds.",
            )


def yaml_mapping(path: Path, problems: Problems) -> dict[str, Any]:
    """The content of a YAML file that is a mapping; empty, with the reason told, when it is none."""
    try:
        with path.open(encoding="utf-8") as file:
            content = yaml.load(file, Loader=_UniqueKeyLoader)  # noqa: S506  a safe loader, only stricter
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.add(path.name, " ".join(str(error).split()), "a readable YAML file")
        return {}
    if not isinstance(content, dict):
        problems.add(path.name, type(content).__name__, "a mapping")
        return {}
    return content


class _UniqueKeyLoader(yaml.CSafeLoader):
    """PyYAML silently keeps the last of two equal keys; a list edited by hand must not lose an entry that way."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key_node.value!r} twice", key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


def named_entries(content: object, where: str, problems: Problems) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The named entries of a mapping, leaving out with a message whatever is not one."""
    if not isinstance(content, dict):
        problems.add(where, repr(content), "entries with a name each")
        return
    for code, entry in content.items():
        if isinstance(entry, dict):
            yield code, entry
        else:
            problems.add(f"{where}, {code}", repr(entry), "an entry with keys")


def csv_rows(path: Path, columns: tuple[str, ...], problems: Problems) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a comma-separated file with the given columns, each with its place for messages.

    Semicolons are taken for commas where a Vietnamese Excel has written the whole header with them; lines of empty
    cells, which it leaves below the table, are passed over.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            is_by_semicolons = file.readline().strip() == ";".join(columns)
            file.seek(0)
            reader = csv.DictReader(file, strict=True, delimiter=";" if is_by_semicolons else ",")
            header = tuple(reader.fieldnames or ())
            if header != columns:
                problems.add(f"{path.name}, line 1", ",".join(header), ",".join(columns))
                return
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.add(path.name, str(error), "a readable comma-separated file in UTF-8")
        return
    for line, row in rows:
        where = f"{path.name}, line {line}"
        if None in row or None in row.values():
            problems.add(where, "another number of cells", f"{len(columns)} cells")
            continue
        if not any(cell.strip() for cell in row.values()):
            continue
        yield where, {name: unicodedata.normalize("NFC", cell).strip() for name, cell in row.items()}


def read_day(text: object, where: str, problems: Problems) -> date | None:
    """A day written 2026-06-15, or 15/06/2026 as a spreadsheet leaves it; None when empty."""
    if text is None or text == "":
        return None
    if isinstance(text, date):
        return text
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", str(text))
    day_first = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", str(text))
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        pass
    problems.add(where, repr(text), "a day as 2026-06-15 or 15/06/2026")
    return None


def read_validity(entry: Mapping[str, Any], where: str, problems: Problems) -> tuple[date, date | None]:
    """First day in force and first day no longer; a missing first day is told."""
    start = read_day(entry.get("valid_from"), f"{where}, valid_from", problems)
    end = read_day(entry.get("valid_to"), f"{where}, valid_to", problems)
    if start is None:
        problems.add(f"{where}, valid_from", "nothing", "the first day it is in force")
        start = date.min
    if end is not None and end <= start:
        problems.add(f"{where}, valid_to", str(end), f"a day after {start}")
    return start, end


def read_text(entry: Mapping[str, Any], key: str, where: str, problems: Problems) -> str:
    """A text that must be there, in one Unicode form."""
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        problems.add(f"{where}, {key}", repr(value), "a text")
        return ""
    return unicodedata.normalize("NFC", value.strip())


def read_texts(value: object, where: str, problems: Problems) -> tuple[str, ...]:
    """A list of texts; empty when the key is not there."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        problems.add(where, repr(value), "a list of texts (quote codes such as 0 or NO)")
        return ()
    return tuple(unicodedata.normalize("NFC", item) for item in value)


def read_flag(entry: Mapping[str, Any], key: str, default: bool, where: str, problems: Problems) -> bool:
    """true or false."""
    value = entry.get(key, default)
    if not isinstance(value, bool):
        problems.add(f"{where}, {key}", repr(value), "true or false")
        return default
    return value


def only_keys(entry: Mapping[str, Any], allowed: Iterable[str], where: str, problems: Problems) -> None:
    """Tell every key that has no meaning here."""
    for key in entry.keys() - set(allowed):
        problems.add(where, f"unknown key {key!r}", "one of " + ", ".join(sorted(allowed)))


def one_of(value: object, allowed: tuple[str, ...], where: str, problems: Problems) -> Any:
    """The value when it is one of those allowed; otherwise told, and the first of them."""
    if value not in allowed:
        problems.add(where, repr(value), "one of " + ", ".join(allowed))
        return allowed[0]
    return value

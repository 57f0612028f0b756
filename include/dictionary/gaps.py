"""What the dictionary does not say yet: a description that only repeats the name counts as missing."""

from __future__ import annotations

from collections.abc import Iterator

from include.dictionary.columns import says_more
from include.dictionary.content import Dictionary


def find_gaps(dictionary: Dictionary) -> list[str]:
    """Every table, column, measure, indicator, rule, source and list without a description, by name."""
    return [*_tables(dictionary), *_catalogue(dictionary), *_rules(dictionary), *_sources(dictionary)]


def _tables(dictionary: Dictionary) -> Iterator[str]:
    for schema, (english, vietnamese) in dictionary.catalog.schemas.items():
        if not _is_described(english, vietnamese, schema):
            yield f"schema {schema}"
    for table in dictionary.catalog.tables:
        if not _is_described(table.english, table.vietnamese, table.schema, table.name):
            yield f"table {table.qualified}"
        for column in table.columns:
            if not _is_described(column.english, column.vietnamese, column.name, table.name, column.label):
                yield f"column {table.qualified}.{column.name}"


def _is_described(english: str, vietnamese: str, *names: str) -> bool:
    # Both halves, and the Vietnamese one more than a heading: it is what a clerk reads.
    return bool(english) and says_more(vietnamese, *names)


def _catalogue(dictionary: Dictionary) -> Iterator[str]:
    for indicator in dictionary.indicators:
        if not says_more(indicator.reading_note_vi, indicator.code, indicator.name_vi):
            yield f"indicator {indicator.code}"
    for entry in dictionary.measures:
        if not says_more(entry.rule, entry.measure.code, entry.measure.name_vi):
            yield f"measure {entry.measure.code}"
    for code_list in dictionary.code_lists:
        if not code_list.name_vi or not code_list.members:
            yield f"code list {code_list.code}"
        yield from (
            f"member {code_list.code}.{member.code}"
            for member in code_list.values()
            if not member.name_vi or not member.name_en
        )


def _rules(dictionary: Dictionary) -> Iterator[str]:
    for rule in dictionary.rules:
        if not says_more(rule.why, rule.code, rule.check):
            yield f"rule {rule.key}"
    used = {rule.sql_file for rule in dictionary.rules}
    for name, note in dictionary.sql_rules.items():
        if not says_more(note, name.removesuffix(".sql"), "grain one row per"):
            yield f"SQL rule {name}"
        if name not in used:
            yield f"SQL rule {name}, which no suite asks for"


def _sources(dictionary: Dictionary) -> Iterator[str]:
    for source in dictionary.sources:
        if source.problem:
            yield f"source {source.source_id}, whose contract is broken"
        elif not (
            says_more(source.title, source.source_id) and says_more(source.about, source.source_id, source.title)
        ):
            yield f"source {source.source_id}"

"""The keys project titles are compared by, kept beside the titles so that SQL can compare thousands at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEY_VERSION = 1
"""Raised when `title_keys` changes its mind; the keys kept under an older version are then made anew."""


def title_keys(title: str) -> tuple[str, str]:
    """The words of a title in one spelling, with their accents and without, word for word."""
    from include.vietnamese.text import match_key, strip_accents

    key = match_key(title)
    return key, strip_accents(key)


def note_titles(connection: Connection) -> int:
    """Give every project title of the warehouse its keys, in the caller's transaction; how many were new or outdated.

    Running it twice changes nothing.
    """
    from sqlalchemy import text

    wanted = connection.execute(
        text(
            "select distinct flow.member_name from warehouse.capital_flow as flow"
            " left join warehouse.project_title as title"
            " on flow.member_name = title.title and title.key_version = :version"
            " where flow.axis_code = 'project' and title.title is null"
        ),
        {"version": KEY_VERSION},
    ).scalars()
    rows = [
        {"title": title, "key": key, "bare": bare, "version": KEY_VERSION}
        for title in wanted
        for key, bare in [title_keys(title)]
    ]
    if rows:
        connection.execute(
            text(
                "insert into warehouse.project_title (title, title_key, bare_key, key_version)"
                " values (:title, :key, :bare, :version)"
                " on conflict (title) do update set title_key = excluded.title_key, bare_key = excluded.bare_key,"
                " key_version = excluded.key_version"
            ),
            rows,
        )
    return len(rows)

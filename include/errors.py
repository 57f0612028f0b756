"""Errors that help the person who gets them: where, what was found, what was expected, what to do."""

from __future__ import annotations

from include.unseen import escape_unseen

LONGEST_TOLD = 200
"""How much of a text that is not ours an error repeats."""


def tell_on_one_line(text: str, longest: int = LONGEST_TOLD) -> str:
    r"""The text fit for one line of a log or a terminal: what is unseen or steers written out (\x1b, \u202e, \n), cut.

    A text with a line end could pass for a line of the log, one with ESC could rewrite what was shown before it.
    """
    line = escape_unseen(text[: longest + 1])
    return line if len(line) <= longest else line[: longest - 1] + "…"


class PlatformError(Exception):
    """Base of every error the platform raises on purpose."""

    def __init__(self, *, where: str, found: str, expected: str, remedy: str) -> None:
        self.where, self.found, self.expected, self.remedy = where, found, expected, remedy
        super().__init__(f"{where}: found {found}; expected {expected}. {remedy}")


class SourceContractError(PlatformError):
    """A source's contract, sample or data contradict each other."""


class CatalogueError(PlatformError):
    """The catalogue, a code list or a template is inconsistent."""


class GateError(PlatformError):
    """A check could not run, so nothing may pass."""


class NoRoomError(PlatformError):
    """A disk has too little room to go on safely; nothing was begun, and it is tried again."""


class SettingsError(PlatformError):
    """A setting is missing or cannot be used."""

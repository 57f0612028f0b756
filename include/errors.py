"""Errors that help the person who gets them: where, what was found, what was expected, what to do."""

from __future__ import annotations


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

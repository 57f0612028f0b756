"""Which sentences the extract does not repeat: they quote figures, and some figures are hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.reference import Reference


def hidden_teller(reference: Reference, untold: frozenset[str]) -> Callable[[str], bool]:
    """Whether a sentence may tell what is hidden; `untold` are measures of which no figure of a body is given.

    mart.shadow_finding goes by the same names in SQL.
    """
    sensitive = {measure.code for measure in reference.measures.values() if measure.is_sensitive}
    words = sensitive | {
        member.name_vi for listed in reference.code_lists.values() for member in listed.values() if member.is_sensitive
    }
    folded = tuple(word.casefold() for word in words)
    # A sentence may quote several measures and name one (classes beside those who attended them).
    if untold - sensitive:
        return lambda sentence: True
    return lambda sentence: any(word in sentence.casefold() for word in folded)

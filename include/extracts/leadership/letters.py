"""Letters on paper: one the fonts lack stops the document, and a character nobody would see is written out."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from include.errors import PlatformError
from include.extracts.leadership.nd30 import load_form
from include.vietnamese.text import write_out_unseen

if TYPE_CHECKING:
    from typst import Fonts

_Content = TypeVar("_Content")

FONT_FOLDER: Final = Path(__file__).with_name("fonts")
"""Fonts beside those the typesetter brings; need not exist. The machine's own fonts are never looked at: another
machine has others, and the same edition would be another file there."""

STANDARDS: Final = ("a-2a", "ua-1")
"""PDF/A-2 for the archive, PDF/UA for readers that speak. Both forbid a letter that is not in its font, so the
typesetter itself refuses to print one."""

# Every letter by itself in the four faces a document uses; a face may lack what another one has.
_PROBE: Final = b"""
#let asked = json(bytes(sys.inputs.asked))
#set document(title: "-", date: datetime(year: 2000, month: 1, day: 1))
#set page(width: auto, height: auto)
#set text(font: asked.fonts, fallback: false, lang: "vi")
#for weight in ("regular", "bold") {
  for style in ("normal", "italic") {
    for letter in asked.letters { text(weight: weight, style: style, letter); [ ] }
  }
}
"""


@cache
def load_fonts(font_folder: Path = FONT_FOLDER) -> Fonts:
    """The typesetter's own fonts and those of the folder; none of the machine's."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[font_folder])


_REMEDY: Final = (
    "Write the text in letters the fonts have, where it was entered (a body's name in the list of bodies, an answer by"
    f" its body); or lay a font file with the letter into {FONT_FOLDER.parent.name}/{FONT_FOLDER.name}/ of the package"
    " and add the font's name to fonts.names of nd30.yml. Then render again."
)


class MissingLetterError(PlatformError):
    """A document needs a letter that none of its fonts has."""


def write_out_unseen_in(content: _Content) -> _Content:
    """The same content, a text or a frozen dataclass with texts at any depth, with `write_out_unseen` in every text."""
    if isinstance(content, str):
        # Nearly every text is printable as a whole: looked at letter by letter are only the others.
        return content if content.isprintable() else write_out_unseen(content)  # type: ignore[return-value]
    if isinstance(content, tuple):
        changed = tuple(write_out_unseen_in(each) for each in content)
        return content if all(new is old for new, old in zip(changed, content, strict=True)) else changed  # type: ignore[return-value]
    if is_dataclass(content) and not isinstance(content, type):
        parts = {each.name: getattr(content, each.name) for each in fields(content)}
        changes = {
            name: new for name, part in parts.items() if (new := write_out_unseen_in(part)) is not part and new != part
        }
        return replace(content, **changes) if changes else content
    return content


def require_letters(
    texts: Iterable[tuple[str, str]], fonts: Sequence[str] | None = None, font_folder: Path = FONT_FOLDER
) -> None:
    """Pass when the fonts have every letter of the texts, each given with the place it is printed at.

    `fonts` are those of the form when None. Raises MissingLetterError naming every missing letter and where it first
    stands.
    """
    names = list(load_form().fonts.names if fonts is None else fonts)
    first_places: dict[str, tuple[str, str]] = {}
    for where, text in texts:
        for letter in text:
            first_places.setdefault(letter, (where, text))
    missing = _missing(sorted(first_places), names, font_folder)
    if missing:
        raise _missing_error([(letter, *first_places[letter]) for letter in missing], names)


def _missing_error(missing: Sequence[tuple[str, str, str]], fonts: Sequence[str]) -> MissingLetterError:
    """The refusal for letters, each with the place and the text it stands in."""
    return MissingLetterError(
        where="; ".join(dict.fromkeys(where for _, where, _ in missing)),
        found="; ".join(
            f"{_named(letter)} in “{_around(letter, text)}”, which no font has" for letter, _, text in missing
        ),
        expected=f"letters of {', '.join(fonts)}",
        remedy=_REMEDY,
    )


def refused_by_typesetter(error: Exception, where: str, fonts: Sequence[str]) -> MissingLetterError:
    """The refusal for letters that are there one by one and not together: a mark on a letter it was not drawn for."""
    return MissingLetterError(where=where, found=str(error), expected=f"letters of {', '.join(fonts)}", remedy=_REMEDY)


def _named(letter: str) -> str:
    """“ក (U+1780 KHMER LETTER KA)”."""
    return f"{letter} (U+{ord(letter):04X} {unicodedata.name(letter, 'no name')})"


def _missing(letters: Sequence[str], fonts: Sequence[str], font_folder: Path) -> list[str]:
    """The letters the fonts lack: halves are asked for again only where the whole was refused."""
    if not letters or _are_printable(letters, fonts, font_folder):
        return []
    if len(letters) == 1:
        return list(letters)
    half = len(letters) // 2
    return _missing(letters[:half], fonts, font_folder) + _missing(letters[half:], fonts, font_folder)


def _are_printable(letters: Sequence[str], fonts: Sequence[str], font_folder: Path) -> bool:
    import typst

    compiler = typst.Compiler(
        _PROBE,
        font_paths=load_fonts(font_folder),
        sys_inputs={"asked": json.dumps({"letters": list(letters), "fonts": list(fonts)})},
    )
    try:
        compiler.compile(format="pdf", pdf_standards=list(STANDARDS))
    except typst.TypstError as error:
        if is_about_a_letter(error):
            return False
        raise
    return True


def is_about_a_letter(error: Exception) -> bool:
    """Whether the typesetter refused for a letter that is not in its font."""
    return "could not be displayed with font" in str(error)


def _around(letter: str, text: str) -> str:
    at = text.index(letter)
    return text[max(0, at - 20) : at + 20]

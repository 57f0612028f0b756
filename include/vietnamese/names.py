"""Names told apart exactly: a name is one of the given spellings after normalisation, or it is nobody's.

What merely resembles a name is a suggestion to a person; Tân Thành, Tân Thạnh and Tân Thanh are three places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from include.vietnamese.text import match_key, sort_key, strip_accents


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What a typed name stands for.

    `code` is the one candidate that bears the name exactly, else None. `candidates` are all that do: none,
    or several when the name is shared. `suggestions` are names that look like it, best first, for a person
    to choose from; they are never a match.
    """

    code: str | None
    candidates: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()

    @property
    def problem_code(self) -> str | None:
        """NAME_UNKNOWN, NAME_AMBIGUOUS, or None when the name is settled."""
        if self.code is not None:
            return None
        return "NAME_AMBIGUOUS" if self.candidates else "NAME_UNKNOWN"


class NameIndex:
    """Candidates by every spelling they are known under; built once, asked often."""

    def __init__(self, spellings: Mapping[str, Iterable[str]]) -> None:
        """`spellings` maps each candidate's code to its names, the official one first; the code counts as one too."""
        self._codes_by_key: dict[str, tuple[str, ...]] = {}
        self._official: dict[str, str] = {}
        self._plain: dict[str, tuple[str, ...]] = {}
        for code, names in spellings.items():
            listed = tuple(names)
            self._official[code] = listed[0] if listed else code
            keys = dict.fromkeys(key for key in map(match_key, (*listed, code)) if key)
            for key in keys:
                known = self._codes_by_key.get(key, ())
                if code not in known:
                    self._codes_by_key[key] = (*known, code)
            self._plain[code] = tuple(dict.fromkeys(strip_accents(key) for key in keys))

    def match(self, text: str, *, limit: int = 3) -> NameMatch:
        """The candidate bearing this name, or none with at most `limit` suggestions."""
        codes = self._codes_by_key.get(match_key(text), ())
        if len(codes) == 1:
            return NameMatch(codes[0], codes)
        if codes:
            return NameMatch(None, codes, tuple(self._official[code] for code in codes[:limit]))
        return NameMatch(None, (), self.suggest(text, limit=limit))

    def suggest(self, text: str, *, limit: int = 3) -> tuple[str, ...]:
        """Official names that look like the text without accents, best first; equal ones in Vietnamese order."""
        wanted = strip_accents(match_key(text))[:_LONGEST_COMPARED]
        if not wanted:
            return ()
        matcher = SequenceMatcher(autojunk=False)
        matcher.set_seq2(wanted)
        scored: list[tuple[float, str, str]] = []
        for code, plains in self._plain.items():
            best = max((_likeness(matcher, plain, wanted) for plain in plains), default=0.0)
            if best >= _LIKE_ENOUGH:
                scored.append((-best, sort_key(self._official[code]), self._official[code]))
        scored.sort()
        return tuple(dict.fromkeys(name for _, _, name in scored))[:limit]


_LIKE_ENOUGH = 0.75
_LONGEST_COMPARED = 120


def _likeness(matcher: SequenceMatcher[str], plain: str, wanted: str) -> float:
    if plain == wanted:
        return 1.0
    matcher.set_seq1(plain)
    if matcher.real_quick_ratio() < _LIKE_ENOUGH or matcher.quick_ratio() < _LIKE_ENOUGH:
        return 0.0
    return matcher.ratio()


_COMMUNE_KINDS: Mapping[str, tuple[str, ...]] = {
    "xã": ("Xã", "X."),
    "phường": ("Phường", "P."),
    "thị trấn": ("Thị trấn", "TT."),
    "đặc khu": ("Đặc khu", "ĐK."),
}
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_COMMITTEE = ("UBND", "Ủy ban nhân dân")


def commune_spellings(kind: str, name: str) -> tuple[str, ...]:
    """Ways a commune is written, the official first: Xã Mỹ Hiệp, X. Mỹ Hiệp, UBND xã Mỹ Hiệp, Mỹ Hiệp.

    `kind` is xã, phường, thị trấn or đặc khu. Former districts and the province are the caller's to strip.
    """
    prefixes = _COMMUNE_KINDS[match_key(kind)]
    full = tuple(f"{prefix} {spelled}" for prefix in prefixes for spelled in _numbered_names(name))
    return (*full, *(f"{body} {spelling}" for body in _COMMITTEE for spelling in full), f"UBND {name}", name)


def commune_kind_and_name(full_name: str) -> tuple[str, str]:
    """Kind and name of a commune written in full: “Thị trấn Mỹ An” is thị trấn, Mỹ An. KeyError for another kind."""
    kind = next((each for each in _COMMUNE_KINDS if match_key(full_name).startswith(f"{match_key(each)} ")), None)
    if kind is None:
        raise KeyError(full_name)
    return kind, " ".join(full_name.split()[len(kind.split()) :])


def _numbered_names(name: str) -> tuple[str, ...]:
    """The name, and with its number in Roman figures where it ends in one: Tân Phước 3, Tân Phước III."""
    *words, last = name.split()
    if not (last.isascii() and last.isdigit() and 0 < int(last) < len(_ROMAN)):
        return (name,)
    return name, " ".join([*words, _ROMAN[int(last)]])


def agency_spellings(name: str, abbreviation: str, province: str) -> tuple[str, ...]:
    """Ways an agency is written, the official first: its name, its abbreviation, each with or without the province.

    Abbreviations inside the name (Sở VHTTDL) are built from the abbreviation when it begins like the name does.
    """
    bare = name.removesuffix(f" tỉnh {province}").removesuffix(" tỉnh")
    spellings = [name, bare, f"{bare} tỉnh", f"{bare} tỉnh {province}", f"{bare} {province}", abbreviation]
    for long, short in (("Sở ", "S"), ("Ban ", "B"), ("Hội ", "H")):
        if bare.startswith(long) and abbreviation.startswith(short) and len(abbreviation) > 2:
            inner = f"{long}{abbreviation[len(short) :]}"
            spellings += [inner, f"{inner} {province}", f"{inner} tỉnh {province}"]
    return tuple(dict.fromkeys(spellings))

"""The form of administrative documents (Nghị định 30/2020/NĐ-CP) that every paper document is laid out from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final, Literal

from include.reference import load_reference
from include.reference.files import Problems, yaml_mapping
from include.reference.our_province import load_our_province
from include.reference.provinces import load_provinces

_FILE: Final = Path(__file__).with_name("nd30.yml")
_SHARES_ADD_UP_WITHIN: Final = 1e-9

_MEASURED: Final = {
    "allowed_mm": "value_mm",
    "allowed_share": "share",
    "allowed": "value",
}
"""Which value of an entry a range is for; that of `allowed_pt` is a size or a distance."""

_NAMES: Final = ("province", "year", "symbol", "issuing_body", "roman")
"""What may stand in braces in the words."""

Range = tuple[float, float]


# Read by pydantic: a key nobody reads is a measure somebody believes to have set.
_STRICT: Final[dict[str, Any]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Millimetres:
    """A length and, where the decree gives one, the range it has to lie in, both ends allowed."""

    __pydantic_config__ = _STRICT

    value_mm: float
    allowed_mm: Range | None = None


@dataclass(frozen=True, slots=True)
class Margins:
    """The margins of one kind of page."""

    __pydantic_config__ = _STRICT

    top: Millimetres
    bottom: Millimetres
    left: Millimetres
    right: Millimetres


@dataclass(frozen=True, slots=True)
class Page:
    """The sheet, upright; an annex that lies has its sides changed and margins of its own."""

    __pydantic_config__ = _STRICT

    width_mm: float
    height_mm: float
    margins: Margins
    landscape_margins: Margins

    def __post_init__(self) -> None:
        if (self.width_mm, self.height_mm) != (210, 297):
            raise ValueError(f"{self.width_mm:g} x {self.height_mm:g} mm; expected A4 upright, 210 x 297 mm")


@dataclass(frozen=True, slots=True)
class Fonts:
    """Font families in the order they are asked for, and the only colour of letters."""

    __pydantic_config__ = _STRICT

    names: tuple[str, ...]
    black: str

    def __post_init__(self) -> None:
        if not self.names or self.names[0] != "Times New Roman":
            raise ValueError(f"{list(self.names)}; expected Times New Roman as the first font")


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How one element is set. `letters` says whether it is written in capitals whatever its words are."""

    __pydantic_config__ = _STRICT

    size_pt: float
    weight: Literal["regular", "bold"]
    slant: Literal["upright", "italic"]
    letters: Literal["ordinary", "capitals"]
    align: Literal["left", "center", "justify"]
    allowed_pt: Range | None = None

    def __post_init__(self) -> None:
        if self.allowed_pt is None and self.size_pt < 8:
            raise ValueError(f"{self.size_pt:g} pt; expected at least 8 pt, less cannot be read on paper")

    @property
    def is_bold(self) -> bool:
        return self.weight == "bold"

    @property
    def is_italic(self) -> bool:
        return self.slant == "italic"

    def written(self, words: str) -> str:
        """The words as this element shows them."""
        return words.upper() if self.letters == "capitals" else words


@dataclass(frozen=True, slots=True)
class TextStyles:
    """Every element that is text, by its place in the decree's list of letters."""

    __pydantic_config__ = _STRICT

    national_name: TextStyle
    motto: TextStyle
    parent_body: TextStyle
    issuing_body: TextStyle
    number_line: TextStyle
    place_and_date: TextStyle
    title: TextStyle
    subject: TextStyle
    addressee: TextStyle
    section: TextStyle
    subsection: TextStyle
    body: TextStyle
    recipients_label: TextStyle
    recipients: TextStyle
    signatory: TextStyle
    annex_label: TextStyle
    annex_title: TextStyle
    annex_reference: TextStyle
    page_number: TextStyle
    stamp: TextStyle
    table_head: TextStyle
    table_cell: TextStyle
    note: TextStyle
    footer: TextStyle


@dataclass(frozen=True, slots=True)
class Points:
    """A distance between lines of text and the decree's range for it."""

    __pydantic_config__ = _STRICT

    value_pt: float
    allowed_pt: Range | None = None


@dataclass(frozen=True, slots=True)
class LineSpacing:
    """Distance of two lines in a paragraph, in single lines."""

    __pydantic_config__ = _STRICT

    value: float
    allowed: Range


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """The body's paragraphs."""

    __pydantic_config__ = _STRICT

    first_line_indent: Millimetres
    spacing: Points
    line_spacing: LineSpacing


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule under a line, as a share of that line's length."""

    __pydantic_config__ = _STRICT

    share: float
    allowed_share: Range


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the first page."""

    __pydantic_config__ = _STRICT

    thickness_pt: float
    under_motto: Rule
    under_issuing_body: Rule
    under_subject: Rule


@dataclass(frozen=True, slots=True)
class HeadingBlock:
    """How the width between the margins is divided between issuing body (left) and national name (right)."""

    __pydantic_config__ = _STRICT

    left_column_share: float
    right_column_share: float

    def __post_init__(self) -> None:
        if abs(self.left_column_share + self.right_column_share - 1) > _SHARES_ADD_UP_WITHIN:
            raise ValueError(f"{self.left_column_share} + {self.right_column_share}; expected shares that make 1")


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Recipients on the left; on the right the signatory's post and the room for signature and stamp, left empty."""

    __pydantic_config__ = _STRICT

    recipients_column_share: float
    height_mm: float

    def __post_init__(self) -> None:
        if not 0 < self.recipients_column_share < 1:
            raise ValueError(f"{self.recipients_column_share:g}; expected a share of the width between 0 and 1")


@dataclass(frozen=True, slots=True)
class PageNumbers:
    """Where page numbers stand, from which page on, and whether an annex begins again at 1."""

    __pydantic_config__ = _STRICT

    position: Literal["top_center"]
    first_shown: Literal[2]
    in_annexes: Literal["continued", "own"]


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed words, as the file has them or (from DocumentForm.words_on) with names, year and capitals put in.

    `annex_label` keeps its {roman}: each annex has its own number.
    """

    __pydantic_config__ = _STRICT

    national_name: str
    motto: str
    parent_body: str
    issuing_body_code: str
    number_line: str
    symbol: str
    place_and_date: str
    title: str
    addressee_label: str
    addressees: tuple[str, ...]
    end_mark: str
    signatory: str
    recipients_label: str
    recipients: tuple[str, ...]
    annex_label: str
    annex_reference: str
    issuing_body: str = field(default="")


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """Every measure and every fixed word of a paper document."""

    __pydantic_config__ = _STRICT

    page: Page
    fonts: Fonts
    text: TextStyles
    paragraphs: Paragraphs
    rules: Rules
    heading_block: HeadingBlock
    signature_block: SignatureBlock
    page_numbers: PageNumbers
    words: Words

    def words_on(self, day: date) -> Words:
        """The words with the names of that day put in, in the letters their elements ask for.

        Raises KeyError when the province or the issuing body is in no list on that day.
        """
        named = {
            "province": province_name_on(day),
            "year": str(day.year),
            "symbol": self.words.symbol,
            "issuing_body": load_reference().units[self.words.issuing_body_code].name_vi,
            "roman": "{roman}",
        }
        filled: dict[str, Any] = {
            key: tuple(text.format_map(named) for text in value)
            if isinstance(value, list | tuple)
            else value.format_map(named)
            for key, value in asdict(self.words).items()
        }
        filled["issuing_body"] = named["issuing_body"]
        filled["annex_label"] = self.words.annex_label
        for element in ("national_name", "motto", "parent_body", "issuing_body", "title", "signatory"):
            filled[element] = getattr(self.text, element).written(filled[element])
        return Words(**filled)


def province_name_on(day: date) -> str:
    """“Đồng Tháp”: the province's name as the list of provinces has it on that day."""
    code = load_our_province().code
    names = [each.name_vi for each in load_provinces() if each.code == code and each.is_valid_on(day)]
    if len(names) != 1:
        raise KeyError(f"no one province {code} on {day}")
    return names[0]


@cache
def load_form(path: Path = _FILE) -> DocumentForm:
    """The form of nd30.yml.

    Raises CatalogueError listing every mistake of the file at once: a key missing, unknown or twice, another type, a
    measure outside the decree's range, a body that is in no list.
    """
    from pydantic import TypeAdapter, ValidationError

    problems = Problems()
    written = yaml_mapping(path, problems)
    problems.raise_if_any(path)
    _tell_out_of_range(written, path.name + ",", problems)
    _tell_unknown_names(written.get("words"), f"{path.name}, words", problems)
    try:
        # By way of JSON, where strictness takes mappings for dataclasses but no text for a number.
        form = TypeAdapter(DocumentForm).validate_json(json.dumps(written, default=str), strict=True)
    except ValidationError as error:
        for mistake in error.errors(include_url=False):
            _tell(mistake, path, problems)
        problems.raise_if_any(path)
        raise
    problems.raise_if_any(path)
    if form.words.issuing_body_code not in load_reference().units:
        problems.add(
            f"{path.name}, words.issuing_body_code", form.words.issuing_body_code, "a code of the list of bodies"
        )
    problems.raise_if_any(path)
    return form


def _tell(mistake: Any, path: Path, problems: Problems) -> None:
    where = f"{path.name}, {'.'.join(str(part) for part in mistake['loc']) or 'whole file'}"
    if mistake["type"] == "value_error":
        found, _, expected = str(mistake["ctx"]["error"]).rpartition("; expected ")
        problems.add(where, found, expected)
        return
    found = "nothing" if mistake["type"] == "missing" else repr(mistake["input"])
    problems.add(where, found, mistake["msg"][:1].lower() + mistake["msg"][1:])


def _tell_out_of_range(entry: Any, where: str, problems: Problems) -> None:
    """On the file as written, so that a measure out of its range is told even where its entry has another mistake."""
    if not isinstance(entry, dict):
        return
    for key, allowed in entry.items():
        _tell_out_of_range(allowed, f"{where} {key}" if where.endswith(",") else f"{where}.{key}", problems)
        measured = _MEASURED.get(key, "")
        if key == "allowed_pt":
            measured = "size_pt" if "size_pt" in entry else "value_pt"
        if not measured:
            continue
        numbers = (entry.get(measured), *(allowed if isinstance(allowed, list) else ()))
        if len(numbers) != 3 or not all(isinstance(number, int | float) for number in numbers):
            continue
        value, low, high = numbers
        if not low <= value <= high:
            problems.add(f"{where}.{measured}", f"{value:g}", f"{low:g} to {high:g}")


def _tell_unknown_names(entry: Any, where: str, problems: Problems) -> None:
    """Names in braces that nothing is put in for, before a document is printed with them."""
    if not isinstance(entry, dict):
        return
    expected = ", ".join(f"{{{name}}}" for name in _NAMES)
    for key, value in entry.items():
        for text in value if isinstance(value, list) else (value,):
            try:
                names = [name for _, name, _, _ in Formatter().parse(str(text)) if name is not None]
            except ValueError as error:
                problems.add(f"{where}.{key}", f"{text!r} ({error})", expected)
                continue
            for name in names:
                if name not in _NAMES:
                    problems.add(f"{where}.{key}", f"{{{name}}}", expected)

"""Figures as Vietnamese clerks type them, read only when they can be read one way.

1.234 is a thousand to one sender and a little over one to the next, so separators are believed only when the
column has shown which it uses; everything else is asked back with the reason and with what to write instead.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from typing import Final

from include.model import ValueState
from include.vietnamese.money import CURRENCIES, read_currency, split_magnitude
from include.vietnamese.text import match_key, normalise


class NumberStyle(Enum):
    """Which separators a column uses. `plain`: none was seen, so none is believed."""

    vietnamese = "1.234.567,89"
    international = "1,234,567.89"
    plain = "1234567"


@dataclass(frozen=True, slots=True)
class Figure:
    """What a cell says. `value` is in base units, None unless the state is reported or nil.

    When `code` is set the cell is asked back: `detail` is a Vietnamese sentence with the reason and what to
    write instead, `expected` the latter alone. `unit_seen` is the unit typed inside the cell, as typed.
    """

    value: Decimal | None
    state: ValueState
    code: str | None = None
    detail: str = ""
    is_estimate: bool = False
    unit_seen: str | None = None
    expected: str = ""


MAX_CELL_LENGTH: Final = 200
"""Longer text is a paragraph pasted into a number's cell; it is refused without being searched."""
MAX_DIGITS: Final = 15
"""Significant digits a spreadsheet keeps; a longer whole number has lost its end."""
_LAST_DECIMAL: Final = Decimal("1e-10")
_AS_SHOWN: Final = Context(prec=MAX_DIGITS, rounding=ROUND_HALF_UP)
_WIDE: Final = Context(prec=60)
_ONE: Final = Decimal(1)
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Column:
    """What the column promises about its cells."""

    style: NumberStyle | None
    unit_factor: Decimal
    base_unit: str | None
    accepts_percent: bool


_NIL: Final = Figure(_ZERO, "nil")
_MISSING: Final = Figure(None, "missing")

ERROR_TEXTS: Final = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!"}
    | {"#CONNECT!", "#UNKNOWN!", "#GETTING_DATA", "#BUSY!", "#PYTHON!"}
)
_ERROR: Final = re.compile(r"Err:\d{3}|#[A-Z/0]+[!?]")

_MARKS_BY_STATE: Final[dict[ValueState, tuple[str, ...]]] = {
    "nil": (
        *("không phát sinh", "không có phát sinh", "chưa phát sinh", "không PS", "KPS", "ko phát sinh", "ko PS"),
        *("không có", "ko có", "không"),
    ),
    "not_applicable": ("không áp dụng", "KAD", "ko áp dụng"),
    "withheld": ("không cung cấp", "KCC", "ko cung cấp"),
    "missing": (
        *("x", "xx", "xxx", "KXĐ", "không xác định", "chưa xác định", "không rõ", "chưa rõ"),
        *("không có số liệu", "chưa có số liệu", "chưa thống kê", "chưa tổng hợp"),
    ),
}
_MARKS: Final = {match_key(mark): state for state, marks in _MARKS_BY_STATE.items() for mark in marks}
_UNCLEAR_MARKS: Final = frozenset(
    map(match_key, ("chưa có", "chưa", "n/a", "NA", "null", "none", "nil", "nan", "inf", "như trên", "nt", "có")),
)
_NIL_DASHES: Final = re.compile(r"[-–—]{1,3}")
_DOTS: Final = re.compile(r"[.…]{2,}|…|\?+")

_FULL_WIDTH: Final = str.maketrans(
    {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u2212": "-", "\u2010": "-", "\u2011": "-"},
)
_DIGITS: Final = re.compile(r"-?[1-9][0-9]{0,14}|0")

_ESTIMATE: Final = r"(?:ước(?: (?:tính|đạt|thực hiện|th))?|ưth)"
_ESTIMATE_BEFORE: Final = re.compile(rf"^\(?{_ESTIMATE}\b\)?[ :=]*", re.IGNORECASE)
_ESTIMATE_AFTER: Final = re.compile(rf"[ ,;]*\(?\b{_ESTIMATE}\)?$", re.IGNORECASE)

_FIGURE: Final = re.compile(
    r"(?P<before>usd|us\$|\$|vnd|vnđ|₫)?\s*(?P<sign>-?)(?P<number>[0-9](?:[0-9., ]*[0-9])?)\s*(?P<after>[^0-9]*)",
    re.IGNORECASE,
)
_VIETNAMESE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]+))?")
_INTERNATIONAL: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_SPACED: Final = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_SHORT_DECIMAL: Final = re.compile(r"[0-9]{1,3}[.][0-9]{1,2}")

_DATE_LIKE: Final = re.compile(
    r"[0-9]{1,2}([/.-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})|[0-9]{4}[/-][0-9]{1,2}[/-][0-9]{1,2}(?:[ T].*)?"
    r"|[0-9]{1,2}/[0-9]{1,4}|(?:ngày|tháng)\s*[0-9].*"
    r"|[0-9]{1,2}[- ]?(?:thg|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*[- ]?[0-9]*"
    r"|[0-9]{1,2}\s*tháng\s*[0-9].*",
    re.IGNORECASE,
)
_HEDGED: Final = re.compile(
    r"(?:khoảng|chừng|tầm|cỡ|độ|gần|hơn|trên|dưới|xấp xỉ|ít nhất|tối thiểu|tối đa|không quá|ngót|đến|[~≈<>≥≤]=?)"
    r"\s*(?P<core>[0-9][0-9., ]*).*"
    r"|(?P<low>[0-9][0-9., ]*?)\s*(?:[-–—~÷]|đến|tới)\s*[0-9][0-9., ]*.*"
    r"|(?P<open>[0-9][0-9., ]*?)\s*(?:\+|trở lên|trở xuống|hơn|có lẻ).*",
    re.IGNORECASE,
)
_HEDGE_WORDS: Final = re.compile(r"(?:một vài|vài|nhiều|một số|hàng (?:chục|trăm|nghìn|ngàn))\b.*", re.IGNORECASE)
_FOOTNOTED: Final = re.compile(
    r"(?P<core>-?[0-9][0-9., ]*?)\s*(?:\(\s*(?:[0-9]{1,2}|[a-zđ]|\*+)\s*\)|\[[0-9]{1,2}\]|\*+|[¹²³⁰⁴-⁹]+)",
    re.IGNORECASE,
)
_IN_BRACKETS: Final = re.compile(r"\(\s*(?P<core>[0-9](?:[0-9., ]*[0-9])?)\s*\)")
_LOOSE_SIGN: Final = re.compile(
    r"(?:[-–—] +|[–—])(?P<core>[0-9](?:[0-9., ]*[0-9])?)|(?P<trailing>[0-9](?:[0-9., ]*[0-9])?)\s*-"
)
_SCIENTIFIC: Final = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?e[+-]?[0-9]+", re.IGNORECASE)
_SUM: Final = re.compile(r"=?[0-9., ]+(?:[+*/x×:][0-9., ]+)+|=.*", re.IGNORECASE)
_LETTERS_FOR_DIGITS: Final = str.maketrans("OoОоQlI|", "00000111")
_UNFINISHED: Final = re.compile(r"(?P<lead>[.,+]?)(?P<core>[0-9][0-9., ]*?)(?P<tail>[.,]?)")
_PERCENT: Final = frozenset({"%", "phần trăm"})


def infer_style(texts: Iterable[str]) -> NumberStyle | None:
    """The separators a column's typed numbers use, or None when its cells do not settle it or contradict each other.

    A cell settles it when it can be read one way only (1.234.567; 1.234,5; 12,5). Decimal points need two such
    cells or one long one, and never make a thousand-like 1.234 a decimal; the same holds for commas.
    """
    vietnamese = international = 0
    unclear_dots = unclear_commas = is_any = False
    strong_vietnamese = strong_international = False
    for text in texts:
        core = _core(text)
        if core is None:
            continue
        is_any = True
        if core.isdigit():
            continue
        reads_vietnamese = _read_as(core, NumberStyle.vietnamese) is not None
        reads_international = _read_as(core, NumberStyle.international) is not None
        if reads_vietnamese and reads_international:
            unclear_dots |= "." in core
            unclear_commas |= "," in core
        elif reads_vietnamese:
            vietnamese += 1
            strong_vietnamese |= "." in core
        elif reads_international:
            international += 1 if _SHORT_DECIMAL.fullmatch(core) else 2
            strong_international |= "," in core
    if vietnamese and international:
        return None
    if vietnamese:
        return None if unclear_commas and not strong_vietnamese else NumberStyle.vietnamese
    if international > 1:
        return None if unclear_dots and not strong_international else NumberStyle.international
    return NumberStyle.plain if is_any and not (international or unclear_dots or unclear_commas) else None


def parse_figure(
    raw: object,
    style: NumberStyle | None,
    *,
    unit_factor: Decimal = _ONE,
    accepts_percent: bool = False,
    base_unit: str | None = None,
    percent_formatted: bool = False,
) -> Figure:
    """One cell read as a figure in base units, or asked back with a code; never guessed.

    `style` is what the column shows (None: undecided). `unit_factor` base units make one unit of the column,
    `base_unit` names them ("VND", "USD", or the counted thing): a unit typed in the cell is believed only
    when it is the column's. A measure that `accepts_percent` takes values from 0 to 100, 12,5% being 12.5;
    `percent_formatted` is a true number shown as a percentage. Whether a figure may be negative or broken is not
    judged here: the gate does, which knows the measure. Nothing is raised.
    """
    if raw is None:
        return _MISSING
    if isinstance(raw, str):
        if _DIGITS.fullmatch(raw):
            figure = Figure(Decimal(raw), "reported")
        else:
            figure = _parse_text(raw, _Column(style, unit_factor, base_unit, accepts_percent))
        if accepts_percent and figure.code is None and figure.state == "reported":
            figure = _check_percent(figure, is_marked=figure.unit_seen == "%")
    else:
        figure = _parse_cell(raw)
        if figure.code is None and (percent_formatted or accepts_percent):
            figure = _apply_percent_format(figure, accepts_percent, percent_formatted)
    if figure.value is None or figure.state != "reported":
        return figure
    value = figure.value if unit_factor == _ONE else _plain(_WIDE.multiply(figure.value, unit_factor))
    return figure if value == figure.value else replace(figure, value=value)


def format_number(value: Decimal, decimals: int | None = None) -> str:
    """The number as Vietnamese readers write it, 1.234.567,89; rounded half up to `decimals`, else exact."""
    shown = value if decimals is None else value.quantize(_ONE.scaleb(-decimals), rounding=ROUND_HALF_UP, context=_WIDE)
    if decimals is None:
        shown = _plain(shown)
    if shown == 0:
        shown = abs(shown)
    return f"{shown:,f}".translate(_SWAP_SEPARATORS)


_SWAP_SEPARATORS: Final = str.maketrans(",.", ".,")


def _ask(code: str, reason: str, expected: str, seen: Figure | None = None) -> Figure:
    state: ValueState = "missing" if code == "ERROR_CELL" else "unreadable"
    is_estimate, unit_seen = (seen.is_estimate, seen.unit_seen) if seen else (False, None)
    return Figure(None, state, code, f"{reason}; cần ghi {expected}", is_estimate, unit_seen, expected)


def _plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros, exponent or negative zero."""
    if value == 0:
        return _ZERO
    value = _WIDE.create_decimal(value).normalize(_WIDE)
    exponent = value.as_tuple().exponent
    return value.quantize(_ONE, context=_WIDE) if isinstance(exponent, int) and exponent > 0 else value


def _trimmed(value: Decimal) -> Decimal:
    """The value to ten decimals; what stands beyond is noise of somebody's arithmetic (19731.075597449995)."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -10:
        value = value.quantize(_LAST_DECIMAL, rounding=ROUND_HALF_UP, context=_WIDE)
    return _plain(value)


def _parse_cell(raw: object) -> Figure:
    """A true number, date or truth value."""
    if isinstance(raw, bool):
        return _ask("NUMBER_UNREADABLE", "ô chứa giá trị TRUE/FALSE, không phải con số", "một con số")
    if isinstance(raw, float):
        if not math.isfinite(raw):
            return _ask("NUMBER_UNREADABLE", "giá trị không phải số hữu hạn (NaN hoặc vô cực)", "một con số")
        if abs(raw) >= 1e15:
            return _too_long(f"{raw:.6g}")
        if raw.is_integer():
            return Figure(Decimal(int(raw)), "reported")
        return Figure(_trimmed(_AS_SHOWN.create_decimal(repr(raw))), "reported")
    if isinstance(raw, int):
        return (
            Figure(Decimal(raw), "reported")
            if abs(raw) < 10**15
            else _too_long(f"số có {len(str(abs(raw)))} chữ số" if abs(raw) < 10**40 else "số quá lớn")
        )
    if isinstance(raw, Decimal):
        if not raw.is_finite():
            return _ask("NUMBER_UNREADABLE", "giá trị không phải số hữu hạn (NaN hoặc vô cực)", "một con số")
        if raw and raw.adjusted() >= MAX_DIGITS:
            return _too_long(f"{raw:.6g}")
        return Figure(_trimmed(raw), "reported")
    if isinstance(raw, date | datetime):
        return _ask("DATE_IN_NUMBER", f"ô đang là ngày {raw:%d/%m/%Y}", "một con số, với định dạng ô là Số (Number)")
    if isinstance(raw, time | timedelta):
        return _ask("DATE_IN_NUMBER", f"ô đang là giờ {raw}", "một con số, với định dạng ô là Số (Number)")
    return _ask("NUMBER_UNREADABLE", "ô không chứa con số", "một con số")


def _too_long(found: str) -> Figure:
    return _ask(
        "PRECISION",
        f"{found}: bảng tính chỉ giữ đúng {MAX_DIGITS} chữ số, phần còn lại đã mất",
        f"số có không quá {MAX_DIGITS} chữ số, viết đầy đủ",
    )


def _apply_percent_format(figure: Figure, accepts_percent: bool, percent_formatted: bool) -> Figure:
    if figure.value is None:
        return figure
    if not percent_formatted:
        return _check_percent(figure, is_marked=False)
    shown = _plain(_WIDE.multiply(figure.value, Decimal(100)))
    if not accepts_percent:
        return _ask(
            "UNIT_CONFLICT",
            f"ô đang hiển thị {format_number(shown)}%",
            "con số không có dấu %, đúng đơn vị tính của cột",
        )
    return _check_percent(replace(figure, value=shown, unit_seen="%"), is_marked=True)


def _check_percent(figure: Figure, *, is_marked: bool) -> Figure:
    value = figure.value
    if value is None:
        return figure
    if not 0 <= value <= 100:
        return _ask(
            "PERCENT_OUT_OF_RANGE",
            f"{format_number(value)}% nằm ngoài khoảng từ 0 đến 100",
            "tỷ lệ từ 0% đến 100%",
            figure,
        )
    if 0 < value < 1 and not is_marked:
        as_share = format_number(_plain(value * 100))
        return _ask(
            "NUMBER_AMBIGUOUS",
            f"{format_number(value)} có thể là {as_share}% hoặc {format_number(value)}%",
            f"“{as_share}%” hoặc “{format_number(value)}%”",
            figure,
        )
    return figure


def _parse_text(raw: str, column: _Column) -> Figure:
    if len(raw) > MAX_CELL_LENGTH and len(raw := raw.strip()) > MAX_CELL_LENGTH:
        return _ask(
            "NUMBER_UNREADABLE", f"“{_shorten(raw)}” là cả một đoạn văn", "một con số, phần chữ đưa sang cột Ghi chú"
        )
    text = normalise(raw).translate(_FULL_WIDTH).removeprefix("'").strip()
    if not text or _DOTS.fullmatch(text):
        return _MISSING
    if _NIL_DASHES.fullmatch(text):
        return _NIL
    if text[0] == "#" or text.startswith("Err:"):
        if text in ERROR_TEXTS or _ERROR.fullmatch(text):
            return _ask("ERROR_CELL", f"ô báo lỗi công thức {text}", "kết quả của công thức, hoặc con số gõ tay")
        return _ask(
            "NUMBER_UNREADABLE",
            f"“{_shorten(text)}” là phần hiển thị khi cột quá hẹp, không phải con số",
            "con số thật trong ô",
        )
    rest = _ESTIMATE_BEFORE.sub("", text, count=1)
    if rest == text:
        rest = _ESTIMATE_AFTER.sub("", text, count=1)
    if rest == text:
        return _parse_words(text, column)
    if not rest:
        return _ask("NUMBER_UNREADABLE", "chỉ có chữ “ước”, không có con số", "“ước” và con số, ví dụ “ước 120”")
    return replace(_parse_words(rest, column), is_estimate=True)


def _parse_words(text: str, column: _Column) -> Figure:
    found = _FIGURE.fullmatch(text)
    if found is None or _DATE_LIKE.fullmatch(text):
        return _explain(text, column.style)
    number = _decide(found["number"], column.style)
    if isinstance(number, Figure):
        # The whole text may tell more than its digits do: a unit, a footnote, a second number.
        is_told_by_text = found["after"].strip() and number.code == "NUMBER_UNREADABLE"
        return _explain(text, column.style) if is_told_by_text else number
    if found["sign"]:
        number = -number if number else _ZERO
    unit = f"{found['after'].strip()} {found['before'] or ''}".strip()
    return _with_unit(text, number, unit, column) if unit else Figure(number, "reported")


def _with_unit(text: str, number: Decimal, unit: str, column: _Column) -> Figure:
    """A number with words beside it: the column's own unit is taken, another one asked back."""
    stated = unit.lower().strip(" .")
    shown = _shorten(text)
    if not stated:
        return _explain(text, column.style)
    if stated in _PERCENT:
        if column.accepts_percent:
            return Figure(number, "reported", unit_seen="%")
        return _ask("UNIT_CONFLICT", f"“{shown}” là tỷ lệ phần trăm", "con số không có dấu %, theo đơn vị tính của cột")
    seen = Figure(number, "reported", unit_seen=unit)
    factor, rest = split_magnitude(stated)
    rest = rest.strip(" .")
    currency = read_currency(rest) if rest else None
    if currency or not rest:
        return _with_money(seen, factor, currency, column, shown)
    if column.base_unit and factor == column.unit_factor and match_key(rest) in _unit_words(column.base_unit):
        return seen
    explained = _explain(text, column.style)
    if explained.code != "NUMBER_UNREADABLE" or explained.expected.startswith("“"):
        return explained
    return _ask(
        "UNIT_CONFLICT",
        f"“{shown}” còn chữ “{_shorten(unit)}” bên con số",
        f"con số “{format_number(number)}”, phần chữ đưa sang cột Ghi chú",
        seen,
    )


def _with_money(seen: Figure, factor: Decimal, currency: str | None, column: _Column, shown: str) -> Figure:
    """A number with a currency or a bare triệu, tỷ: taken when both are the column's."""
    is_same_base = column.base_unit == currency if currency else column.base_unit in CURRENCIES
    if is_same_base and factor == column.unit_factor:
        return seen
    expected = "con số không kèm đơn vị, theo đơn vị tính của cột"
    if is_same_base and seen.value is not None:
        converted = _plain(_WIDE.divide(_WIDE.multiply(seen.value, factor), column.unit_factor))
        expected = f"“{format_number(converted)}” nếu đúng là {format_number(seen.value)} {seen.unit_seen}"
    return _ask("UNIT_CONFLICT", f"“{shown}” ghi đơn vị “{seen.unit_seen}” khác đơn vị tính của cột", expected, seen)


def _unit_words(base_unit: str) -> set[str]:
    return {match_key(part) for part in (base_unit, *re.split(r"[,;/]", base_unit))}


def _decide(core: str, style: NumberStyle | None) -> Decimal | Figure:
    """The number its separators allow under the column's style, or the refusal."""
    if core.isdigit():
        if len(core.lstrip("0")) > MAX_DIGITS:
            return _too_long(f"số có {len(core.lstrip('0'))} chữ số")
        if core[0] == "0" and len(core) > 2:
            return _ask(
                "NUMBER_UNREADABLE",
                f"“{_shorten(core)}” bắt đầu bằng số 0, giống một mã hơn là một con số",
                f"“{_shorten(core.lstrip('0') or '0')}”",
            )
        return Decimal(core)
    if " " in core:
        if not _SPACED.fullmatch(core):
            return _ask(
                "NUMBER_UNREADABLE",
                f"“{_shorten(core)}” có dấu cách không đúng chỗ, hoặc là nhiều con số trong một ô",
                "một con số viết liền",
            )
        core = core.replace(" ", "")
        if core.isdigit():
            return _decide(core, style)
    as_vietnamese = _read_as(core, NumberStyle.vietnamese)
    as_international = _read_as(core, NumberStyle.international)
    if as_vietnamese is None and as_international is None:
        return _ask(
            "NUMBER_UNREADABLE",
            f"“{_shorten(core)}” có dấu chấm, dấu phẩy không đúng chỗ",
            "số viết theo dạng 1.234.567,89",
        )
    if _whole_digits(core) > MAX_DIGITS:
        return _too_long("số quá dài")
    if style is NumberStyle.vietnamese:
        return as_vietnamese if as_vietnamese is not None else _other_style(core, as_international)
    if style is NumberStyle.international:
        return as_international if as_international is not None else _other_style(core, as_vietnamese)
    if as_vietnamese is not None and as_international is not None:
        return _either_way(core)
    if as_vietnamese is not None:
        return as_vietnamese
    return (
        _other_style(core, as_international)
        if _SHORT_DECIMAL.fullmatch(core) or as_international is None
        else as_international
    )


def _read_as(core: str, style: NumberStyle) -> Decimal | None:
    found = (_VIETNAMESE if style is NumberStyle.vietnamese else _INTERNATIONAL).fullmatch(core)
    if found is None:
        return None
    units = re.sub(r"[.,]", "", found[1])
    if len(units) > 1 and units[0] == "0":
        return None
    if len(units) > MAX_DIGITS:
        # It can be read; that it is no figure is told by its length, and its decimals are beyond all arithmetic.
        return Decimal(units)
    return _trimmed(_WIDE.create_decimal(f"{units}.{found[2] or 0}"))


def _whole_digits(core: str) -> int:
    """Digits before the decimal mark under the longer of the two readings."""
    last = max(core.rfind("."), core.rfind(","))
    mark = core[last]
    is_decimal = core.count(mark) == 1
    return sum(character.isdigit() for character in (core[:last] if is_decimal else core))


def _either_way(core: str) -> Figure:
    joined = re.sub(r"[.,]", "", core)
    return _ask(
        "NUMBER_AMBIGUOUS",
        f"“{core}” có thể là {format_number(Decimal(joined))} hoặc số thập phân {core.replace('.', ',')}",
        f"“{joined}” nếu là số nguyên; nếu là số thập phân thì đặt định dạng ô là Số (Number) rồi gõ lại",
    )


def _other_style(core: str, reading: Decimal | None) -> Figure:
    suggestion = (
        f"“{format_number(reading)}” nếu đúng là số đó" if reading is not None else "số viết theo dạng 1.234.567,89"
    )
    return _ask(
        "NUMBER_AMBIGUOUS",
        f"“{_shorten(core)}” dùng dấu chấm, dấu phẩy khác cách viết số chung của cột hoặc của báo cáo",
        suggestion,
    )


def _core(text: str) -> str | None:
    """The digits and separators of a cell that holds one number, spaces between groups removed."""
    if len(text) > MAX_CELL_LENGTH:
        return None
    cleaned = normalise(text).translate(_FULL_WIDTH).removeprefix("'").strip()
    found = _FIGURE.fullmatch(_ESTIMATE_BEFORE.sub("", cleaned, count=1))
    if found is None or _DATE_LIKE.fullmatch(cleaned):
        return None
    core = found["number"]
    if " " in core:
        return core.replace(" ", "") if _SPACED.fullmatch(core) else None
    return core


def _suggest(core: str, style: NumberStyle | None) -> str:
    reading = _decide(core.strip(" .,"), style) if core.strip(" .,") else None
    return f"“{format_number(reading)}”" if isinstance(reading, Decimal) else "một con số duy nhất"


def _explain(text: str, style: NumberStyle | None) -> Figure:
    """Why a text is not taken as a figure, and what to write instead."""
    shown = _shorten(text)
    key = match_key(text) if any(character.isalpha() for character in text) else ""
    state = _MARKS.get(key)
    if state is not None:
        return Figure(_ZERO, state) if state == "nil" else Figure(None, state)
    if key in _UNCLEAR_MARKS:
        return _ask(
            "NUMBER_UNREADABLE",
            f"“{shown}” không cho biết là bằng 0, không áp dụng hay chưa có số liệu",
            "“0” hoặc “không phát sinh” nếu không có, “không áp dụng” nếu không thuộc phạm vi,"
            " hoặc để trống nếu chưa có số liệu",
        )
    if _DATE_LIKE.fullmatch(text):
        return _ask(
            "DATE_IN_NUMBER",
            f"“{shown}” giống ngày, tháng",
            "một con số; nếu bảng tính tự đổi thành ngày, đặt định dạng ô là Số (Number) rồi gõ lại",
        )
    if _SCIENTIFIC.fullmatch(text):
        return _ask(
            "PRECISION",
            f"“{shown}” là dạng viết tắt của bảng tính, các chữ số cuối đã mất",
            "con số viết đầy đủ các chữ số",
        )
    footnoted = _FOOTNOTED.fullmatch(text)
    if footnoted:
        return _ask(
            "NUMBER_FOOTNOTE",
            f"“{shown}” có dấu chú thích dính vào con số",
            f"{_suggest(footnoted['core'].lstrip('-'), style)}, phần chú thích đưa sang cột Ghi chú",
        )
    bracketed = _IN_BRACKETS.fullmatch(text)
    if bracketed:
        core = bracketed["core"]
        return _ask(
            "NUMBER_AMBIGUOUS",
            f"“{shown}” có thể là số âm hoặc số trong ngoặc",
            f"“-{core}” nếu là số âm, “{core}” nếu không phải",
        )
    signed = _LOOSE_SIGN.fullmatch(text)
    if signed:
        core = signed["core"] or signed["trailing"]
        return _ask(
            "NUMBER_AMBIGUOUS",
            f"“{shown}” có thể là số âm hoặc dấu gạch đầu dòng",
            f"“-{core}” nếu là số âm, “{core}” nếu không phải",
        )
    if _SUM.fullmatch(text):
        return _ask("NUMBER_UNREADABLE", f"“{shown}” là một phép tính", "kết quả của phép tính")
    hedged = _HEDGED.fullmatch(text)
    if hedged or _HEDGE_WORDS.fullmatch(text):
        core = (hedged["core"] or hedged["open"] or "") if hedged else ""
        exact = f"con số chính xác, ví dụ {_suggest(core, style)}" if core else "một con số chính xác"
        return _ask(
            "NUMBER_HEDGED", f"“{shown}” là con số áng chừng", f"{exact}; nếu là số ước thì ghi “ước” trước con số"
        )
    if any(character.isdigit() and not character.isascii() for character in text):
        converted = "".join(str(unicodedata.digit(character, character)) for character in text)
        return _ask("NUMBER_UNREADABLE", f"“{shown}” dùng chữ số của hệ chữ khác", f"“{_shorten(converted)}”")
    swapped = text.translate(_LETTERS_FOR_DIGITS)
    if swapped != text and re.fullmatch(r"-?[0-9](?:[0-9., ]*[0-9])?", swapped):
        return _ask(
            "NUMBER_UNREADABLE", f"“{shown}” có chữ cái đứng chỗ chữ số (O thay 0, l thay 1)", f"“{_shorten(swapped)}”"
        )
    unfinished = _UNFINISHED.fullmatch(text)
    if unfinished and (unfinished["lead"] or unfinished["tail"]):
        is_fraction = unfinished["lead"] in (".", ",") and unfinished["core"].isdigit()
        suggestion = f"“0,{unfinished['core']}”" if is_fraction else _suggest(unfinished["core"], style)
        return _ask("NUMBER_UNREADABLE", f"“{shown}” thừa hoặc thiếu dấu, chữ số ở đầu hay cuối", suggestion)
    if len(re.findall(r"[0-9]+(?:[.,][0-9]+)*", text)) > 1:
        return _ask(
            "NUMBER_UNREADABLE",
            f"“{shown}” có nhiều con số trong một ô",
            "một con số duy nhất, phần chi tiết đưa sang cột Ghi chú",
        )
    if not any(character.isdigit() for character in text):
        return _ask(
            "NUMBER_UNREADABLE",
            f"“{shown}” là chữ, không phải con số",
            "con số viết bằng chữ số, hoặc “không phát sinh”, “không áp dụng”, “không cung cấp”",
        )
    return _ask("NUMBER_UNREADABLE", f"“{shown}” không đọc được thành con số", "số viết theo dạng 1.234.567,89")


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"

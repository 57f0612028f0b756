"""How well marks and personal data are told from what only looks like them: precision and recall on made-up texts.

`python -m tests.bench.recognition [SEED [SIZE]]` prints the table; tests/unit/test_recognition.py holds the floors.
"""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from include.readers.personal_data import (
    ACCOUNT_LINK,
    BANK_ACCOUNT,
    EMAIL,
    IDENTITY_NUMBER,
    PHONE,
    is_person_name,
    kinds_in_text,
)
from include.readers.secrecy import file_is_marked, is_marked_text
from include.vietnamese import tcvn3

SEED: Final = 20260615
SIZE: Final = 6000
MARK: Final = "dấu chỉ độ mật"
MARKED_NAME: Final = "dấu chỉ độ mật trong tên"
PERSON: Final = "họ tên"
LEVELS: Final = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")
_VNI: Final = {"MẬT": "MAÄT", "TỐI MẬT": "TOÁI MAÄT", "TUYỆT MẬT": "TUYEÄT MAÄT"}
_VIQR: Final = {"MẬT": "MA^.T", "TỐI MẬT": "TO^'I MA^.T", "TUYỆT MẬT": "TUYE^.T MA^.T"}
_MISPLACED: Final = {"MẬT": "MÂṬ", "TỐI MẬT": "TÔÍ MẬT", "TUYỆT MẬT": "TUỴÊT MẬT"}
_CYRILLIC: Final = str.maketrans("MTOYE", "МТОУЕ")
_GREEK: Final = str.maketrans("MTOYEI", "ΜΤΟΥΕΙ")
_FULL_WIDTH: Final = {letter: letter + 0xFEE0 for letter in range(0x21, 0x7F)}
_BOLD: Final = {letter: 0x1D400 + letter - 65 for letter in range(65, 91)}


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _plain(text: str) -> str:
    return "".join(each for each in _nfd(text) if not unicodedata.combining(each))


SPELLINGS: Final[dict[str, Callable[[str], str]]] = {
    "capitals": str,
    "first capital": str.capitalize,
    "small letters": str.lower,
    "title": str.title,
    "spaced": " ".join,
    "spaced wide": "  ".join,
    "no-break spaces": "\u00a0".join,
    "thin spaces": "\u2009".join,
    "zero width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "dotted": lambda level: ".".join(level.replace(" ", "")),
    "hyphens": lambda level: "-".join(level.replace(" ", "")),
    "letters below one another": "\n".join,
    "decomposed": _nfd,
    "unaccented": _plain,
    "half accented": lambda level: level.replace("Ậ", "Â"),
    "misplaced tone": lambda level: _MISPLACED[level],
    "TCVN3": tcvn3.encode,
    "TCVN3 capital font": lambda level: tcvn3.encode(level.lower()).replace("m", "M", 1),
    "VNI": lambda level: _VNI[level],
    "VIQR": lambda level: _VIQR[level],
    "UTF-8 as Latin-1": lambda level: level.encode().decode("latin-1"),
    "UTF-8 as Latin-1 twice": lambda level: level.encode().decode("latin-1").encode().decode("latin-1"),
    "entities": lambda level: "".join(f"&#{ord(each)};" for each in level),
    "Cyrillic": lambda level: level.translate(_CYRILLIC),
    "Greek": lambda level: level.translate(_GREEK),
    "full width": lambda level: level.translate(_FULL_WIDTH),
    "mathematical": lambda level: _nfd(level).translate(_BOLD),
    "underlined": lambda level: "\u0332".join(level) + "\u0332",
    "brackets": lambda level: f"({level})",
    "square brackets": lambda level: f"[{level}]",
    "asterisks": lambda level: f"*** {level} ***",
    "underscores": lambda level: f"__{level}__",
    "exclaimed": lambda level: f"{level}!",
    "copy letter": lambda level: f"{level} (A)",
    "copy number": lambda level: f"{level.capitalize()} - Số 12",
    "document number": lambda level: f"{level}    Số: 05/BC-UBND",
    "label": lambda level: f"Độ mật: {level.capitalize()}",
    "longer label": lambda level: f"Mức độ mật: {level.capitalize()}",
    "class": lambda level: f"Phân loại: {level.capitalize()}",
    "paper": lambda level: f"TÀI LIỆU {level}",
    "document": lambda level: f"VĂN BẢN {level}",
    "letter": lambda level: f"CÔNG VĂN {level}",
    "annex": lambda level: f"PHỤ LỤC {level}",
    "report": lambda level: f"BÁO CÁO {level}",
    "list": lambda level: f"DANH MỤC {level}",
    "list of papers": lambda level: f"DANH MỤC TÀI LIỆU {level}",
    "file with its number": lambda level: f"HỒ SƠ {level} SỐ 5",
    "report of a time": lambda level: f"BÁO CÁO {level} 6 THÁNG ĐẦU NĂM 2026",
    "capital in a title": lambda level: f"Hồ sơ {level.capitalize()} số 5",
    "unaccented paper": lambda level: f"TAI LIEU {_plain(level)}",
    "unaccented label": lambda level: f"Do mat: {_plain(level)}",
    "file named in a line": lambda level: f"BC_{level}_2026.xlsx",
    "report in brackets": lambda level: f"Báo cáo 6 tháng ({level.capitalize()})",
    "second line": lambda level: f"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n{level}",
}
"""How a stamp is typed, each a function of the level in capitals."""

NAMES: Final[dict[str, Callable[[str], str]]] = {
    **{
        f"glued to {short}": lambda level, short=short: f"{short}{level}"  # type: ignore[misc]
        for short in ("BC", "CV", "TB", "KH", "QĐ", "TTr", "PL")
    },
    "glued together": lambda level: f"BC{level.replace(' ', '')}",
    "glued, small": lambda level: f"bc{level.replace(' ', '').lower()}",
    "glued, unaccented": lambda level: f"BC{_plain(level).replace(' ', '')}",
    "glued to a body's short name": lambda level: f"STTTT BC{level}",
    "glued words": lambda level: f"HỒSƠ{level.replace(' ', '')}",
    "capitals for spaces": lambda level: f"BaoCao{level.title().replace(' ', '')}",
    "set off": lambda level: f"BC_{level.replace(' ', '_')}_2026",
    "set off, unaccented": lambda level: f"BC_{_plain(level).replace(' ', '_')}_2026",
    "in brackets": lambda level: f"Báo cáo 6 tháng ({level})",
    "list": lambda level: f"DANH MỤC {level}",
    "file with its number": lambda level: f"HỒ SƠ {level} SỐ 5",
    "paper": lambda level: f"Văn bản {level.lower()} 2026",
}
"""How the name of a file bears a mark."""

_FAMILY: Final = "Nguyễn Trần Lê Phạm Huỳnh Phan Võ Đặng Bùi Đỗ Ngô Dương Đinh Trương".split()
_GIVEN: Final = "An Bình Chi Dũng Giang Hạnh Khoa Lan Minh Nga Oanh Phúc Quân Sơn Tâm Uyên Vy Xuân Yến".split()
_PLACES: Final = "Cao Lãnh|Sa Đéc|Hồ Ba Bể|Lý Sơn|Phan Thiết|Mai Châu|Hoàng Sa|Hà Tĩnh|Tân Hồng|Mỹ Tho|Gò Công".split(
    "|"
)
_AROUND: Final = (
    "{}",
    "Liên hệ: {}",
    "gọi {} để biết thêm",
    "{} (phòng Văn hóa)",
    "- {};",
    "SĐT/Email {}.",
    "Ghi chú: {}",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A text, or the name of a file, and the kinds it holds."""

    text: str
    kinds: frozenset[str]
    is_name: bool = False


@dataclass(slots=True)
class Tally:
    """Of one kind: rightly seen, wrongly seen, missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def stamps() -> list[str]:
    """Every level in every spelling."""
    return [spell(level) for level in LEVELS for spell in SPELLINGS.values()]


def marked_names() -> list[str]:
    """Every level in every way the name of a file bears it."""
    return [f"{spell(level)}.xlsx" for level in LEVELS for spell in NAMES.values()]


def examples(seed: int = SEED, size: int = SIZE) -> Iterator[Example]:
    """`size` texts: about a third hold something, the others are what is easily mistaken for it."""
    dice = random.Random(seed)
    friends = yaml.safe_load((Path(__file__).parents[1] / "unit" / "false_friends.yml").read_text(encoding="utf-8"))
    ordinary = [str(each) for each in (*friends["cells"], *friends["headings"])]
    ordinary_names = [str(each) for each in friends["file_names"]]
    marks, names = stamps(), marked_names()
    sorts: Sequence[tuple[Callable[[], str], frozenset[str]]] = (
        (lambda: dice.choice(marks), frozenset({MARK})),
        (lambda: dice.choice(ordinary), frozenset()),
        (lambda: dice.choice(names), frozenset({MARKED_NAME})),
        (lambda: dice.choice(ordinary_names), frozenset()),
        (lambda: _around(dice, _phone(dice)), frozenset({PHONE})),
        (lambda: _around(dice, _citizen(dice)), frozenset({IDENTITY_NUMBER})),
        (lambda: _around(dice, _email(dice)), frozenset({EMAIL})),
        (lambda: _around(dice, _link(dice)), frozenset({ACCOUNT_LINK})),
        (
            lambda: f"STK: {_digits(dice, dice.choice((9, 12, 13, 14)), first='123456789')} BIDV",
            frozenset({BANK_ACCOUNT}),
        ),
        (lambda: _person(dice), frozenset({PERSON})),
        *(((lambda make=make: make(dice)), frozenset()) for make in _HARD),  # type: ignore[misc]
    )
    for _ in range(size):
        sort = dice.choice(sorts)
        make, kinds = sort
        yield Example(make(), kinds, is_name=sort in sorts[2:4])


def measure(seed: int = SEED, size: int = SIZE) -> tuple[dict[str, Tally], list[tuple[str, Example]]]:
    """The tally of every kind, and each text that was judged wrongly with the kind."""
    tallies = {
        kind: Tally() for kind in (MARK, MARKED_NAME, PHONE, IDENTITY_NUMBER, EMAIL, ACCOUNT_LINK, BANK_ACCOUNT, PERSON)
    }
    mistakes = []
    for example in examples(seed, size):
        seen = set(kinds_in_text(example.text))
        if example.is_name:
            seen |= {MARKED_NAME} if file_is_marked(example.text) else set()
        elif is_marked_text(example.text):
            seen.add(MARK)
        if is_person_name(example.text):
            seen.add(PERSON)
        for kind, tally in tallies.items():
            if kind in seen and kind in example.kinds:
                tally.right += 1
            elif kind in seen:
                tally.wrong += 1
                mistakes.append((kind, example))
            elif kind in example.kinds:
                tally.missed += 1
                mistakes.append((kind, example))
    return tallies, mistakes


def main(arguments: Sequence[str] = ()) -> int:
    """Print precision and recall of every kind, and what was judged wrongly."""
    seed, size = (*(int(each) for each in arguments), *(SEED, SIZE)[len(arguments) :])
    tallies, mistakes = measure(seed, size)
    print(f"seed {seed}, {size} texts")
    print(f"{'kind':36} {'right':>6} {'wrong':>6} {'missed':>6} {'precision':>10} {'recall':>8}")
    for kind, tally in tallies.items():
        print(f"{kind:36} {tally.right:6} {tally.wrong:6} {tally.missed:6} {tally.precision:10.2%} {tally.recall:8.2%}")
    for kind, example in mistakes[:20]:
        print(f"wrong about {kind}: {example.text!r}")
    return 0


def _around(dice: random.Random, text: str) -> str:
    return dice.choice(_AROUND).format(text)


def _digits(dice: random.Random, count: int, first: str = "0123456789") -> str:
    return dice.choice(first) + "".join(dice.choice("0123456789") for _ in range(count - 1))


def _phone(dice: random.Random) -> str:
    number = dice.choice("35789") + _digits(dice, 8)
    parts = number[:2], number[2:5], number[5:]
    fixed = "2" + dice.choice(("77", "73", "96")), _digits(dice, 3, "356"), _digits(dice, 4)
    return dice.choice(
        (
            f"0{number}",
            f"+84{number}",
            f"+84 {' '.join(parts)}",
            f"0{'.'.join(parts)}",
            f"0{' '.join(parts)}",
            f"0{'-'.join(parts)}",
            f"(0{fixed[0]}) {fixed[1]}{fixed[2]}",
            f"0{'.'.join(fixed)}",
        )
    )


def _citizen(dice: random.Random) -> str:
    province = dice.randint(1, 96)
    number = f"{province:03d}{dice.choice('0123')}{dice.randint(0, 99):02d}{dice.randint(0, 999999):06d}"
    spaced = f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}"
    old = _digits(dice, 9, "123")
    return dice.choice((number, f"CCCD {number}", f"CCCD: {spaced}", f"CMND {old}", f"Hộ chiếu số C{_digits(dice, 7)}"))


def _email(dice: random.Random) -> str:
    name = _plain(dice.choice(_GIVEN)).lower() + dice.choice(("", ".", "_")) + str(dice.randint(1, 999))
    return f"{name}@{dice.choice(('gmail.com', 'dongthap.gov.vn', 'yahoo.com.vn', 'example.org'))}"


def _link(dice: random.Random) -> str:
    name = _plain(dice.choice(_GIVEN)).lower() + str(dice.randint(1, 999))
    host = dice.choice(("facebook.com/", "https://www.facebook.com/", "fb.com/", "zalo.me/", "tiktok.com/@", "t.me/"))
    return host + name


def _person(dice: random.Random) -> str:
    name = f"{dice.choice(_FAMILY)} {dice.choice(('Văn', 'Thị', 'Minh', 'Ngọc', 'Hữu'))} {dice.choice(_GIVEN)}"
    return dice.choice((name, name.upper(), f"{dice.randint(1, 40)}. {name}", f"Ông {name}", _plain_name(name)))


def _plain_name(name: str) -> str:
    return _plain(name).replace("Đ", "D").replace("đ", "d")


def _grouped(dice: random.Random, mark: str) -> str:
    return f"{dice.randint(1, 10**12):,}".replace(",", mark)


# What is easily mistaken for personal data and is none.
_HARD: Final[tuple[Callable[[random.Random], str], ...]] = (
    lambda dice: _digits(dice, 12, "123456789"),
    lambda dice: _digits(dice, 12, "123456789") + " đồng",
    lambda dice: _grouped(dice, ".") + dice.choice(("", " đồng", " USD")),
    lambda dice: _grouped(dice, ",") + dice.choice(("", " VND")),
    lambda dice: f"{dice.randint(1, 999)},{_digits(dice, 9)} tỷ đồng",
    lambda dice: f"0,{_digits(dice, 9)}",
    lambda dice: f"{dice.randint(1, 400)}/{dice.choice(('KH-UBND', 'BC-SVHTTDL', 'QĐ-TTg', 'NQ-HĐND'))}",
    lambda dice: f"Số {_digits(dice, 4)}/QĐ-UBND ngày {dice.randint(1, 28):02d}/{dice.randint(1, 12):02d}/2026",
    lambda dice: f"{dice.randint(1, 28):02d}/{dice.randint(1, 12):02d}/2026 - 14/12/2026",
    lambda dice: f"GCNĐKĐT {_digits(dice, 10, '123456789')}",
    lambda dice: f"MST {dice.choice(('14', '12'))}00{_digits(dice, 6)}",
    lambda dice: f"MSDN 14{_digits(dice, 8)}-001",
    lambda dice: f"10.{_digits(dice, 6)}, 105.{_digits(dice, 6)}",
    lambda dice: f"HS {_digits(dice, 4)}.{_digits(dice, 2)}.{_digits(dice, 2)}",
    lambda dice: f"Tổng đài 1900 {_digits(dice, 4)}",
    lambda dice: f"đường dây nóng 1800{_digits(dice, 4)}",
    lambda dice: f"DA-{_digits(dice, 6)}-{_digits(dice, 6)}",
    lambda dice: f"XM-DAC-701-8-{_digits(dice, 10, '123456789')}",
    lambda dice: f"000.{_digits(dice, 2)}.{_digits(dice, 2)}.H18",
    lambda dice: f"{dice.randint(2000, 2030)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}T09:00:00",
    lambda dice: f"Nhà máy {dice.choice(_PLACES)}",
    lambda dice: dice.choice(_PLACES),
    lambda dice: f"Công ty TNHH {dice.choice(_FAMILY)} {dice.choice(_GIVEN)}",
    lambda dice: f"UBND xã {dice.choice(_PLACES)}",
    lambda dice: f"Trang https://dongthap.gov.vn/tin/{_digits(dice, 8)}",
    lambda dice: f"Số lớp @ cấp xã: {dice.randint(1, 99)}",
)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Looks for secrecy marks in a file that was refused unread: the bytes of a marked file may not be kept either.

It opens no format by its rules, so that what a parser refuses, or dies of, can still be looked at. It sees less than a
reader does: nothing in pictures, in packed pages of a PDF, behind a password.
"""

from __future__ import annotations

import html
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Final

from include.readers.secrecy import is_marked_text, name_is_marked

_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_OF_MEMBER: Final = 16 * 1024 * 1024
_MOST_MEMBERS: Final = 2_000
_LONGEST_TEXT: Final = 400
_MEMBER: Final = b"PK\x03\x04"
_MEMBER_END: Final = re.compile(rb"PK(?:\x03\x04|\x07\x08|\x01\x02)")
_MEMBER_HEAD: Final = struct.Struct("<4sHHHHHIIIHH")
_OLE: Final = b"\xd0\xcf\x11\xe0"
_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"
_BLOCK_END: Final = re.compile(
    r"</(?:\w+:)?(?:p|si|is|c|td|th|li|h\d?|div|tr|title|t|v|span|oddHeader|oddFooter|evenHeader|evenFooter"
    r"|firstHeader|firstFooter|subject|keywords|description|category|lpwstr|lpstr)>|<br\s*/?>|<(?:\w+:)?(?:br|line-break)/>",
    re.IGNORECASE,
)
_TEXT_END: Final = re.compile(r"<[^>]*>")
_ATTRIBUTE: Final = re.compile(r"=\s*\"([^\"]{2,80})\"|=\s*'([^']{2,80})'")
_HEADER_CODE: Final = re.compile(r"&(?:\"[^\"]*\"|K[0-9A-F]{6}|\d{1,3}|[LCRBIUSEXYPNDTZFAG])")
_CELL_END: Final = re.compile(r"[\n\r\t,;|]")
_VIETNAMESE_RUN: Final = re.compile(
    "[ ().:A-Za-zàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ\u0300-\u036f]{3,60}"
)


def is_marked_file(path: str) -> bool:
    """Whether the bytes hold a secrecy mark anywhere this look reaches; call only inside a sandbox child."""
    with Path(path).open("rb") as file:
        # No more than there is: the room is taken before the reading, in a child that has little.
        content = file.read(min(Path(path).stat().st_size, _MOST_BYTES))
    if content.startswith(_PARQUET):
        return any(map(is_marked_text, _texts_of_parquet(Path(path))))
    return _is_marked(content, depth=0)


def _is_marked(content: bytes, *, depth: int) -> bool:
    if content.startswith(_GZIP):
        return _is_marked(_unpacked(content, zlib.MAX_WBITS | 32), depth=depth + 1) if depth < 2 else False
    if content.startswith(b"PK"):
        return depth < 2 and any(
            name_is_marked(PurePath(name.replace("\\", "/")).stem) or _is_marked(member, depth=depth + 1)
            for name, member in _members(content)
        )
    if content.startswith(_OLE):
        return any(
            not run.isascii() and (is_marked_text(run) or (name_is_marked(run.strip()) and len(run.split()) <= 2))
            for run in _runs(content)
        )
    return any(map(is_marked_text, _texts(content)))


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of every packed file, found by its own header: the directory may be cut off, or lie."""
    place = content.find(_MEMBER)
    for _ in range(_MOST_MEMBERS):
        if place < 0 or place + _MEMBER_HEAD.size > len(content):
            return
        _, _, flags, method, _, _, _, size, _, name_length, extra_length = _MEMBER_HEAD.unpack_from(content, place)
        begins = place + _MEMBER_HEAD.size
        name = content[begins : begins + name_length].decode("utf-8" if flags & 0x800 else "cp437", "replace")
        begins += name_length + extra_length
        if not flags & 1:
            if method == 0:
                # Without a size it is empty, or hides what it has, or is followed by it. Not all that is left: that is
                # no text, and ten thousand empty members would be ten thousand times the container.
                ends = begins + size if size else _end_of_member(content, begins)
                yield name, content[begins : min(ends, begins + _MOST_OF_MEMBER)]
            elif method == 8:
                # A view: two thousand members would copy the file two thousand times.
                yield name, _unpacked(memoryview(content)[begins:], -zlib.MAX_WBITS)
        place = content.find(_MEMBER, begins)


def _end_of_member(content: bytes, begins: int) -> int:
    found = _MEMBER_END.search(content, begins)
    return found.start() if found else len(content)


def _unpacked(packed: bytes | memoryview, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(packed, _MOST_OF_MEMBER)
    except zlib.error:
        return b""


def _texts(content: bytes) -> Iterator[str]:
    """Cells, lines, text nodes and attributes of a text, whatever it is a text of."""
    text = _decoded(content)
    yield from (piece for piece in text.splitlines() if len(piece) <= _LONGEST_TEXT)
    if "<" in text:
        for block in _BLOCK_END.split(text):
            yield from _short(_HEADER_CODE.sub("\n", html.unescape(_TEXT_END.sub("", block))))
            yield from _short(html.unescape(_TEXT_END.sub("\n", block)))
        # Codes stand in attributes: of one syllable only the accents count.
        yield from (
            value for found in _ATTRIBUTE.finditer(text) if not (value := html.unescape(found[1] or found[2])).isascii()
        )
    else:
        yield from (cell.strip(" \"'") for cell in _CELL_END.split(text) if 2 <= len(cell) <= _LONGEST_TEXT)


def _short(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if 2 <= len(line) <= _LONGEST_TEXT)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What old fonts left behind reads as Windows-1252, and is_marked_text knows the fonts.
        return content.decode("cp1252", "replace")


def _runs(content: bytes) -> Iterator[str]:
    for start in (0, 1):
        yield from _VIETNAMESE_RUN.findall(content[start:].decode("utf-16-le", "replace"))


def _texts_of_parquet(path: Path) -> Iterator[str]:
    import pyarrow as pa
    from pyarrow import parquet, types

    try:
        file = parquet.ParquetFile(path, pre_buffer=False)
        yield from file.schema_arrow.names
        for key, value in (file.metadata.metadata or {}).items():
            yield from (key.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
        for batch in file.iter_batches(65_536, use_threads=False):
            for kept in batch.columns:
                column = kept.dictionary if types.is_dictionary(kept.type) else kept
                if types.is_string(column.type) or types.is_large_string(column.type):
                    yield from (value for value in column.unique().to_pylist() if value)
    except (pa.ArrowException, OSError):
        return

"""Bytes a fuzzer makes, spent piece by piece on building something: a container, a workbook, a text."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import TypeVar

Choice = TypeVar("Choice")


class Recipe:
    """A supply of bytes; once it is used up every number is 0 and every text is empty."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def number(self, size: int = 1) -> int:
        """The next `size` bytes as a number."""
        return int.from_bytes(self._take(size), "little")

    def choice(self, options: Sequence[Choice]) -> Choice:
        """One of the options, by the next byte."""
        return options[self.number() % len(options)]

    def piece(self) -> bytes:
        """As many bytes as the next two say, or what is left of them."""
        return self._take(self.number(2))

    def rest(self) -> bytes:
        """Everything that is left."""
        return self._take(len(self._content))

    def text(self) -> str:
        """What is left as text; bytes that are no UTF-8 stand as themselves, as in a misread file."""
        content = self.rest()
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return content.decode("latin-1")

    def _take(self, size: int) -> bytes:
        taken = self._content[self._at : self._at + size]
        self._at += size
        return taken


PART_NAMES = (
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "XL/WORKBOOK.XML",
    "xl\\workbook.xml",
    "xl/../xl/workbook.xml",
    "mimetype",
    "content.xml",
    "META-INF/manifest.xml",
    "xl/vbaProject.bin",
    "xl/embeddings/a.bin",
)
_METHODS = (8, 0, 8, 0, 12, 99)
_LOCAL, _CENTRAL, _END = (
    struct.Struct("<4sHHHHHIIIHH"),
    struct.Struct("<4sHHHHHHIIIHHHHHII"),
    struct.Struct("<4sHHHHIIH"),
)


def lying_zip(recipe: Recipe, contents: Sequence[bytes]) -> bytes:
    """A zip container whose headers say what the recipe wants: true by default, so that some pass the gate."""
    body, directory = bytearray(), bytearray()
    count = recipe.number() % 8
    for index in range(count):
        name = recipe.choice((*PART_NAMES, "")).encode() or recipe.piece()[:64]
        if recipe.number() < 160 and index < len(PART_NAMES):
            name = PART_NAMES[index].encode()
        content = recipe.choice(contents) if recipe.number() < 200 else recipe.piece()
        method = recipe.choice(_METHODS) if recipe.number() > 200 else 8
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(content) + packer.flush() if method == 8 else content
        lies = recipe.number()
        flags = recipe.number(2) if lies & 1 else 0x800
        crc = recipe.number(4) if lies & 2 else zlib.crc32(content)
        sizes = (recipe.number(4), recipe.number(4)) if lies & 4 else (len(packed), len(content))
        offset = recipe.number(2) if lies & 8 else len(body)
        extra = recipe.piece()[:64] if lies & 16 else b""
        local_name = recipe.piece()[:64] if lies & 32 else name
        body += _LOCAL.pack(b"PK\3\4", 20, flags, method, 0, 33, crc, *sizes, len(local_name), len(extra))
        body += local_name + extra + packed
        if lies & 64:
            body += recipe.piece()[:64]
        said = (zlib.crc32(content), len(packed), len(content)) if lies & 128 else (crc, *sizes)
        directory += _CENTRAL.pack(
            b"PK\1\2", 20, 20, flags, method, 0, 33, *said, len(name), len(extra), 0, 0, 0, 0, offset
        )
        directory += name + extra
    lies = recipe.number()
    told = recipe.number(2) if lies & 1 else count
    place = recipe.number(4) if lies & 2 else len(body)
    comment = recipe.piece()[:64] if lies & 4 else b""
    between = recipe.piece()[:64] if lies & 8 else b""
    end = _END.pack(b"PK\5\6", 0, 0, told, told, len(directory), place, len(comment))
    return bytes(body + directory + between + end + comment + (recipe.rest() if lies & 16 else b""))

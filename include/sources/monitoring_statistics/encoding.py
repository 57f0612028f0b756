"""Which letters the bytes of a feed stand for: UTF-8, or one of the Vietnamese code pages of before.

A code page cannot be told by its bytes. It is believed when it turns them into headings and members of the closed
lists, and only then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal

from include.model import Finding
from include.readers.delimited import undecodable_place
from include.sources.monitoring_statistics.rows import FileRefused
from include.sources.monitoring_statistics.text_lines import LineBlock
from include.vietnamese import tcvn3, vni
from include.vietnamese.text import nfc

Encoding = Literal["utf-8", "cp1258", "TCVN3", "VNI"]

_CODE_PAGES: Final[tuple[Encoding, ...]] = ("TCVN3", "VNI", "cp1258")
_CELL_EDGE: Final = re.compile(rb"[,;\t|\"\n]")
_MOST_CELLS_TRIED: Final = 2_000


class TextEncoding:
    """The encoding of one file, settled by its first letters outside ASCII.

    `is_known` says whether a text is a heading or a member. pyarrow parses UTF-8 only, so a block in a code page is
    handed to it byte for byte as Latin-1 letters; `text` undoes that.
    """

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known
        self._encoding: Encoding | None = None

    @property
    def code_page(self) -> Encoding | None:
        """The code page of before the file is in; None for Unicode, or while nothing had to be told."""
        return self._encoding if self._encoding in _CODE_PAGES else None

    def parsable(self, block: LineBlock) -> bytes:
        """The block as valid UTF-8. Raises FileRefused: TEXT_ENCODING with the first line that cannot be read."""
        if block.text.isascii():
            return block.text
        if self._encoding in (None, "utf-8"):
            try:
                block.text.decode()
            except UnicodeDecodeError as error:
                if self._encoding == "utf-8":
                    raise _undecodable(block, error.start) from error
                self._encoding = self._code_page(block, error.start)
            else:
                self._encoding = "utf-8"
                return block.text
        return block.text.decode("latin-1").encode()

    def text(self, parsed: bytes) -> str:
        """A cell of a parsable block as the sender meant it. Raises UnicodeDecodeError."""
        if self._encoding in (None, "utf-8") or parsed.isascii():
            return parsed.decode()
        return _decode(parsed.decode().encode("latin-1"), self._encoding)

    def _code_page(self, block: LineBlock, start: int) -> Encoding:
        cells = {cell for cell in _CELL_EDGE.split(block.text[:65536]) if not cell.isascii()}
        if not cells:
            begin = block.text.rfind(b"\n", 0, start) + 1
            cells = {cell for cell in _CELL_EDGE.split(block.text[begin : begin + 65536]) if not cell.isascii()}
        tried = sorted(cells)[:_MOST_CELLS_TRIED]
        # With one heading or member in UTF-8 the file is UTF-8 with something broken, or of two encodings: a code page
        # has a letter for every byte and would read the UTF-8 lines as something else.
        known = {page: sum(self._reads(cell, page) for cell in tried) for page in _CODE_PAGES}
        best = max(_CODE_PAGES, key=known.__getitem__)
        if not known[best] or any(self._reads(cell, "utf-8") for cell in tried):
            raise _undecodable(block, start)
        return best

    def _reads(self, cell: bytes, page: Encoding) -> bool:
        try:
            return self._is_known(_decode(cell, page))
        except UnicodeDecodeError:
            return False


def _decode(content: bytes, encoding: Encoding | None) -> str:
    if encoding == "TCVN3":
        return tcvn3.decode(content.decode("latin-1"))
    if encoding == "VNI":
        return vni.decode(content.decode("latin-1"))
    # cp1258 writes tones as characters of their own: composed, they are the letters everybody else writes.
    return nfc(content.decode(encoding or "utf-8"))


def _undecodable(block: LineBlock, start: int) -> FileRefused:
    begin = block.text.rfind(b"\n", 0, start) + 1
    line = block.first_line + block.text.count(b"\n", 0, start)
    return FileRefused(
        Finding("TEXT_ENCODING", found=undecodable_place(line, block.text[begin : start + 1], start - begin))
    )

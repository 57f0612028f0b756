"""The bytes of a text file, packed or not, in blocks of whole lines that know their numbers."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from include.model import Finding
from include.readers.delimited import undecodable_place, utf16_without_mark
from include.readers.secrecy import file_is_marked, is_marked_text
from include.sources.monitoring_statistics.rows import FileRefused

PIECE_BYTES: Final = 2 * 1024 * 1024
_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31
_HAS_EXTRA, _HAS_NAME, _HAS_REMARK = 0x04, 0x08, 0x10
_LONGEST_HEADER: Final = 128 * 1024
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Whole lines, each ending in one line feed; `first_line` counts from 1 over the file."""

    first_line: int
    text: bytes
    line_count: int


def read_line_blocks(path: Path, unpacked_bytes: int, piece_bytes: int = PIECE_BYTES) -> Iterator[LineBlock]:
    """The file's lines in blocks of about `piece_bytes`, without byte order mark, UTF-16 turned into UTF-8.

    Any other encoding is left as it is. Raises FileRefused: TEXT_BROKEN (a line longer than a block), TEXT_ENCODING
    (no text, or broken UTF-16), both with the line; INCOMPLETE, ZIP_CORRUPT, ZIP_BOMB, SECRET for packed files.
    """
    pieces = _with_line_feeds(_as_bytes_of_text(_unpacked(path, unpacked_bytes, piece_bytes)))
    rest, line = b"", 1
    for piece in pieces:
        text = rest + piece if rest else piece
        cut = text.rfind(b"\n") + 1
        if not cut and len(text) >= piece_bytes:
            raise FileRefused(Finding("TEXT_BROKEN", found=str(line)))
        rest = text[cut:]
        if cut:
            block = _block(line, text[:cut])
            line += block.line_count
            yield block
    if rest:
        yield _block(line, rest + b"\n")


def _block(line: int, text: bytes) -> LineBlock:
    if b"\0" in text:
        at = text.index(b"\0")
        begin = text.rfind(b"\n", 0, at) + 1
        place = undecodable_place(line + text.count(b"\n", 0, at), text[begin : at + 1], at - begin)
        raise FileRefused(Finding("TEXT_ENCODING", found=place))
    return LineBlock(line, text, text.count(b"\n"))


def _unpacked(path: Path, unpacked_bytes: int, piece_bytes: int) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        is_packed = file.read(2) == _GZIP
        file.seek(0)
        if is_packed:
            _refuse_marked_header(file.read(_LONGEST_HEADER))
            file.seek(0)
            yield from _gunzipped(iter(lambda: file.read(1024 * 1024), b""), unpacked_bytes, piece_bytes)
        else:
            yield from iter(lambda: file.read(piece_bytes), b"")


def _refuse_marked_header(head: bytes) -> None:
    """Refuse what bears a mark in the name it was packed under, or in the remark beside it."""
    flags, place = head[3] if len(head) > 10 else 0, 10
    if flags & _HAS_EXTRA:
        place += 2 + int.from_bytes(head[place : place + 2], "little")
    for flag, is_marked in ((_HAS_NAME, file_is_marked), (_HAS_REMARK, is_marked_text)):
        if flags & flag:
            words, _, _ = head[place:].partition(b"\0")
            place += len(words) + 1
            try:
                text = words.decode("utf-8")
            except UnicodeDecodeError:
                text = words.decode("cp1252", "replace")
            if is_marked(text):
                raise FileRefused(Finding("SECRET"))


def _gunzipped(packed: Iterator[bytes], unpacked_bytes: int, piece_bytes: int) -> Iterator[bytes]:
    """Unpacks member after member; no more than a piece at a time, so that a bomb never stands in memory."""
    unpacker, total = zlib.decompressobj(_GZIP_WINDOW), 0
    for each in packed:
        waiting = each
        while waiting:
            if unpacker.eof:
                waiting = waiting.lstrip(b"\0")
                if not waiting:
                    break
                unpacker = zlib.decompressobj(_GZIP_WINDOW)
            try:
                piece = unpacker.decompress(waiting, piece_bytes)
            except zlib.error as error:
                raise FileRefused(Finding("ZIP_CORRUPT")) from error
            waiting = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            total += len(piece)
            if total > unpacked_bytes:
                raise FileRefused(Finding("ZIP_BOMB"))
            if piece:
                yield piece
    if not unpacker.eof:
        raise FileRefused(Finding("INCOMPLETE"))


def _as_bytes_of_text(pieces: Iterator[bytes]) -> Iterator[bytes]:
    first = next(pieces, b"")
    marked = _UTF16.get(first[:2])
    encoding = marked or utf16_without_mark(first)
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from pieces
        return
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    try:
        text = decoder.decode(first[2:] if marked else first)
        while True:
            line += text.count("\n")
            yield text.encode()
            piece = next(pieces, None)
            text = decoder.decode(piece or b"", final=piece is None)
            if piece is None:
                yield text.encode()
                return
    except UnicodeError as error:
        raise FileRefused(Finding("TEXT_ENCODING", found=str(line))) from error


def _with_line_feeds(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Every way of ending a line as one line feed; CR LF may be cut in two by the end of a piece."""
    held = b""
    for each in pieces:
        piece = held + each
        if b"\r" not in piece:
            held = b""
            yield piece
            continue
        held = b"\r" if piece.endswith(b"\r") else b""
        yield piece[: len(piece) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if held:
        yield b"\n"

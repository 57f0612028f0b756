"""XML that strangers send: checked before a parser sees it, then read element by element.

Nothing is fetched, no entity is expanded, no document type is taken; call only inside a sandbox child.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from include.readers.grid import WorkbookRefused

MAX_XML_BYTES: Final = 50 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_OVERLAP: Final = 64
# White space may stand on either side of the equals sign, and as much of it before as somebody likes.
_DECLARED_ENCODING: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"'>]*)[\"']")
# In these every ASCII letter is the byte a search for "<!DOCTYPE" looks for; UTF-7 or EBCDIC could hide one.
_READABLE_ENCODINGS: Final = frozenset(
    {b"utf-8", b"utf8", b"us-ascii", b"ascii", b"utf-16", b"iso-8859-1", b"windows-1252", b"windows-1258"}
)
_ONE_BYTE_A_LETTER: Final = frozenset({b"iso-8859-1", b"windows-1252", b"windows-1258"})
_DTD_MARKS: Final = tuple(
    mark.encode(encoding)
    # An inclusion is never followed, so a file that asks for one would be taken without a part of itself.
    for mark in ("<!DOCTYPE", "<!ENTITY", "http://www.w3.org/2001/XInclude")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
_FOUR_BYTES_A_LETTER: Final = (b"<\0\0\0", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\0\0\0<")


def check_xml(path: Path) -> None:
    """Look through the bytes for what no parser may see.

    Raises WorkbookRefused: EMPTY, TOO_BIG, NOT_XML, XML_DTD, XML_ENCODING with the encoding declared.
    """
    size = path.stat().st_size
    if size == 0:
        raise WorkbookRefused("EMPTY")
    if size > MAX_XML_BYTES:
        raise WorkbookRefused("TOO_BIG", f"{size / 1024 / 1024:.0f} MB")
    with path.open("rb") as file:
        tail = b""
        declared: bytes | None = None
        has_letters, utf8 = False, codecs.getincrementaldecoder("utf-8")()
        while chunk := file.read(_CHUNK):
            if not tail:
                declared = _check_start(chunk)
            if declared in _ONE_BYTE_A_LETTER:
                try:
                    has_letters |= not utf8.decode(chunk).isascii()
                except UnicodeDecodeError:
                    declared = None
            window = tail + chunk
            if any(mark in window for mark in _DTD_MARKS):
                raise WorkbookRefused("XML_DTD")
            tail = window[-_OVERLAP:]
        if declared in _ONE_BYTE_A_LETTER and has_letters:
            # What is UTF-8 to the last byte is no other encoding: every name would be taken letter by wrong letter.
            raise WorkbookRefused("XML_ENCODING", declared.decode())


def read_elements(path: Path, *names: str) -> Iterator[Any]:
    """The elements of these names in document order, each complete, and emptied once the caller has moved on.

    Raises WorkbookRefused: what check_xml raises, XML_DEPTH, XML_BROKEN with the line.
    """
    from lxml import etree

    check_xml(path)
    try:
        for _, element in etree.iterparse(
            str(path),
            events=("end",),
            tag=[f"{{*}}{name}" for name in names],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            yield element
            element.clear(keep_tail=False)
    except etree.XMLSyntaxError as error:
        is_deep = "depth" in str(error).lower()
        raise WorkbookRefused("XML_DEPTH" if is_deep else "XML_BROKEN", str(error.lineno or "")) from error


def local_name(element: Any) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children_named(element: Any, name: str) -> list[Any]:
    """The direct children of that name, in order, whatever their namespace."""
    return [child for child in element if isinstance(child.tag, str) and local_name(child) == name]


def _check_start(start: bytes) -> bytes | None:
    """The encoding declared, in small letters; None for none."""
    if start.startswith(_FOUR_BYTES_A_LETTER):
        raise WorkbookRefused("XML_DTD", "UTF-32")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise WorkbookRefused("NOT_XML")
    declared = _DECLARED_ENCODING.match(start)
    if declared is not None and declared[1].lower() not in _READABLE_ENCODINGS:
        raise WorkbookRefused("XML_DTD", declared[1].decode("ascii", "replace"))
    return declared[1].lower() if declared is not None else None

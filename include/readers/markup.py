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
from include.readers.secrecy import is_marked_text

MAX_XML_BYTES: Final = 50 * 1024 * 1024
START_BYTES: Final = 4096
"""A declaration that is not over by then is none an office program writes."""
_CHUNK: Final = 256 * 1024
_DEEPEST: Final = 256
_OVERLAP: Final = 64
_DECLARATION: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\s([^>]*)")
# White space may stand on either side of the equals sign.
_DECLARED_ENCODING: Final = re.compile(rb"\sencoding\s*=\s*[\"']\s*([^\"'\s]*)")
# In these every ASCII letter is the byte a search for "<!DOCTYPE" looks for; UTF-7 or EBCDIC could hide one.
_READABLE_ENCODINGS: Final = frozenset(
    {b"utf-8", b"utf8", b"us-ascii", b"ascii", b"utf-16", b"iso-8859-1", b"windows-1252", b"windows-1258"}
)
_ONE_BYTE_A_LETTER: Final = frozenset({b"iso-8859-1", b"windows-1252", b"windows-1258"})
DTD_MARKS: Final = tuple(
    mark.encode(encoding)
    # An inclusion is never followed, so a file that asks for one would be taken without a part of itself.
    for mark in ("<!DOCTYPE", "<!ENTITY", "http://www.w3.org/2001/XInclude")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


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
            if any(mark in window for mark in DTD_MARKS):
                raise WorkbookRefused("XML_DTD")
            tail = window[-_OVERLAP:]
        if declared in _ONE_BYTE_A_LETTER and has_letters:
            # What is UTF-8 to the last byte is no other encoding: every name would be taken letter by wrong letter.
            raise WorkbookRefused("XML_ENCODING", declared.decode())


def read_elements(path: Path, *names: str) -> Iterator[Any]:
    """The elements of these names in document order, each complete, and emptied once the caller has moved on.

    Everything in the file is looked through for secrecy marks first, whatever its name. Raises WorkbookRefused: what
    check_xml raises, XML_DEPTH, XML_BROKEN with the line, SECRET without the place.
    """
    from lxml import etree

    check_xml(path)
    try:
        if _has_mark(path):
            raise WorkbookRefused("SECRET")
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


class _MarkSeeker:
    """A parser's target that looks at every text of a file: between tags, in attributes, comments, instructions."""

    def __init__(self) -> None:
        self.is_marked = False
        self._pieces: list[str] = []
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            # Fed piece by piece, the parser itself sets no limit.
            raise WorkbookRefused("XML_DEPTH")
        self._look()
        # Attributes hold codes: of letters alone, MAT is one.
        self.is_marked |= any(is_marked_text(value) for value in attributes.values() if not value.isascii())

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._look()

    def data(self, text: str) -> None:
        self._pieces.append(text)

    def comment(self, text: str) -> None:
        self.is_marked |= is_marked_text(text)

    def pi(self, target: str, text: str | None = None) -> None:
        self.is_marked |= is_marked_text(text or "")

    def close(self) -> bool:
        return self.is_marked

    def _look(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        if text and not text.isspace():
            self.is_marked |= is_marked_text(text)


def _has_mark(path: Path) -> bool:
    from lxml import etree

    seeker = _MarkSeeker()
    parser = etree.XMLParser(target=seeker, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            parser.feed(chunk)
            if seeker.is_marked:
                return True
    return bool(parser.close())


def local_name(element: Any) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children_named(element: Any, name: str) -> list[Any]:
    """The direct children of that name, in order, whatever their namespace."""
    return [child for child in element if isinstance(child.tag, str) and local_name(child) == name]


def child_named(element: Any, name: str) -> Any | None:
    """The first direct child of that name, or None."""
    return next((child for child in element if isinstance(child.tag, str) and local_name(child) == name), None)


def attribute_of(element: Any, name: str = "val") -> str:
    """The value of an attribute, whatever its namespace; "" where there is none."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def hiding_encoding(start: bytes) -> str | None:
    """The encoding of an XML text that begins so, when a search for DTD_MARKS could not see through it; else None.

    `start` is at least START_BYTES long, or the whole text.
    """
    # Four bytes a letter. In UTF-16 the first letters of a text are Latin, so no two zeros meet.
    if b"\0\0" in start[:8]:
        return "UTF-32"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    declaration = _DECLARATION.match(start)
    if declaration is not None and declaration.end() == len(start) >= START_BYTES:
        return "?"
    declared = _declared_encoding(start)
    if declared is None or declared in _READABLE_ENCODINGS:
        return None
    return declared.decode("ascii", "replace")[:40]


def _declared_encoding(start: bytes) -> bytes | None:
    """The encoding a text of one-byte letters declares, in small letters; None for none."""
    declaration = _DECLARATION.match(start)
    declared = _DECLARED_ENCODING.search(b" " + declaration[1]) if declaration is not None else None
    return declared[1].lower() if declared is not None else None


def _check_start(start: bytes) -> bytes | None:
    """The encoding declared, in small letters; None for none. Raises WorkbookRefused."""
    if not start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
        raise WorkbookRefused("NOT_XML")
    if (encoding := hiding_encoding(start)) is not None:
        raise WorkbookRefused("XML_DTD", encoding)
    return _declared_encoding(start)

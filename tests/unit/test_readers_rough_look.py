"""A file refused unread is looked through for secrecy marks by the headers of its members, whatever they say."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from include.readers import rough_look

MARKED = b"<p>T\xe1\xbb\x90I M\xe1\xba\xacT</p>"
PLAIN = b"<p>khong co gi</p>"


def container(*members: bytes, packing: int = zipfile.ZIP_STORED) -> bytearray:
    """Members in their order, not packed unless told otherwise."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        for number, content in enumerate(members):
            archive.writestr(zipfile.ZipInfo(f"{number}.xml"), content, packing)
    return bytearray(written.getvalue())


def without_size(content: bytearray, *, follows: bool) -> bytearray:
    """Say of the first member that it has no size; or that its size `follows` it, as streaming programs do."""
    checksum, size = struct.unpack_from("<I", content, 14)[0], struct.unpack_from("<I", content, 18)[0]
    struct.pack_into("<I", content, 18, 0)
    if follows:
        content[6] |= 8
        ends = 30 + len("0.xml") + size
        content[ends:ends] = struct.pack("<4sIII", b"PK\x07\x08", checksum, size, size)
    return content


def is_marked(folder: Path, content: bytes) -> bool:
    path = folder / "sent"
    path.write_bytes(content)
    return rough_look.is_marked_file(str(path))


@pytest.mark.parametrize("follows", [False, True])
def test_a_mark_is_seen_in_a_member_that_says_it_has_no_size(tmp_path: Path, follows: bool) -> None:
    assert is_marked(tmp_path, without_size(container(MARKED, PLAIN), follows=follows))
    assert is_marked(tmp_path, without_size(container(MARKED), follows=follows))
    assert not is_marked(tmp_path, without_size(container(PLAIN, PLAIN), follows=follows))


def test_a_mark_is_seen_behind_an_empty_member_and_in_a_container_within(tmp_path: Path) -> None:
    assert is_marked(tmp_path, container(b"", PLAIN, MARKED))
    assert is_marked(tmp_path, container(b"", PLAIN, MARKED, packing=zipfile.ZIP_DEFLATED))
    assert is_marked(tmp_path, container(b"", bytes(container(b"", MARKED)), PLAIN))
    assert is_marked(tmp_path, without_size(container(bytes(container(b"", MARKED)), PLAIN), follows=False))
    assert not is_marked(tmp_path, container(b"", bytes(container(b"", PLAIN)), PLAIN))


def test_of_thousands_of_empty_members_none_is_looked_at_together_with_all_behind_it() -> None:
    content = bytes(container(*[b""] * 1_000, PLAIN))

    looked_at = [member for _, member in rough_look._members(content)]

    assert looked_at == [b""] * 1_000 + [PLAIN]

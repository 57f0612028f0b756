"""Files that appear whole or not at all."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from include import faults
from include.drafts import draft_folder, put_in_place


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A draft beside `path` that takes its place when the block ends well and is gone when it does not."""
    with draft_folder(path.parent) as drafts:
        draft = drafts / path.name
        draft.touch(mode=0o600)
        yield draft
        draft.chmod(0o644)
        faults.hit("file_before_rename")
        put_in_place(draft, path)
        faults.hit("file_after_rename")


def same_container(content: bytes) -> bytes:
    """A zip container (docx, xlsx) again with the same members, but no clock in it: equal members give equal bytes.

    Members are in the order of their names behind `[Content_Types].xml`, which readers look for first; each is dated
    01/01/1980 and deflated. Raises zipfile.BadZipFile for what is no container.
    """
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(name), zipfile.ZIP_DEFLATED)
    return written.getvalue()

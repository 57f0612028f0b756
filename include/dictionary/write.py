"""Writing the dictionary's two files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from include.exports.files import whole_file

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGE_NAME = "tu-dien-du-lieu.html"
WORKBOOK_NAME = "tu-dien-du-lieu.xlsx"


def write_dictionary(connection: Connection, folder: Path) -> list[Path]:
    """Write page and workbook into `folder`, each whole or not at all; the paths.

    The marts must have been built: the catalog is asked for what is there.
    """
    from include.dictionary.content import read_dictionary
    from include.dictionary.page import write_page
    from include.dictionary.workbook import write_workbook

    dictionary = read_dictionary(connection)
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in ((PAGE_NAME, write_page), (WORKBOOK_NAME, write_workbook)):
        with whole_file(folder / name) as draft:
            write(dictionary, draft)
    return [folder / PAGE_NAME, folder / WORKBOOK_NAME]

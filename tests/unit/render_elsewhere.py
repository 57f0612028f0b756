"""Renders an edition in a process of its own: `python -m tests.unit.render_elsewhere EDITION.json FOLDER`.

Says the day it believes it is.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from include.extracts.leadership.edition import edition_of_json
from include.pipeline.render import render_edition
from include.settings import load_settings
from tests.unit.edition_builders import APPROVAL


def main(edition_file: str, folder: str) -> None:
    """Render the edition in the file into the folder, approved as the editions of the tests are."""
    render_edition(edition_of_json(Path(edition_file).read_bytes(), APPROVAL), Path(folder), load_settings())
    print(datetime.now().date().isoformat())


if __name__ == "__main__":
    main(*sys.argv[1:])

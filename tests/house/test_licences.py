"""S31: everything the platform passes on may be passed on: allowed licences, and each exception with its reason."""

from __future__ import annotations

import re
from importlib import metadata

import pytest

from tests.house.project_files import ROOT, project_files

ALLOWED = {
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "ISC",
    "PSF-2.0",
    "MPL-2.0",
    "Zlib",
    "CC0-1.0",
    "Unlicense",
}
"""Used unchanged, as libraries, these ask for no more than their notices, which come with each wheel."""

BY_ANOTHER_NAME = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}

EXCEPTIONS = {
    "psycopg2-binary": (
        "GNU Library or Lesser General Public License (LGPL)",
        "LGPL with an exception for use as a library: imported as a wheel of its own, unchanged, and replaceable",
    ),
    "text-unidecode": (
        "Artistic License; GNU General Public License (GPL); GNU General Public License v2 or later (GPLv2+)",
        "chosen under the Artistic License; Airflow's python-slugify needs it",
    ),
}
"""Distribution -> the licence it states, and why it may be used; for another statement it is no exception."""

NOT_ON_THIS_PYTHON = {"colorama", "pyyaml-ft", "tzdata", "pywin32"}
"""Locked for other systems and other builds of Python."""


def stated(distribution: metadata.Distribution) -> str:
    """What the distribution says of its licence: the expression, else the classifiers, else the first line."""
    about = distribution.metadata
    classifiers = [
        each.split("::")[-1].strip() for each in about.get_all("Classifier") or [] if each.startswith("License ::")
    ]
    written = (about.get("License") or "").strip().split("\n")[0]
    return about.get("License-Expression") or "; ".join(classifiers) or written


def is_allowed(statement: str) -> bool:
    """Whether every part of the statement is allowed, or one of those to choose from."""
    if not statement:
        return False
    return all(
        any(BY_ANOTHER_NAME.get(choice, choice) in ALLOWED for choice in part.split(" OR "))
        for part in re.split(r"; | AND ", statement)
    )


def shipped() -> list[str]:
    lock = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"^([a-z0-9][a-z0-9.-]*)==", lock, flags=re.MULTILINE)))


def test_every_library_the_platform_runs_on_has_a_licence_that_is_allowed() -> None:
    statements, missing = {}, set()
    for name in shipped():
        try:
            statements[name] = stated(metadata.distribution(name))
        except metadata.PackageNotFoundError:
            missing.add(name)
    assert missing <= NOT_ON_THIS_PYTHON
    assert len(statements) > 150
    refused = {name: said for name, said in statements.items() if not is_allowed(said)}
    assert refused == {name: said for name, (said, _) in EXCEPTIONS.items()}
    assert all(len(reason) > 20 for _, reason in EXCEPTIONS.values())


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-or-later", False),
        ("MIT License; GNU Affero General Public License v3", False),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", True),
        ("Other/Proprietary License", False),
        ("", False),
    ],
)
def test_what_may_be_chosen_counts_and_what_comes_along_counts_too(statement: str, allowed: bool) -> None:
    assert is_allowed(statement) is allowed


def test_nothing_of_others_lies_among_our_own_files() -> None:
    """Fonts and scripts come out of wheels, whose licences are judged above; none is copied into the project."""
    endings = {".ttf", ".otf", ".woff", ".woff2", ".eot", ".jar", ".whl", ".so", ".dll", ".exe", ".wasm", ".pdf"}
    listed = project_files()
    assert [path.name for path in listed if path.suffix.lower() in endings] == []
    assert [path.name for path in listed if path.name.endswith((".min.js", ".min.css"))] == []
    scripts = [path for path in listed if path.suffix in (".js", ".css")]
    assert scripts
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"@license|\(c\) 20\d\d|copyright", text, flags=re.IGNORECASE), script.name
        assert max(map(len, text.splitlines())) < 400, script.name


def test_what_is_put_into_a_page_comes_with_its_licence() -> None:
    """plotly.js stands inside the page with the notice it came with; the typesetter's fonts are in its wheel."""
    from plotly.offline import get_plotlyjs

    assert re.search(r"Licensed under the MIT license", get_plotlyjs()[:2000])
    assert stated(metadata.distribution("typst")).startswith(("Apache", "MIT"))

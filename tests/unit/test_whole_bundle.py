"""The whole bundle: every document or none, the same bytes on any day and machine."""

from __future__ import annotations

import csv
import errno
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pdfplumber
import pytest

from include import drafts
from include.errors import PlatformError
from include.extracts.leadership.edition import edition_json
from include.pipeline import render
from include.pipeline.render import DOCUMENTS, RenderStopped, render_edition
from include.releases.bundle import MANIFEST_NAME, SIGNATURE_NAME, verify_bundle
from include.releases.signing import load_signing_key, published_keys
from include.settings import Settings, load_settings
from tests.moved_clock import moved_clock, needs_compiler
from tests.unit.edition_builders import CORRECTION, edition
from tests.unit.extract_builders import figure, indicator, snapshot

PROJECT_ROOT = Path(__file__).resolve().parents[2]
STEM = "TTDN_2026-06T_lan1"
NAMES = {
    f"{STEM}.pdf",
    f"{STEM}.docx",
    f"{STEM}.xlsx",
    f"{STEM}.html",
    f"{STEM}.csv",
    f"{STEM}.sdmx.csv",
    f"{STEM}.structure.xml",
    "mail.html",
    "mail.txt",
    "mail-chart.png",
    "snapshot.json",
    "manifest.json",
    "manifest.sig",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"TTDN_HOME": str(tmp_path / "home")}, Path(os.devnull))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_bundle_holds_every_document_once_and_verifies(settings, tmp_path):
    files = render_edition(edition(), tmp_path / "lan1", settings)

    assert {each.name for each in files} == NAMES
    assert {path.name for path in (tmp_path / "lan1").iterdir()} == NAMES
    assert {path.name for path in tmp_path.iterdir()} == {"lan1", "home"}
    verification = verify_bundle(tmp_path / "lan1", published_keys(settings))
    assert (verification.problems, verification.number) == ((), "2026-06T/1")


def test_a_months_bundle_has_no_report_to_the_ministry_and_is_whole(settings, tmp_path):
    month = edition(release_code="2026-T05", release_kind="monthly", name="Số liệu tháng 5/2026")

    files = render_edition(month, tmp_path / "lan1", settings)

    expected = {name.replace("2026-06T", "2026-T05") for name in NAMES if not name.endswith(".docx")}
    assert {each.name for each in files} == expected
    assert verify_bundle(tmp_path / "lan1", published_keys(settings)).problems == ()


def test_every_document_of_a_bundle_prints_the_same_number_and_the_same_words(settings, tmp_path):
    told = (
        figure("M01", "1234567.5"),
        figure("M02", "0"),
        figure("M03", None),
        figure("E01", None, state="suppressed", numerator=None, numerator_mark="<5", reason="Số nhỏ."),
        figure("V01", "0", state="nil"),
        figure("S01", None, state="withheld", reason="Không cung cấp."),
    )
    made = edition(snapshot=snapshot(indicators=tuple(indicator(each.indicator_code, each) for each in told)))

    render_edition(made, tmp_path / "lan1", settings)

    read = {name: text_of(tmp_path / "lan1" / f"{STEM}.{name}") for name in ("pdf", "docx", "html")}
    for name, words in read.items():
        for shown in ("1.234.567,5", "thiếu số liệu", "<5", "không phát sinh", "không cung cấp"):
            assert shown in words, f"{shown} in {name}"
    sheet = openpyxl.load_workbook(tmp_path / "lan1" / f"{STEM}.xlsx")["Dữ liệu"]
    rows = list(sheet.iter_rows(values_only=True))
    header = next(row for row in rows if "Mã" in row)
    code, value = header.index("Mã"), header.index("Giá trị")
    values = {row[code]: row[value] for row in rows[rows.index(header) + 1 :]}
    assert (values["M01"], values["M02"], values["V01"]) == (1234567.5, 0, 0)
    assert {values["M03"], values["E01"], values["S01"]} <= {None, ""}
    with (tmp_path / "lan1" / f"{STEM}.csv").open(encoding="utf-8-sig", newline="") as lines:
        by_code = {line["indicator_code"]: line for line in csv.DictReader(lines)}
    assert (by_code["M01"]["value"], by_code["M02"]["value"], by_code["M03"]["value"]) == ("1234567.5", "0", "")
    assert [by_code[code]["value_state"] for code in ("M02", "M03", "E01", "V01", "S01")] == [
        "reported",
        "missing",
        "suppressed",
        "nil",
        "withheld",
    ]


def text_of(path: Path) -> str:
    if path.suffix == ".pdf":
        with pdfplumber.open(path) as pages:
            return " ".join((page.extract_text() or "").replace("\n", " ") for page in pages.pages)
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return " ".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    from lxml import html

    return " ".join(html.fromstring(path.read_text(encoding="utf-8")).find("body").text_content().split())


def test_every_bit_flipped_in_any_document_of_a_real_bundle_is_seen(settings, tmp_path):
    files = render_edition(edition(), tmp_path / "lan1", settings)
    for file in files:
        content = file.path.read_bytes()
        for place in (0, len(content) // 3, len(content) // 2, len(content) - 1):
            for bit in (0, 5, 7):
                flipped = bytearray(content)
                flipped[place] ^= 1 << bit
                file.path.write_bytes(flipped)
                assert not verify_bundle(tmp_path / "lan1", published_keys(settings)).is_whole, (file.name, place, bit)
        file.path.write_bytes(content)
    assert verify_bundle(tmp_path / "lan1", published_keys(settings)).ok


def test_a_draft_and_a_correction_are_bundles_too(settings, tmp_path):
    draft = render_edition(edition(approval=None), tmp_path / "draft", settings)
    corrected = render_edition(edition(edition_number=2, correction=CORRECTION), tmp_path / "lan2", settings)

    assert f"{STEM}_DU-THAO.pdf" in {each.name for each in draft}
    assert "TTDN_2026-06T_lan2.pdf" in {each.name for each in corrected}
    assert verify_bundle(tmp_path / "draft", published_keys(settings)).is_draft


# --- all or none --------------------------------------------------------------------------------------------


def only(monkeypatch: pytest.MonkeyPatch, **writers: render.Writer) -> None:
    monkeypatch.setattr(render, "DOCUMENTS", {"csv": DOCUMENTS["csv"], "snapshot": DOCUMENTS["snapshot"], **writers})


def fails_on_purpose(told, folder):
    (folder / "half.pdf").write_bytes(b"half")
    raise PlatformError(where="font", found="no letter Ǝ", expected="a font with it", remedy="Take another font.")


def fails_by_mistake(told, folder):
    raise KeyError("scope")


def test_every_document_that_fails_is_named_and_none_appears(settings, tmp_path, monkeypatch):
    only(monkeypatch, pdf=fails_on_purpose, docx=fails_by_mistake, html=lambda told, folder: None)

    with pytest.raises(RenderStopped) as stopped:
        render_edition(edition(), tmp_path / "releases" / "lan1", settings)

    assert [reason.code for reason in stopped.value.reasons] == ["RENDER_PDF", "RENDER_DOCX", "RENDER_HTML"]
    assert "no letter Ǝ" in stopped.value.reasons[0].text_vi
    assert "KeyError" in stopped.value.reasons[1].text_en
    assert list((tmp_path / "releases").iterdir()) == []


@pytest.mark.parametrize(
    ("write", "code"),
    [
        (lambda told, folder: (folder / "x.pdf").write_bytes(b""), "RENDER_PDF"),
        (lambda told, folder: (folder / "báo cáo.pdf").write_bytes(b"x"), "RENDER_PDF"),
        (lambda told, folder: (folder / "manifest.json").write_bytes(b"x"), "RENDER_PDF"),
        (lambda told, folder: (folder / "x").mkdir(), "RENDER_PDF"),
    ],
    ids=["empty", "letters of another alphabet", "the manifest's name", "a folder"],
)
def test_a_file_that_could_not_be_delivered_stops_the_bundle(settings, tmp_path, monkeypatch, write, code):
    only(monkeypatch, pdf=write)

    with pytest.raises(RenderStopped) as stopped:
        render_edition(edition(), tmp_path / "lan1", settings)

    assert {reason.code for reason in stopped.value.reasons} == {code}


def test_a_failed_rendering_leaves_what_was_there(settings, tmp_path, monkeypatch):
    only(monkeypatch)
    render_edition(edition(), tmp_path / "lan1", settings)
    before = contents(tmp_path / "lan1")
    only(monkeypatch, pdf=fails_on_purpose)

    with pytest.raises(RenderStopped):
        render_edition(edition(name="Khác"), tmp_path / "lan1", settings)

    assert contents(tmp_path / "lan1") == before


def test_a_rendering_killed_before_the_end_leaves_what_was_there(settings, tmp_path, monkeypatch):
    only(monkeypatch)
    render_edition(edition(), tmp_path / "lan1", settings)
    before = contents(tmp_path / "lan1")

    def interrupted(told, folder):
        raise KeyboardInterrupt

    only(monkeypatch, pdf=interrupted)
    with pytest.raises(KeyboardInterrupt):
        render_edition(edition(name="Khác"), tmp_path / "lan1", settings)

    assert contents(tmp_path / "lan1") == before
    assert {path.name for path in tmp_path.iterdir()} == {"home", "lan1"}


def test_a_bundle_takes_the_place_of_a_damaged_one_with_nothing_left_over(settings, tmp_path, monkeypatch):
    only(monkeypatch)
    render_edition(edition(), tmp_path / "lan1", settings)
    before = contents(tmp_path / "lan1")
    (tmp_path / "lan1" / f"{STEM}.csv").write_bytes(b"damaged")
    (tmp_path / "lan1" / "stray.txt").write_bytes(b"x")

    render_edition(edition(), tmp_path / "lan1", settings)

    assert contents(tmp_path / "lan1") == before


@pytest.mark.parametrize("exchanges", [True, False], ids=["names exchanged", "the former steps aside"])
def test_a_bundle_that_cannot_take_its_place_leaves_the_one_that_is_there(settings, tmp_path, monkeypatch, exchanges):
    only(monkeypatch)
    render_edition(edition(), tmp_path / "lan1", settings)
    whole = contents(tmp_path / "lan1")
    (tmp_path / "lan1" / "stray.txt").write_bytes(b"x")
    if not exchanges:
        monkeypatch.setattr(drafts, "_exchange", refuse)
    with monkeypatch.context() as broken:
        broken.setattr(render.faults, "hit", lambda point: refuse() if point == "render_before_place" else None)
        with pytest.raises(OSError, match="cannot"):
            render_edition(edition(), tmp_path / "lan1", settings)

    assert contents(tmp_path / "lan1") == whole | {"stray.txt": b"x"}
    render_edition(edition(), tmp_path / "lan1", settings)
    assert contents(tmp_path / "lan1") == whole
    assert {path.name for path in tmp_path.iterdir()} == {"lan1", "home"}


def refuse(*_):
    raise OSError(errno.EINVAL, "this file system cannot")


def test_an_edition_that_is_written_otherwise_than_frozen_is_not_rendered(settings, tmp_path, monkeypatch):
    only(monkeypatch)

    with pytest.raises(RenderStopped, match="OTHER_SNAPSHOT"):
        render_edition(replace(edition(), content_hash="0" * 64), tmp_path / "lan1", settings)


# --- on another day and machine -----------------------------------------------------------------------------

ELSEWHERE = (
    {"TZ": "America/Los_Angeles", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "Pacific/Kiritimati", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4242"},
)


def wide_edition():
    """A value of every state, a hidden one, names with dangerous letters, a pair, a correction."""
    states = [
        figure("M10", "0", unit="văn bản"),
        figure("M11", "0", state="nil", unit="lớp"),
        figure("M13", None, state="withheld", unit="đoàn"),
        figure("M14", "12.5", unit="%", numerator=Decimal(1), denominator=Decimal(8)),
        figure("M16", "7", unit="tỷ đồng", kind="uoc"),
        figure("M05", None, state="suppressed", numerator_mark="<5"),
    ]
    bodies = tuple(
        figure(
            "M01", "12.5", scope_type="unit", scope_code=str(28200 + number), scope_name=f"Xã <b>{number}</b> & =1+1"
        )
        for number in range(30)
    )
    plain = snapshot().indicators
    return edition(
        snapshot=snapshot(
            indicators=(
                replace(plain[0], by_unit=bodies),
                *plain[1:],
                *(indicator(each.indicator_code, each) for each in states),
            )
        ),
        edition_number=2,
        correction=CORRECTION,
    )


def render_elsewhere(place: dict[str, str], settings: Settings, source: Path, folder: Path) -> str:
    environment = {**os.environ, "TTDN_HOME": str(settings.home), "TTDN_ENV_FILE": os.devnull, **place}
    command = [sys.executable, "-m", "tests.unit.render_elsewhere", str(source), str(folder)]
    return subprocess.run(
        command, env=environment, cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_another_zone_language_and_order_give_the_same_bytes(settings, tmp_path):
    load_signing_key(settings)
    source = tmp_path / "edition.json"
    source.write_bytes(edition_json(wide_edition()))

    for number, place in enumerate(ELSEWHERE):
        render_elsewhere(place, settings, source, tmp_path / f"place-{number}")

    first, second = contents(tmp_path / "place-0"), contents(tmp_path / "place-1")
    assert {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)} == set()
    assert {MANIFEST_NAME, SIGNATURE_NAME} < first.keys()


FOUR_YEARS_AND_SOME_DAYS = 134_567_890


@needs_compiler
def test_another_day_gives_the_same_bytes(settings, tmp_path):
    load_signing_key(settings)
    source = tmp_path / "edition.json"
    source.write_bytes(edition_json(wide_edition()))

    today = render_elsewhere({}, settings, source, tmp_path / "today")
    later = render_elsewhere(moved_clock(tmp_path, FOUR_YEARS_AND_SOME_DAYS), settings, source, tmp_path / "later")

    assert int(later[:4]) - int(today[:4]) in (4, 5)
    first, second = contents(tmp_path / "today"), contents(tmp_path / "later")
    assert {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)} == set()

"""What is found in a workbook does not hang on how its program spells XML, nor on how the reading takes its short cuts.

The readers look for bytes where the spelling allows it and match or parse where it does not: both must find the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from include.readers import open_workbook, preflight
from include.readers.grid import LooseText, Sheet, Workbook, WorkbookRefused
from include.readers.preflight import check_file
from include.readers.xlsx import _Package
from tests.corpus.frame import Case, communes, load_cases
from tests.unit.reader_files import write_parts, write_xlsx, xlsx_parts

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_SPELLINGS: dict[str, Callable[[str], str]] = {
    "as nearly every program": lambda rows: rows,
    "in single quotes": lambda rows: rows.replace('"', "'"),
    "with prefixes": lambda rows: re.sub(r"<(/?)(row|c|v)\b", r"<\1x:\2", rows),
    "the style before the address": lambda rows: rows.replace("<c r=", '<c s="0" r='),
    "the span before the row's number": lambda rows: rows.replace("<row r=", '<row spans="1:9" r='),
    "a line for each attribute": lambda rows: re.sub(r"<(row|c) ", r"<\1\n", rows),
    "two spaces": lambda rows: re.sub(r"<(row|c) ", r"<\1  ", rows),
    "a style behind the address": lambda rows: re.sub(r'(<c r="\w+")', r'\1 s="0"', rows),
}


def _row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: object = 1) -> str:
    return f'<c r="{place}"><v>{value}</v></c>'


_A1 = _row(1, _cell("A1"))


@pytest.mark.parametrize("spelling", _SPELLINGS)
@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        (_row(1, _cell("A1"), _cell("A1")), "WORKBOOK_AMBIGUOUS: ô ghi hai lần hoặc không theo thứ tự"),
        (_row(1, _cell("B1"), _cell("A1")), "WORKBOOK_AMBIGUOUS: ô ghi hai lần hoặc không theo thứ tự"),
        (_A1 + _row(1, _cell("B1")), "WORKBOOK_AMBIGUOUS: hàng ghi hai lần hoặc không theo thứ tự"),
        (_row(5, _cell("B9")), "WORKBOOK_AMBIGUOUS: ô ghi sai hàng"),
        (_row(1, '<c r="A1"><v>1</v><v>2</v></c>'), "WORKBOOK_AMBIGUOUS: một ô có hai giá trị"),
        (_row(1, '<c r="A1" t="s"><v>x</v></c>'), "WORKBOOK_AMBIGUOUS: ô trỏ tới chữ không có trong tệp"),
        (_row(1, '<c r="A1" t="s"><v></v></c>') + _row(2, _cell("SG2")), "SHEET_RANGE: SG2"),
        (_row(300_000, _cell("A300000")), "SHEET_RANGE: A300000"),
        (_row(1, _cell("A1")) + _row(2, '<c t="n"><v>1</v></c>' * 501), "SHEET_RANGE: SG2"),
        (_row(1, _cell("A1")) + _row(2, "<c><v>1</v></c>" * 501), "SHEET_RANGE: SG2"),
        (_row(1, _cell("A1", "<![CDATA[1]]>")), "WORKBOOK_AMBIGUOUS: ghi chú XML nằm giữa các ô"),
        # Near misses: an empty cell far away is none, and what is in order passes.
        (_row(1, _cell("A1"), _cell("B1")) + _row(3, '<c r="A3" t="s"><v>12</v></c>', '<c r="SG3"/>'), ""),
        (_row(1, '<c r="A1"><f>1+1</f><v>2</v></c>', '<c r="B1" t="str"><v></v></c>'), ""),
    ],
)
def test_a_sheet_is_looked_through_alike_however_it_is_spelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelling: str, rows: str, refusal: str
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", _SPELLINGS[spelling](rows))

    # Whole, and in pieces that cut tags in two.
    for size in (1 << 18, 61, 97):
        monkeypatch.setattr(preflight, "_CHUNK", size)
        assert _refusal(path) == refusal


def _refusal(path: Path) -> str:
    try:
        check_file(path)
    except WorkbookRefused as refused:
        return f"{refused.code}: {refused.detail}"
    return ""


@pytest.mark.parametrize(
    ("cell", "refusal"),
    [
        ('<c r="A1" r="B9"><v>1</v></c>', "WORKBOOK_AMBIGUOUS: ô ghi sai hàng"),
        ('<c r="A1" t="n"\tr="B9"><v>1</v></c>', "WORKBOOK_AMBIGUOUS: ô ghi sai hàng"),
        ("<c r=\"A1\" r='B9'><v>1</v></c>", "WORKBOOK_AMBIGUOUS: ô ghi sai hàng"),
        ('<c r="A1"<c r="B9"><v>1</v></c>', "WORKBOOK_AMBIGUOUS: ô ghi sai hàng"),
        ('<c r="SG1" s="<"><v>1</v></c>', "SHEET_RANGE: SG1"),
    ],
)
def test_no_address_hides_in_a_tag_no_program_writes(tmp_path: Path, cell: str, refusal: str) -> None:
    assert _refusal(write_xlsx(tmp_path / "a.xlsx", _row(1, cell))) == refusal


# --- the corpus, looked at in both ways ------------------------------------------------------------------

_CASES = [
    each
    for each in load_cases("workbooks")
    if each.entry in ("B026", "B028", "B029", "B030", "B031", "B044", "B046", "B047", "B048", "B049", "B050")
]
_KINDS = (
    *("errors", "formulas", "uncalculated", "net_cells", "percent_cells", "otherwise_cells", "unseen_cells"),
    *("hidden_rows", "hidden_columns"),
)


def _found(case: Case, folder: Path) -> Workbook | str | None:
    path = case.make(folder, communes()[0])
    assert isinstance(path, Path)
    try:
        workbook = open_workbook(path)
    except WorkbookRefused as refused:
        return f"{refused.code} {refused.detail} {refused.sheet} {refused.cell}"
    return workbook if workbook.format == "xlsx" else None


def _summed(sheets: tuple[Sheet, ...]) -> Counter[str]:
    return Counter({kind: sum(len(getattr(sheet, kind)) for sheet in sheets) for kind in _KINDS})


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_looking_for_bytes_finds_what_parsing_every_row_finds(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    found = _found(case, tmp_path / "1")
    monkeypatch.setattr(preflight, "_begin_alike", lambda window: False)
    monkeypatch.setattr(preflight, "_may_lack_text", lambda window: True)
    monkeypatch.setattr(preflight, "_may_have_second_value", lambda window: True)
    monkeypatch.setattr(_Package, "_frame_of_plain_sheet", lambda *_: None)

    parsed = _found(case, tmp_path / "2")

    if isinstance(found, Workbook) and isinstance(parsed, Workbook):
        assert found.sheets == parsed.sheets
        assert Counter(found.loose_texts) == Counter(parsed.loose_texts)
    else:
        assert found == parsed


def test_the_corpus_holds_as_many_of_each_finding_as_were_put_into_it(tmp_path: Path) -> None:
    """One for every case that is about one; two where a formula is shared, or two of them are typed."""
    found: dict[str, Counter[str]] = {}
    for number, case in enumerate(_CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        if isinstance(workbook := _found(case, folder), Workbook):
            found.setdefault(case.entry, Counter()).update(_summed(workbook.sheets))

    assert {entry: dict(+counts) for entry, counts in found.items()} == {
        "B026": {"formulas": 2, "uncalculated": 1},
        "B028": {"formulas": 11, "uncalculated": 9, "net_cells": 9},
        "B029": {"formulas": 7, "uncalculated": 3},
        "B030": {"errors": 5, "formulas": 5},
        "B031": {"formulas": 2},
        "B044": {"hidden_rows": 4, "hidden_columns": 3},
        "B046": {"unseen_cells": 3, "hidden_columns": 1, "otherwise_cells": 4},
        "B047": {},
        "B048": {},
        "B049": {"formulas": 1},
        "B050": {"errors": 1, "formulas": 1},
    }


# --- the table of shared strings ---------------------------------------------------------------------------


def _unused_texts(folder: Path, items: str) -> set[str]:
    parts = xlsx_parts(_A1)
    relations = str(parts["xl/_rels/workbook.xml.rels"])
    parts["xl/_rels/workbook.xml.rels"] = relations.replace(
        "</Relationships>",
        f'<Relationship Id="rId2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{items}</sst>'
    texts = open_workbook(write_parts(folder / "a.xlsx", parts)).loose_texts
    assert all(text == LooseText("part", None, text.text) for text in texts)
    return {text.text for text in texts}


@pytest.mark.parametrize(
    ("item", "texts"),
    [
        ("<si><t>bản</t></si>", {"bản"}),
        ('<si><t xml:space="preserve">  bản </t></si>', {"bản"}),
        ("<si><t>a &amp; b &#77;</t></si>", {"a & b M"}),
        ("<si><t>_x004D_ậT, a_xyz_</t></si>", {"MậT, a_xyz_"}),
        ("<si><r><t>M</t></r><r><rPr><b/></rPr><t>ẬT</t></r></si>", {"MẬT"}),
        ("<si><t>bản</t><rPh sb='0' eb='1'><t>đọc</t></rPh></si>", {"bản", "đọc"}),
        ("<si><r><t>5</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>1</t></r></si>", {"51"}),
        # What nobody writes is read all the same: a text within a text, one cut by a comment.
        ("<si><t>ngoài</t><si><t>trong</t></si></si>", {"ngoài", "trong"}),
        ("<si><si><t>x</t></si><t>MẬT</t></si>", {"x", "MẬT"}),
        ("<si><t/></si><si><t> </t></si><si/>", set()),
    ],
)
def test_every_text_no_cell_shows_is_looked_at(tmp_path: Path, item: str, texts: set[str]) -> None:
    assert _unused_texts(tmp_path, item) == texts
    # The same behind and before more texts than are held at a time.
    plain = [f"<si><t>chữ {number}</t></si>" for number in range(700)]
    many = {f"chữ {number}" for number in range(700)}
    assert _unused_texts(tmp_path, "".join([*plain[:255], item, *plain[255:]])) == texts | many

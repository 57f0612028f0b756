"""The sentences a reporter gets, and the loader that keeps them one to a code."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import CatalogueError
from include.model import Finding
from include.quality.gate import Breach
from include.quality.messages import all_messages, load_messages, message, render

ENTRY = '{rule: R-02, severity: block, text: "ghi {found}.", remedy: ""}'


def breach(code: str, **changes: object) -> Breach:
    said = {"found": "tổng ghi 10, các dòng LEG03.level cộng lại là 9", "expected": "hai số bằng nhau"}
    place = {"sheet_name": "Báo cáo", "cell": "F12", "subject": "Văn bản về TTĐN đã ban hành (LEG03)"}
    fields = {
        "submission_id": 1,
        "line_number": 1,
        "rule_code": "R-03",
        "severity": "block",
        **said,
        **place,
        **changes,
    }
    return Breach(code=code, **fields)  # type: ignore[arg-type]


def test_a_sentence_says_where_what_expected_and_what_to_do() -> None:
    rule, severity, sentence = render(breach("PARTS_NOT_TOTAL"))

    assert (rule, severity) == ("R-03", "block")
    assert sentence == (
        "Trang “Báo cáo”, ô F12: Văn bản về TTĐN đã ban hành (LEG03): các phần không khớp với tổng: "
        "tổng ghi 10, các dòng LEG03.level cộng lại là 9; cần hai số bằng nhau. "
        "Kiểm tra lại dòng tổng và từng dòng trong đó; phần không có thì ghi 0 hoặc để trống."
    )


def test_a_finding_of_a_reader_is_told_in_the_same_form() -> None:
    rule, severity, sentence = render(Finding("ERROR_CELL", "Báo cáo", "F9", found="#REF!"))

    assert (rule, severity) == ("R-19", "block")
    assert sentence.startswith("Trang “Báo cáo”, ô F9: ô báo lỗi công thức “#REF!”")


def test_what_concerns_the_whole_file_has_no_place() -> None:
    sentence = render(breach("COPIED_REPORT", sheet_name=None, cell=None, subject="Toàn bộ báo cáo"))[2]

    assert sentence.startswith("Toàn bộ báo cáo: ")


def test_braces_in_a_cell_are_shown_as_they_are() -> None:
    assert "{7*7} {found}" in render(breach("PARTS_NOT_TOTAL", found="{7*7} {found}"))[2]


def test_an_unknown_code_is_an_error_and_never_a_blank_sentence() -> None:
    with pytest.raises(CatalogueError, match="NO_SUCH_CODE"):
        message("NO_SUCH_CODE")


def test_every_sentence_ends_like_one_and_says_what_to_do_when_it_blocks() -> None:
    for each in all_messages().values():
        assert each.text.endswith((".", "}")), each.code
        assert each.remedy.endswith(".") or (not each.remedy and each.severity == "info"), each.code


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"a.yml": f"X: {ENTRY}\nX: {ENTRY}"}, "also written in a.yml"),
        ({"a.yml": f"X: {ENTRY}", "b.yml": f"X: {ENTRY}"}, "also written in a.yml"),
        ({"a.yml": f"X: {ENTRY}".replace("block", "fatal")}, "severity 'fatal'"),
        ({"a.yml": f"X: {ENTRY}".replace("R-02", "R-21")}, "rule 'R-21'"),
        ({"a.yml": f"X: {ENTRY}".replace("{found}", "{value}")}, "placeholder"),
        ({"a.yml": f"X: {ENTRY}".replace("{found}", "{found")}, "text"),
        ({"a.yml": 'X: {rule: R-02, severity: block, text: "ghi."}'}, "keys"),
    ],
)
def test_a_careless_entry_is_refused(tmp_path: Path, files: dict[str, str], complaint: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(CatalogueError, match=complaint):
        load_messages(sorted(tmp_path.glob("*.yml")))


def test_entries_of_several_files_are_merged(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(f"X: {ENTRY}", encoding="utf-8")
    (tmp_path / "b.yml").write_text(f"Y: {ENTRY}", encoding="utf-8")

    assert set(load_messages(sorted(tmp_path.glob("*.yml")))) == {"X", "Y"}

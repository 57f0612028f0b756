"""What a hostile tester found from outside: marks where nobody looked, names refused, digits that ran together."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from include.model import Reading
from include.readers.kept_words import faults_in_words
from include.readers.sandbox import Sandbox
from include.readers.secrecy import file_is_marked, is_marked_text
from include.sources.agency_reports.read import read_file
from include.sources.monitoring_statistics.read import read_file as read_counts
from tests.corpus.word_reports import (
    add_part,
    by_letters,
    complex_field,
    control,
    figure,
    form_field,
    formula,
    paragraph,
    ruby,
    run,
    story,
    text_box,
    write_word_report,
)
from tests.sources.monitoring_files import line, write_counts
from tests.sources.reports import cell_of, write_report

NOW = datetime(2026, 6, 10, tzinfo=UTC)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CHART = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
MARK, NO_MARK = "TỐI MẬT", "Bảo mật"


def code_of(path: Path) -> str:
    reading = read_file(str(path), path.name, NOW)
    return reading.refusal.code if reading.refusal else "read"


def _tabbed(words: str) -> str:
    return paragraph(f"{run('UBND XÃ')}<w:r><w:tab/></w:r>{run(words)}")


def _broken(words: str) -> str:
    return paragraph(f"{run('Nguồn')}<w:r><w:br/></w:r>{run(words)}")


IN_BODY: dict[str, Callable[[str], str]] = {
    "prompt of a content control": lambda words: control(paragraph(words), "<w:showingPlcHdr/>"),
    "name of a content control": lambda words: control(paragraph("x"), f'<w:alias w:val="{words}"/>'),
    "choice of a content control": lambda words: control(
        paragraph("x"), f'<w:dropDownList><w:listItem w:displayText="{words}" w:value="1"/></w:dropDownList>'
    ),
    "quoted in a field": lambda words: paragraph(complex_field(f' QUOTE "{words}" ', "x")),
    "button": lambda words: paragraph(complex_field(f" MACROBUTTON NoMacro {words} ", "x")),
    "default of a form's field": form_field,
    "hidden letter by letter": lambda words: by_letters(words, "<w:vanish/>"),
    "struck out letter by letter": lambda words: by_letters(words, "<w:strike/>"),
    "box for old programs only": lambda words: (
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'/><mc:Fallback><w:pict><v:shape><v:textbox>"
        f"<w:txbxContent>{paragraph(words)}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    ),
    "alternative text of a table": lambda words: (
        f'<w:tbl><w:tblPr><w:tblDescription w:val="{words}"/></w:tblPr><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>'
    ),
    "alternative text of an old shape": lambda words: (
        f'<w:p><w:r><w:pict><v:shape alt="{words}"/></w:pict></w:r></w:p>'
    ),
    "above other letters": lambda words: paragraph(ruby(run("x"), above=run(words))),
}
IN_PART: dict[str, tuple[str, Callable[[str], str], str]] = {
    "page header, behind a tab": ("word/header1.xml", lambda w: story("hdr", _tabbed(w)), "header"),
    "page footer, on a second line": ("word/footer1.xml", lambda w: story("ftr", _broken(w)), "footer"),
    "page header, in a box": (
        "word/header1.xml",
        lambda w: story("hdr", paragraph(run("UBND") + text_box(paragraph(w)))),
        "header",
    ),
    "page header in another folder": ("x/h.xml", lambda w: story("hdr", paragraph(w)), "header"),
    "footnote, on a second line": (
        "word/footnotes.xml",
        lambda w: story("footnotes", f"<w:footnote>{_broken(w)}</w:footnote>"),
        "footnotes",
    ),
    "number of a list": (
        "word/numbering.xml",
        lambda w: story("numbering", f'<w:abstractNum><w:lvl><w:lvlText w:val="{w} %1"/></w:lvl></w:abstractNum>'),
        "numbering",
    ),
    "data behind a field": ("customXml/item1.xml", lambda w: f"<a><b>{w}</b></a>", ""),
    "building block": (
        "word/glossary/document.xml",
        lambda w: story("glossaryDocument", f"<w:docParts>{paragraph(w)}</w:docParts>"),
        "",
    ),
    "title of a chart, letter by letter": (
        "word/charts/chart1.xml",
        lambda w: f"<c:chart {CHART}><a:p>{''.join(f'<a:r><a:t>{each}</a:t></a:r>' for each in w)}</a:p></c:chart>",
        "",
    ),
    "name of a chart's series": (
        "word/charts/chart1.xml",
        lambda w: f"<c:chart {CHART}><c:v>{w}</c:v></c:chart>",
        "",
    ),
}


@pytest.mark.parametrize("where", IN_BODY)
def test_a_mark_in_a_word_document_is_seen_where_only_word_shows_it(where: str, tmp_path: Path) -> None:
    def code(words: str) -> str:
        return code_of(write_word_report(tmp_path / "a.docx", wrap=lambda form: form + IN_BODY[where](words)))

    assert code(MARK) == "SECRET"
    assert code(NO_MARK) == "read"


@pytest.mark.parametrize("where", IN_PART)
def test_a_mark_in_another_part_of_a_word_document_is_seen(where: str, tmp_path: Path) -> None:
    name, written, kind = IN_PART[where]

    def code(words: str) -> str:
        return code_of(write_word_report(tmp_path / "a.docx", edit=add_part(name, written(words), kind)))

    assert code(MARK) == "SECRET"
    assert code(NO_MARK) == "read"


SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
IN_WORKBOOK: dict[str, tuple[str, str, str]] = {
    "currency of a number format": ("xl/styles.xml", 'formatCode="#,##0"', 'formatCode="[$WORDS-42A]#,##0"'),
    "two literals of a number format": (
        "xl/styles.xml",
        'formatCode="#,##0"',
        'formatCode="&quot;WOR&quot;&quot;DS&quot;0"',
    ),
    "scenario": (
        SHEET,
        "</sheetData>",
        '</sheetData><scenarios><scenario name="WORDS"><inputCells r="A1" val="1"/></scenario></scenarios>',
    ),
    "value of a filter": (
        SHEET,
        "</sheetData>",
        '</sheetData><autoFilter ref="A1:B9"><filterColumn colId="0"><filters><filter val="WORDS"/></filters>'
        "</filterColumn></autoFilter>",
    ),
    "view of the book": (
        BOOK,
        "</workbook>",
        '<customWorkbookViews><customWorkbookView name="WORDS" guid="{0}"/></customWorkbookViews></workbook>',
    ),
    "remark on a defined name": (
        BOOK,
        "<definedNames>",
        '<definedNames><definedName name="a" comment="WORDS">1</definedName>',
    ),
    "company": ("docProps/app.xml", "</Properties>", "<Company>WORDS</Company></Properties>"),
    "sheet the book does not list": (
        "xl/worksheets/sheet9.xml",
        "",
        f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="inlineStr"><is><t>WORDS</t></is></c></row></sheetData>'
        "</worksheet>",
    ),
    "page header of a sheet with a chart": (
        "xl/chartsheets/sheet1.xml",
        "",
        f'<chartsheet xmlns="{MAIN}"><headerFooter><oddHeader>&amp;CWORDS</oddHeader></headerFooter></chartsheet>',
    ),
}


def _workbook_with(path: Path, place: tuple[str, str, str], words: str, comment: str = "") -> Path:
    part, old, new = place
    half = len(words) // 2
    for name, text in (("WORDS", words), ("WOR", words[:half]), ("DS&quot;", f"{words[half:]}&quot;")):
        new = new.replace(name, text)
    plain = write_report(path.with_name(f"plain-{path.name}"))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old in text.decode("utf-8")
                text = text.decode("utf-8").replace(old, new, 1).encode("utf-8")
            target.writestr(name, text)
        if part and part not in source.namelist():
            target.writestr(part, new)
        target.comment = comment.encode("utf-8")
    return path


@pytest.mark.parametrize("where", IN_WORKBOOK)
def test_a_mark_in_a_workbook_is_seen_beside_its_cells(where: str, tmp_path: Path) -> None:
    assert code_of(_workbook_with(tmp_path / "a.xlsx", IN_WORKBOOK[where], MARK)) == "SECRET"
    assert code_of(_workbook_with(tmp_path / "b.xlsx", IN_WORKBOOK[where], NO_MARK)) == "read"


def test_a_mark_on_the_container_itself_is_seen(tmp_path: Path) -> None:
    nothing = ("", "", "")

    assert code_of(_workbook_with(tmp_path / "a.xlsx", nothing, "", comment=MARK)) == "SECRET"
    assert code_of(_workbook_with(tmp_path / "b.xlsx", nothing, "", comment=NO_MARK)) == "read"
    assert code_of(_workbook_with(tmp_path / "c.xlsx", ("xl/media/TỐI MẬT.bin", "", "x"), "")) == "SECRET"


def test_words_a_formula_will_show_are_looked_at_before_it_is_calculated(tmp_path: Path) -> None:
    def shows(formula: str) -> Callable[[openpyxl.Workbook], None]:
        return lambda book: book.worksheets[0].cell(book.worksheets[0].max_row + 2, 2, formula) and None

    assert code_of(write_report(tmp_path / "a.xlsx", edit=shows('="M"&"Ậ"&"T"'))) == "SECRET"
    assert code_of(write_report(tmp_path / "b.xlsx", edit=shows('=COUNTIF(A1:A9,"MẬT")'))) == "read"


def _counted(path: Path) -> str:
    reading: Reading = read_counts(str(path), "th" + "".join(path.suffixes), datetime(2026, 11, 20, tzinfo=UTC))
    if reading.monitoring is not None:
        Path(reading.monitoring.spool_path).unlink()
    return reading.refusal.code if reading.refusal else "read"


def test_a_mark_in_the_name_a_file_was_packed_under_is_seen(tmp_path: Path) -> None:
    content = write_counts(tmp_path / "th.csv", [line("2026-05-04", 3)]).read_bytes()
    for name, code in (("TOI MAT.csv", "SECRET"), ("MAT_HANG.csv", "read")):
        packed = BytesIO()
        with gzip.GzipFile(name, "wb", fileobj=packed) as file:
            file.write(content)
        (tmp_path / "a.csv.gz").write_bytes(packed.getvalue())
        assert _counted(tmp_path / "a.csv.gz") == code


@pytest.mark.parametrize("is_of_column", [False, True])
def test_a_mark_among_the_notes_of_a_parquet_file_is_seen(is_of_column: bool, tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import csv, parquet

    counts = csv.read_csv(write_counts(tmp_path / "th.csv", [line("2026-05-04", 3)]))
    for words, code in ((MARK, "SECRET"), (NO_MARK, "read")):
        note = {"note": words}
        if is_of_column:
            noted = counts.cast(pa.schema([field.with_metadata(note) for field in counts.schema]))
        else:
            noted = counts.replace_schema_metadata(note)
        parquet.write_table(noted, tmp_path / "a.parquet")
        assert _counted(tmp_path / "a.parquet") == code


@pytest.mark.parametrize(
    "words",
    [
        "HỎA TỐC, MẬT",
        "HỎA TỐC MẬT",
        "HOẢ TỐC, MẬT",
        "MẬT, KHẨN",
        "Mật, khẩn",
        "MẬT/HỎA TỐC",
        "Tối mật và khẩn",
        "MẬT KHÔNG SAO CHỤP",
        "Mật, lưu hành nội bộ",
        "Độ mật là Mật",
        "Độ mật thuộc loại Tối mật",
        "Độ mật của văn bản: Mật",
    ],
)
def test_a_stamp_beside_a_note_on_haste_or_behind_its_label_is_a_mark(words: str) -> None:
    assert is_marked_text(words)


@pytest.mark.parametrize(
    "words",
    [
        "Mật khẩu",
        "MẬT KHẨU",
        "mat khan",
        "khăn mặt, khẩn",
        "Bảo mật, khẩn",
        "Hỏa tốc, bảo mật",
        "Lưu hành nội bộ, bí mật",
        "Độ mật là không",
        "Độ mật của văn bản: không",
        "Mật ong, không phổ biến",
    ],
)
def test_ordinary_words_beside_a_note_or_label_are_no_mark(words: str) -> None:
    assert not is_marked_text(words)


@pytest.mark.parametrize(
    "name", ["BaoCaoMật.xlsx", "BCToiMat2026.xlsx", "BC%20M%E1%BA%ACT.xlsx", "BC_M%E1%BA%ACT.xlsx"]
)
def test_a_mark_in_a_name_set_together_or_saved_from_a_link_is_seen(name: str) -> None:
    assert file_is_marked(name)


@pytest.mark.parametrize(
    "name",
    [
        "HOP_MAT_KIEU_BAO_2026.xlsx",
        "BC_HOP_MAT.xlsx",
        "HOP_MAT_DAU_XUAN.xlsx",
        "SUC_KHOE_MAT.xlsx",
        "CHAM_SOC_MAT.xlsx",
        "MAT_SUC_LAO_DONG.xlsx",
        "BảoMật.xlsx",
        "BaoMatThongTin.xlsx",
        "MậtĐộDânSố.xlsx",
        "BC%20bao%20mat.xlsx",
    ],
)
def test_names_of_meetings_of_eyes_and_of_loss_are_no_mark(name: str) -> None:
    assert not file_is_marked(name)


def _read_as(reading: Reading) -> tuple[object, str]:
    [row] = [
        row
        for row in reading.observations
        if (row.measure_code, row.axis_code, row.value_kind) == ("MED01", "total", "thuc_hien")
    ]
    return row.value, row.value_state


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (paragraph(run("5") + run("1", '<w:vertAlign w:val="superscript"/>')), (None, "unreadable")),
        (formula("<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"), None),
        (
            formula("<m:sSup><m:e><m:r><m:t>1</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"),
            None,
        ),
        ('<w:p><w:r><w:sym w:font="Symbol" w:char="F02D"/><w:t>5</w:t></w:r></w:p>', None),
        (
            paragraph(ruby(run("1"), above=run("9")) + run("5")),
            (15, "reported"),
        ),
        (formula("<m:r><m:t>12</m:t></m:r>"), (12, "reported")),
    ],
)
def test_what_a_word_table_prints_apart_does_not_run_together_into_a_figure(
    content: str, wanted: tuple[object, str] | None, tmp_path: Path
) -> None:
    path = write_word_report(tmp_path / "a.docx", edit_rows=figure("MED01", content))

    assert _read_as(read_file(str(path), path.name, NOW)) == (wanted or (None, "unreadable"))


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        (InlineFont(), InlineFont(vertAlign="superscript"), (None, "unreadable")),
        (InlineFont(strike=True), InlineFont(), (None, "unreadable")),
        (InlineFont(color="FFFFFF"), InlineFont(), (None, "unreadable")),
        (InlineFont(), InlineFont(sz=1), (None, "unreadable")),
        (InlineFont(b=True), InlineFont(), (51, "reported")),
        (InlineFont(color="FF0000"), InlineFont(sz=9), (51, "reported")),
    ],
)
def test_raised_struck_out_and_unseen_digits_of_a_cell_are_no_digits_of_its_figure(
    first: InlineFont, second: InlineFont, wanted: tuple[object, str], tmp_path: Path
) -> None:
    def write(book: openpyxl.Workbook) -> None:
        cell_of(book, "MED01").value = CellRichText(TextBlock(first, "5"), TextBlock(second, "1"))

    path = write_report(tmp_path / "a.xlsx", edit=write)

    assert _read_as(read_file(str(path), path.name, NOW)) == wanted
    assert _read_as(read_file(str(_with_shared_texts(path)), path.name, NOW)) == wanted


def _with_shared_texts(path: Path) -> Path:
    """The same workbook with its rich text where spreadsheet programs keep it: in the table of shared strings."""
    shared = path.with_name("shared.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(shared, "w", zipfile.ZIP_DEFLATED) as target:
        parts = {name: source.read(name).decode("utf-8") for name in source.namelist()}
        sheet = next(name for name, text in parts.items() if name.startswith("xl/worksheets/") and "<is><r>" in text)
        [rich] = re.findall(r"<is>(<r>.*?)</is>", parts[sheet])
        parts[sheet] = re.sub(r't="inlineStr"([^>]*)><is><r>.*?</is>', r't="s"\1><v>0</v>', parts[sheet])
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}"><si>{rich}</si></sst>'
        parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
            "</Relationships>",
            f'<Relationship Id="rId99" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
        )
        for name, text in parts.items():
            target.writestr(name, text)
    return shared


@pytest.mark.parametrize(("letter", "end"), [("M", ""), ("ă", ""), ("a", "@"), ("a-", "/")])
def test_a_paragraph_of_two_hundred_thousand_runs_is_read_within_the_limits(
    letter: str, end: str, tmp_path: Path
) -> None:
    """A pattern that begins to look for a word in the word's middle costs the square of its length."""
    runs = run(letter) * 200_000 + run(end)
    path = write_word_report(tmp_path / "a.docx", wrap=lambda form: form + paragraph(runs))

    with Sandbox(workers=1) as sandbox:
        reading = sandbox.run("include.sources.agency_reports.read:read_file", str(path), path.name, NOW)

    assert _read_as(reading) == (5, "reported")


def test_a_cell_of_a_hundred_thousand_paragraphs_is_read_within_the_limits(tmp_path: Path) -> None:
    note = paragraph("a") * 100_000
    path = write_word_report(tmp_path / "a.docx", edit_rows=lambda rows: rows[13].__setitem__(5, note))

    with Sandbox(workers=1) as sandbox:
        reading = sandbox.run("include.sources.agency_reports.read:read_file", str(path), path.name, NOW)

    assert _read_as(reading) == (5, "reported")


def test_a_person_is_no_post_in_small_letters_either() -> None:
    assert faults_in_words("nguyễn văn an", is_post=True)
    assert not faults_in_words("Chánh Văn phòng", is_post=True)
    assert not faults_in_words("Trưởng phòng Văn hóa", is_post=True)

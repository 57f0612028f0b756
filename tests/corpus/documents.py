"""B056 to B064: reports sent as Word documents, and what may be hidden in one."""

from __future__ import annotations

import base64
from decimal import Decimal
from pathlib import Path

from tests.corpus.frame import case
from tests.corpus.word_reports import (
    COLUMNS,
    FIGURES,
    Edit,
    Parts,
    add_part,
    cell,
    change,
    complex_field,
    control,
    figure,
    paragraph,
    refer,
    relations,
    relationship,
    report_rows,
    run,
    statements,
    story,
    table,
    text_box,
    write_document,
    write_word_report,
)

TWELVE = {"MED01": Decimal(12)}
_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
_DTD = '<!DOCTYPE w:document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_WHITE = '<w:color w:val="FFFFFF"/>'
_XXE = '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


def report(folder: Path, unit: str, name: str = "bao-cao.docx", **changes: object) -> Path:
    """A report with twelve items of news, changed as told."""
    return write_word_report(folder / name, unit, actual={"MED01": 12}, **changes)  # type: ignore[arg-type]


# -- B056: merged cells, nested tables, tables over several pages


@case("B056", "a Word report with our form's table, codes and units", "loaded", "OK", loads=TWELVE)
def plain(folder: Path, unit: str) -> Path:
    return report(folder, unit)


@case("B056", "section rows merged over the whole width of the Word table", "loaded", "OK", loads=TWELVE)
def merged_sections(folder: Path, unit: str) -> Path:
    def merge(rows: list[list[str]]) -> None:
        for number, row in enumerate(rows):
            if number and not row[1]:
                rows[number] = [cell(f"{row[0]}. {row[2]}", f'<w:gridSpan w:val="{len(COLUMNS)}"/>')]

    return report(folder, unit, edit_rows=merge)


@case("B056", "a header of two rows merged downwards in a Word table", "loaded", "OK", loads=TWELVE)
def merged_header(folder: Path, unit: str) -> Path:
    def merge(rows: list[list[str]]) -> None:
        begun = [cell(each, '<w:vMerge w:val="restart"/>') for each in COLUMNS]
        begun[4] = cell("Số liệu")
        rows[0] = begun
        joined = [cell("", "<w:vMerge/>") for _ in COLUMNS]
        joined[4] = cell(FIGURES)
        rows.insert(1, joined)

    return report(folder, unit, edit_rows=merge)


@case("B056", "a Word table over several pages with its header typed again", "loaded", "OK", loads=TWELVE)
def repeated_header(folder: Path, unit: str) -> Path:
    def repeat(rows: list[list[str]]) -> None:
        rows.insert(20, list(rows[0]))
        rows.insert(21, ["A", "B", "C", "D", "1", "E"])

    return report(folder, unit, edit_rows=repeat)


@case("B056", "the form's table inside a cell of a layout table", "loaded", "OK", loads=TWELVE)
def nested(folder: Path, unit: str) -> Path:
    return report(folder, unit, wrap=lambda form: table([[cell(form + paragraph(""))]]))


@case("B056", "a Word report with a table for each section, all under one heading", "loaded", "OK", loads=TWELVE)
def several_tables(folder: Path, unit: str) -> Path:
    rows = report_rows(unit, actual={"MED01": 12})
    half = next(number for number, row in enumerate(rows) if number > 15 and not row[1])
    lines = "".join(map(paragraph, statements(unit)))
    body = lines + table(rows[:half]) + paragraph("Phần tiếp theo") + table([rows[0], *rows[half:]])
    return write_document(folder / "bao-cao.docx", body)


@case("B056", "the heading block as a table of labels and values above the figures", "loaded", "OK", loads=TWELVE)
def heading_table(folder: Path, unit: str) -> Path:
    labels = [line.partition(": ")[::2] for line in statements(unit)]
    body = table([list(pair) for pair in labels]) + paragraph("") + table(report_rows(unit, actual={"MED01": 12}))
    return write_document(folder / "bao-cao.docx", body)


@case(
    "B056",
    "one cell of a Word table merged over the figures of two lines",
    "quarantined",
    "FIGURE_MERGED",
    cells={"FIGURE_MERGED": "hàng 3, cột 5"},
)
def merged_figures(folder: Path, unit: str) -> Path:
    def merge(rows: list[list[str]]) -> None:
        rows[2][4] = cell("7", '<w:vMerge w:val="restart"/>')
        rows[3][4] = cell("", "<w:vMerge/>")

    return report(folder, unit, edit_rows=merge)


@case(
    "B056",
    "a figure cell merged with the note beside it: read, and put to a person",
    "quarantined",
    "CONFIRM_NEEDED",
    told=["READING_DOUBTFUL"],
)
def figure_over_note(folder: Path, unit: str) -> Path:
    def merge(rows: list[list[str]]) -> None:
        row = next(row for row in rows if "MED01" in row)
        row[4:] = [cell("12", '<w:gridSpan w:val="2"/>')]

    return report(folder, unit, edit_rows=merge)


@case(
    "B056",
    "a cell too many in one row of a Word table, before the figure",
    "quarantined",
    "CONFIRM_NEEDED",
    told=["READING_DOUBTFUL"],
    cells={"READING_DOUBTFUL": "hàng 14, cột 5"},
)
def cell_too_many(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=lambda rows: _row_of(rows, "MED01").insert(4, "7"))


@case("B056", "a cell too few in one row of a Word table", "quarantined", "CONFIRM_NEEDED", told=["READING_DOUBTFUL"])
def cell_too_few(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=lambda rows: _row_of(rows, "MED01").remove("tin, bài"))


@case("B056", "near miss: titles of sections as rows of one cell", "loaded", "OK", loads=TWELVE)
def narrow_titles(folder: Path, unit: str) -> Path:
    def narrow(rows: list[list[str]]) -> None:
        for number, row in enumerate(rows):
            if number and not row[1]:
                rows[number] = [f"{row[0]}. {row[2]}"]

    return report(folder, unit, edit_rows=narrow)


def _row_of(rows: list[list[str]], code: str) -> list[str]:
    return next(row for row in rows if code in row)


@case("B056", "another table of figures below the form's is told and left out", "loaded", "OK", told=["TABLE_NOT_READ"])
def other_table(folder: Path, unit: str) -> Path:
    other = table([["Xã", "Số dân"], ["Ấp Một", "1200"], ["Ấp Hai", "900"], ["Ấp Ba", "700"]])
    return report(folder, unit, wrap=lambda form: form + paragraph("Dân số các ấp") + other)


@case(
    "B056",
    "a Word table without codes: its lines are known by name only, and a person is asked",
    "quarantined",
    "CONFIRM_NEEDED",
    told=["READING_DOUBTFUL", "CONFIRM_NEEDED"],
)
def without_codes(folder: Path, unit: str) -> Path:
    return report(folder, unit, columns=[each for each in COLUMNS if each != "Mã số"])


@case(
    "B056",
    "a Word table whose column of figures has another heading than the form's",
    "quarantined",
    "CONFIRM_NEEDED",
    cells={"READING_DOUBTFUL": "hàng 1, cột 5"},
)
def other_heading(folder: Path, unit: str) -> Path:
    return report(folder, unit, headings={FIGURES: "Kết quả"})


@case("B056", "a number inside words of a cell: read, and put to a person", "quarantined", "CONFIRM_NEEDED")
def number_in_words(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=figure("MED01", "12 tin, bài"))


@case("B056", "the unit of money stands above the Word table only", "quarantined", "CONFIRM_NEEDED")
def unit_above(folder: Path, unit: str) -> Path:
    columns = [each for each in COLUMNS if each != "Đơn vị tính"]
    return report(folder, unit, columns=columns, wrap=lambda form: paragraph("Đơn vị tính: Triệu đồng") + form)


@case(
    "B056",
    "“ĐVT: nghìn đồng” above a Word table whose lines are in triệu đồng",
    "quarantined",
    "UNIT_CONFLICT",
    told=["UNIT_CONFLICT"],
)
def other_unit_above(folder: Path, unit: str) -> Path:
    return report(folder, unit, wrap=lambda form: paragraph("ĐVT: nghìn đồng") + form)


@case("B056", "near miss: “ĐVT: triệu đồng” above such a Word table", "loaded", "OK", loads=TWELVE)
def same_unit_above(folder: Path, unit: str) -> Path:
    return report(folder, unit, wrap=lambda form: paragraph("ĐVT: triệu đồng") + form)


# -- B057: text boxes and page headers


@case("B057", "the whole table stands in a text box", "loaded", "OK", loads=TWELVE)
def boxed_table(folder: Path, unit: str) -> Path:
    return report(folder, unit, wrap=lambda form: paragraph(text_box(form + paragraph(""))))


@case("B057", "the heading block stands in a text box", "loaded", "OK", loads=TWELVE)
def boxed_heading(folder: Path, unit: str) -> Path:
    lines = "".join(map(paragraph, statements(unit)))
    return report(folder, unit, heading=[], wrap=lambda form: paragraph(text_box(lines)) + form)


@case("B057", "a figure stands in a text box over its cell", "quarantined", "CONFIRM_NEEDED", told=["READING_DOUBTFUL"])
def boxed_figure(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=figure("MED01", paragraph(text_box(paragraph("12")))))


@case("B057", "the table stands in the head of the page", "quarantined", "CONFIRM_NEEDED", told=["READING_DOUBTFUL"])
def header_table(folder: Path, unit: str) -> Path:
    head = story("hdr", table(report_rows(unit, actual={"MED01": 12})))
    return report(folder, unit, wrap=lambda form: "", edit=add_part("word/header1.xml", head, "header"))


@case("B057", "a mark of secrecy drawn across the page", "refused_secret", "SECRET")
def watermark(folder: Path, unit: str) -> Path:
    mark = '<w:p><w:r><w:pict><v:shape><v:textpath string="MẬT"/></v:shape></w:pict></w:r></w:p>'
    return report(folder, unit, edit=add_part("word/header1.xml", story("hdr", mark), "header"))


@case("B057", "a mark of secrecy in a text box", "refused_secret", "SECRET")
def boxed_mark(folder: Path, unit: str) -> Path:
    return report(folder, unit, wrap=lambda form: form + paragraph(text_box(paragraph("TỐI MẬT"))))


# -- B058: tracked changes and comments


@case("B058", "a number deleted with tracked changes", "rejected", "TRACKED_CHANGES", told=["TRACKED_CHANGES"])
def deleted(folder: Path, unit: str) -> Path:
    old = '<w:del w:id="1" w:author="-"><w:r><w:delText>21</w:delText></w:r></w:del>'
    return report(folder, unit, edit_rows=figure("MED01", f"<w:p>{old}{run('12')}</w:p>"))


@case("B058", "a number inserted with tracked changes", "rejected", "TRACKED_CHANGES")
def inserted(folder: Path, unit: str) -> Path:
    return report(
        folder, unit, edit_rows=figure("MED01", f'<w:p><w:ins w:id="1" w:author="-">{run("12")}</w:ins></w:p>')
    )


@case("B058", "a paragraph moved with tracked changes", "rejected", "TRACKED_CHANGES")
def moved(folder: Path, unit: str) -> Path:
    block = f'<w:p><w:moveFrom w:id="1" w:author="-">{run("Không.")}</w:moveFrom></w:p>'
    return report(folder, unit, wrap=lambda form: form + block)


@case("B058", "a comment beside the text", "rejected", "TRACKED_CHANGES")
def commented(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=_with_comment("Số này phải là 21?"))


@case("B058", "a mark of secrecy in a comment: the mark decides, the document is not kept", "refused_secret", "SECRET")
def marked_comment(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=_with_comment("MẬT"))


@case("B058", "near miss: a tracked change of layout only, and the switch left on", "loaded", "OK", loads=TWELVE)
def layout_change(folder: Path, unit: str) -> Path:
    old = '<w:rPrChange w:id="1" w:author="-"><w:rPr/></w:rPrChange>'
    edit = add_part("word/settings.xml", story("settings", "<w:trackRevisions/>"))
    return report(folder, unit, edit_rows=figure("MED01", paragraph(run("12", f"<w:b/>{old}"))), edit=edit)


def _with_comment(words: str) -> Edit:
    comment = f'<w:comment w:id="0" w:author="-">{paragraph(words)}</w:comment>'
    return add_part("word/comments.xml", story("comments", comment), "comments")


# -- B059: content controls, fields, links


@case("B059", "figures in content controls, rows of them too", "loaded", "OK", loads=TWELVE)
def controls(folder: Path, unit: str) -> Path:
    inline = f"<w:p>{control(run('12'))}</w:p>"
    return report(folder, unit, edit_rows=figure("MED01", inline), wrap=control)


@case("B059", "a content control nobody filled in shows its prompt: missing, not text", "loaded", "OK")
def placeholder(folder: Path, unit: str) -> Path:
    prompt = control(run("Bấm để nhập"), "<w:showingPlcHdr/>")
    return report(folder, unit, edit_rows=figure("RSP01", f"<w:p>{prompt}</w:p>"))


@case("B059", "a figure that is a link", "loaded", "OK", loads=TWELVE)
def linked(folder: Path, unit: str) -> Path:
    link = f'<w:p><w:hyperlink r:id="rId90">{run("12")}</w:hyperlink></w:p>'
    edit = refer(relationship("hyperlink", "https://dongthap.gov.vn/", external=True))
    return report(folder, unit, edit_rows=figure("MED01", link), edit=edit)


@case("B059", "a total worked out by a field of Word stays a total", "loaded", "OK", loads=TWELVE)
def field_total(folder: Path, unit: str) -> Path:
    def add(rows: list[list[str]]) -> None:
        total = paragraph(complex_field(" =SUM(ABOVE) ", "999"))
        rows.append(["", "", "Tổng cộng", "", total, ""])

    return report(folder, unit, edit_rows=add)


@case("B059", "a figure filled in by a form field of Word", "loaded", "OK", loads=TWELVE)
def form_field(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=figure("MED01", paragraph(complex_field(" FORMTEXT ", "12"))))


@case("B059", "a figure worked out by a field: its last result is put to a person", "quarantined", "CONFIRM_NEEDED")
def field_figure(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=figure("MED01", paragraph(complex_field(" =SUM(ABOVE) ", "12"))))


# -- B060: what would run, load or be fetched


@case("B060", "an old .doc", "rejected", "TYPE_MISMATCH")
def old_word(folder: Path, unit: str) -> Path:
    from tests.unit.reader_files import ole_file

    path = folder / "bao-cao.doc"
    path.write_bytes(ole_file("WordDocument"))
    return path


@case("B060", "a .docm with its macros", "rejected", "MACRO")
def with_macros(folder: Path, unit: str) -> Path:
    return report(folder, unit, "bao-cao.docm", edit=lambda parts: parts.update({"word/vbaProject.bin": b"\xd0\xcf"}))


@case("B060", "a .docm renamed .docx, its macros taken out", "rejected", "MACRO")
def renamed_macros(folder: Path, unit: str) -> Path:
    old = "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return report(folder, unit, edit=change("[Content_Types].xml", old, "vnd.ms-word.document.macroEnabled.main+xml"))


@case("B060", "a template to be fetched from the network", "rejected", "EXTERNAL_CONTENT")
def remote_template(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=_with_template("https://example.com/a.dotm"))


@case("B060", "a template on another computer", "rejected", "EXTERNAL_CONTENT")
def shared_template(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=_with_template("file://///10.1.1.1/chung/a.dotm"))


@case("B060", "near miss: the path of a template on the writer's own disk", "loaded", "OK", loads=TWELVE)
def own_template(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=_with_template("file:///C:\\Users\\vp\\Templates\\BaoCao.dotx"))


@case("B060", "another document joined in (altChunk)", "rejected", "ALT_CHUNK")
def joined(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=change("word/document.xml", "<w:sectPr/>", '<w:altChunk r:id="rId9"/><w:sectPr/>'))


@case("B060", "a workbook linked into the document", "rejected", "EMBEDDED")
def linked_object(folder: Path, unit: str) -> Path:
    held = '<w:p><w:r><w:object><o:OLEObject Type="Link" ProgID="Excel.Sheet.12"/></w:object></w:r></w:p><w:sectPr/>'
    return report(folder, unit, edit=change("word/document.xml", "<w:sectPr/>", held))


@case("B060", "a workbook embedded in the document", "rejected", "EMBEDDED")
def embedded_object(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=lambda parts: parts.update({"word/embeddings/a.xlsx": b"PK"}))


@case("B060", "a field that starts a program, its name cut in two", "rejected", "DDE")
def program_field(folder: Path, unit: str) -> Path:
    return report(folder, unit, wrap=lambda form: form + paragraph(complex_field("DDEAUTO c:\\a", "x")))


@case("B060", "a field whose name another field makes up", "rejected", "FIELD_LOADS")
def disguised_field(folder: Path, unit: str) -> Path:
    inner = complex_field(" QUOTE 68 68 69 ", "DDE")
    outer = f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{inner}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    return report(folder, unit, wrap=lambda form: form + paragraph(outer))


@case("B060", "a field that takes text from another file", "rejected", "FIELD_LOADS")
def including_field(folder: Path, unit: str) -> Path:
    field = f'<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;a.docx&quot; ">{run("x")}</w:fldSimple></w:p>'
    return report(folder, unit, wrap=lambda form: form + field)


@case("B060", "a picture to be fetched when the document is opened", "rejected", "EXTERNAL_CONTENT")
def remote_picture(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=refer(relationship("image", "https://example.com/a.png", external=True)))


@case("B060", "near miss: fields that number pages and name the date", "loaded", "OK", loads=TWELVE)
def harmless_fields(folder: Path, unit: str) -> Path:
    fields = paragraph(complex_field(" PAGE ", "1") + complex_field(" DATE \\@ dd/MM/yyyy ", "08/06/2026"))
    return report(folder, unit, wrap=lambda form: form + fields)


def _with_template(target: str) -> Edit:
    def edit(parts: Parts) -> None:
        parts["word/settings.xml"] = story("settings", '<w:attachedTemplate r:id="rId90"/>')
        parts["word/_rels/settings.xml.rels"] = relations(relationship("attachedTemplate", target, external=True))

    return edit


# -- B061, B062: no table at all


@case("B061", "the table pasted as a picture", "rejected", "NO_TABLE", told=["NO_TABLE", "IMAGE_PRESENT"])
def pictured(folder: Path, unit: str) -> Path:
    drawn = '<w:p><w:r><w:drawing><a:blip r:embed="rId90"/></w:drawing></w:r></w:p>'
    return report(folder, unit, wrap=lambda form: drawn, edit=add_part("word/media/image1.png", _DOT, "image"))


@case("B061", "near miss: a picture beside the table", "loaded", "OK", told=["IMAGE_PRESENT"], loads=TWELVE)
def picture_beside(folder: Path, unit: str) -> Path:
    drawn = '<w:p><w:r><w:drawing><a:blip r:embed="rId90"/></w:drawing></w:r></w:p>'
    return report(folder, unit, wrap=lambda form: drawn + form)


@case("B062", "a numbered list that carries the figures", "rejected", "NO_TABLE", told=["NO_TABLE"])
def listed(folder: Path, unit: str) -> Path:
    lines = ["1. Tin, bài đã đăng: 12 tin, bài", "2. Lớp tập huấn: 1 lớp", "3. Kinh phí: 350 triệu đồng"]
    return report(folder, unit, wrap=lambda form: "".join(map(paragraph, lines)))


@case("B062", "columns made with tabs", "rejected", "NO_TABLE", told=["NO_TABLE"])
def tabbed(folder: Path, unit: str) -> Path:
    lines = ["\t".join(row) for row in report_rows(unit)[:12]]
    tabs = ["".join(run(each) + "<w:r><w:tab/></w:r>" for each in line.split("\t")) for line in lines]
    return report(folder, unit, wrap=lambda form: "".join(map(paragraph, tabs)))


@case("B062", "a table, but without a column of figures", "rejected", "COLUMN_MISSING")
def no_figures(folder: Path, unit: str) -> Path:
    return report(folder, unit, columns=[each for each in COLUMNS if each != FIGURES])


# -- B063: entities


@case("B063", "entities that grow without end", "rejected", "XML_DTD")
def entity_bomb(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=change("word/document.xml", "<w:document", f"{_DTD}<w:document"))


@case("B063", "an entity that reads a file of ours", "rejected", "XML_DTD")
def entity_of_file(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=change("word/document.xml", "<w:document", f"{_XXE}<w:document"))


@case("B063", "a document type in a part beside the text", "rejected", "XML_DTD")
def entity_beside(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit=lambda parts: parts.update({"docProps/custom.xml": f"{_XXE}<w:document/>"}))


# -- B064: hidden text


@case(
    "B064",
    "a hidden figure beside the one that shows: told, and only what shows is read",
    "loaded",
    "OK",
    told=["HIDDEN_TEXT"],
    loads=TWELVE,
)
def hidden_figure(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=figure("MED01", f"<w:p>{run('12')}{run('34', '<w:vanish/>')}</w:p>"))


@case("B064", "text hidden by its style", "loaded", "OK", told=["HIDDEN_TEXT"], loads=TWELVE)
def hidden_by_style(folder: Path, unit: str) -> Path:
    style = '<w:style w:type="character" w:styleId="An"><w:rPr><w:vanish/></w:rPr></w:style>'
    hidden = run("9", '<w:rStyle w:val="An"/>')
    return report(
        folder,
        unit,
        edit_rows=figure("MED01", f"<w:p>{hidden}{run('12')}</w:p>"),
        edit=add_part("word/styles.xml", story("styles", style), "styles"),
    )


@case(
    "B064",
    "a white digit before the figure: only what paper shows is read, and put to a person",
    "quarantined",
    "CONFIRM_NEEDED",
    told=["HIDDEN_TEXT", "READING_DOUBTFUL"],
    cells={"READING_DOUBTFUL": "hàng 14, cột 5"},
)
def white_digit(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=figure("MED01", paragraph(run("3", _WHITE) + run("12"))))


@case("B064", "a digit of one point before the figure", "quarantined", "CONFIRM_NEEDED", told=["READING_DOUBTFUL"])
def tiny_digit(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=figure("MED01", paragraph(run("3", '<w:sz w:val="2"/>') + run("12"))))


@case(
    "B064",
    "a digit a paragraph's style makes white, called black by its own number and background by its theme",
    "quarantined",
    "CONFIRM_NEEDED",
    told=["READING_DOUBTFUL"],
)
def white_by_style(folder: Path, unit: str) -> Path:
    letters = '<w:rPr><w:color w:val="000000" w:themeColor="background1"/></w:rPr>'
    style = story("styles", f'<w:style w:type="paragraph" w:styleId="Trang">{letters}</w:style>')
    white = paragraph("3", properties='<w:pStyle w:val="Trang"/>')
    return report(
        folder,
        unit,
        edit_rows=figure("MED01", white + paragraph("12")),
        edit=add_part("word/styles.xml", style, "styles"),
    )


@case("B064", "near miss: a head in white letters on dark cells", "loaded", "OK", loads=TWELVE)
def white_head(folder: Path, unit: str) -> Path:
    def shade(rows: list[list[str]]) -> None:
        dark = '<w:shd w:val="clear" w:color="auto" w:fill="1F3864"/>'
        rows[0] = [cell(paragraph(run(each, _WHITE)), dark) for each in rows[0]]

    return report(folder, unit, edit_rows=shade)


@case("B064", "near miss: a figure in grey and one on yellow", "loaded", "OK", loads=TWELVE)
def grey_figure(folder: Path, unit: str) -> Path:
    digits = run("1", '<w:color w:val="808080"/>') + run("2", '<w:highlight w:val="yellow"/>')
    return report(folder, unit, edit_rows=figure("MED01", paragraph(digits)))


@case("B064", "a mark of secrecy in hidden text", "refused_secret", "SECRET")
def hidden_mark(folder: Path, unit: str) -> Path:
    return report(folder, unit, wrap=lambda form: paragraph(run("MẬT", "<w:vanish/>")) + form)


@case("B064", "near miss: a switch of hiding that is off", "loaded", "OK", told_only=True, loads=TWELVE)
def not_hidden(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=figure("MED01", paragraph(run("12", '<w:vanish w:val="0"/>'))))


@case("B064", "a figure struck out beside the one that counts", "quarantined", "CONFIRM_NEEDED")
def struck_out(folder: Path, unit: str) -> Path:
    return report(folder, unit, edit_rows=figure("MED01", f"<w:p>{run('21', '<w:strike/>')}{run('12')}</w:p>"))

"""Builds agency reports as Word documents: the project's form pasted into a report to the province, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from include.calendar.periods import load_periods
from include.reference import load_reference
from include.sources.agency_reports.labels import coded_statement, template_statement
from include.sources.agency_reports.template import form_lines
from include.vietnamese.dates import format_date
from tests.sources.reports import COMMUNE, CUT_OFF, typical_figures
from tests.unit.reader_files import write_parts

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MATHS = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="png" ContentType="image/png"/>'
    '<Override PartName="/word/document.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    "</Types>"
)
Parts = dict[str, str | bytes]
Edit = Callable[[Parts], object]

FIGURES = "Thực hiện đến ngày chốt"
COLUMNS = ("STT", "Mã số", "Chỉ tiêu", "Đơn vị tính", FIGURES, "Ghi chú")
LETTERHEAD = ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
SECTIONS = (
    "I. Tình hình chung",
    "Công tác thông tin đối ngoại được triển khai theo kế hoạch.",
    "II. Kết quả",
    "1. Đăng tin, bài",
    "Tin, bài đăng trên cổng thông tin của đơn vị.",
)
SIGNATURE = ("Nơi nhận:", "- Sở VHTTDL;", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Trần Văn Bưởi")


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    about = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{about}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(content: str, *, properties: str = "") -> str:
    """A paragraph around runs, or around plain text."""
    inner = content if content.startswith("<") or not content else run(content)
    about = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{about}{inner}</w:p>"


def cell(content: str, properties: str = "") -> str:
    """A table cell around blocks, or around plain text."""
    inner = content if content.startswith(("<w:p", "<w:tbl", "<w:sdt")) else paragraph(content)
    about = f"<w:tcPr>{properties}</w:tcPr>" if properties else ""
    return f"<w:tc>{about}{inner}</w:tc>"


def control(content: str, about: str = "") -> str:
    """A content control around runs or blocks."""
    return f"<w:sdt><w:sdtPr>{about}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def formula(content: str) -> str:
    """A paragraph that is a formula."""
    return f'<w:p><m:oMath xmlns:m="{_MATHS}">{content}</m:oMath></w:p>'


def ruby(base: str, above: str = "") -> str:
    """A run of letters with small ones above them; both are runs."""
    return f"<w:r><w:ruby><w:rt>{above}</w:rt><w:rubyBase>{base}</w:rubyBase></w:ruby></w:r>"


def by_letters(words: str, properties: str = "") -> str:
    """A paragraph with a run for each letter."""
    return paragraph("".join(run(each, properties) for each in words))


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table; what begins with <w:tc is a whole cell, everything else is its text or its blocks."""
    shown = "".join(
        "<w:tr>" + "".join(each if each.startswith("<w:tc") else cell(each) for each in row) + "</w:tr>" for row in rows
    )
    return f"<w:tbl><w:tblPr/>{shown}</w:tbl>"


def text_box(blocks: str) -> str:
    """A run with a box of text, written as Word writes it: for itself and once more for old programs."""
    return (
        "<w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><a:graphic><wps:wsp><wps:txbx><w:txbxContent>{blocks}</w:txbxContent>'
        "</wps:txbx></wps:wsp></a:graphic></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>{blocks}</w:txbxContent></v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )


def form_field(default: str) -> str:
    """A paragraph with a form's field that was filled in with x."""
    return (
        f'<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:textInput><w:default w:val="{default}"/>'
        "</w:textInput></w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMTEXT </w:instrText></w:r><w:r><w:fldChar"
        f' w:fldCharType="separate"/></w:r>{run("x")}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )


def complex_field(instruction: str, result: str) -> str:
    """Runs of a field with its last result."""
    half = len(instruction) // 2
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{escape(instruction[:half])}</w:instrText></w:r>"
        f"<w:r><w:instrText>{escape(instruction[half:])}</w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def relationship(kind: str, target: str, *, external: bool = False, number: int = 90) -> str:
    """One line of a .rels part."""
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="rId{number}" Type="{R}/{kind}" Target="{target}"{mode}/>'


def relations(*lines: str) -> str:
    """A whole .rels part."""
    return f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def story(root: str, content: str) -> str:
    """A part of the document: document (around a body), hdr, ftr, comments, styles, settings."""
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{root} {_NAMESPACES}>{content}</w:{root}>'


def word_parts(body: str) -> Parts:
    """The parts of the smallest document with that body."""
    return {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": relations(relationship("officeDocument", "word/document.xml", number=1)),
        "word/document.xml": story("document", f"<w:body>{body}<w:sectPr/></w:body>"),
        "word/_rels/document.xml.rels": relations(),
    }


def statements(unit: str, period_code: str = "2026-06T") -> list[str]:
    """The heading block as lines of text."""
    reference, period = load_reference(), load_periods()[period_code]
    body = reference.units[unit]
    template = reference.templates[body.template_code or ""]
    cut_off = format_date(CUT_OFF[period_code])
    return [
        f"Mẫu số: {template_statement(template.code, template.version)}",
        f"Đơn vị báo cáo: {coded_statement(unit, body.name_vi)}",
        f"Kỳ báo cáo: {coded_statement(period.code, period.name_vi)}",
        f"Ngày chốt số liệu: {cut_off}",
        "Số, ký hiệu: 12/BC-UBND",
        f"Ngày văn bản: {cut_off}",
    ]


def report_rows(
    unit: str,
    period_code: str = "2026-06T",
    *,
    actual: Mapping[str, object] | None = None,
    columns: Sequence[str] = COLUMNS,
    headings: Mapping[str, str] | None = None,
) -> list[list[str]]:
    """The form's table: a row a measure under its sections; `headings` renames columns, `actual` overrides figures."""
    reference, period = load_reference(), load_periods()[period_code]
    template = reference.templates[reference.units[unit].template_code or ""]
    figures = typical_figures(unit, period_code) | dict(actual or {})
    rows = [[(headings or {}).get(column, column) for column in columns]]
    for line in form_lines(template, period, reference):
        if line.kind == "section":
            said = {"STT": line.order, "Chỉ tiêu": line.text}
        elif line.kind == "measure":
            figure = figures.get(line.code)
            said = {
                "STT": line.order,
                "Mã số": line.code,
                "Chỉ tiêu": line.text,
                "Đơn vị tính": line.unit_vi,
                FIGURES: "" if figure is None else str(figure),
                "Ghi chú": "45/KH-UBND ngày 12/3/2026" if line.code == "LEG05" else "",
            }
        else:
            continue
        rows.append([said.get(column, "") for column in columns])
    return rows


def write_word_report(
    path: Path,
    unit: str = COMMUNE,
    period_code: str = "2026-06T",
    *,
    actual: Mapping[str, object] | None = None,
    columns: Sequence[str] = COLUMNS,
    headings: Mapping[str, str] | None = None,
    heading: Sequence[str] | None = None,
    sections: Sequence[str] = SECTIONS,
    edit_rows: Callable[[list[list[str]]], None] | None = None,
    wrap: Callable[[str], str] = str,
    edit: Edit | None = None,
) -> Path:
    """Write a filled report: letterhead, heading block, numbered sections, the table, signatures.

    `edit_rows` changes the table's cells, `wrap` puts the table elsewhere, `edit` changes the parts of the file.
    """
    rows = report_rows(unit, period_code, actual=actual, columns=columns, headings=headings)
    if edit_rows is not None:
        edit_rows(rows)
    lines = [*LETTERHEAD, *(statements(unit, period_code) if heading is None else heading), *sections]
    below = ("III. Kiến nghị", "Không.", *SIGNATURE)
    body = "".join(map(paragraph, lines)) + wrap(table(rows)) + "".join(map(paragraph, below))
    return write_document(path, body, edit)


def write_document(path: Path, body: str, edit: Edit | None = None) -> Path:
    """Write the smallest document with that body, its parts changed by `edit`."""
    parts = word_parts(body)
    if edit is not None:
        edit(parts)
    return write_parts(path, parts)


def add_part(name: str, content: str | bytes, kind: str = "") -> Edit:
    """An edit that adds a part; where a kind is given, the document refers to it as such, and to nothing else."""

    def edit(parts: Parts) -> None:
        parts[name] = content
        if kind:
            refer(relationship(kind, name.removeprefix("word/") if name.startswith("word/") else f"/{name}"))(parts)

    return edit


def refer(line: str) -> Edit:
    """An edit that lets the document refer to one thing by that line of a .rels part."""
    return lambda parts: parts.update({"word/_rels/document.xml.rels": relations(line)})


def change(part: str, old: str, new: str) -> Edit:
    """An edit that replaces a text of a part, which has to be there."""

    def edit(parts: Parts) -> None:
        content = str(parts[part])
        if old not in content:
            raise ValueError(f"{part} does not hold {old!r}")
        parts[part] = content.replace(old, new, 1)

    return edit


def figure(code: str, content: str) -> Callable[[list[list[str]]], None]:
    """An edit of the rows: the figure cell of the line with that code holds `content`, text, blocks or a whole cell."""

    def edit(rows: list[list[str]]) -> None:
        column = rows[0].index(FIGURES)
        next(row for row in rows if code in row)[column] = content

    return edit

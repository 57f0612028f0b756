"""A Word document in the form of Nghị định 30: styles, heading block, tables, sections. What it says is not known here.

Every piece of text passes through `Paper.write`, where unseen characters are made visible; nothing is ever markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from include.exports.files import same_container, whole_file
from include.extracts.leadership.nd30 import DocumentForm, Margins, TextStyle, Words
from include.vietnamese.text import write_out_unseen

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

LANGUAGE: Final = "vi-VN"
GAP_STYLE: Final = "Chỗ bổ sung"
"""Style of the places that only people can fill in."""

_HEADER_DISTANCE_MM: Final = 10
_SHADE: Final = "D9D9D9"
_HEAD_SHADE: Final = "F2F2F2"

Align = Literal["left", "center", "right", "justify"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its head, its width and how its cells stand."""

    head: str
    width_mm: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands in the margins of every page; empty for nothing."""

    draft_mark: str
    notice: str
    footer: tuple[str, ...]


class Paper:
    """A document being written from top to bottom. Raises what python-docx raises for a picture that is none."""

    def __init__(self, form: DocumentForm, furniture: Furniture) -> None:
        import docx

        self.form = form
        self.furniture = furniture
        self.document: Document = docx.Document()
        self._captions = 0
        self._drop_preview()
        self._set_language()
        self._set_styles()
        self._style_ids = {style.name: style.style_id for style in self.document.styles}
        section = self.document.sections[0]
        self._set_page(section, form.page.margins, lies=False)
        section.different_first_page_header_footer = True
        self._furnish(section)

    # Text

    def write(self, paragraph: Paragraph, text: str, look: TextStyle | None = None) -> Run:
        """Text at the end of a paragraph, every character of it shown; in a look of its own where one is given."""
        run = paragraph.add_run(write_out_unseen(text))
        if look is not None:
            _dress(run, look)
        return run

    def heading(self, text: str, level: int) -> None:
        self.write(self._paragraph(f"Heading {level}"), text)

    def body(self, text: str) -> Paragraph:
        """A paragraph of the running text."""
        paragraph = self._paragraph("Body Text")
        self.write(paragraph, text)
        return paragraph

    def gap(self, text: str) -> Paragraph:
        """A place that only people can fill, in brackets, shaded and in a style of its own."""
        paragraph = self._paragraph(GAP_STYLE)
        _shade_run(self.write(paragraph, f"[{text}]"))
        return paragraph

    def end(self, paragraph: Paragraph, mark: str) -> None:
        """Close the text with its end mark and keep that paragraph on the page of the signature."""
        self.write(paragraph, mark)
        paragraph.paragraph_format.keep_with_next = True

    def note(self, text: str) -> None:
        self.write(self._paragraph("Ghi chú bảng"), text)

    def centred(self, text: str, look: TextStyle, *, style: str = "Normal", after_pt: float = 0) -> Paragraph:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        paragraph = self._paragraph(style)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(after_pt)
        paragraph.paragraph_format.keep_with_next = True
        self.write(paragraph, look.written(text), look)
        return paragraph

    # Blocks

    def heading_block(self, words: Words) -> None:
        """Issuing body left, national name right, both with their rules; number, place and day left for the clerk."""
        look, block = self.form.text, self.form.heading_block
        width = self._text_width_mm(self.form.page.margins, lies=False)
        shares = (block.left_column_share, block.right_column_share)
        left, right = self._bare_table([width * share for share in shares]).rows[0].cells
        rules = self.form.rules
        for cell, column_mm, lines, rule_share, below in (
            (
                left,
                width * shares[0],
                ((words.parent_body, look.parent_body), (words.issuing_body, look.issuing_body)),
                rules.under_issuing_body.share,
                (words.number_line, look.number_line),
            ),
            (
                right,
                width * shares[1],
                ((words.national_name, look.national_name), (words.motto, look.motto)),
                rules.under_motto.share,
                (words.place_and_date, look.place_and_date),
            ),
        ):
            room = column_mm - _CELL_PADDING_MM * 2
            split = [(part, style) for text, style in lines for part in _lines_of(text, style, room)]
            for number, (text, style) in enumerate(split):
                self._cell_line(cell, text, style, is_first=number == 0)
            self._rule(cell.add_paragraph(), min(_length_mm(*split[-1]), room) * rule_share, room)
            self._cell_line(cell, *below, is_first=False)

    def title(self, words: Words, subject: str) -> None:
        """The kind of document and what it is about, with the rule under it."""
        from docx.shared import Pt

        look = self.form.text
        title = self.centred(words.title, look.title, style="Title")
        title.paragraph_format.space_before = Pt(18)
        self.centred(subject, look.subject, style="Subtitle")
        rule = self.document.add_paragraph()
        width = self._text_width_mm(self.form.page.margins, lies=False)
        self._rule(rule, min(_length_mm(subject, look.subject), width) * self.form.rules.under_subject.share, width)
        rule.paragraph_format.space_after = Pt(10)

    def addressees(self, words: Words) -> None:
        from docx.shared import Mm, Pt

        look = self.form.text.addressee
        lines = [f"- {each}" for each in words.addressees]
        for number, line in enumerate((words.addressee_label, *lines)):
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.left_indent = Mm(30 if number == 0 else 42)
            paragraph.paragraph_format.space_after = Pt(
                self.form.paragraphs.spacing.value_pt if number == len(lines) else 0
            )
            paragraph.paragraph_format.keep_with_next = True
            end = "" if number == 0 else "." if number == len(lines) else ";"
            self.write(paragraph, line + end, look)

    def signature_block(self, words: Words) -> None:
        """Recipients left; right the signatory's post and empty room: no name is ever printed."""
        from docx.enum.table import WD_ROW_HEIGHT_RULE
        from docx.shared import Mm, Pt

        look, block = self.form.text, self.form.signature_block
        width = self._text_width_mm(self.form.page.margins, lies=False)
        share = block.recipients_column_share
        table = self._bare_table([width * share, width * (1 - share)])
        row = table.rows[0]
        row.height, row.height_rule = Mm(block.height_mm), WD_ROW_HEIGHT_RULE.AT_LEAST
        left, right = row.cells
        label = left.paragraphs[0]
        label.paragraph_format.space_before = Pt(self.form.paragraphs.spacing.value_pt)
        self.write(label, words.recipients_label, look.recipients_label)
        for number, each in enumerate(words.recipients, start=1):
            paragraph = left.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(0)
            end = "." if number == len(words.recipients) else ";"
            self.write(paragraph, f"- {each}{end}", look.recipients)
        self._cell_line(right, words.signatory, look.signatory, is_first=True)
        right.paragraphs[0].paragraph_format.space_before = Pt(self.form.paragraphs.spacing.value_pt)

    def table(self, caption: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """A table under its number and caption, its head repeated on each page; no row is torn apart."""
        self._captions += 1
        self.write(self._paragraph("Caption"), f"Bảng {self._captions}. {caption}")
        table = self.document.add_table(rows=1, cols=len(columns), style="Table Grid")
        self._set_widths(table, [column.width_mm for column in columns])
        _indent(table)
        _mark(table.rows[0]._tr.get_or_add_trPr(), "w:cantSplit", "w:tblHeader")
        for cell, column in zip(table.rows[0].cells, columns, strict=True):
            _shade_cell(cell)
            self._cell_text(cell, column.head, "Đầu bảng", "center")
        for values in rows:
            row = table.add_row()
            _mark(row._tr.get_or_add_trPr(), "w:cantSplit")
            for cell, column, value in zip(row.cells, columns, values, strict=True):
                self._cell_text(cell, value, "Ô bảng", column.align)
        # What follows a table must not stick to its lower edge.
        self._spacer(6)

    def picture(self, content: bytes, width_mm: float, caption: str, alternative: str) -> None:
        """A picture under which its title stands; `alternative` tells those who cannot see it what it shows."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm

        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(BytesIO(content), width=Mm(width_mm))
        properties = shape._inline.docPr
        properties.set("name", "Biểu đồ")
        properties.set("descr", write_out_unseen(alternative))
        below = self._paragraph("Caption")
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        below.paragraph_format.keep_with_next = False
        self.write(below, caption)

    def begin_annexes(self) -> float:
        """A section of pages that lie; how wide their text is, in millimetres. Page numbers go on."""
        from docx.enum.section import WD_SECTION

        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        self._set_page(section, self.form.page.landscape_margins, lies=True)
        section.different_first_page_header_footer = False
        self._furnish(section)
        return self._text_width_mm(self.form.page.landscape_margins, lies=True)

    def annex_title(self, label: str, title: str, reference: str, *, is_first: bool) -> None:
        look = self.form.text
        first = self.centred(label, look.annex_label, style="Heading 1")
        first.paragraph_format.page_break_before = not is_first
        self.centred(title, look.annex_title)
        self.centred(reference, look.annex_reference, after_pt=8)

    def save(self, path: Path, *, title: str, subject: str, moment: datetime, version: str) -> None:
        """Write the file whole or not at all; the same content gives the same bytes. No name and no clock is in it."""
        properties = self.document.core_properties
        fixed = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
        properties.category = ""
        properties.title, properties.subject = write_out_unseen(title)[:255], write_out_unseen(subject)[:255]
        properties.language, properties.version, properties.revision = LANGUAGE, write_out_unseen(version)[:255], 1
        properties.created = properties.modified = fixed
        written = BytesIO()
        self.document.save(written)
        with whole_file(path) as draft:
            draft.write_bytes(same_container(written.getvalue()))

    # How it is done

    def _drop_preview(self) -> None:
        """The library's empty document brings a picture of itself, which file browsers would show for ours."""
        relations = self.document.part.package.rels
        for number in [number for number, each in relations.items() if each.reltype.endswith("/thumbnail")]:
            del relations[number]

    def _set_language(self) -> None:
        from docx.oxml.ns import qn

        for language in self.document.styles.element.iter(qn("w:lang")):
            for side in ("w:val", "w:eastAsia"):
                language.set(qn(side), LANGUAGE)

    def _set_styles(self) -> None:
        from docx.enum.style import WD_STYLE_TYPE
        from docx.shared import Mm, Pt

        look, paragraphs = self.form.text, self.form.paragraphs
        styles = self.document.styles
        added = (GAP_STYLE, "Ghi chú bảng", "Đầu bảng", "Ô bảng")
        for name in added:
            styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
        for name, style in (
            ("Normal", look.body),
            ("Body Text", look.body),
            ("Title", look.title),
            ("Subtitle", look.subject),
            ("Heading 1", look.section),
            ("Heading 2", look.subsection),
            ("Heading 3", look.subsection),
            ("Caption", look.note),
            ("Header", look.page_number),
            ("Footer", look.footer),
            (GAP_STYLE, look.body),
            ("Ghi chú bảng", look.note),
            ("Đầu bảng", look.table_head),
            ("Ô bảng", look.table_cell),
        ):
            self._set_style(styles[name], style)
        for name in ("Body Text", GAP_STYLE):
            text = styles[name].paragraph_format
            text.first_line_indent = Mm(paragraphs.first_line_indent.value_mm)
            text.space_after = Pt(paragraphs.spacing.value_pt)
            text.line_spacing = paragraphs.line_spacing.value
            text.widow_control = True
        for name in ("Heading 1", "Heading 2", "Heading 3"):
            heading = styles[name].paragraph_format
            heading.space_before = Pt(
                paragraphs.spacing.value_pt * 2 if name == "Heading 1" else paragraphs.spacing.value_pt
            )
            heading.space_after = Pt(paragraphs.spacing.value_pt)
            heading.keep_with_next = heading.keep_together = True
        styles["Heading 3"].font.italic = True
        for name in ("Đầu bảng", "Ô bảng"):
            styles[name].paragraph_format.space_before = styles[name].paragraph_format.space_after = Pt(1)
        caption = styles["Caption"].paragraph_format
        caption.space_before, caption.space_after, caption.keep_with_next = Pt(6), Pt(3), True

    def _set_style(self, style: Any, look: TextStyle) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Pt

        _dress(style, look)
        style.font.all_caps = False
        _set_font(style.element.get_or_add_rPr(), self.form.fonts.names[0], self.form.fonts.black)
        layout = style.paragraph_format
        layout.alignment = _alignment(look.align)
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing = 1.0
        properties = style.element.get_or_add_pPr()
        for part, inherited in (
            (properties, ("w:pBdr", "w:tabs", "w:contextualSpacing")),
            (style.element.rPr, ("w:spacing", "w:kern")),
        ):
            for element in [found for name in inherited for found in part.findall(qn(name))]:
                part.remove(element)

    def _set_page(self, section: Section, margins: Margins, *, lies: bool) -> None:
        from docx.enum.section import WD_ORIENT
        from docx.shared import Mm

        page = self.form.page
        section.orientation = WD_ORIENT.LANDSCAPE if lies else WD_ORIENT.PORTRAIT
        width, height = (page.height_mm, page.width_mm) if lies else (page.width_mm, page.height_mm)
        section.page_width, section.page_height = Mm(width), Mm(height)
        section.top_margin, section.bottom_margin = Mm(margins.top.value_mm), Mm(margins.bottom.value_mm)
        section.left_margin, section.right_margin = Mm(margins.left.value_mm), Mm(margins.right.value_mm)
        section.header_distance = section.footer_distance = Mm(_HEADER_DISTANCE_MM)

    def _text_width_mm(self, margins: Margins, *, lies: bool) -> float:
        whole = self.form.page.height_mm if lies else self.form.page.width_mm
        return whole - margins.left.value_mm - margins.right.value_mm

    def _furnish(self, section: Section) -> None:
        """Page number above in the middle, never on the first page; draft mark right of it; notice and footer."""
        from docx.enum.text import WD_TAB_ALIGNMENT

        headers = [(section.header, True)]
        footers = [section.footer]
        if section.different_first_page_header_footer:
            headers.append((section.first_page_header, False))
            footers.append(section.first_page_footer)
        width = section.page_width - section.left_margin - section.right_margin  # type: ignore[operator]
        for header, is_numbered in headers:
            header.is_linked_to_previous = False
            line = header.paragraphs[0]
            line.paragraph_format.tab_stops.add_tab_stop(width // 2, WD_TAB_ALIGNMENT.CENTER)
            line.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
            line.add_run("\t")
            if is_numbered:
                _page_field(line)
            if self.furniture.draft_mark:
                line.add_run("\t")
                _frame(self.write(line, f" {self.furniture.draft_mark} ", self.form.text.stamp))
            if self.furniture.notice:
                notice = header.add_paragraph()
                notice.alignment = _alignment("center")
                self.write(notice, self.furniture.notice, self.form.text.table_head)
        for footer in footers:
            footer.is_linked_to_previous = False
            for number, text in enumerate(self.furniture.footer):
                line = footer.paragraphs[0] if number == 0 else footer.add_paragraph(style="Footer")
                self.write(line, text)

    def _paragraph(self, style: str) -> Paragraph:
        """A new paragraph at the end. The library looks a style up among all of them, for every cell again."""
        paragraph = self.document.add_paragraph()
        paragraph._p.style = self._style_ids[style]
        return paragraph

    def _bare_table(self, widths_mm: Sequence[float]) -> Table:
        table = self.document.add_table(rows=1, cols=len(widths_mm))
        self._set_widths(table, widths_mm)
        _mark(table.rows[0]._tr.get_or_add_trPr(), "w:cantSplit")
        return table

    def _set_widths(self, table: Table, widths_mm: Sequence[float]) -> None:
        from docx.shared import Mm

        table.autofit = False
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        for cell, width in zip(table.rows[0].cells, widths_mm, strict=True):
            cell.width = Mm(width)

    def _cell_line(self, cell: _Cell, text: str, look: TextStyle, *, is_first: bool) -> None:
        paragraph = cell.paragraphs[0] if is_first else cell.add_paragraph()
        paragraph.alignment = _alignment(look.align)
        self.write(paragraph, text, look)

    def _cell_text(self, cell: _Cell, text: str, style: str, align: Align) -> None:
        paragraph = cell.paragraphs[0]
        paragraph._p.style = self._style_ids[style]
        paragraph.alignment = _alignment(align)
        self.write(paragraph, text)

    def _rule(self, paragraph: Paragraph, length_mm: float, room_mm: float) -> None:
        """A rule of that length in the middle of the room: the upper border of a line with nothing in it."""
        from docx.oxml import parse_xml
        from docx.oxml.ns import nsdecls
        from docx.shared import Mm, Pt

        layout = paragraph.paragraph_format
        layout.left_indent = layout.right_indent = Mm(max(0.0, (room_mm - length_mm) / 2))
        layout.space_before, layout.space_after, layout.line_spacing = Pt(4), Pt(4), Pt(4)
        eighths = round(self.form.rules.thickness_pt * 8)
        border = parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="{eighths}" w:space="1" w:color="000000"/></w:pBdr>'
        )
        # The schema wants the border before spacing and indents.
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(
            border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )

    def _spacer(self, height_pt: float) -> None:
        from docx.shared import Pt

        layout = self.document.add_paragraph().paragraph_format
        layout.line_spacing = Pt(height_pt)


_CELL_PADDING_MM: Final = 1.9
"""What Word leaves free at each side of a cell unless told otherwise."""

_EM_MM: Final = 25.4 / 72


def _length_mm(text: str, look: TextStyle) -> float:
    """About how long a line of bold Times is, from the middling widths of capitals, small letters and signs."""
    capitals = sum(letter.isupper() for letter in text)
    small = sum(letter.isalnum() for letter in text) - capitals
    ems = 0.71 * capitals + 0.51 * small + 0.26 * (len(text) - capitals - small)
    return ems * look.size_pt * _EM_MM


def _lines_of(text: str, look: TextStyle, room_mm: float) -> list[str]:
    """The text, in two lines of about the same length where one does not hold it."""
    spaces = [place for place, letter in enumerate(text) if letter == " "]
    if _length_mm(text, look) <= room_mm or not spaces:
        return [text]
    # Behind a comma where there is one: “SỞ VĂN HÓA, | THỂ THAO VÀ DU LỊCH”.
    middle = min(spaces, key=lambda place: (text[place - 1] != ",", abs(place - len(text) / 2), place))
    return [text[:middle], text[middle + 1 :]]


def _alignment(align: Align) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    return {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
        "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
    }[align]


def _dress(target: Any, look: TextStyle) -> None:
    from docx.shared import Pt

    target.font.size, target.font.bold, target.font.italic = Pt(look.size_pt), look.is_bold, look.is_italic


def _set_font(properties: Any, family: str, black: str) -> None:
    """One family for every script, no theme's font or colour left behind."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), family)
    for colour in properties.findall(qn("w:color")):
        for attribute in list(colour.attrib):
            del colour.attrib[attribute]
        colour.set(qn("w:val"), black.removeprefix("#"))


def _indent(table: Table) -> None:
    """Let the border stand where the text begins, not the words within the first cell."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    twips = round(_CELL_PADDING_MM / 25.4 * 1440)
    table._tbl.tblPr.insert_element_before(
        parse_xml(f'<w:tblInd {nsdecls("w")} w:w="{twips}" w:type="dxa"/>'),
        *("w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook"),
    )


def _mark(properties: Any, *names: str) -> None:
    from docx.oxml import OxmlElement

    for name in names:
        properties.append(OxmlElement(name))


def _shade_run(run: Run) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    shading = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_SHADE}"/>')
    run._r.get_or_add_rPr().append(shading)


def _shade_cell(cell: _Cell) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    shading = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_HEAD_SHADE}"/>')
    cell._tc.get_or_add_tcPr().append(shading)


def _frame(run: Run) -> None:
    """A frame round a stamp."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    frame = parse_xml(f'<w:bdr {nsdecls("w")} w:val="single" w:sz="6" w:space="0" w:color="000000"/>')
    run._r.get_or_add_rPr().append(frame)


def _page_field(paragraph: Paragraph) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    paragraph._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>2</w:t></w:r></w:fldSimple>')
    )

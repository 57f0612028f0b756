"""Reading workbooks that strangers send: what each module promises.

read_workbook(path: Path) -> Workbook                  in a sandbox child; raises WorkbookRefused(code, detail)
shared_sandbox().map("include.x:function", [(arg,), ...])   read and interpret in one child call each, in order;
                                                       inside a child read_workbook reads directly
table.find_table(sheet, roles) -> Table                raises TableNotFound(missing=role names, nearest=address)
table.find_tables(sheet, roles) -> tuple[Table, ...]
table.discover_tables(sheet) -> tuple[Table, ...]      without roles: labels by column
secrecy.find_marks(workbook, file_name) -> tuple[Mark, ...]
personal_data.find_personal_data(workbook) -> tuple[PersonalData, ...]

HeaderRole(name, aliases, required=True)
Table(.columns {role: column}, .labels {column: joined header text}, .rows of TableRow(index, kind),
      .unit_line UnitLine(text, cell) | None, .header_top, .header_bottom, ...)
TableRow.kind: record | heading | total | numbering | repeated_header | note | blank
"""

from __future__ import annotations

from pathlib import Path

from include.readers import sandbox
from include.readers.grid import Sheet, Workbook, WorkbookRefused
from include.readers.sandbox import Sandbox, shared_sandbox

__all__ = ["Sandbox", "Sheet", "Workbook", "WorkbookRefused", "open_workbook", "read_workbook", "shared_sandbox"]


def read_workbook(path: Path) -> Workbook:
    """The workbook at `path`, whatever its format, read where it can do no harm.

    Outside a sandbox child the reading happens in one. Raises WorkbookRefused.
    """
    if sandbox.IN_CHILD:
        return open_workbook(path)
    workbook: Workbook = shared_sandbox().run("include.readers:open_workbook", path)
    return workbook


def open_workbook(path: Path, *, takes_documents: bool = False) -> Workbook:
    """Check the container and read it in this very process: for sandbox children only.

    Word documents are read, table by table, where the caller `takes_documents`. Raises WorkbookRefused.
    """
    from include.readers.preflight import check_file

    container = check_file(path).container
    if container == "docx":
        if not takes_documents:
            raise WorkbookRefused("TYPE_MISMATCH", "DOCX")
        from include.readers.docx import read_docx

        return read_docx(path)
    if container == "xlsx":
        from include.readers.xlsx import read_xlsx

        return read_xlsx(path)
    if container == "xls":
        from include.readers.xls import read_xls

        return read_xls(path)
    from include.readers.ods import read_ods

    return read_ods(path)

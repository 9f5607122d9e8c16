"""Builders of the files that people, programs and attackers make."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date

import xlsxwriter

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)

Rows = Sequence[Sequence[object]]


def csv_bytes(rows: Rows, *, encoding: str = "utf-8", eol: str = "\r\n", sep: str = ",") -> bytes:
    """Return rows as delimited text, without quotation."""
    lines = (sep.join("" if cell is None else str(cell) for cell in row) for row in rows)
    return "".join(line + eol for line in lines).encode(encoding)


def xlsx_bytes(rows: Rows, *, merged: str = "", sheets: Sequence[tuple[str, Rows]] = ()) -> bytes:
    """Return a workbook: rows on 客户台账 under an optional merged banner, then further sheets."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, lines in (("客户台账", rows), *sheets):
        sheet = book.add_worksheet(name)
        top = 0
        if merged and name == "客户台账":
            sheet.merge_range(0, 0, 0, max(1, len(rows[0]) - 1), merged)
            top = 1
        for at, line in enumerate(lines, top):
            for n, cell in enumerate(line):
                if isinstance(cell, date):
                    sheet.write_datetime(at, n, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(at, n, cell)
                elif cell is not None:
                    sheet.write(at, n, cell)
    book.close()
    return target.getvalue()


def ods_bytes(table: str, *, name: str = "客户") -> bytes:
    """Return an OpenDocument sheet around the XML of its rows."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODS_SPACES}>'
        f'<office:body><office:spreadsheet><table:table table:name="{name}">{table}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:'
        f'manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{ODS_TYPE}"/></m:manifest>'
    )
    return zip_bytes(
        {"mimetype": ODS_TYPE, "META-INF/manifest.xml": manifest, "content.xml": content}
    )


def ods_row(*cells: str, repeated: int = 1) -> str:
    """Return the XML of a row of an OpenDocument sheet."""
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{times}>{inner}</table:table-row>"


def zip_bytes(parts: dict[str, str | bytes]) -> bytes:
    """Return a zip file of these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_part(book: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook in which one part is forged."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts: dict[str, str | bytes] = {n: archive.read(n) for n in archive.namelist()}
    original = parts[name]
    assert isinstance(original, bytes)
    parts[name] = change(original)
    return zip_bytes(parts)

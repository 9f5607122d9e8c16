"""Files that are damaged, mislabelled or made to hurt: each is refused in words, quickly."""

import io
import random
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridcrm.core import sheets_archive
from gridcrm.core.sheets import MAX_ROWS, MAX_UPLOAD_BYTES, SheetError, read_table
from gridcrm.core.sheets_layout import find_table
from tests.corpus.files import csv_bytes, ods_bytes, ods_row, with_part, xlsx_bytes, zip_bytes
from tests.shared_data import shared_data

LEDGER = [["姓名", "手机号"], ["张三", "13800000001"]]
SHEET = "xl/worksheets/sheet1.xml"
MEGABYTE = 1024 * 1024


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(SheetError) as error:
        read_table(data, name)
    return str(error.value)


def read_or_refused(data: bytes, name: str) -> None:
    """Read a table in which every row is as wide as the header, or be told why not."""
    try:
        sheet = read_table(data, name)
    except SheetError as error:
        message = str(error)
    else:
        assert {len(row.cells) for row in sheet.rows} <= {len(sheet.columns)}
        return
    assert message


def appended(xml: bytes) -> bytes:
    return with_part(
        xlsx_bytes(LEDGER), SHEET, lambda part: part.replace(b"</sheetData>", xml + b"</sheetData>")
    )


@pytest.mark.parametrize("data", [b"", b"\n\n\r\n", b"\0\0\0\0"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data, "空.csv") == "The file 空.csv is empty."


def test_a_file_of_21_megabytes_is_refused_before_it_is_read() -> None:
    assert "larger than 20 MB" in refusal(b"a" * (MAX_UPLOAD_BYTES + 1), "大.csv")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 ...", "台账.pdf"),
        (b"%PDF-1.7 ...", "台账.csv"),
        (b"%PDF-1.7 ...", "台账.xlsx"),
        ("姓名,手机号\n张三,1\n".encode(), "台账.xlsx"),
        ("姓名,手机号\n张三,1\n".encode(), "台账.ods"),
        ("姓名,手机号\n张三,1\n".encode(), "台账"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "台账.xls"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "台账.xls"),
        (xlsx_bytes(LEDGER), "台账.csv"),
        (zip_bytes({"word/document.xml": "<w/>"}), "台账.xlsx"),
        (zip_bytes({"xl/workbook.bin": b"\0"}), "台账.xlsx"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "台账.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "台账.xls"),
        (b"PK\x03\x04" + b"\0" * 600, "台账.xlsx"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_with_a_remedy(
    data: bytes, name: str
) -> None:
    assert any(word in refusal(data, name) for word in ("Bring", "save", "Save"))


@pytest.mark.parametrize("keep", [30, 200, 1_000, 3_000])
def test_a_workbook_cut_short_is_refused(keep: int) -> None:
    refusal(xlsx_bytes(LEDGER)[:keep], "x.xlsx")


def test_random_bytes_are_refused() -> None:
    assert refusal(random.Random(7).randbytes(4_000), "x.csv")


def test_a_value_of_200_kilobytes_is_refused_with_its_line() -> None:
    assert "line 2" in refusal(csv_bytes([LEDGER[0], ["张" * 200_000, "1"]]), "x.csv")


def test_as_many_rows_as_allowed_are_read_and_one_more_is_refused() -> None:
    data = "姓名,手机号\n".encode() + b"a,1\n" * MAX_ROWS

    sheet = read_table(data, "x.csv")

    assert len(sheet.rows) == MAX_ROWS
    lines = [(row.line, row.cells) for row in sheet.rows]
    with pytest.raises(SheetError, match="more than 200000 rows"):
        find_table([(1, sheet.columns), *lines, (MAX_ROWS + 2, ("b", "2"))])


def test_a_million_rows_are_refused_within_a_second() -> None:
    data = "姓名,手机号\n".encode() + b"a,1\n" * 1_000_000

    started = time.process_time()
    refusal(data, "x.csv")

    assert time.process_time() - started < 1


def bomb() -> bytes:
    """201 MB of zeros, packed piece by piece."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<w/>")
        with archive.open(SHEET, "w") as part:
            for _ in range(201):
                part.write(bytes(MEGABYTE))
    return target.getvalue()


def squeezed() -> bytes:
    return zip_bytes({"xl/workbook.xml": "<w/>", SHEET: b" " * (5 * MEGABYTE)})


def crowded() -> bytes:
    return zip_bytes({f"xl/worksheets/sheet{n}.xml": "<w/>" for n in range(2_001)})


def overlapping() -> bytes:
    """Two directory entries that point at the same packed bytes."""
    data = bytearray(zip_bytes({"xl/a.xml": "<a/>" * 99, "xl/b.xml": "<a/>" * 99}))
    second = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 1)
    struct.pack_into("<I", data, second + 42, 0)
    return bytes(data)


def lying() -> bytes:
    """A directory that says 100 bytes where a million are packed."""
    data = bytearray(zip_bytes({"xl/workbook.xml": "<w/>", SHEET: bytes(range(250)) * 4_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.rfind(mark) + at, 100)
    return bytes(data)


def doubled() -> bytes:
    """Half a million directory entries that only a second end, in front of the usual one, admits."""
    data = zip_bytes({"xl/workbook.xml": "<w/>"})
    begin, end = data.rfind(b"PK\x01\x02"), data.rfind(b"PK\x05\x06")
    name = b"a"
    entry = bytearray(data[begin : begin + 46]) + name
    struct.pack_into("<3H", entry, 28, len(name), 0, 0)
    many = 400_000
    sizes = (many, many, many * len(entry), begin)
    second = struct.pack("<IQ2H2L4Q", 0x06064B50, 44, 45, 45, 0, 0, *sizes)
    locator = struct.pack("<2LQL", 0x07064B50, 0, begin + many * len(entry), 1)
    return data[:begin] + bytes(entry) * many + second + locator + data[end:]


@pytest.mark.parametrize("make", [bomb, squeezed, crowded, overlapping, lying, doubled])
def test_a_zip_bomb_is_refused_in_a_second_and_in_little_memory(make: Callable[[], bytes]) -> None:
    data = make()
    tracemalloc.start()
    started = time.process_time()

    refusal(data, "x.xlsx")

    took = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 1
    assert peak < 100 * MEGABYTE


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>',
        b'<!doctype x SYSTEM "file:///etc/passwd">',
    ],
)
def test_xml_entities_are_refused(declaration: bytes) -> None:
    data = with_part(xlsx_bytes(LEDGER), SHEET, lambda part: declaration + part)

    assert "XML declarations" in refusal(data, "x.xlsx")


def test_xml_entities_hidden_in_utf16_are_refused() -> None:
    part = "\ufeff<!DOCTYPE a [<!ENTITY b 'c'>]><a/>".encode("utf-16-le")

    assert "XML declarations" in refusal(
        with_part(xlsx_bytes(LEDGER), "xl/styles.xml", lambda _: part), "x.xlsx"
    )


def test_a_forged_count_that_would_end_the_process_is_refused() -> None:
    forged = with_part(
        xlsx_bytes(LEDGER),
        "xl/sharedStrings.xml",
        lambda part: part.replace(b'uniqueCount="', b'uniqueCount="429496729'),
    )

    assert "not opened" in refusal(forged, "x.xlsx")


@pytest.mark.parametrize(
    "xml",
    [
        b'<row r="99999"><c r="ZZ99999"><v>1</v></c></row>',
        b"<row r='99999'><c s='1' r='ZZ99999'><v>1</v></c></row>",
        b'<x:row r="99999"><x:c r="ZZ99999"><x:v>1</x:v></x:c></x:row>',
        b'<row r="5"><c s=">" r="ZZ99999"><v>1</v></c></row>',
        b"<row>" + b"<c><v>1</v></c>" * 5_000 + b'</row><row r="150000"><c><v>1</v></c></row>',
        b'<row r="900000"><c r="A900000"><v>1</v></c></row>',
    ],
)
def test_two_cells_far_apart_do_not_fill_the_memory_between_them(xml: bytes) -> None:
    assert "Delete" in refusal(appended(xml), "x.xlsx") or "Split" in refusal(
        appended(xml), "x.xlsx"
    )


def test_rows_and_cells_without_references_are_read_in_order() -> None:
    xml = b'<row><c t="str"><v>\xe6\x9d\x8e</v></c><c t="str"><v>2</v></c></row>'

    assert [row.cells for row in read_table(appended(xml), "x.xlsx").rows][-1] == ("李", "2")


@pytest.mark.parametrize(
    "table",
    [
        ods_row("姓名", "手机号") + ods_row("张三", "1", repeated=900_000),
        ods_row("姓名", "手机号")
        + '<table:table-row table:number-rows-repeated="9999999"/>'
        + ods_row("张三", "1"),
    ],
)
def test_an_open_document_sheet_that_repeats_its_rows_endlessly_is_refused(table: str) -> None:
    assert "more than 200000 rows" in refusal(ods_bytes(table), "x.ods")


def test_an_old_workbook_that_claims_four_billion_rows_is_refused() -> None:
    data = bytearray(shared_data("messy_imports", "files", "citic_credit.xls").read_bytes())
    at = data.find(b"\x00\x02\x0e\x00")
    struct.pack_into("<IIHH", data, at + 4, 0, 0xFFFFFFFF, 0, 0xFFFF)

    assert "damaged" in refusal(bytes(data), "x.xls")


def test_an_old_workbook_with_a_cell_in_its_last_corner_is_refused() -> None:
    data = bytearray(shared_data("messy_imports", "files", "citic_credit.xls").read_bytes())
    at = data.rfind(b"\xfd\x00\x0a\x00")  # the last text cell: row, column
    struct.pack_into("<HH", data, at + 4, 65_535, 255)

    assert "more than 4000000 cells" in refusal(bytes(data), "x.xls")


@pytest.mark.parametrize("seed", range(4))
def test_damaged_old_workbooks_are_read_or_refused_but_never_more(seed: int) -> None:
    original = shared_data("messy_imports", "files", "citic_credit.xls").read_bytes()
    dice = random.Random(seed)
    for _ in range(60):
        data = bytearray(original)
        for _ in range(dice.choice([1, 3, 20])):
            data[dice.randrange(len(data))] = dice.choice([0, 255, dice.randrange(256)])
        read_or_refused(bytes(data), "x.xls")


def test_a_protected_workbook_is_refused_with_the_remedy() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.xml", "<w/>")
    data = bytearray(target.getvalue())
    data[data.find(b"PK\x01\x02") + 8] |= 1

    assert "password" in refusal(bytes(data), "x.xlsx")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=400), name=st.sampled_from(["x.csv", "x.xls", "x.xlsx", "x.ods"]))
def test_no_bytes_raise_anything_but_a_refusal(data: bytes, name: str) -> None:
    read_or_refused(data, name)


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(alphabet="姓名手机号张三0123456789,;\t|\"'=\r\n \u3000\ufeff\0合计-", max_size=300)
)
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    read_or_refused(("姓名,手机号\n" + text).encode(), "x.csv")


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.text(alphabet="张三李四 =+-@|%\t\n0123456789", max_size=9).map("客{}户".format),
            st.integers(-(10**14), 10**14).map(float) | st.none(),
        ),
        max_size=9,
    )
)
def test_a_workbook_gives_back_every_text_and_number(rows: list[tuple[str, float | None]]) -> None:
    sheet = read_table(xlsx_bytes([LEDGER[0], *rows]), "x.xlsx")

    assert [row.cells for row in sheet.rows] == rows


def test_a_first_row_that_is_nearly_empty_does_not_hide_the_header() -> None:
    sheet = read_table("姓名,手机号,小区\n张三,,\n".encode(), "x.csv")

    assert (sheet.columns, len(sheet.rows)) == (("姓名", "手机号", "小区"), 1)


def test_the_limits_are_those_promised() -> None:
    assert MAX_UPLOAD_BYTES == 20 * MEGABYTE
    assert MAX_ROWS == 200_000
    assert sheets_archive.MAX_UNPACKED_BYTES == 200 * MEGABYTE
    assert (sheets_archive.MAX_RATIO, sheets_archive.MAX_ENTRIES) == (100, 2_000)

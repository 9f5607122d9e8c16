"""Exports stay inert: no value of a customer's becomes a formula, and people can still use them."""

import csv
import io
import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from gridcrm.core.sheets import read_table
from gridcrm.core.sheets_write import WriteCell, inert, write_csv, write_xlsx

TRIGGERS = "=+-@|%＝＋－＠"
LEADS = {
    "nothing": "",
    "leading space": " ",
    "ideographic space": "\u3000",
    "no-break space": "\u00a0",
    "byte order mark": "\ufeff",
    "zero-width space": "\u200b",
    "tab": "\t",
    "carriage return": "\r",
    "line feed": "\n",
    "both": "\r\n",
    "NUL": "\0",
    "quote": '"',
    "apostrophe after a quote": "\"'",
    "comma": ",",
    "semicolon": ";",
    "text and semicolon": "张三;",
    "text and tab": "张三\t",
    "text and line": "张三\n",
    "semicolon and quote": '张三;"',
    "pipe": "|",
    "semicolon and pipe": ";|",
    "mixture": ' \t"\u00a0;\ufeff ',
}
FORMULAS = ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x","y")', "SUM(A1:A9)")
ORDINARY = [
    "张三",
    "买买提·艾力",
    "O'Brien",
    "Jean-Luc",
    "a@b.cn",
    "50%",
    "翠湖小区3-2-501",
    "男/女",
    "R1|R2",
    "13800000001",
    "0431-85651234",
    "“老客户”",
    "5=五",
    "",
]


def as_csv(rows: Sequence[Sequence[WriteCell]]) -> str:
    return b"".join(write_csv(["姓名", "备注"], rows)).decode("utf-8-sig")


def as_xlsx(rows: Sequence[Sequence[WriteCell]], title: str = "客户") -> bytes:
    return write_xlsx(["姓名", "备注"], rows, title, {"author": "张三", "export": "EX-7"})


def begins_a_formula(cell: str) -> bool:
    """Judge as the most careless spreadsheet would, whatever it strips first."""
    return re.match(rf"[\s\ufeff\u200b\0\"]*[{re.escape(TRIGGERS)}]", cell) is not None


@pytest.mark.parametrize("lead", LEADS.values(), ids=LEADS)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_no_text_of_a_csv_is_a_formula_under_any_separator(trigger: str, lead: str) -> None:
    for formula in FORMULAS:
        text = as_csv([[lead + trigger + formula, "后"]])
        for separator in ",;\t":
            records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            cells = [cell for record in records for cell in record]
            assert not [cell for cell in cells if begins_a_formula(cell)]


@pytest.mark.parametrize("lead", LEADS.values(), ids=LEADS)
def test_no_text_of_a_workbook_is_a_formula(lead: str) -> None:
    rows = [[lead + trigger + formula, "后"] for trigger, formula in product(TRIGGERS, FORMULAS)]

    with zipfile.ZipFile(io.BytesIO(as_xlsx(rows))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")

    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet
    assert sheet.count(b't="inlineStr"') == 2 * (len(rows) + 1)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_values_are_written_unchanged(text: str) -> None:
    assert inert(text) == text


def test_a_dangerous_value_without_protection_would_be_found() -> None:
    assert begins_a_formula(' \u00a0"=1+1')
    assert not begins_a_formula(inert("=1+1"))


def test_numbers_stay_numbers_also_below_zero() -> None:
    rows = [["张三", -5], ["李四", -1.5], ["王五", Decimal("-12.30")], ["赵六", True]]

    assert as_csv(rows).splitlines()[1:] == ["张三,-5", "李四,-1.5", "王五,-12.30", "赵六,TRUE"]
    assert [row[1] for row in read_back(as_xlsx(rows))[1:]] == [-5.0, -1.5, -12.3, True]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), Decimal("NaN")])
def test_a_number_that_is_none_leaves_the_cell_empty(bad: float | Decimal) -> None:
    assert as_csv([["张三", bad]]).splitlines()[1] == "张三,"
    assert read_back(as_xlsx([["张三", bad]]))[1] == ["张三", ""]


def test_a_phone_with_its_country_code_is_inert_and_comes_back_whole() -> None:
    phone = "+8613800000001"

    assert as_csv([["张三", phone]]).splitlines()[1] == f"张三,'{phone}"
    assert read_back(as_xlsx([["张三", phone]]))[1] == ["张三", phone]
    again = read_table(b"".join(write_csv(["姓名", "手机号"], [["张三", phone]])), "x.csv")
    assert again.rows[0].cells == ("张三", phone)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(alphabet="张三=+-@|%,;'\"\t\n\r\0 \u3000\ufeffＡ＝", max_size=12), max_size=6)
)
def test_whatever_is_typed_no_cell_of_the_csv_begins_a_formula(texts: list[str]) -> None:
    text = as_csv([[value, "x"] for value in texts])
    for separator in ",;\t":
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not any(map(begins_a_formula, record))


def test_a_csv_is_utf8_with_its_mark_and_windows_line_ends() -> None:
    data = b"".join(write_csv(["姓名", "备注"], [["张三", "第一行\r\n第二行"]]))

    assert data == '\ufeff姓名,备注\r\n张三,"第一行\n第二行"\r\n'.encode()


def test_a_csv_is_made_piece_by_piece_while_rows_arrive() -> None:
    drawn: list[int] = []

    def arriving() -> Iterator[list[WriteCell]]:
        for n in range(2_000):
            drawn.append(n)
            yield [f"客户{n}", n]

    pieces = write_csv(["姓名", "序号"], arriving())

    assert next(pieces).decode("utf-8-sig") == "姓名,序号\r\n"
    assert not drawn
    assert next(pieces)
    assert len(drawn) < 1_000
    rest = b"".join(pieces)
    assert len(drawn) == 2_000
    assert rest.endswith("客户1999,1999\r\n".encode())


def test_headers_are_inert_too() -> None:
    assert b"".join(write_csv(["=1+1"], [])).decode("utf-8-sig") == "'=1+1\r\n"


def test_days_and_moments_are_written_as_such() -> None:
    rows = [["张三", date(2026, 3, 5)], ["李四", datetime(2026, 3, 5, 9, 30, tzinfo=UTC)]]

    assert as_csv(rows).splitlines()[1:] == ["张三,2026-03-05", "李四,2026-03-05 09:30:00"]
    assert [row[1] for row in read_back(as_xlsx(rows))[1:]] == [
        date(2026, 3, 5),
        datetime(2026, 3, 5, 9, 30),  # noqa: DTZ001 - a spreadsheet knows no zones
    ]


def test_a_day_before_spreadsheets_count_is_written_as_text() -> None:
    assert read_back(as_xlsx([["张三", date(1899, 12, 31)]]))[1] == ["张三", "1899-12-31"]


def test_a_workbook_has_its_header_frozen_filtered_and_wide_enough_for_chinese() -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx([["阿依古丽·买买提明", "x"]]))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()

    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:B2"/>' in sheet
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', sheet)]
    assert widths[0] > 17 > widths[1]


def test_a_workbook_carries_whose_export_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx([["张三", "A&B"]], title="客户/名单:2026"))) as archive:
        core = archive.read("docProps/core.xml").decode()
        custom = archive.read("docProps/custom.xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()

    assert "<dc:creator>张三</dc:creator>" in core
    assert "EX-7" in custom
    assert re.search(r"<oddFooter>[^<]*EX-7", sheet)


def test_a_title_with_signs_that_no_sheet_may_have_is_cleaned() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx([], title="'客户[1]/" + "长" * 40)))

    assert book.sheet_names == ["客户 1  " + "长" * 25]


def test_text_that_is_too_long_for_a_cell_is_cut_and_not_lost() -> None:
    shown = read_back(as_xlsx([["张" * 40_000, "后"]]))[1]

    assert (len(shown[0]), shown[0][-1], shown[1]) == (32_767, "…", "后")


def test_what_is_exported_is_read_back_the_same() -> None:
    rows = [["张三", "=1+1"], ["李四", "-5"], ["王五", "@home"], ["赵六", "好;-坏"]]

    for data, name in ((as_csv(rows).encode(), "x.csv"), (as_xlsx(rows), "x.xlsx")):
        again = [list(row.cells) for row in read_table(data, name).rows]
        assert again[:3] == rows[:3]


def test_twenty_thousand_rows_are_written_within_seconds() -> None:
    rows = [[f"客户{n}", "13800000001", n, date(2026, 3, 5), "翠湖小区"] for n in range(20_000)]
    started = time.process_time()

    b"".join(write_csv(["a", "b", "c", "d", "e"], rows))

    assert time.process_time() - started < 2


def read_back(data: bytes) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]

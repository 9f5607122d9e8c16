"""Tables as people export them: encodings, delimiters, banners, totals, several sheets."""

import json
from datetime import date

import pytest

from gridcrm.core.sheets import Sheet, SheetError, read_table
from tests.corpus.files import csv_bytes, ods_bytes, ods_row, xlsx_bytes
from tests.shared_data import shared_data

LEDGER = [
    ["姓名", "手机号", "小区"],
    ["张三", "13800000001", "翠湖"],
    ["李四", "13800000002", "南苑"],
]
REAL_FILES = [
    "alipay.csv",
    "wechat.csv",
    "meituan.csv",
    "icbc_credit.csv",
    "boc_debit.csv",
    "cmb_credit.csv",
]
REAL_BOOKS = [("wechat.xlsx", 0), ("wechat.xlsx", 1), ("citic_credit.xls", 0)]


def values(sheet: Sheet) -> list[list[object]]:
    return [list(row.cells) for row in sheet.rows]


@pytest.mark.parametrize("name", REAL_FILES)
def test_a_real_statement_is_read_as_written_down(name: str) -> None:
    expected = json.loads(shared_data("messy_imports", "expected.json").read_text("utf-8"))[name]

    sheet = read_table(shared_data("messy_imports", "files", name).read_bytes(), name)

    assert expected["encoding"].endswith(sheet.encoding or "?")
    assert sheet.bom == expected["bom"]
    assert sheet.eol == expected["eol"]
    assert sheet.delimiter == expected["delimiter"]
    assert sheet.header_row == expected["header_line_0based"]
    assert list(sheet.columns) == expected["columns"]
    assert len(sheet.rows) == expected["data_rows"]
    assert sheet.total_rows == expected["total_rows"]
    assert (sheet.rows[0].cells[0] or "") == expected["first_cell"]
    assert (sheet.rows[-1].cells[0] or "") == expected["last_cell"]
    assert {row.surplus for row in sheet.rows} == {0}


@pytest.mark.parametrize(("name", "index"), REAL_BOOKS)
def test_a_real_workbook_is_read_as_written_down(name: str, index: int) -> None:
    book = json.loads(shared_data("messy_imports", "expected.json").read_text("utf-8"))[name]
    expected = book["sheets"][str(index)]

    sheet = read_table(shared_data("messy_imports", "files", name).read_bytes(), name, index)

    assert list(sheet.sheets) == [entry["name"] for entry in book["sheets"].values()]
    assert sheet.name == expected["name"]
    assert sheet.header_row == expected["header_row_0based"]
    assert list(sheet.columns) == expected["columns"]
    assert len(sheet.rows) == expected["data_rows"]
    assert sheet.footer_rows + sheet.total_rows == expected["footer_rows"]


def test_the_ninth_file_has_seven_rows_each_telling_whether_it_is_valid() -> None:
    name = "civicrm_dates.csv"
    sheet = read_table(shared_data("messy_imports", "files", name).read_bytes(), name)

    assert len(sheet.columns) == 9
    assert [row.cells[-1] for row in sheet.rows] == ["Valid"] * 3 + ["Invalid"] * 4
    assert sheet.rows[2].cells[2] == "2008-9-1"


def test_tabs_glued_to_order_numbers_are_gone_and_long_numbers_are_whole() -> None:
    name = "meituan.csv"
    sheet = read_table(shared_data("messy_imports", "files", name).read_bytes(), name)

    assert sheet.rows[0].cells[8] == "25022811100401670006000394166443"


def test_rows_of_dashes_stand_for_nothing() -> None:
    name = "boc_debit.csv"
    sheet = read_table(shared_data("messy_imports", "files", name).read_bytes(), name)

    assert sheet.rows[0].cells[7] is None


@pytest.mark.parametrize(
    ("encoding", "name", "bom"),
    [
        ("utf-8", "UTF-8", False),
        ("utf-8-sig", "UTF-8", True),
        ("gb18030", "GB18030", False),
        ("gbk", "GB18030", False),
        ("utf-16", "UTF-16", True),
        ("utf-16-le", "UTF-16", False),
        ("utf-16-be", "UTF-16", False),
        ("utf-32", "UTF-32", True),
    ],
)
def test_a_ledger_reads_the_same_in_every_encoding(encoding: str, name: str, bom: bool) -> None:
    sheet = read_table(csv_bytes(LEDGER, encoding=encoding), "台账.csv")

    assert (sheet.encoding, sheet.bom) == (name, bom)
    assert [list(sheet.columns), *values(sheet)] == LEDGER


def test_utf8_with_one_damaged_byte_is_refused_with_its_line_and_not_read_as_gibberish() -> None:
    data = csv_bytes(LEDGER).replace("李".encode(), b"\xe6\x9d", 1)

    with pytest.raises(SheetError, match="line 3 is not text in UTF-8"):
        read_table(data, "台账.csv")


@pytest.mark.parametrize("sep", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(sep: str) -> None:
    sheet = read_table(csv_bytes(LEDGER, sep=sep), "台账.txt")

    assert sheet.delimiter == sep
    assert values(sheet) == LEDGER[1:]


def test_a_declared_separator_wins_over_the_commas_in_the_values() -> None:
    text = "sep=;\r\n姓名;资产\r\n张三;1,5,0\r\n李四;2,5,0\r\n"

    sheet = read_table(text.encode(), "x.csv")

    assert (sheet.delimiter, sheet.columns) == (";", ("姓名", "资产"))


@pytest.mark.parametrize(("eol", "name"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")])
def test_line_ends_are_told_apart(eol: str, name: str) -> None:
    sheet = read_table(csv_bytes(LEDGER, eol=eol), "台账.csv")

    assert (sheet.eol, len(sheet.rows)) == (name, 2)


def test_mixed_line_ends_lose_no_row() -> None:
    sheet = read_table("姓名,手机号\r\n张三,1\n李四,2\r王五,3\r\n".encode(), "台账.csv")

    assert (sheet.eol, [row.line for row in sheet.rows]) == ("mixed", [2, 3, 4])


def test_a_row_keeps_the_line_it_began_in_when_a_value_spans_lines() -> None:
    sheet = read_table('姓名,备注\n张三,"第一行\n第二行"\n李四,好\n'.encode(), "x.csv")

    assert [row.line for row in sheet.rows] == [2, 4]
    assert sheet.rows[0].cells[1] == "第一行\n第二行"


def test_banner_lines_above_the_header_are_kept_as_preamble() -> None:
    rows = [["朝阳支行客户台账"], [], ["填报人：张三", "日期：2026-03-05"], *LEDGER]

    sheet = read_table(csv_bytes(rows), "x.csv")

    assert sheet.header_row == 3
    assert sheet.preamble == ("朝阳支行客户台账", "填报人：张三 日期：2026-03-05")
    assert values(sheet) == LEDGER[1:]


def test_a_generated_header_above_the_title_is_not_taken_for_the_header() -> None:
    rows = [["Column1", "Column2", "Column3"], ["客户台账", "", ""], ["说明", "", ""], *LEDGER]

    assert read_table(csv_bytes(rows), "x.csv").columns == ("姓名", "手机号", "小区")


def test_group_headings_above_the_header_are_not_taken_for_the_header() -> None:
    rows = [["基本信息", "", "位置"], *LEDGER]

    assert read_table(csv_bytes(rows), "x.csv").columns == ("姓名", "手机号", "小区")


def test_key_and_value_lines_above_the_header_are_not_taken_for_the_header() -> None:
    pairs = [["网点", "朝阳支行"], ["经理", "张三"], ["币种", "人民币"]] * 4

    assert read_table(csv_bytes([*pairs, *LEDGER]), "x.csv").header_row == 12


def test_a_single_column_under_a_title_is_read() -> None:
    sheet = read_table("拜访名单\n手机号\n13800000001\n13800000002\n".encode(), "x.csv")

    assert (sheet.columns, len(sheet.rows)) == (("手机号",), 2)


def test_a_table_without_header_is_refused_and_the_remedy_is_named() -> None:
    with pytest.raises(SheetError, match="Put one row with the names"):
        read_table("张三,13800000001\n李四,13800000002\n".encode(), "x.csv")


@pytest.mark.parametrize(
    "label",
    [
        "合计",
        "总 计",
        "小计：",
        "本页小计",
        "合计金额",
        "合计(元)",
        "共计12户",
        "Total",
        "Grand Total",
    ],
)
def test_total_rows_are_counted_and_not_data(label: str) -> None:
    sheet = read_table(csv_bytes([*LEDGER, ["", "", ""], [label, "2", ""]]), "x.csv")

    assert (len(sheet.rows), sheet.total_rows) == (2, 1)


@pytest.mark.parametrize("name", ["合肥", "何总", "Totalino", "小计划"])
def test_names_that_begin_like_a_total_stay_data(name: str) -> None:
    sheet = read_table(csv_bytes([*LEDGER, [name, "13800000003", "翠湖"]]), "x.csv")

    assert (len(sheet.rows), sheet.total_rows) == (3, 0)


def test_signatures_under_the_table_are_a_footer() -> None:
    rows = [*LEDGER, ["制表人：张三", "审核人：李四"], ["注：仅供内部使用"]]

    sheet = read_table(csv_bytes(rows), "x.csv")

    assert (len(sheet.rows), sheet.footer_rows) == (2, 2)


def test_headers_repeated_on_every_printed_page_are_not_data() -> None:
    sheet = read_table(csv_bytes([*LEDGER, LEDGER[0], ["王五", "13800000003", "翠湖"]]), "x.csv")

    assert (len(sheet.rows), sheet.repeated_headers) == (3, 1)


def test_equal_headers_are_told_apart_and_unnamed_columns_with_data_are_kept() -> None:
    rows = [["姓名", "手机号", "手机号", "", "小区"], ["张三", "1", "2", "三", "翠湖"]]

    sheet = read_table(csv_bytes(rows), "x.csv")

    assert sheet.columns == ("姓名", "手机号", "手机号 (2)", "Column 4", "小区")


def test_a_row_with_more_values_than_columns_says_how_many() -> None:
    sheet = read_table(csv_bytes([*LEDGER, ["王五", "1", "翠湖", "多", "余"]]), "x.csv")

    assert [row.surplus for row in sheet.rows] == [0, 0, 2]


def test_padding_and_guards_around_values_are_removed() -> None:
    row = ["\u3000张三\xa0", '"=""00123"""', "'+8613800000001"]

    sheet = read_table(csv_bytes([LEDGER[0], row]), "x.csv")

    assert values(sheet) == [["张三", "00123", "+8613800000001"]]


def test_a_quotation_mark_never_closed_is_refused_with_its_line() -> None:
    with pytest.raises(SheetError, match="opens in line 3 is never closed"):
        read_table('姓名,手机号\n张三,1\n"李四,2\n王五,3\n'.encode(), "x.csv")


def test_a_workbook_with_a_merged_banner_keeps_dates_and_numbers() -> None:
    rows = [["姓名", "手机号", "开户日期"], ["张三", 13800000001, date(2026, 3, 5)]]

    sheet = read_table(xlsx_bytes(rows, merged="朝阳支行客户台账"), "台账.xlsx")

    assert (sheet.header_row, sheet.preamble) == (1, ("朝阳支行客户台账",))
    assert values(sheet) == [["张三", 13800000001.0, date(2026, 3, 5)]]
    assert sheet.rows[0].line == 3


def test_the_first_sheet_with_a_table_is_read_and_others_by_name_or_number() -> None:
    notes = [["填写说明"], ["请勿改动表头"]]
    data = xlsx_bytes(notes, sheets=[("一月", LEDGER), ("二月", [*LEDGER, ["王五", "3", "翠湖"]])])

    assert read_table(data, "x.xlsx").name == "一月"
    assert len(read_table(data, "x.xlsx", "二月").rows) == 3
    assert read_table(data, "x.xlsx", 1).sheets == ("客户台账", "一月", "二月")


def test_a_sheet_that_is_not_there_is_refused_with_the_names_that_are() -> None:
    with pytest.raises(SheetError, match="It has: 客户台账"):
        read_table(xlsx_bytes(LEDGER), "x.xlsx", "三月")


def test_an_open_document_sheet_is_read_without_its_million_empty_rows() -> None:
    empty = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell'
    empty += ' table:number-columns-repeated="16384"/></table:table-row>'

    sheet = read_table(ods_bytes("".join(ods_row(*row) for row in LEDGER) + empty), "x.ods")

    assert values(sheet) == LEDGER[1:]


def test_tab_separated_text_that_a_bank_calls_xls_is_read() -> None:
    assert values(read_table(csv_bytes(LEDGER, sep="\t"), "明细.xls")) == LEDGER[1:]


def test_a_header_without_rows_is_an_empty_table() -> None:
    assert read_table(csv_bytes(LEDGER[:1]), "x.csv").rows == ()

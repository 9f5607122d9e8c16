"""Customer files with what must come of each: ten as people save them, the others built here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from geo import Datum
from gridcrm.core.sheets import read_table
from gridcrm.customers.importing import Checked, KnownNames, check, suggest_mapping
from tests.corpus.files import Rows, csv_bytes, ods_bytes, ods_row, xlsx_bytes

CORPUS = Path(__file__).parents[2] / "corpus" / "customers"
EXPECTED: dict[str, dict[str, Any]] = json.loads((CORPUS / "expected.json").read_text("utf-8"))
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A file and the lines that must come out as good, bad, duplicates and merged."""

    title: str
    data: bytes
    good: Sequence[int]
    bad: Sequence[tuple[int, str]] = ()
    duplicates: Sequence[int] = ()
    merged: Sequence[int] = ()
    name: str = "台账.csv"
    first: dict[str, object] = field(default_factory=dict)


def one(header: str, value: object) -> bytes:
    """Return a ledger of one person with one more column."""
    return csv_bytes([["姓名", header], ["张三", value]])


def good(title: str, header: str, value: object, **first: object) -> Case:
    return Case(title, one(header, value), [2], first=first)


def bad(title: str, header: str, value: object) -> Case:
    return Case(title, one(header, value), [], bad=[(2, header)])


def book(title: str, rows: Rows, lines: Sequence[int], **first: object) -> Case:
    return Case(title, xlsx_bytes(rows), lines, name="台账.xlsx", first=first)


PEOPLE = [["姓名", "手机号"], ["张三", "13800000001"], ["李四", "13800000002"]]
CASES = [
    Case("UTF-8 without mark", csv_bytes(PEOPLE), [2, 3]),
    Case("UTF-8 with mark", csv_bytes(PEOPLE, encoding="utf-8-sig"), [2, 3]),
    Case("GBK", csv_bytes(PEOPLE, encoding="gbk"), [2, 3]),
    Case("UTF-16 big-endian", csv_bytes(PEOPLE, encoding="utf-16-be"), [2, 3]),
    Case("old Macintosh line ends", csv_bytes(PEOPLE, eol="\r"), [2, 3]),
    Case("semicolons", csv_bytes(PEOPLE, sep=";"), [2, 3]),
    Case("pipes", csv_bytes(PEOPLE, sep="|"), [2, 3]),
    Case("a comma at the end of each line", csv_bytes([[*row, ""] for row in PEOPLE]), [2, 3]),
    Case("blank lines between", csv_bytes([PEOPLE[0], [], PEOPLE[1], ["", ""], PEOPLE[2]]), [3, 5]),
    Case("ragged, too short", csv_bytes([PEOPLE[0], ["张三"], PEOPLE[2]]), [2, 3]),
    Case(
        "ragged, too long", csv_bytes([*PEOPLE, ["王五", "13800000003", "3栋"]]), [2, 3], [(4, "")]
    ),
    Case(
        "equal headers",
        csv_bytes([["姓名", "手机号", "手机号"], ["张三", "13800000001", "x"]]),
        [2],
    ),
    Case("a group heading above", csv_bytes([["基本信息", ""], *PEOPLE]), [3, 4]),
    Case(
        "totals in between", csv_bytes([*PEOPLE, ["小计", "2"], ["王五", "13800000003"]]), [2, 3, 5]
    ),
    Case(
        "a spreadsheet's text formula", csv_bytes([PEOPLE[0], ["张三", '"=""13800000001"""']]), [2]
    ),
    Case("formulas for a name", csv_bytes([PEOPLE[0], ["=cmd|x", "13800000001"]]), [2]),
    Case(
        "OpenDocument", ods_bytes("".join(ods_row(*row) for row in PEOPLE)), [2, 3], name="台账.ods"
    ),
    book(
        "phones as numbers", [["姓名", "手机号"], ["张三", 13800000001]], [2], phone="13800000001"
    ),
    book(
        "days as dates",
        [["姓名", "开户日期"], ["张三", date(2020, 3, 5)]],
        [2],
        opened_on=date(2020, 3, 5),
    ),
    book(
        "days as serials", [["姓名", "开户日期"], ["张三", 43895]], [2], opened_on=date(2020, 3, 5)
    ),
    book("an endless number", [["客户号", "姓名"], ["A1", "张三"]], [2], number="A1"),
    good("amount in ten thousands", "AUM", "1.2万", aum_fen=1_200_000),
    good("amount under a unit", "资产（万元）", "1.2", aum_fen=1_200_000),
    good("age as a generation", "年龄段", "80后", age_band="37-46"),
    good("labels in a list", "兴趣标签", "书法、太极；茶艺", label_names=("书法", "太极", "茶艺")),
    good("consent in silence", "同意状态", "", consent=None),
    good("consent in words", "同意状态", "口头同意", consent=None),
    good("refusal", "同意状态", "不同意", consent="refused"),
    good("a slash for nothing", "手机号", "/", phone=None),
    bad("a shortened phone", "手机号", "1.38E+10"),
    bad("a masked phone", "手机号", "138****0001"),
    bad("a year of two digits", "开户日期", "20-3-5"),
    bad("a day in the future", "开户日期", "2030-01-01"),
    bad("an impossible day", "入住日期", "2026-02-30"),
    bad("a negative amount", "AUM", "-1"),
    bad("an endless amount", "AUM", "9" * 60),
    bad("an identity number", "备注", "440305199001011230"),
    bad("an identity number as a customer number", "客户号", "440305199001011230"),
    Case("the same row twice", csv_bytes([*PEOPLE, PEOPLE[1]]), [2, 3], duplicates=[4]),
    Case(
        "the same phone twice", csv_bytes([*PEOPLE, ["张三丰", "13800000001"]]), [3, 4], merged=[2]
    ),
    Case(
        "the same number with two phones",
        csv_bytes(
            [
                ["客户号", "姓名", "手机号"],
                ["A", "张三", "13800000001"],
                ["A", "张三", "13800000009"],
            ]
        ),
        [3],
        merged=[2],
        first={"phone": "13800000009"},
    ),
]


def read(data: bytes, name: str) -> Checked:
    sheet = read_table(data, name)
    mapping = suggest_mapping(sheet.columns)
    return check(sheet, mapping, known=KnownNames(), default_datum=Datum.GCJ02, now=NOW)


def lines(checked: Checked) -> dict[str, object]:
    return {
        "rows": checked.rows,
        "good": [row.line for row in checked.good],
        "bad": [[cell.line, cell.column] for cell in checked.bad],
        "duplicates": checked.duplicates,
        "merged": [merged.line for merged in checked.merged],
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_a_saved_file_comes_out_as_written_beside_it(name: str) -> None:
    assert lines(read((CORPUS / name).read_bytes(), name)) == EXPECTED[name]


def test_every_saved_file_has_its_expectation() -> None:
    assert {path.name for path in CORPUS.iterdir()} == {*EXPECTED, "expected.json"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_built_file_comes_out_as_expected(case: Case) -> None:
    checked = read(case.data, case.name)

    found = lines(checked)
    assert found["good"] == list(case.good)
    assert found["bad"] == [list(cell) for cell in case.bad]
    assert found["duplicates"] == list(case.duplicates)
    assert found["merged"] == list(case.merged)
    for name, value in case.first.items():
        assert getattr(checked.good[0], name) == value


@pytest.mark.parametrize("name", EXPECTED)
def test_no_row_of_a_saved_file_is_lost_or_counted_twice(name: str) -> None:
    checked = read((CORPUS / name).read_bytes(), name)

    ends = [row.line for row in checked.good] + checked.duplicates
    ends += [merged.line for merged in checked.merged] + list({cell.line for cell in checked.bad})
    assert len(ends) == len(set(ends)) == checked.rows


@pytest.mark.parametrize("name", EXPECTED)
def test_no_refusal_shows_the_value_it_refuses(name: str) -> None:
    sheet = read_table((CORPUS / name).read_bytes(), name)
    checked = read((CORPUS / name).read_bytes(), name)
    cells = {row.line: dict(zip(sheet.columns, row.cells, strict=True)) for row in sheet.rows}

    for refused in checked.bad:
        value = str(cells[refused.line].get(refused.column))
        is_datum = "coordinate system" in refused.reason.message
        assert is_datum or value not in f"{refused.reason} {refused.remedy}"


def test_the_ledger_under_a_banner_is_read_whole() -> None:
    name = "gb18030_banner_total.csv"
    zhang, ouyang, maimaiti = read((CORPUS / name).read_bytes(), name).good

    assert (zhang.name, zhang.phone, zhang.community) == ("张三", "13800000001", "翠湖花园")
    assert (zhang.age_band, zhang.segment_hint, zhang.tier) == ("60+", "老年客群", "affluent")
    assert (zhang.label_names, zhang.consent) == (("书法", "太极"), "granted")
    assert (ouyang.phone, ouyang.consent) == ("13800000002", None)
    assert (maimaiti.name, maimaiti.age_band) == ("买买提·艾力", "37-46")
    assert (maimaiti.label_names, maimaiti.consent) == ((), "refused")


def test_a_file_with_every_way_of_writing_gives_plain_values() -> None:
    name = "bom_many_ways.csv"
    zhang, li, wang = read((CORPUS / name).read_bytes(), name).good

    assert (zhang.birth_year, zhang.aum_fen, zhang.opened_on) == (
        1985,
        12_500_000,
        date(2020, 3, 5),
    )
    assert (zhang.moved_in_on, zhang.has_child) == (date(2021, 6, 1), True)
    assert (li.phone, li.aum_fen, li.has_child) == ("13800000022", 1_200_000_000, False)
    assert li.last_active_on == date(2026, 10, 5)
    assert (wang.gender, wang.aum_fen, wang.opened_on) == ("male", 80_000_000, date(2018, 12, 31))


def test_positions_carry_the_datum_of_their_row_or_that_of_the_file() -> None:
    name = "positions.csv"
    zhang, li, wang, sun, feng = read((CORPUS / name).read_bytes(), name).good

    assert (zhang.lon, zhang.lat, zhang.datum) == (113.9474738, 22.5438314, Datum.WGS84)
    assert (li.datum, wang.datum) == (Datum.GCJ02, Datum.GCJ02)
    assert (sun.lon, sun.lat, sun.datum) == (None, None, None)
    assert (feng.lon, feng.datum, feng.warnings) == (None, None, ())


def test_of_the_same_people_the_later_rows_win_and_a_refusal_stands() -> None:
    name = "same_people.csv"
    zhang, li, qian = read((CORPUS / name).read_bytes(), name).good

    assert (zhang.phone, zhang.community, zhang.consent) == ("13900000001", "翠湖花园", "refused")
    assert (li.number, li.community, li.consent) == ("B2", "南苑小区", "granted")
    assert qian.name == "钱七"

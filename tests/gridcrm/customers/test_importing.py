"""From a table to people: mapping, warnings, merging, a stand-in city, and speed."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from geo import Datum
from gridcrm.core.sheets import Sheet, SheetError, read_table
from gridcrm.customers.importing import (
    Checked,
    Field,
    KnownNames,
    check,
    suggest_mapping,
)
from tests.corpus.files import csv_bytes
from tests.shared_data import shared_data

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LEDGER = ["姓名", "手机号", "小区/单位", "楼栋", "年龄段", "职业"]
LEDGER += ["客群", "兴趣标签", "客户等级", "管户人", "同意状态", "来源"]
NOBODY = KnownNames()


def table(*rows: Iterable[object]) -> Sheet:
    return read_table(csv_bytes([list(row) for row in rows]), "台账.csv")


def checked(sheet: Sheet, known: KnownNames = NOBODY, datum: Datum = Datum.WGS84) -> Checked:
    mapping = suggest_mapping(sheet.columns)
    return check(sheet, mapping, known=known, default_datum=datum, now=NOW)


def test_every_column_of_the_ledger_finds_its_field() -> None:
    assert list(suggest_mapping(LEDGER).values()) == [
        Field.NAME,
        Field.PHONE,
        Field.COMMUNITY,
        Field.BUILDING,
        Field.AGE,
        Field.OCCUPATION,
        Field.SEGMENT,
        Field.LABELS,
        Field.TIER,
        Field.OWNER,
        Field.CONSENT,
        Field.SOURCE,
    ]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("客户号", Field.NUMBER),
        ("* 姓 名（必填）", Field.NAME),
        ("手机号码：", Field.PHONE),
        ("资产（万元）", Field.AUM),
        ("AUM(元)", Field.AUM),
        ("总资产万元", Field.AUM),
        ("开户日期", Field.OPENED_ON),
        ("高德经度", Field.LON),
        ("纬度(GCJ-02)", Field.LAT),
        ("坐标系", Field.DATUM),
        ("持有产品", Field.PRODUCTS),
        ("最近活动日期", Field.LAST_ACTIVE_ON),
        ("ＡＵＭ", Field.AUM),
        ("Mobile_Phone", Field.PHONE),
        ("Date of Birth", Field.BIRTH),
        ("Customer ID", Field.NUMBER),
        ("身份证号", None),
        ("序号", None),
        ("备注", None),
        ("yr_built", None),
        ("price", None),
    ],
)
def test_a_header_is_understood_with_its_brackets_signs_and_units(
    header: str, field: Field | None
) -> None:
    assert suggest_mapping([header]) == {header: field}


def test_a_field_goes_to_the_column_that_says_it_most_plainly() -> None:
    assert suggest_mapping(["联系方式", "手机号", "姓名"]) == {
        "联系方式": None,
        "手机号": Field.PHONE,
        "姓名": Field.NAME,
    }


def test_an_unused_column_is_named() -> None:
    assert checked(table(["姓名", "备注"], ["张三", "好"])).unused_columns == ["备注"]


def test_a_file_in_which_nobody_can_be_named_is_refused() -> None:
    sheet = table(["小区", "楼栋"], ["翠湖", "3栋"])

    with pytest.raises(SheetError, match="Say which column holds the name"):
        checked(sheet)


def test_one_field_in_two_columns_is_refused() -> None:
    sheet = table(["姓名", "电话", "手机"], ["张三", "1", "2"])
    mapping = {"姓名": Field.NAME, "电话": Field.PHONE, "手机": Field.PHONE}

    with pytest.raises(SheetError, match="2 columns are said to hold the field phone"):
        check(sheet, mapping, known=NOBODY, default_datum=Datum.WGS84, now=NOW)


def test_a_longitude_without_a_latitude_is_refused() -> None:
    with pytest.raises(SheetError, match="belong together"):
        checked(table(["姓名", "经度"], ["张三", "113.9"]))


def test_a_person_without_a_name_but_with_a_number_is_a_household() -> None:
    sheet = table(["客户号", "姓名", "手机号"], ["A1", "", "13800000001"], ["", "", "13800000002"])

    found = checked(sheet)

    assert [person.name for person in found.good] == ["Household A1"]
    assert [(cell.line, cell.column) for cell in found.bad] == [(3, "姓名")]


def test_a_household_that_is_named_in_another_row_keeps_that_name() -> None:
    sheet = table(["客户号", "姓名", "小区"], ["A1", "张三", ""], ["A1", "", "翠湖"])

    (person,) = checked(sheet).good

    assert (person.line, person.name, person.community) == (3, "张三", "翠湖")


def test_names_the_branch_does_not_know_are_warned_of_and_kept() -> None:
    sheet = table(
        ["姓名", "小区", "兴趣标签", "管户人", "客群", "产品"],
        ["张三", "翠湖花园", "书法、蹦极", "周敏", "老年客群", "存款"],
        ["李四", "不存在小区", "太极", "王伟", "火星人", "彩票"],
    )
    known = KnownNames(
        communities=frozenset({"翠湖 花园"}),
        labels=frozenset({"书法", "太极"}),
        owners=frozenset({"周敏"}),
        segments=frozenset({"老年客群"}),
    )

    zhang, li = checked(sheet, known).good

    assert zhang.label_names == ("书法", "蹦极")
    assert [str(warning) for warning in zhang.warnings] == ["The label 蹦极 is not known."]
    assert li.community == "不存在小区"
    assert [warning.params["value"] for warning in li.warnings] == [
        "不存在小区",
        "王伟",
        "火星人",
        "彩票",
    ]
    assert [warning.params["column"] for warning in li.warnings] == [
        "小区",
        "管户人",
        "客群",
        "产品",
    ]
    assert (zhang.products, li.products) == (("deposit",), ("彩票",))


def test_names_are_not_checked_where_nothing_is_known() -> None:
    assert checked(table(["姓名", "小区"], ["张三", "翠湖"])).good[0].warnings == ()


def test_silence_is_never_consent() -> None:
    sheet = table(["姓名", "同意状态"], ["张三", ""], ["李四", "已同意"], ["王五", "未同意"])

    assert [person.consent for person in checked(sheet).good] == [None, "granted", None]


def test_a_refusal_is_not_undone_by_another_row_of_the_same_file() -> None:
    for first, second in (("拒绝", "已同意"), ("已同意", "拒绝")):
        sheet = table(["客户号", "姓名", "同意状态"], ["A1", "张三", first], ["A1", "张三", second])
        (person,) = checked(sheet).good
        assert person.consent == "refused"
        assert "the refusal was kept" in str(person.warnings[-1])


def test_two_people_with_two_numbers_do_not_become_one_by_a_shared_phone() -> None:
    rows = [["A1", "张三", "13800000001"], ["B2", "李四", "13800000001"]]

    found = checked(table(["客户号", "姓名", "手机号"], *rows))

    assert [person.number for person in found.good] == ["A1"]
    assert str(found.bad[0].reason) == (
        "This phone number already belongs to somebody else, in line 2."
    )


def test_colleagues_with_one_office_phone_do_not_become_one_person() -> None:
    rows = [["张三", "0431-85651234"], ["李四", "0431-85651234"], ["张三", "0431-85651234 "]]

    found = checked(table(["姓名", "电话"], *rows))

    assert [person.name for person in found.good] == ["张三"]
    assert [cell.line for cell in found.bad] == [3]
    assert found.duplicates == [4]


def test_a_merge_says_when_the_names_differ() -> None:
    rows = [["张三", "13800000001"], ["张三丰", "13800000001"]]

    (merged,) = checked(table(["姓名", "手机号"], *rows)).merged

    assert (merged.line, merged.kept_line, merged.by) == (2, 3, "phone")
    assert "different names" in str(merged.reason)


def test_three_rows_of_one_person_known_by_number_and_by_phone_are_one() -> None:
    rows = [["A1", "张三", ""], ["", "张三", "13800000001"], ["A1", "张三", "13800000001"]]

    found = checked(table(["客户号", "姓名", "手机号"], *rows))

    assert [person.line for person in found.good] == [4]
    assert sorted(merged.line for merged in found.merged) == [2, 3]


def test_a_row_that_returns_after_a_newer_one_is_the_last_word() -> None:
    rows = [["A1", "张三"], ["A1", "张三丰"], ["A1", "张三"]]

    found = checked(table(["客户号", "姓名"], *rows))

    assert [(person.line, person.name) for person in found.good] == [(4, "张三")]
    assert found.duplicates == []


def test_a_phone_that_passed_to_somebody_else_is_theirs() -> None:
    rows = [
        ["A1", "张三", "13800000001"],
        ["A1", "张三", "13900000001"],
        ["B2", "李四", "13800000001"],
    ]

    found = checked(table(["客户号", "姓名", "手机号"], *rows))

    assert [(person.name, person.phone) for person in found.good] == [
        ("张三", "13900000001"),
        ("李四", "13800000001"),
    ]


def test_a_year_of_birth_is_preferred_to_a_band_of_ages() -> None:
    rows = [["张三", "1985", "30-39"], ["李四", "", "30-39"]]

    zhang, li = checked(table(["姓名", "出生年份", "年龄段"], *rows)).good

    assert (zhang.birth_year, zhang.age_band) == (1985, None)
    assert (li.birth_year, li.age_band) == (None, "30-39")


def test_the_header_tells_the_datum_and_the_row_may_differ() -> None:
    rows = [["张三", "113.9", "22.5", ""], ["李四", "113.9", "22.5", "WGS84"]]

    found = checked(table(["姓名", "百度经度", "百度纬度", "坐标系"], *rows))

    assert [person.datum for person in found.good] == [Datum.BD09, Datum.WGS84]


@pytest.mark.parametrize(
    ("lon", "lat"), [("22.54", "113.94"), ("47.5", "-122.2"), ("39.4", "75.9")]
)
def test_swapped_coordinates_are_reported_and_not_guessed(lon: str, lat: str) -> None:
    found = checked(table(["姓名", "经度", "纬度"], ["张三", lon, lat]))

    assert not found.good
    assert str(found.bad[0].reason) == "Longitude and latitude seem to be swapped."


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    sheet = table(["姓名", "手机号", "AUM"], ["123", "1.38E+10", "-5"])

    assert [cell.column for cell in checked(sheet).bad] == ["姓名", "手机号", "AUM"]


def test_the_sales_of_a_county_come_in_as_households_and_the_last_sale_wins() -> None:
    data = shared_data("king_county_sales", "kc_house.csv").read_bytes()
    sheet = read_table(data, "kc_house.csv")

    found = checked(sheet)

    assert (found.rows, len(found.good), found.bad) == (21_613, 21_436, [])
    assert (len(found.duplicates), len(found.merged)) == (3, 174)
    first = found.good[0]
    assert (first.name, first.number) == ("Household 7129300520", "7129300520")
    assert (first.lon, first.lat, first.datum) == (-122.257, 47.5112, Datum.WGS84)
    replaced = {merged.line for merged in found.merged}
    assert all(merged.kept_line > merged.line for merged in found.merged)
    assert not replaced & {person.line for person in found.good}


def test_twenty_one_thousand_households_are_checked_in_a_second_and_a_half() -> None:
    data = shared_data("king_county_sales", "kc_house.csv").read_bytes()
    sheet = read_table(data, "kc_house.csv")

    started = time.process_time()
    checked(sheet)

    assert time.process_time() - started < 1.5


def test_a_full_ledger_of_ten_thousand_people_is_checked_in_two_seconds() -> None:
    more = ["客户号", "性别", "出生年份", "AUM", "开户日期", "经度", "纬度", "有无子女"]
    same = [
        "翠湖花园",
        "3栋",
        "",
        "教师",
        "亲子家庭",
        "书法、太极",
        "财富",
        "周敏",
        "已同意",
        "转介",
    ]
    rest = ["女", "1985", "1.2万", "2020.3.5", "113.9474", "22.5438", "有"]
    header = [*LEDGER, *more]
    people = (
        [f"客户{chr(0x4E00 + n)}", f"138{n:08}", *same, f"KH{n}", *rest] for n in range(10_000)
    )
    sheet = table(header, *people)

    started = time.process_time()
    found = checked(sheet)

    assert len(found.good) == 10_000
    assert time.process_time() - started < 2

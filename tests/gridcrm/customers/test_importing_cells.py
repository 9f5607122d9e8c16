"""Every way in which people write a phone, an amount, a day, an age or an answer."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from geo import Datum
from gridcrm.core.sheets import Cell
from gridcrm.customers import cells_numbers as numbers
from gridcrm.customers import cells_text as text
from gridcrm.customers.cells import CellError, Reading, ValueClass, class_of
from gridcrm.customers.id_numbers import is_id_number
from gridcrm.customers.models import Tier

TODAY = date(2026, 11, 21)
Parser = Callable[[Cell, Reading], Any]


def read(parse: Parser, cell: Cell) -> tuple[Any, list[str]]:
    reading = Reading(TODAY)
    return parse(cell, reading), [str(warning) for warning in reading.warnings]


def refusal(parse: Parser, cell: Cell) -> str:
    with pytest.raises(CellError) as error:
        parse(cell, Reading(TODAY))
    assert str(error.value.remedy)
    return str(error.value.reason)


@pytest.mark.parametrize(
    "cell",
    [
        "13800138001",
        "138 0013 8001",
        "138-0013-8001",
        "+86 13800138001",
        "+8613800138001",
        "008613800138001",
        "86-138-0013-8001",
        "8613800138001",
        "（+86）13800138001",
        "１３８００１３８００１",
        "电话：13800138001",
        "13800138001.0",
        "1.3800138001E+10",
        13800138001.0,
        13800138001,
    ],
    ids=repr,
)
def test_a_mobile_is_eleven_digits_however_it_is_written(cell: Cell) -> None:
    cell = float(cell) if isinstance(cell, int) else cell

    assert read(numbers.parse_phone, cell) == ("13800138001", [])


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("0431-85651234", "043185651234"),
        ("(0755) 2601 2345", "075526012345"),
        ("010-62345678", "01062345678"),
        ("+86 010 62345678", "01062345678"),
    ],
    ids=repr,
)
def test_a_landline_keeps_its_area_code(cell: str, digits: str) -> None:
    assert read(numbers.parse_phone, cell) == (digits, [])


def test_an_extension_is_left_out_and_said() -> None:
    for cell in ("0431-85651234-801", "0431-85651234转801", "043185651234 ext.801"):
        assert read(numbers.parse_phone, cell) == (
            "043185651234",
            ["The extension 801 was left out."],
        )


@pytest.mark.parametrize("cell", ["13800138001/13900139001", "13800138001、13900139001"], ids=repr)
def test_of_two_phones_the_first_is_taken_and_it_is_said(cell: str) -> None:
    assert read(numbers.parse_phone, cell) == (
        "13800138001",
        ["Only the first of 2 phone numbers was taken."],
    )


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1.38E+10", "shortened"),
        ("1.38001e10", "shortened"),
        ("138****8001", "masked"),
        ("85651234", "no area code"),
        ("1380013800", "not a phone number"),
        ("138001380011", "not a phone number"),
        ("12800138001", "not a phone number"),
        ("+852 9123 4567", "not a phone number"),
        ("同上", "not a phone number"),
        (date(2026, 3, 5), "not a phone number"),
        (1.38, "not a phone number"),
        ("1e-99999", "not a phone number"),
        (float("inf"), "not a phone number"),
    ],
    ids=repr,
)
def test_what_cannot_be_dialled_is_refused(cell: Cell, why: str) -> None:
    assert why in refusal(numbers.parse_phone, cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("KH-0012", "KH-0012"),
        ("007129300520", "007129300520"),
        (7129300520.0, "7129300520"),
        ("7129300520.0", "7129300520"),
    ],
    ids=repr,
)
def test_a_customer_number_keeps_its_leading_zeros(cell: Cell, number: str) -> None:
    assert read(numbers.parse_number, cell) == (number, [])


@pytest.mark.parametrize(
    "cell", ["7.13E+09", 6.22202123456789e18, "客户一", "12 34", "=1+1", 1.5e300], ids=repr
)
def test_a_customer_number_that_lost_digits_or_is_none_is_refused(cell: Cell) -> None:
    refusal(numbers.parse_number, cell)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1.2万", 1_200_000),
        ("1.2 万元", 1_200_000),
        ("3,500.00", 350_000),
        ("￥3,500", 350_000),
        ("¥0.5", 50),
        ("人民币 80元", 8_000),
        ("2亿", 20_000_000_000),
        ("50w", 50_000_000),
        ("0.005", 1),
        (12000.0, 1_200_000),
        (0.1, 10),
        ("１２０００", 1_200_000),
    ],
    ids=repr,
)
def test_an_amount_is_kept_in_fen(cell: Cell, fen: int) -> None:
    assert numbers.parse_money(cell, 1) == fen


def test_the_unit_of_the_header_counts_unless_the_cell_has_its_own() -> None:
    assert numbers.parse_money("12.5", 10_000) == 12_500_000
    assert numbers.parse_money(12.5, 10_000) == 12_500_000
    assert numbers.parse_money("1.2万", 10_000) == 1_200_000
    assert numbers.parse_money("800元", 10_000) == 80_000


@pytest.mark.parametrize(
    "cell",
    ["3,50", "5-10万", "50万以上", "很多", "1.2E+05", "-5", -5.0, 1e300, float("inf"), "9" * 40],
    ids=repr,
)
def test_an_amount_that_is_a_range_negative_or_endless_is_refused(cell: Cell) -> None:
    with pytest.raises(CellError):
        numbers.parse_money(cell, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-05",
        "2026-3-5",
        "2026/3/5",
        "2026.3.5",
        "2026年3月5日",
        "２０２６年３月５日",
        "20260305",
        "2026-03-05 08:30:00",
        "2026-03-05T08:30:00Z",
        "46086",
        46086.0,
        46086.75,
        20260305.0,
        date(2026, 3, 5),
        datetime(2026, 3, 5, 8, 30),  # noqa: DTZ001 - a spreadsheet knows no zones
    ],
    ids=repr,
)
def test_a_day_is_read_in_every_usual_form(cell: Cell) -> None:
    assert read(numbers.parse_day, cell) == (date(2026, 3, 5), [])


@pytest.mark.parametrize("cell", ["2026年3月", "2026-03", "2026/3"], ids=repr)
def test_a_month_is_taken_as_its_first_day_and_it_is_said(cell: str) -> None:
    day, warnings = read(numbers.parse_day, cell)

    assert day == date(2026, 3, 1)
    assert "the first of the month was taken" in warnings[0]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("26-3-5", "two digits"),
        ("26.03.05", "two digits"),
        ("03/05/26", "two digits"),
        ("03/05/2026", "not clear"),
        ("5.3.2026", "not clear"),
        ("2026-25-1", "no such day"),
        ("20260230", "no such day"),
        ("1899-12-31", "before 1900"),
        ("2026.3", "not a date"),
        (2026.3, "not a date"),
        ("三月五日", "not a date"),
        ("12345", "not a date"),
        (1e300, "not a date"),
    ],
    ids=repr,
)
def test_a_day_that_could_be_another_is_refused_not_guessed(cell: Cell, why: str) -> None:
    assert why in refusal(numbers.parse_day, cell)


def test_an_account_cannot_be_opened_next_week_but_people_can_move_in_then() -> None:
    assert refusal(numbers.parse_past_day, "2026-11-28") == "This day is in the future."
    assert read(numbers.parse_past_day, "2026-11-22")[0] == date(2026, 11, 22)
    assert read(numbers.parse_day, "2026-11-28")[0] == date(2026, 11, 28)


@pytest.mark.parametrize(
    "cell",
    ["1985", "1985年", "1985-06-01", "1985.6.1", "19850601", 1985.0, "1985.0", date(1985, 6, 1)],
    ids=repr,
)
def test_of_a_birthday_only_the_year_is_kept(cell: Cell) -> None:
    assert read(numbers.parse_birth_year, cell) == (1985, [])


@pytest.mark.parametrize("cell", ["85", "85-06-01", "1850", "2027", "80后", "1985-13-01"], ids=repr)
def test_an_unclear_or_impossible_birth_is_refused(cell: Cell) -> None:
    refusal(numbers.parse_birth_year, cell)


@pytest.mark.parametrize(
    ("cell", "band"),
    [
        ("30-39", "30-39"),
        ("30~39岁", "30-39"),
        ("30岁至39岁", "30-39"),
        ("30—39", "30-39"),
        ("35岁", "35"),
        (35.0, "35"),
        ("60岁以上", "60+"),
        ("60及以上", "60+"),
        ("60+", "60+"),
        ("18岁以下", "0-18"),
        ("80后", "37-46"),
        ("95后", "27-31"),
        ("00后", "17-26"),
    ],
    ids=repr,
)
def test_an_age_is_kept_as_a_band_of_ages(cell: Cell, band: str) -> None:
    assert read(numbers.parse_age_band, cell) == (band, [])


def test_an_age_in_words_is_left_out_and_said_and_an_impossible_one_refused() -> None:
    assert read(numbers.parse_age_band, "中年")[0] is None
    assert "中年" in read(numbers.parse_age_band, "中年")[1][0]
    for cell in ("39-30", "150岁", "30-390"):
        refusal(numbers.parse_age_band, cell)


@pytest.mark.parametrize(
    ("cell", "degrees"), [("113.9474", 113.9474), (-122.257, -122.257), ("22.5°", 22.5)], ids=repr
)
def test_decimal_degrees_are_read(cell: Cell, degrees: float) -> None:
    assert read(numbers.parse_degrees, cell) == (degrees, [])


@pytest.mark.parametrize(
    "cell", ["113°56′50″", "E113.9", "113,9474", "113.9,22.5", "1.1E+02", float("inf")], ids=repr
)
def test_minutes_letters_and_pairs_are_no_degrees(cell: Cell) -> None:
    refusal(numbers.parse_degrees, cell)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张三", "张三"),
        ("张　三", "张三"),
        ("欧阳 小三", "欧阳小三"),
        ("买买提•艾力", "买买提·艾力"),
        ("John  Smith", "John Smith"),
        ("=cmd", "=cmd"),
    ],
    ids=repr,
)
def test_a_name_is_kept_as_people_write_it(cell: str, name: str) -> None:
    assert read(text.parse_name, cell) == (name, [])


@pytest.mark.parametrize(
    "cell", ["13800138001", 138.0, "---1", "张三\n李四", "张" * 81, date(2026, 3, 5)], ids=repr
)
def test_a_number_two_lines_or_a_novel_is_no_name(cell: Cell) -> None:
    refusal(text.parse_name, cell)


@pytest.mark.parametrize(
    "cell",
    [
        "书法、太极;茶艺",
        "书法，太极／茶艺",
        "书法/太极,茶艺",
        " 书法 、太极、、茶艺、书法",
        "书法\n太极|茶艺",
    ],
    ids=repr,
)
def test_a_list_is_divided_at_every_usual_sign(cell: str) -> None:
    assert text.parse_list(cell, 40) == ("书法", "太极", "茶艺")


def test_nothing_in_a_list_or_a_text_is_nothing() -> None:
    assert text.parse_list("无", 40) == ()
    assert text.parse_text("未知", 80) is None
    assert text.parse_text(3.0, 80) == "3"


@pytest.mark.parametrize(
    ("cell", "consent"),
    [
        ("已同意", "granted"),
        ("是", "granted"),
        ("Y", "granted"),
        (1.0, "granted"),
        ("不同意", "refused"),
        ("拒绝", "refused"),
        ("否", "refused"),
        ("未同意", None),
        ("待确认", None),
    ],
    ids=repr,
)
def test_only_a_plain_answer_is_consent_or_refusal(cell: Cell, consent: str | None) -> None:
    assert read(text.parse_consent, cell) == (consent, [])


@pytest.mark.parametrize("cell", ["口头同意过", "应该可以", "同意?", "2026-03-05"], ids=repr)
def test_an_unclear_answer_is_no_consent_and_it_is_said(cell: str) -> None:
    consent, warnings = read(text.parse_consent, cell)

    assert consent is None
    assert "no consent was taken" in warnings[0]


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("有", True),
        ("是", True),
        ("2个", True),
        ("有一孩", True),
        (2.0, True),
        ("无", False),
        ("否", False),
        (0.0, False),
    ],
    ids=repr,
)
def test_children_are_known_from_an_answer_or_their_number(cell: Cell, answer: bool) -> None:
    assert read(text.parse_has_child, cell) == (answer, [])


def test_a_tier_is_taken_in_both_languages_and_a_banks_own_word_is_left_out() -> None:
    assert read(text.parse_tier, "私人银行") == (Tier.PRIVATE, [])
    assert read(text.parse_tier, "Affluent") == (Tier.AFFLUENT, [])
    tier, warnings = read(text.parse_tier, "金葵花")
    assert tier is None
    assert "金葵花" in warnings[0]


def test_a_gender_is_taken_in_both_languages() -> None:
    assert [read(text.parse_gender, cell)[0] for cell in ("男", "女士", "F", "x")] == [
        "male",
        "female",
        "female",
        None,
    ]


@pytest.mark.parametrize(
    ("cell", "datum"),
    [
        ("WGS-84", Datum.WGS84),
        ("gps", Datum.WGS84),
        ("CGCS2000", Datum.WGS84),
        ("高德", Datum.GCJ02),
        ("GCJ-02", Datum.GCJ02),
        ("火星坐标系", Datum.GCJ02),
        ("BD09", Datum.BD09),
        ("百度地图", Datum.BD09),
    ],
    ids=repr,
)
def test_a_datum_is_known_by_its_name_or_by_its_map(cell: str, datum: Datum) -> None:
    assert read(text.parse_datum, cell) == (datum, [])


def test_an_unknown_datum_is_refused_since_the_point_would_be_wrong() -> None:
    assert "北京54" in refusal(text.parse_datum, "北京54")


@pytest.mark.parametrize(
    "cell",
    [
        "440305199001011234",
        "44030519900101123X",
        "440305 19900101 123x",
        4.40305199001011e17,
        "证件440305199001011234号",
    ],
    ids=repr,
)
def test_an_identity_number_is_recognised(cell: Cell) -> None:
    assert is_id_number(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "440305199013011234",
        "4403051990010112345",
        "6222021234567890123",
        "13800138001",
        7129300520.0,
        None,
    ],
    ids=repr,
)
def test_cards_orders_and_phones_are_no_identity_numbers(cell: Cell) -> None:
    assert not is_id_number(cell)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (None, ValueClass.EMPTY),
        (1.5, ValueClass.NUMBER),
        ("1,500", ValueClass.NUMBER),
        ("1.38E+10", ValueClass.SCIENTIFIC),
        (date(2026, 3, 5), ValueClass.DATE),
        ("2026.3.5", ValueClass.DATE),
        ("138****8001", ValueClass.MASKED),
        ("张三", ValueClass.TEXT),
        ("3号楼", ValueClass.MIXED),
    ],
    ids=repr,
)
def test_a_refused_value_is_described_by_its_kind_and_not_shown(
    cell: Cell, kind: ValueClass
) -> None:
    assert class_of(cell) is kind

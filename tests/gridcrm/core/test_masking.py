"""What a colleague without the right sees of a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcrm.core.masking import (
    mask_address,
    mask_card,
    mask_email,
    mask_id,
    mask_name,
    mask_phone,
)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张小三", "张**"),
        (" 张 三 ", "张*"),
        ("欧阳小三", "欧阳**"),
        ("司马光", "司马*"),
        ("欧阳", "欧*"),
        ("买买提·艾力", "买**·**"),
        ("阿依古丽•买买提", "阿***·***"),
        ("John Smith", "J*** *****"),
        ("张", "*"),
        ("", ""),
    ],
)
def test_a_name_shows_its_surname_only(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812341234", "138****1234"),
        ("+86 138-1234-1234", "138****1234"),
        ("0086 13812341234", "138****1234"),
        ("8613812341234", "138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        ("043185651234", "0431-******34"),
        ("(0431) 8565 1234", "0431-******34"),
        ("0431-85651234-801", "0431-******34"),
        ("010-62345678转8001", "010-******78"),
        ("85651234", "******34"),
        ("+852 9123 4567", "*********67"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_a_phone_shows_enough_to_recognise_and_not_to_call(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


def test_an_identity_number_shows_one_character_at_each_end() -> None:
    assert mask_id("44030519900101123X") == "4****************X"
    assert mask_id("4X") == "**"


def test_a_card_shows_its_issuer_and_last_four() -> None:
    assert mask_card("6222 0212 3456 7890 123") == "622202*********0123"
    assert mask_card("622202123") == "*********"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("浙江省杭州市西湖区文三路123号翠苑一区5幢3单元502室", "浙江省杭州市西湖区文三路***"),
        ("翠湖社区3栋2单元", "翠湖社区***"),
        ("翠湖社区", "翠湖社区"),
        ("建国路八号", "建国路***"),
        ("深南大道９９８８号", "深南大道***"),
        ("万科城三期5栋", "万科城***"),
        ("现代城A座1203", "现代城***"),
        ("12号楼", "***"),
        ("老王家隔壁", "***"),
        ("12 Oak Street, Apt 5, Springfield", "*** Oak Street, Apt ***, Springfield"),
        ("", ""),
    ],
)
def test_an_address_ends_at_its_street_or_community(address: str, shown: str) -> None:
    assert mask_address(address) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [("zhang@bank.cn", "z***@bank.cn"), ("a@b.cn", "***@b.cn"), ("zhang", "***"), ("", "")],
)
def test_an_email_shows_its_first_letter_and_domain(address: str, shown: str) -> None:
    assert mask_email(address) == shown


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "0086", "86 "])
)
def test_no_mobile_shows_more_than_seven_digits(phone: str, before: str) -> None:
    assert mask_phone(before + phone) == f"{phone[:3]}****{phone[-4:]}"


@given(st.text(alphabet="张王欧阳司马买提小", min_size=1, max_size=8))
def test_no_chinese_name_is_shown_whole(name: str) -> None:
    assert mask_name(name) != name


@given(st.text(max_size=30))
def test_no_house_number_is_shown_whatever_stands_before_it(text: str) -> None:
    assert "12345" not in mask_address(text + "张三路12345号")


@given(st.text(max_size=30))
def test_no_text_shows_more_of_a_card_than_ten_digits(text: str) -> None:
    assert sum(char.isdigit() for char in mask_card(text)) <= 10

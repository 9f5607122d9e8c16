"""The catalogue of products, and what a bank's own words for them become."""

from datetime import date

import pytest

from gridcrm.customers.cells import Reading
from gridcrm.customers.cells_text import parse_products
from gridcrm.customers.products import families, named


def read(cell: str) -> tuple[tuple[str, ...], list[str]]:
    reading = Reading(date(2026, 11, 21), column="持有产品")
    found = parse_products(cell, reading, 32)
    return found, [str(warning) for warning in reading.warnings]


def test_a_ledger_may_call_a_product_by_any_of_its_names():
    for words in (
        "deposit_large_cd",
        "大额存单",
        " 大额 存单 ",
        "Large CD",
        "large certificate of deposit",
    ):
        found = named(words)
        assert found is not None
        assert found.slug == "deposit_large_cd"
    assert named("比特币") is None


def test_no_two_products_share_a_name():
    owners: dict[str, set[str]] = {}
    for item in (p for family in families() for p in family.products):
        for name in (item.slug, item.name_zh, item.name_en, *item.also):
            owners.setdefault("".join(name.split()).casefold(), set()).add(item.slug)
    assert {name: slugs for name, slugs in owners.items() if len(slugs) > 1} == {}


@pytest.mark.parametrize(
    ("cell", "slugs"),
    [
        ("代发工资", ("payroll",)),
        ("代 发、收单、payroll", ("payroll", "acquiring")),
        ("ＥＴＣ；个人养老金", ("etc_auto", "pension")),
        ("手机/网银", ("ebank",)),
        ("存款/理财，手机/网银", ("deposit", "wealth", "ebank")),
        ("Term deposit | Payroll", ("deposit_term", "payroll")),
        ("无", ()),
    ],
)
def test_products_become_what_the_catalogue_calls_them(cell: str, slugs: tuple[str, ...]):
    assert read(cell) == (slugs, [])


def test_a_product_that_nobody_knows_is_kept_and_warned_of():
    found, (warning,) = read("代发、彩票")

    assert found == ("payroll", "彩票")
    assert "彩票" in warning
    assert "Write a name of the catalogue" in warning

from datetime import date, timedelta

import pytest

from gridcrm.web.lunar import _YEARS, _month_and_day, festival, lunar


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 21), "农历十月十三"),
        (date(2026, 2, 17), "农历正月初一"),
        (date(2025, 7, 24), "农历六月三十"),
        (date(2025, 7, 25), "农历闰六月初一"),
        (date(2033, 12, 25), "农历闰冬月初四"),
        (date(2034, 2, 18), "农历腊月三十"),
        (date(2026, 3, 8), "农历正月二十"),
        (date(2026, 3, 9), "农历正月廿一"),
    ],
)
def test_a_day_has_its_month_and_day(day: date, said: str):
    assert lunar(day) == said


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 2, 16), "New Year's Eve"),
        (date(2026, 2, 17), "Spring Festival"),
        (date(2026, 3, 3), "Lantern Festival"),
        (date(2026, 6, 19), "Dragon Boat Festival"),
        (date(2026, 9, 25), "Mid-Autumn Festival"),
        (date(2026, 10, 18), "Double Ninth"),
        (date(2026, 11, 21), ""),
    ],
)
def test_a_festival_is_named_on_its_day(day: date, name: str):
    assert festival(day) == name


def test_every_day_follows_the_one_before():
    day, before = date(2024, 2, 10), (0, 0, False)
    while day < date(2051, 2, 11):
        found = _month_and_day(day)
        assert found is not None
        assert found[1] == before[1] + 1 or (found[1] == 1 and before[1] in (0, 29, 30))
        day, before = day + timedelta(days=1), found


def test_a_year_ends_where_the_next_one_begins():
    for year, (first, months, leap) in list(_YEARS.items())[:-1]:
        days = sum(29 + int(bit) for bit in months)
        following = date.fromisoformat(f"{year + 1}-{_YEARS[year + 1][0]}")
        assert date.fromisoformat(f"{year}-{first}") + timedelta(days=days) == following
        assert len(months) == (13 if leap else 12)


def test_beyond_the_known_years_nothing_is_said():
    assert lunar(date(2024, 2, 9)) == ""
    assert lunar(date(2060, 1, 1)) == ""

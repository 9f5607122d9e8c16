"""The Chinese calendar beside the date: month and day in words, and the old festivals."""

from datetime import date, timedelta

from gridcrm.core.i18n import N_, gettext

_YEARS: dict[int, tuple[str, str, int]] = {  # first day, months of 30 (1) or 29 days, leap month
    2024: ("02-10", "010010110110", 0),
    2025: ("01-29", "1010010101110", 6),
    2026: ("02-17", "101001001111", 0),
    2027: ("02-07", "010100100110", 0),
    2028: ("01-26", "1110100100110", 5),
    2029: ("02-13", "110101010010", 0),
    2030: ("02-02", "110110101010", 0),
    2031: ("01-23", "0110101101010", 3),
    2032: ("02-11", "100101101101", 0),
    2033: ("01-31", "0100101011101", 11),
    2034: ("02-19", "010010101101", 0),
    2035: ("02-08", "101001001101", 0),
    2036: ("01-28", "1101001001011", 6),
    2037: ("02-15", "110100100101", 0),
    2038: ("02-04", "110101010010", 0),
    2039: ("01-24", "1101101010100", 5),
    2040: ("02-12", "101101011010", 0),
    2041: ("02-01", "010101101101", 0),
    2042: ("01-22", "0100101011011", 2),
    2043: ("02-10", "010010011011", 0),
    2044: ("01-30", "1010010010111", 7),
    2045: ("02-17", "101001001011", 0),
    2046: ("02-06", "101010100101", 0),
    2047: ("01-26", "1011010100101", 5),
    2048: ("02-14", "011011010010", 0),
    2049: ("02-02", "101011011010", 0),
    2050: ("01-23", "0101010110110", 3),
}
"""Astronomical data for the meridian of 120° east, as ICU 78 has it."""
_LONG = 30
_MONTHS = "正二三四五六七八九十冬腊"
_TENS, _ONES = "初十廿三", "十一二三四五六七八九"
_FESTIVALS = {
    (1, 1): N_("Spring Festival"),
    (1, 15): N_("Lantern Festival"),
    (5, 5): N_("Dragon Boat Festival"),
    (7, 7): N_("Qixi"),
    (8, 15): N_("Mid-Autumn Festival"),
    (9, 9): N_("Double Ninth"),
    (12, 8): N_("Laba"),
}


def lunar(day: date) -> str:
    """Return a date such as 农历十月十三, empty beyond the years that are known."""
    found = _month_and_day(day)
    if found is None:
        return ""
    month, number, is_leap = found
    return f"农历{'闰' if is_leap else ''}{_MONTHS[month - 1]}月{_said(number)}"


def festival(day: date) -> str:
    """Return the old festival of a day in the reader's language, empty on most days."""
    found, tomorrow = _month_and_day(day), _month_and_day(day + timedelta(days=1))
    if found is None:
        return ""
    if tomorrow is not None and tomorrow[:2] == (1, 1):
        return gettext("New Year's Eve")
    month, number, is_leap = found
    name = None if is_leap else _FESTIVALS.get((month, number))
    return gettext(name) if name else ""


def _month_and_day(day: date) -> tuple[int, int, bool] | None:
    """Return the month, the day in it, and whether it is a leap month."""
    year = day.year if day.year in _YEARS and day >= _first_day(day.year) else day.year - 1
    if year not in _YEARS:
        return None
    left = (day - _first_day(year)).days
    _, months, leap = _YEARS[year]
    for at, length in enumerate(_LONG - 1 + int(bit) for bit in months):
        if left < length:
            is_leap = bool(leap) and at == leap
            return at + 1 - (bool(leap) and at >= leap), left + 1, is_leap
        left -= length
    return None


def _first_day(year: int) -> date:
    return date.fromisoformat(f"{year}-{_YEARS[year][0]}")


def _said(number: int) -> str:
    if number % 10 == 0:
        return {10: "初十", 20: "二十", 30: "三十"}[number]
    return _TENS[number // 10] + _ONES[number % 10]

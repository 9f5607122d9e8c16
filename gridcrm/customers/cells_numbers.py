"""Numbers of a customer file as values: customer numbers, phones, money, days, ages, degrees."""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from gridcrm.core.sheets import Cell
from gridcrm.customers.cells import CellError, Reading, is_exact, is_scientific, plain, refuse

_CUSTOMER_NUMBER = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z_\-./]{0,63})")
_POINT_ZERO = re.compile(r"(\d+)\.0+")

_TWO_PHONES = re.compile(r"[/、,;\n]")
_EXTENSION = re.compile(r"(?:转|#|ext\.?|(?<=\d{7})-)(\d{1,6})$", re.IGNORECASE)
_PHONE_SIGNS = re.compile(r"[\s().·\-‐-―_]|tel:?|电话:?|手机:?", re.IGNORECASE)
_COUNTRY_CODE = re.compile(r"(?:\+|00)86|86(?=1[3-9]\d{9}$)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")

_MONEY = re.compile(
    r"(?:¥|rmb|cny|人民币)?(-?)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(亿|千万|百万|万|w|千|k)?(元|圆|块|rmb|cny)?"
)
_UNITS_YUAN = {
    "亿": 100_000_000,
    "千万": 10_000_000,
    "百万": 1_000_000,
    "万": 10_000,
    "w": 10_000,
    "千": 1_000,
    "k": 1_000,
}
_MAX_YUAN = 10**13

_DAY = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日?)(?:[ T日]*[\d:.]*Z?)"
)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})(?:[-/]|年)(\d{1,2})月?")
_YEAR = re.compile(r"(\d{4})年?")
_SHORT_YEAR = re.compile(r"\d{2}(?:年|[-/.年]\d{1,2}[-/.月]\d{1,2}日?)?")
_YEAR_LAST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_SERIAL_EPOCH = date(1899, 12, 30)
_SERIAL = re.compile(r"\d{5}")
_SERIALS = range(20_000, 60_000)  # 1954 to 2064
_EARLIEST = date(1900, 1, 1)
_ONE_DAY = timedelta(days=1)  # the file may come from a zone where it is tomorrow
_OLDEST_YEARS = 130

_AGE = re.compile(r"(\d{1,3})(?:周?岁)?")
_AGES = re.compile(r"(\d{1,3})(?:周?岁)?(?:-|~|至|到|–|—|―)(\d{1,3})(?:周?岁)?")
_FROM_AGE = re.compile(r"(?:≥|>=)?(\d{1,3})(?:周?岁)?(?:\+|及?以上)?")
_BELOW_AGE = re.compile(r"(?:<)?(\d{1,3})(?:周?岁)?(?:以下)?")
_BORN_IN = re.compile(r"(\d)([05])后")

_DEGREES = re.compile(r"[+-]?\d{1,3}(?:\.\d+)?°?")


def parse_number(cell: Cell, _reading: Reading) -> str:
    """Return a customer number as text, with its leading zeros."""
    text = plain(cell)
    if not is_exact(cell) or is_scientific(text):
        raise _digits_lost()
    if whole := _POINT_ZERO.fullmatch(text):
        text = whole.group(1)
    if not _CUSTOMER_NUMBER.fullmatch(text):
        raise refuse(
            "This is not a customer number.",
            "A customer number has up to 64 letters, digits and the signs - _ . / only.",
        )
    return text


def parse_phone(cell: Cell, reading: Reading) -> str:
    """Return a mobile or landline number as digits; of several the first, with a warning."""
    text = "" if isinstance(cell, date) else plain(cell)
    if is_scientific(text):
        text = _whole(text)
    if whole := _POINT_ZERO.fullmatch(text):
        text = whole.group(1)
    first, *others = [part for part in _TWO_PHONES.split(text) if part.strip()] or [text]
    digits = _phone_digits(first, reading)
    if others:
        reading.warn("Only the first of {count} phone numbers was taken.", count=len(others) + 1)
    return digits


def parse_money(cell: Cell, header_unit_yuan: int) -> int:
    """Return an amount in fen; a unit in the cell wins over the one in the header."""
    if isinstance(cell, float):
        return _fen(Decimal(repr(cell)) * header_unit_yuan)
    text = re.sub(r"\s", "", plain(cell).lower())
    if is_scientific(text):
        raise _digits_lost()
    money = _MONEY.fullmatch(text)
    if money is None:
        raise refuse("This is not an amount of money.", "Write one amount, such as 12000 or 1.2万.")
    sign, digits, unit, currency = money.groups()
    yuan = _UNITS_YUAN[unit] if unit else 1 if currency else header_unit_yuan
    return _fen(Decimal(sign + digits.replace(",", "")) * yuan)


def parse_past_day(cell: Cell, reading: Reading) -> date:
    """Return a day that is not in the future."""
    day = parse_day(cell, reading)
    if day > reading.today + _ONE_DAY:
        raise refuse("This day is in the future.", "Correct the date.")
    return day


def parse_day(cell: Cell, reading: Reading) -> date:
    """Return a day from a date, a spreadsheet's serial number, or the usual ways to write it."""
    if isinstance(cell, date):
        return _in_range(cell.date() if isinstance(cell, datetime) else cell)
    text = plain(cell)
    if found := _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text):
        return _made(*[int(part) for part in found.groups() if part and part.isdigit()])
    if month := _MONTH.fullmatch(text):
        reading.warn("The day of {value} is missing; the first of the month was taken.", value=text)
        return _made(int(month[1]), int(month[2]), 1)
    serial = _serial(text)
    if serial is None:
        raise _no_date(text)
    return serial


def parse_birth_year(cell: Cell, reading: Reading) -> int:
    """Return the year of birth from a year or a full date; the day is not kept."""
    text = plain(cell)
    if whole := _POINT_ZERO.fullmatch(text):
        text = whole.group(1)
    year = _YEAR.fullmatch(text)
    born = int(year[1]) if year else parse_day(cell, Reading(reading.today)).year
    if not reading.today.year - _OLDEST_YEARS <= born <= reading.today.year:
        raise refuse("Nobody alive was born in {year}.", "Correct the year of birth.", year=born)
    return born


def parse_age_band(cell: Cell, reading: Reading) -> str | None:
    """Return an age (35), a band (30-39) or an open band (60+) of today's ages."""
    text = re.sub(r"\s", "", plain(cell))
    if decade := _BORN_IN.fullmatch(text):
        return _ages_of_decade(int(decade[1]), int(decade[2]), reading.today.year)
    for pattern, form in (
        (_AGE, "{0}"),
        (_AGES, "{0}-{1}"),
        (_FROM_AGE, "{0}+"),
        (_BELOW_AGE, "0-{0}"),
    ):
        if found := pattern.fullmatch(text):
            return _checked_ages(form.format(*map(int, found.groups())))
    reading.warn("The age {value} is not understood; it was left out.", value=text[:20])
    return None


def parse_degrees(cell: Cell, _reading: Reading) -> float:
    """Return decimal degrees; whether they can be a longitude or a latitude is asked later."""
    text = plain(cell)
    if not _DEGREES.fullmatch(text):
        raise refuse(
            "This is not a coordinate in decimal degrees.",
            "Write degrees with decimals, such as 113.9474; no minutes, no letters.",
        )
    return float(text.rstrip("°"))


def _phone_digits(text: str, reading: Reading) -> str:
    joined = _PHONE_SIGNS.sub("", text)
    if extension := _EXTENSION.search(text.strip()):
        without = _PHONE_SIGNS.sub("", text.strip()[: extension.start()])
        if _LANDLINE.fullmatch(_COUNTRY_CODE.sub("", without, count=1)):
            reading.warn("The extension {extension} was left out.", extension=extension[1])
            joined = without
    digits = _COUNTRY_CODE.sub("", joined, count=1) if joined[:1] in "+08" else joined
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return digits
    raise _no_phone(digits)


def _no_phone(text: str) -> CellError:
    if "*" in text:
        return refuse(
            "The phone number is masked.", "Bring a file with whole numbers, or leave it empty."
        )
    if _LOCAL.fullmatch(text):
        return refuse(
            "The landline number has no area code.", "Write the area code first, such as 0431."
        )
    return refuse(
        "This is not a phone number: a mobile has 11 digits and a landline begins with its area"
        " code.",
        "Correct the number, or leave it empty.",
    )


def _whole(text: str) -> str:
    """Return the digits of a number in scientific form if none of them were cut off."""
    mantissa, _, exponent = text.lower().partition("e")
    if int(exponent) < 0:
        return text
    if len(re.sub(r"\D", "", mantissa)) <= int(exponent):
        raise _digits_lost()
    return format(Decimal(text), "f")


def _digits_lost() -> CellError:
    return refuse(
        "A spreadsheet has shortened this number and its last digits are lost.",
        "Format the column as text in the original file and export it again.",
    )


def _fen(yuan: Decimal) -> int:
    if not yuan.is_finite() or not 0 <= yuan <= _MAX_YUAN:
        raise refuse(
            "Assets cannot be negative or above ten trillion yuan.",
            "Correct the amount, or its unit in the header.",
        )
    return int((yuan * 100).to_integral_value(ROUND_HALF_UP))


def _made(year: int, month: int, day: int) -> date:
    try:
        return _in_range(date(year, month, day))
    except ValueError as error:
        if isinstance(error, CellError):
            raise
        raise refuse("There is no such day.", "Correct the date, year first.") from error


def _in_range(day: date) -> date:
    if day < _EARLIEST:
        raise refuse("This day is before 1900.", "Correct the date.")
    return day


def _serial(text: str) -> date | None:
    days = text.partition(".")[0]
    if not _SERIAL.fullmatch(days) or int(days) not in _SERIALS:
        return None
    return _SERIAL_EPOCH + timedelta(days=int(days))


def _no_date(text: str) -> CellError:
    if _SHORT_YEAR.fullmatch(text) or (_YEAR_LAST.fullmatch(text) and text[-3] in "-/."):
        return refuse("The year has two digits.", "Write the year with four digits.")
    if _YEAR_LAST.fullmatch(text):
        return refuse(
            "Which part is the day and which the month is not clear.",
            "Write the year first, such as 2026-03-05.",
        )
    return refuse("This is not a date.", "Write the year first, such as 2026-03-05.")


def _ages_of_decade(tens: int, units: int, year: int) -> str:
    first = 10 * tens + units
    century = 2000 if 2000 + first <= year else 1900
    last = first + (4 if units else 9)
    return f"{max(0, year - century - last)}-{year - century - first}"


def _checked_ages(band: str) -> str:
    ages = [int(age) for age in re.findall(r"\d+", band)]
    if ages != sorted(ages) or ages[-1] > _OLDEST_YEARS:
        raise refuse(
            "These are not ages of people.", "Write a band such as 30-39, or a year of birth."
        )
    return band

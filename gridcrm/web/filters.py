"""How numbers, money, times and names look on a page, in the reader's language."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from geo.stats import wilson
from gridcrm.core.counts import FEWEST_FOR_A_RATE
from gridcrm.core.i18n import Language, current, gettext, local_name
from gridcrm.core.masking import mask_name, mask_phone

_FEN_PER_YUAN = 100
_WAN_FEN = 10_000 * _FEN_PER_YUAN
_WEEKDAYS = {
    Language.ZH: ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def num(value: float | None, digits: int = 0) -> str:
    """Return a number with thousands separated; a dash for none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def money(amount_fen: int | None) -> str:
    """Return an amount in yuan, or in units of ten thousand in Chinese."""
    if amount_fen is None:
        return "–"
    if current() is Language.ZH and abs(amount_fen) >= _WAN_FEN:
        return f"{amount_fen / _WAN_FEN:,.4g} 万元"
    yuan, fen = divmod(amount_fen, _FEN_PER_YUAN)
    return f"¥{yuan:,}" + (f".{fen:02d}" if fen else "")


def percent(share: float | None) -> str:
    """Return a share as whole percent; a dash for none."""
    return "–" if share is None else gettext("{n} %").format(n=f"{100 * share:.0f}")


def rate(part: int, of: int) -> str:
    """Return "12 of 28 (43 %, 27–61)"; counts only where there are too few to call."""
    counts = gettext("{part} of {of}").format(part=num(part), of=num(of))
    if of < FEWEST_FOR_A_RATE:
        return counts
    low, high = wilson(part, of)
    return gettext("{counts} ({share:.0f} %, {low:.0f}–{high:.0f})").format(
        counts=counts, share=100 * part / of, low=100 * low, high=100 * high
    )


def day(value: date | None) -> str:
    """Return a date such as 2026-11-21 Sat."""
    if value is None:
        return "–"
    return f"{value:%Y-%m-%d} {_WEEKDAYS[current()][value.weekday()]}"


def when(value: datetime | None, zone: str = "Asia/Shanghai") -> str:
    """Return a moment in the branch's zone, such as 11-21 Sat 14:00."""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%m-%d} {_WEEKDAYS[current()][local.weekday()]} {local:%H:%M}"


def clock(value: datetime | None, zone: str = "Asia/Shanghai") -> str:
    """Return the time of day in the branch's zone."""
    return "–" if value is None else f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


FILTERS = {
    "num": num,
    "money": money,
    "percent": percent,
    "rate": rate,
    "day": day,
    "when": when,
    "clock": clock,
    "t": local_name,
    "mask_name": mask_name,
    "mask_phone": mask_phone,
}

"""Passports of cells as a PDF: one A4 page each."""

import segno

from gridcrm.core.i18n import gettext
from gridcrm.maps import passport_words as words
from gridcrm.maps.cells import Profile
from gridcrm.maps.paper import Paper
from gridcrm.maps.passports import Book, Passport
from gridcrm.maps.vicinity import HEIGHT_MM, NAME_MM, WIDTH_MM, Look, Picture

_LEFT, _RIGHT = 14.0, 196.0
_MAP_TOP, _NUMBERS_TOP, _LOWER_TOP, _FOOT = 48.0, 149.0, 188.0, 287.0
_COLUMN = 87.0
_SECOND = _RIGHT - _COLUMN
_NUMBER_HIGH, _NUMBER_WIDE = 15.5, WIDTH_MM / 3
_QR_MM, _QR_QUIET = 26.0, 2
_ROW, _SMALL, _NORMAL, _LARGE, _TITLE = 5.2, 2.6, 3.2, 4.6, 7.4
_MOST_NOTES = 12
_INK, _INK_2, _ACCENT = "#1b1f24", "#5f6873", "#0e6470"
_LINE = Look(None, "#d5dae0", 0.2)
_PAPER, _BLACK, _TINT = Look("#f7f8f9"), Look("#000000"), Look("#e4f0f1")
_BAR, _TRACK = Look("#0e6470"), Look("#e9ecef")
_WRITE_ON = Look(None, "#b9c0c7", 0.15)


def passports_pdf(book: Book) -> bytes:
    """Return the file; its text can be searched and copied."""
    paper = Paper(_title(book), "GridCRM")
    for passport in book.passports:
        _page(paper, book, passport)
        paper.turn()
    return paper.finish()


def _title(book: Book) -> str:
    if len(book.passports) == 1:
        return gettext("Passport: {name}").format(name=book.passports[0].found.cell.name)
    return gettext("Cell passports") + f" · {words.plan(book)}"


def _page(paper: Paper, book: Book, passport: Passport) -> None:
    found = passport.found
    paper.bookmark(f"cell-{found.cell.id}", found.cell.name)
    _head(paper, book, passport)
    with paper.moved(_LEFT, _MAP_TOP):
        _map(paper, passport.picture)
    _numbers(paper, found)
    left = _labels(paper, found)
    right = _facts(paper, found)
    right = _next_step(paper, found, right)
    right = _events(paper, found, right)
    _notes(paper, max(left, right) + _ROW)
    _foot(paper, book)


def _head(paper: Paper, book: Book, passport: Passport) -> None:
    found = passport.found
    room = WIDTH_MM - _QR_MM - 6
    paper.text(_LEFT, 18, words.plan(book), _NORMAL, _INK_2, room=room)
    paper.text(_LEFT, 28, found.cell.name, _TITLE, bold=True, room=room)
    paper.text(_LEFT, 34.5, words.size(found), _NORMAL, _INK_2, room=room)
    if not found.is_current:
        warning = gettext("This cell belongs to a grid that does not count today.")
        paper.text(_LEFT, 41, warning, _NORMAL, "#9a3412", bold=True, room=room)
    _qr(paper, passport.address, _RIGHT - _QR_MM, 12)
    paper.text(
        _RIGHT - _QR_MM / 2, 42, gettext("Its page"), _SMALL, _INK_2, align="middle", room=_QR_MM
    )


def _qr(paper: Paper, address: str, x: float, y: float) -> None:
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    square = _QR_MM / (len(rows) + 2 * _QR_QUIET)
    squares = [
        _square(x + (n + _QR_QUIET) * square, y + (m + _QR_QUIET) * square, square)
        for m, row in enumerate(rows)
        for n, dark in enumerate(row)
        if dark
    ]
    paper.paths(squares, _BLACK)
    paper.link(address, x, y, _QR_MM, _QR_MM)


def _square(x: float, y: float, side: float) -> list[tuple[float, float]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def _map(paper: Paper, picture: Picture) -> None:
    paper.box(0, 0, WIDTH_MM, HEIGHT_MM, _PAPER)
    for drawn in picture.drawn:
        paper.paths(drawn.paths, drawn.look)
    for name in picture.names:
        colour = _INK if name.strong else _INK_2
        y = name.y + NAME_MM * 0.35
        paper.text(name.x, y, name.text, NAME_MM, colour, align="middle", halo=True)
    metres, length = picture.bar
    right, y = WIDTH_MM - 3, HEIGHT_MM - 2.5
    ends = [(right - length, y - 1), (right - length, y), (right, y), (right, y - 1)]
    paper.paths([ends], Look(None, _INK, 0.25))
    paper.text(right - length / 2, y - 0.8, f"{metres:,} m", NAME_MM, align="middle")
    paper.box(0, 0, WIDTH_MM, HEIGHT_MM, _LINE)


def _numbers(paper: Paper, found: Profile) -> None:
    for n, number in enumerate(found.numbers):
        x = _LEFT + n % 3 * _NUMBER_WIDE
        y = _NUMBERS_TOP + n // 3 * _NUMBER_HIGH
        paper.box(x, y, _NUMBER_WIDE, _NUMBER_HIGH, _LINE)
        paper.text(x + 3, y + 5, number.title, _SMALL, _INK_2, room=_NUMBER_WIDE - 6)
        paper.text(x + 3, y + 11.8, number.said, _LARGE, bold=True, room=_NUMBER_WIDE - 6)


def _labels(paper: Paper, found: Profile) -> float:
    y = _heading(paper, _LEFT, _LOWER_TOP, gettext("What people here like"))
    mix, by_hand = words.mix(found), words.by_hand(found)
    most = max((n for _name, n in mix), default=1)
    for name, n in mix:
        paper.text(_LEFT, y, name, _NORMAL, room=36)
        paper.box(_LEFT + 38, y - 2.6, 36, 3, _TRACK)
        paper.box(_LEFT + 38, y - 2.6, 36 * n / most, 3, _BAR)
        paper.text(_LEFT + _COLUMN, y, f"{n:,}", _NORMAL, align="right")
        y += _ROW
    if by_hand:
        y = paper.lines(_LEFT, y, by_hand, _NORMAL, _COLUMN, 2, _ROW)
    if not mix and not by_hand:
        none = gettext("No label is carried by five people here yet.")
        y = paper.lines(_LEFT, y, none, _NORMAL, _COLUMN, 2, _ROW)
    return y


def _facts(paper: Paper, found: Profile) -> float:
    y = _heading(paper, _SECOND, _LOWER_TOP, gettext("Who looks after it"))
    for name, value in words.facts(found):
        paper.text(_SECOND, y, name, _NORMAL, _INK_2, room=32)
        paper.text(_SECOND + 34, y, value, _NORMAL, room=_COLUMN - 34)
        y += _ROW
    return y


def _next_step(paper: Paper, found: Profile, y: float) -> float:
    y = _heading(paper, _SECOND, y + 2, gettext("Next step"))
    step = found.cell.next_step or gettext("Nothing is agreed yet.")
    return paper.lines(_SECOND, y, step, _NORMAL, _COLUMN, 3, _ROW)


def _events(paper: Paper, found: Profile, y: float) -> float:
    held = words.events(found)
    if not held:
        return y
    y = _heading(paper, _SECOND, y + 2, gettext("Events for this cell"))
    for day, title in held:
        paper.text(_SECOND, y, day, _NORMAL, _INK_2)
        paper.text(_SECOND + 22, y, title, _NORMAL, room=_COLUMN - 22)
        y += _ROW
    return y


def _heading(paper: Paper, x: float, y: float, text: str) -> float:
    paper.text(x, y, text, _NORMAL + 0.4, _ACCENT, bold=True, room=_COLUMN)
    return y + _ROW + 0.6


def _notes(paper: Paper, y: float) -> None:
    """Leave lines to write on in what is left of the page."""
    lines = min(int((_FOOT - 9 - y) // 8), _MOST_NOTES)
    if lines < 1:
        return
    y = _heading(paper, _LEFT, y, gettext("Notes on the way")) - _ROW
    for n in range(1, lines + 1):
        paper.paths([[(_LEFT, y + n * 8), (_RIGHT, y + n * 8)]], _WRITE_ON)


def _foot(paper: Paper, book: Book) -> None:
    made, whose = words.foot(book)
    paper.paths([[(_LEFT, _FOOT - 4), (_RIGHT, _FOOT - 4)]], _LINE)
    paper.text(_LEFT, _FOOT, made, _SMALL, _INK_2, room=130)
    paper.text(_RIGHT, _FOOT, whose, _SMALL, _INK_2, align="right", room=50)

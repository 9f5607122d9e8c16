"""Writing on PDF pages: one embedded font that holds Chinese, millimetres from the upper left."""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from gridcrm.maps.vicinity import Floats, Look

_FONT = "NotoSansSC"
_FONT_FILE = (
    Path(__file__).parent.parent / "static/vendor/@expo-google-fonts/noto-sans-sc"
    "/400Regular/NotoSansSC_400Regular.ttf"
)  # fmt: skip
_MM = 72 / 25.4
_WIDE, _HIGH = 210.0, 297.0
_FILLED, _BOLD = 0, 2
_BOLD_SHARE = 0.03
_ELLIPSIS = "…"
_EVEN_ODD = 0


class Paper:
    """A PDF of A4 pages that is drawn from the upper left."""

    def __init__(self, title: str, author: str) -> None:
        """Begin with an empty page."""
        from reportlab.pdfgen.canvas import Canvas  # here, because it is slow to load

        load_font()
        self._out = io.BytesIO()
        self._canvas = Canvas(self._out, (_WIDE * _MM, _HIGH * _MM), initialFontName=_FONT)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator("GridCRM")

    def text(
        self, x: float, y: float, text: str, size: float, colour: str = "#1b1f24",
        *, bold: bool = False, room: float | None = None, align: str = "left", halo: bool = False,
    ) -> None:  # fmt: skip
        """Write one line on a base line; what does not fit the room ends in an ellipsis."""
        said = text if room is None else fitted(text, size, room)
        wide = width(said, size)
        left = x - {"left": 0.0, "middle": wide / 2, "right": wide}[align]
        if halo:
            self._write(left, y, said, size, "#ffffff", stroke_mm=0.5)
        self._write(left, y, said, size, colour, stroke_mm=size * _BOLD_SHARE if bold else 0)

    def lines(
        self, x: float, y: float, text: str, size: float, room: float, most: int, step: float
    ) -> float:  # fmt: skip
        """Write text in lines that fit the room, at most so many; return the next base line."""
        for line in wrapped(text, size, room, most):
            self.text(x, y, line, size)
            y += step
        return y

    def box(self, x: float, y: float, wide: float, high: float, look: Look) -> None:
        """Draw a rectangle."""
        corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y)]
        self.paths([corners], look)

    def paths(self, paths: Iterable[Floats | Sequence[tuple[float, float]]], look: Look) -> None:
        """Draw lines, or an area with its holes."""
        path = self._canvas.beginPath()
        for corners in paths:
            for n, (x, y) in enumerate(corners):
                (path.lineTo if n else path.moveTo)(x * _MM, (_HIGH - y) * _MM)
            if look.fill:
                path.close()
        self._canvas.saveState()
        self._look(look)
        self._canvas.drawPath(
            path, stroke=int(bool(look.stroke)), fill=int(bool(look.fill)), fillMode=_EVEN_ODD
        )
        self._canvas.restoreState()

    def moved(self, x: float, y: float) -> "_Moved":
        """Return a context in which 0, 0 lies at x, y."""
        return _Moved(self._canvas, x * _MM, -y * _MM)

    def bookmark(self, key: str, title: str) -> None:
        """Give the page an entry in the reader's list of contents."""
        self._canvas.bookmarkPage(key)
        self._canvas.addOutlineEntry(title, key)

    def link(self, url: str, x: float, y: float, wide: float, high: float) -> None:
        """Let a part of the page lead somewhere."""
        low, top = (_HIGH - y - high) * _MM, (_HIGH - y) * _MM
        self._canvas.linkURL(url, (x * _MM, low, (x + wide) * _MM, top))

    def turn(self) -> None:
        """End the page."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """Return the file."""
        self._canvas.save()
        return self._out.getvalue()

    def _write(
        self, x: float, y: float, text: str, size: float, colour: str, *, stroke_mm: float
    ) -> None:
        line = self._canvas.beginText(x * _MM, (_HIGH - y) * _MM)
        line.setFont(_FONT, size * _MM)
        line.setFillColor(colour)
        line.setStrokeColor(colour)
        line.setTextRenderMode(_BOLD if stroke_mm else _FILLED)
        self._canvas.setLineWidth(stroke_mm * _MM)
        line.textOut(text)
        self._canvas.drawText(line)

    def _look(self, look: Look) -> None:
        from reportlab.lib.colors import HexColor

        if look.fill:
            self._canvas.setFillColor(HexColor(look.fill, hasAlpha=len(look.fill) > 7))  # noqa: PLR2004
        if look.stroke:
            self._canvas.setStrokeColor(HexColor(look.stroke))
        self._canvas.setLineWidth(look.width * _MM)
        self._canvas.setLineJoin(1)
        if look.dash:
            self._canvas.setDash([look.dash * _MM] * 2)


class _Moved:
    """Shifts what is drawn, for as long as it lasts."""

    def __init__(self, canvas: Any, x: float, y: float) -> None:
        self._canvas, self._by = canvas, (x, y)

    def __enter__(self) -> None:
        self._canvas.saveState()
        self._canvas.translate(*self._by)

    def __exit__(self, *_error: object) -> None:
        self._canvas.restoreState()


@lru_cache(maxsize=1)
def load_font() -> None:
    """Read the font once; a subset of it is embedded in every file."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    registerFont(TTFont(_FONT, _FONT_FILE))


def width(text: str, size: float) -> float:
    """Return how wide a text is, in the unit of its size."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    load_font()
    found: float = stringWidth(text, _FONT, size)
    return found


def fitted(text: str, size: float, room: float) -> str:
    """Return a text as it fits, with an ellipsis where something is left out."""
    if width(text, size) <= room:
        return text
    while text and width(text + _ELLIPSIS, size) > room:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """Return a text in lines, broken at spaces or between Chinese letters."""
    lines = [""]
    for piece in _pieces(text):
        if width(lines[-1] + piece, size) > room and lines[-1]:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    shown = lines[:most]
    if len(lines) > most:
        shown[-1] = fitted("".join(lines[most - 1 :]), size, room)
    return [fitted(line.rstrip(), size, room) for line in shown]


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    for mark in " ".join(text.split()):
        if found and mark.isascii() and mark != " " and found[-1][-1].isascii():
            found[-1] += mark
        else:
            found.append(mark)
    return found

"""Colours that say how much, for every eye.

Ramps run from light to dark with evenly falling lightness, so that they also work in grey and for
people who do not tell red from green. Colours are mixed in OKLab (B. Ottosson, 2020).
"""

import re
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geo.errors import RenderError, one_of

Floats = NDArray[np.float64]

HIDDEN = "#b9bec6"  # there is a number, but too few people stand behind it
NO_DATA = "#ffffff"  # drawn with a hatch of NO_DATA_LINE
NO_DATA_LINE = "#8a929c"
DARK_TEXT, LIGHT_TEXT = "#000000", "#ffffff"

_MAX_COLOURS = 9
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_STRAIGHT_CODED, _STRAIGHT_LINEAR = 0.04045, 0.0031308  # sRGB is a straight line below these


class Ramp(StrEnum):
    """The ramps to choose from; the last two run through a middle."""

    BLUE = "blue"
    VIRIDIS = "viridis"
    AMBER = "amber"
    BLUE_ORANGE = "blue_orange"
    PURPLE_GREEN = "purple_green"


_STOPS = {
    Ramp.BLUE: ("#e3eefa", "#7fb2e0", "#2a72b5", "#0c2f5e"),
    Ramp.VIRIDIS: ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"),
    Ramp.AMBER: ("#fdf0d0", "#efb24d", "#b8641b", "#57240a"),
    Ramp.BLUE_ORANGE: ("#1d4f91", "#8fb8de", "#f2f2f0", "#eeb16a", "#9a4a08"),
    Ramp.PURPLE_GREEN: ("#5b2a86", "#b79bd0", "#f2f2f0", "#8fc79a", "#1b6b35"),
}

_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def colours(ramp: Ramp, count: int) -> tuple[str, ...]:
    """Return `count` colours as #rrggbb, from low to high."""
    if not 1 <= count <= _MAX_COLOURS:
        raise RenderError(
            "A ramp of {count} colours can't be told apart.",
            "Choose 1 to {limit}.",
            count=count,
            limit=_MAX_COLOURS,
        )
    stops = np.array([oklab(stop) for stop in _STOPS[one_of(Ramp, ramp, RenderError)]])
    at = np.linspace(0, len(stops) - 1, count) if count > 1 else np.array([(len(stops) - 1) / 2])
    known = np.arange(len(stops))
    mixed = np.column_stack([np.interp(at, known, channel) for channel in stops.T])
    return tuple(_hex(lab) for lab in mixed)


def text_on(colour: str) -> str:
    """Return the dark or the light text colour, whichever reads better on this one."""
    return max((DARK_TEXT, LIGHT_TEXT), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def oklab(colour: str) -> Floats:
    """Return lightness and the two colour axes of a #rrggbb colour."""
    return np.asarray(_LMS_TO_LAB @ np.cbrt(_RGB_TO_LMS @ _linear(colour)))


def _linear(colour: str) -> Floats:
    if not _COLOUR.fullmatch(colour):
        raise RenderError("{colour!r} is no colour.", "Write it as #rrggbb.", colour=colour)
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(
        channels <= _STRAIGHT_CODED, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )


def _luminance(colour: str) -> float:
    return float(np.array([0.2126, 0.7152, 0.0722]) @ _linear(colour))


def _hex(lab: Floats) -> str:
    lms = np.linalg.solve(_LMS_TO_LAB, lab) ** 3
    linear = np.clip(np.linalg.solve(_RGB_TO_LMS, lms), 0, 1)
    channels = np.where(
        linear <= _STRAIGHT_LINEAR, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055
    )
    return "#" + "".join(f"{round(float(c) * 255):02x}" for c in channels)

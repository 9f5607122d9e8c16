"""What geo refuses, and how it says so."""

from enum import StrEnum
from typing import TypeVar

_Choice = TypeVar("_Choice", bound=StrEnum)


class GeoError(ValueError):
    """A refusal: what is wrong and where, then what to do about it.

    `message` and `remedy` are msgids with named placeholders, `params` what belongs into them.
    """

    def __init__(self, message: str, remedy: str = "", **params: object) -> None:
        self.message = message
        self.remedy = remedy
        self.params = params
        super().__init__(f"{message} {remedy}".strip().format(**params))


class Reason:
    """Why an answer is as it is: said in the same parts as a refusal, but not raised."""

    def __init__(self, message: str, remedy: str = "", **params: object) -> None:
        self.message = message
        self.remedy = remedy
        self.params = params

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip().format(**self.params)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reason) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.message, self.remedy))


class PointError(GeoError):
    """A coordinate pair that can't be a place on earth."""


class AreaError(GeoError):
    """A shape that can't be used as an area."""


class SpecError(GeoError):
    """A way of dividing an area that can't be carried out."""


class ReshapeError(GeoError):
    """A change of cells by hand that can't be carried out."""


class FrameError(GeoError):
    """A table of polygons that can't be used as cells."""


class StatsError(GeoError):
    """Numbers that can't be counts, rates or classes."""


class RenderError(GeoError):
    """A map that can't be drawn as asked."""


class FormatError(GeoError):
    """A file that can't be read or written."""


class CatchmentError(GeoError):
    """Rings, streets or branches whose customers can't be worked out."""


class TerritoryError(GeoError):
    """Cells, loads or people that can't be made territories of."""


def one_of(choices: type[_Choice], value: object, refusal: type[GeoError]) -> _Choice:
    """Return the choice that a value names; refuses any other value."""
    try:
        return choices(str(value))
    except ValueError as unknown:
        raise refusal(
            "{value!r} is none of the choices.",
            "Choose one of: {choices}.",
            value=value,
            choices=", ".join(choices),
        ) from unknown

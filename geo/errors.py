"""What geo refuses, and how it says so."""


class GeoError(ValueError):
    """A refusal: what is wrong and where, then what to do about it.

    `message` and `remedy` are msgids with named placeholders, `params` what belongs into them.
    """

    def __init__(self, message: str, remedy: str = "", **params: object) -> None:
        self.message = message
        self.remedy = remedy
        self.params = params
        super().__init__(f"{message} {remedy}".strip().format(**params))


class PointError(GeoError):
    """A coordinate pair that can't be a place on earth."""


class AreaError(GeoError):
    """A shape that can't be used as an area."""


class SpecError(GeoError):
    """A way of dividing an area that can't be carried out."""


class FrameError(GeoError):
    """A table of polygons that can't be used as cells."""


class StatsError(GeoError):
    """Numbers that can't be counts, rates or classes."""


class RenderError(GeoError):
    """A map that can't be drawn as asked."""

"""From figures to classes, colours and a legend in words."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from geo.classify import Classes, Method, classify
from geo.palette import HIDDEN, NO_DATA, Ramp, colours
from geo.render.view import Legend, LegendItem
from gridcrm.core.counts import FEWEST_FOR_A_RATE, FEWEST_SHOWN
from gridcrm.core.i18n import gettext
from gridcrm.maps import words
from gridcrm.maps.metrics import Measure
from gridcrm.maps.patterns import Spot, Standing
from gridcrm.maps.rules import Figure, State

_SHARES = frozenset({Measure.RATE, Measure.SHARE})
_OF_GROUND = frozenset({Measure.MINUTES, Measure.SHARE})
_ZERO = "#fbfbf7"
_FEW = "#dcdfe3"
_COLOURS = {State.ZERO: _ZERO, State.FEW: _FEW, State.HIDDEN: HIDDEN, State.NO_DATA: NO_DATA}
_CLASSES = 5
_SPOTS = dict(zip(Spot, colours(Ramp.BLUE_ORANGE, len(Spot)), strict=True))
_SURE = 1e-9
_TENTH, _IN_TENTHS = 0.1, 10
"""Densities below ten are read in tenths, as maps.words.count writes them."""


@dataclass(frozen=True, slots=True)
class Shade:
    """The class of a cell (its number from the lowest, or a state), and its colour."""

    name: str
    colour: str
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """How the figures of one map are classed; made from all of its cells together."""

    measure: Measure
    classes: Classes
    ramp: tuple[str, ...]

    def shade(self, figure: Figure) -> Shade:
        """Return the class and colour of one figure."""
        if figure.state is not State.KNOWN or figure.value is None:
            return _state_shade(figure.state)
        value, edges = _as_classed(self.measure, figure.value), self.classes.edges
        code = bisect_right(edges, value, 1, len(self.classes)) - 1
        return Shade(str(code + 1), self.ramp[code])


def scale(measure: Measure, figures: Iterable[Figure], method: Method = Method.QUANTILE) -> Scale:
    """Return the classes of a method; zero stands apart."""
    known = [f.value for f in figures if f.state is State.KNOWN and f.value is not None]
    classes = classify([_as_classed(measure, v) for v in known], method, _CLASSES).classes
    ramp = Ramp.AMBER if measure in _SHARES else Ramp.BLUE
    return Scale(measure, classes, colours(ramp, len(classes)) if len(classes) else ())


def _as_classed(measure: Measure, value: float) -> float:
    """Return a value as it is read: shares in whole percent, small densities in tenths."""
    if measure is Measure.DENSITY:
        return round(value, 1 if value < _IN_TENTHS else 0)
    if measure is Measure.MINUTES:
        return round(value)
    return round(value, 2) if measure in _SHARES else value


def spot_shade(figure: Figure, spot: Spot | None) -> Shade:
    """Return the class and colour of a cell among hot and cold spots."""
    return Shade(spot.value, _SPOTS[spot]) if spot else _state_shade(figure.state)


def legend(
    title: str, drawn: Scale, states: set[State], *, blurred: bool, note: str = ""
) -> Legend:
    """Return the legend: what occurs on the map, from none to much, and whether it is rounded."""
    ranges = drawn.classes.ranges()
    items = [LegendItem(_with_unit(drawn.measure, "0"), _ZERO)] if State.ZERO in states else []
    items += [
        LegendItem(_range_words(drawn.measure, low, high, last=at == len(ranges)), colour)
        for at, ((low, high), colour) in enumerate(zip(ranges, drawn.ramp, strict=True), start=1)
    ]
    return Legend(
        title, (*items, *_state_items(drawn.measure, states)), _note(note, blurred=blurred)
    )


def spot_legend(
    title: str,
    measure: Measure,
    figures: Sequence[Figure],
    found: Sequence[Standing | None],
    *,
    blurred: bool,
) -> Legend:
    """Return the legend of hot and cold spots that occur, from hot to cold, with the caution."""
    there = {one.spot for one in found if one} | {Spot.NEITHER}
    items = [LegendItem(words.spot(s), _SPOTS[s]) for s in reversed(Spot) if s in there]
    without = {one.state for one, at in zip(figures, found, strict=True) if at is None}
    note = _note(gettext(words.CAUTION), blurred=blurred)
    return Legend(title, (*items, *_state_items(measure, without)), note)


def _note(first: str, *, blurred: bool) -> str:
    rounded = gettext("Numbers are rounded to fives; fewer than {n} people are not shown.")
    return " ".join(filter(None, [first, rounded.format(n=FEWEST_SHOWN) if blurred else ""]))


def _state_shade(state: State) -> Shade:
    return Shade(state.value, _COLOURS[state], hatched=state is State.NO_DATA)


def _state_items(measure: Measure, states: set[State]) -> Iterable[LegendItem]:
    if State.FEW in states:
        words = gettext("Fewer than {n} people: counts only").format(n=FEWEST_FOR_A_RATE)
        yield LegendItem(words, _FEW)
    if State.HIDDEN in states:
        yield LegendItem(_hidden_words(measure), HIDDEN)
    if State.NO_DATA in states:
        yield LegendItem(_no_data_words(measure), NO_DATA, hatched=True)


def _hidden_words(measure: Measure) -> str:
    if measure is Measure.RATE:
        return gettext("Too few people to show")
    return gettext("Fewer than {n}: not shown").format(n=FEWEST_SHOWN)


def _no_data_words(measure: Measure) -> str:
    return gettext("No way by street") if measure in _OF_GROUND else gettext("No data")


def _range_words(measure: Measure, low: float, high: float, *, last: bool) -> str:
    """Say a class by the first and the last figure that it holds, as figures are read."""
    by = 100 if measure in _SHARES else 1
    first, step = _step(measure, low), _step(measure, high)
    bottom = ceil(by * low / first - _SURE) * first
    top = (
        floor(by * high / step + _SURE) * step
        if last
        else ceil(by * high / step - _SURE - 1) * step
    )
    start, end = _plain(bottom), _plain(top)
    if start == "0" and measure is not Measure.MINUTES:  # zero itself stands apart
        start = "1" if measure is Measure.COUNT else ">0"
    return _with_unit(measure, start if end in (start, "0") else f"{start}–{end}")


def _with_unit(measure: Measure, words: str) -> str:
    if measure is Measure.MINUTES:
        return gettext("{n} min").format(n=words)
    return gettext("{n} %").format(n=words) if measure in _SHARES else words


def _step(measure: Measure, high: float) -> float:
    return _TENTH if measure is Measure.DENSITY and high <= _IN_TENTHS else 1


def _plain(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0") if value < _IN_TENTHS else f"{value:,.0f}"

"""The page of formulas, written from the metrics so that it can't say anything else."""

from gridcrm.core.counts import FEWEST_FOR_A_RATE, FEWEST_SHOWN
from gridcrm.maps.metrics import DEFINITIONS, Definition, Measure, Need

_UNITS = {
    Measure.COUNT: "a count",
    Measure.DENSITY: "a count per square kilometre",
    Measure.RATE: "a share, always with its n",
}
_NEEDS = {Need.PERIOD: "a period", Need.LABEL: "a label", Need.SEGMENT: "a segment"}

_HEAD = """
| metric | key | unit | needs | formula |
|---|---|---|---|---|
"""
_RULES = f"""
## Which cell a person counts in

Customers count in the cell they live in now. Invitations, attendance and visits count in the cell
at the time; what was counted on an earlier grid counts where the person lives now.
People without a position, and events that were called off, count nowhere.

## What is shown to whom

Who may list customers sees exact counts. A share of fewer than {FEWEST_FOR_A_RATE} people is shown
as its counts ("4 of 12") and takes no colour.

Everybody else sees no count below {FEWEST_SHOWN}; other counts are rounded to a neighbouring
multiple of five, in a direction that depends on the people counted and on nothing else. Shares are
made of the rounded counts, and hidden where fewer than {FEWEST_FOR_A_RATE} people stand behind
them, or all, or nobody.

## Colours

Cells are divided into up to five classes with about the same number of cells each; zero stands
apart. A hatch means that there is no data, dark grey that there are too few people to show, light
grey that there are too few for a share.
"""


def formulas_markdown(remark: str = "") -> str:
    """Return the page; the remark below its title says how it is made."""
    title = f"# What the numbers on the map mean\n\n{remark}"
    return title + _HEAD + "".join(_row(definition) for definition in DEFINITIONS) + _RULES


def _row(definition: Definition) -> str:
    needs = ", ".join(_NEEDS[need] for need in sorted(definition.needs)) or "–"
    cells = (definition.name, f"`{definition.metric}`", _UNITS[definition.measure], needs)
    return f"| {' | '.join(cells)} | {definition.formula} |\n"

"""The page of formulas, written from the metrics so that it can't say anything else."""

from geo.huff import DECAY, LEAST_M
from geo.streets import OFF_STREET_M
from gridcrm.core.counts import FEWEST_FOR_A_RATE, FEWEST_SHOWN
from gridcrm.customers.reaching import RIVALS_WITHIN_M
from gridcrm.maps.metrics import DEFINITIONS, SHOWN_FORMULAS, Definition, Measure, Need

_UNITS = {
    Measure.COUNT: "a count",
    Measure.DENSITY: "a count per square kilometre",
    Measure.RATE: "a share, always with its n",
    Measure.MINUTES: "minutes on foot",
    Measure.SHARE: "a share that a model expects",
}
_NEEDS = {
    Need.PERIOD: "a period",
    Need.LABEL: "a label",
    Need.SEGMENT: "a segment",
    Need.CATCHMENT: "a catchment",
}

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

Cells are divided into up to five classes; zero stands apart. Equal counts: about the same number
of cells in each class (the default). Equal steps: classes of the same width on round borders.
Natural breaks: the classes within which values differ least (Fisher, Jenks). A hatch means that
there is no data, dark grey that there are too few people to show, light grey that there are too
few for a share.

## Walks and expected shares

A walk goes straight to the nearest street, along streets by the shortest way, and straight on; more
than {OFF_STREET_M:g} m beside any street, and on streets that do not hang together with the
branch's, there is no way. The share is Huff's: P = A · d^−λ ÷ Σ A_k · d_k^−λ, with A the attraction
(1 unless somebody said otherwise), d the walk in metres, {LEAST_M:g} at least, and λ the decay
({DECAY:g} unless somebody said otherwise). The sum runs over the branch and the other banks within
{RIVALS_WITHIN_M / 1000:g} km of it. Where no streets are imported, d is the distance as the crow flies and no walk
is known. Both are those of one point inside the cell, and of each customer's own position; nobody's
number is hidden, because no count of people stands behind them.
Source: D. L. Huff, Land Economics 39 (1963).

## What is made of the figures

{{made}}

Both are made of nothing but the figures that the reader may see: rounded numbers enter as rounded,
hidden ones are missing.

**Smoothed** is for shares. A cell where k of n people count gets w · k/n + (1 − w) · m, with m the
share of all cells together, w = A / (A + m (1 − m)/n), and A how much shares differ between cells beyond
chance: A = max(0, Σ n (k/n − m)² / Σ n − m (1 − m) / mean(n)). So a share of {FEWEST_FOR_A_RATE - 1} or
fewer people can be drawn too; its counts stand beside it. Where nobody lives there is no share.
Source: R. J. Marshall, JRSS C 40 (1991).

**Hot and cold spots** are for counts, densities and shares. Neighbours are cells that share a
border or a corner; rivers and roads do not keep them apart. Chance is what 100,000 random orders of the
values give, more where that is too few. Many cells are tested at once: the
false discovery rate (Benjamini and Hochberg) keeps the share of cells that are named by chance
below 10, 5 and 1 % for the names 90, 95 and 99 %. A cell without a value to show takes no part.
A spot is one of the data we hold, not of the people who live there, and says nothing of a cause.
Source: J. K. Ord and A. Getis, Geographical Analysis 27 (1995).
"""


def formulas_markdown(remark: str = "") -> str:
    """Return the page; the remark below its title says how it is made."""
    title = f"# What the numbers on the map mean\n\n{remark}"
    made = "\n".join(f"- {formula}" for formula in SHOWN_FORMULAS.values())
    rows = "".join(_row(definition) for definition in DEFINITIONS)
    return title + _HEAD + rows + _RULES.format(made=made)


def _row(definition: Definition) -> str:
    needs = ", ".join(_NEEDS[need] for need in sorted(definition.needs)) or "–"
    cells = (definition.name, f"`{definition.metric}`", _UNITS[definition.measure], needs)
    return f"| {' | '.join(cells)} | {definition.formula} |\n"

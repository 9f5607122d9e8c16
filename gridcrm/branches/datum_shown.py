"""What speaks against the datum that a file declares, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo import Datum
from geo.datum_detect import NEAR_M
from gridcrm.branches.datum_doubt import Doubt, answers_of, of_report
from gridcrm.branches.showing import datum_name
from gridcrm.core.i18n import gettext


@dataclass(frozen=True, slots=True)
class ShownDoubt:
    """A doubt in the reader's words."""

    said: Datum
    found: Datum
    said_name: str
    found_name: str
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The doubts that wait for an answer, and what was answered to others."""

    open: list[ShownDoubt]
    answered: list[str]


def told(doubt: Doubt) -> str:
    """Return what a doubt is and what speaks for it."""
    words = gettext(
        "These {positions} positions look like {found}, the file says {said}: {near_found} of "
        "{compared} lie within {metres} m of a known place if read so, against {near_said}."
    )
    numbers = ("positions", "compared", "near_said", "near_found")
    counts = {name: f"{getattr(doubt, name):,}" for name in numbers}
    return words.format(
        found=datum_name(doubt.found), said=datum_name(doubt.said), metres=round(NEAR_M), **counts
    )


def shown(report: Mapping[str, Any]) -> Shown:
    """Return what a file's report says of its datum."""
    answers = answers_of(report)
    waiting = [
        ShownDoubt(one.said, one.found, datum_name(one.said), datum_name(one.found), told(one))
        for one in of_report(report)
        if one.said not in answers
    ]
    kept = gettext("The positions are kept in {datum}, as somebody said.")
    read = gettext("The positions said to be in {said} are read as {datum}, as somebody said.")
    return Shown(
        waiting,
        [
            (kept if said is datum else read).format(said=datum_name(said), datum=datum_name(datum))
            for said, datum in answers.items()
        ],
    )

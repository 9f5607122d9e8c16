"""What a map's form offers: metrics, periods, labels and segments, in the reader's language."""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from geo.classify import Method
from gridcrm.core.i18n import N_, gettext, local_name
from gridcrm.core.who import Right, Who
from gridcrm.customers import reaching
from gridcrm.labels import queries as labels
from gridcrm.labels.models import Label
from gridcrm.maps.forms import Days, MapIn
from gridcrm.maps.metrics import DEFINITIONS, METRICS, Need, Shown
from gridcrm.segments import queries as segments

G = TypeVar("G", bound=MapIn)
Options = list[tuple[str, str]]
Grouped = list[tuple[str, Options]]

_SHOWN = {
    Shown.FIGURES: N_("Figures"),
    Shown.SMOOTHED: N_("Smoothed"),
    Shown.HOT_SPOTS: N_("Hot spots"),
}
_CLASSES = {
    Method.QUANTILE: N_("Equal counts"),
    Method.EQUAL: N_("Equal steps"),
    Method.JENKS: N_("Natural breaks"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of every field."""

    metrics: Options
    days: Options
    labels: Grouped
    segments: Options
    shown: Options
    classes: Options

    def needs(self) -> dict[str, list[str]]:
        """Return which fields each metric needs, for the script that hides the others."""
        return {value: sorted(METRICS[value].needs) for value, _ in self.metrics}  # type: ignore[index]

    def ways(self) -> dict[str, list[str]]:
        """Return how each metric may be shown, for the script that hides the other ways."""
        return {value: list(METRICS[value].ways) for value, _ in self.metrics}  # type: ignore[index]


async def choices(session: AsyncSession, who: Who) -> Choices:
    """Return what this person can choose from."""
    listed = await segments.listed(session, who) if who.may(Right.SEGMENTS_VIEW) else []
    grouped = _grouped(await labels.tree(session))
    there = {
        Need.LABEL: grouped,
        Need.SEGMENT: listed,
        Need.CATCHMENT: await reaching.of_branch(session, who.here),
    }
    missing = {need for need, found in there.items() if not found}
    return Choices(
        metrics=[
            (d.metric.value, gettext(d.name))
            for d in DEFINITIONS
            if who.may(d.right) and not d.needs & missing
        ],
        days=[(str(int(days)), gettext("last {n} days").format(n=int(days))) for days in Days],
        labels=grouped,
        segments=[(str(row.id), local_name(row)) for row in listed],
        shown=[(way.value, gettext(name)) for way, name in _SHOWN.items()],
        classes=[(method.value, gettext(name)) for method, name in _CLASSES.items()],
    )


def completed(given: G, offered: Choices) -> G:
    """Return the same wish with the first label or segment where one is needed and missing.

    Where the metric can't be shown as wished, its figures are; where no walks are worked out, the
    first metric is.
    """
    if Need.CATCHMENT in METRICS[given.metric].needs and given.metric not in dict(offered.metrics):
        given = given.model_copy(update={"metric": DEFINITIONS[0].metric})
    needs = METRICS[given.metric].needs
    changes: dict[str, Any] = {}
    if given.shown not in METRICS[given.metric].ways:
        changes["shown"] = Shown.FIGURES
    if Need.LABEL in needs and not given.label and offered.labels:
        changes["label"] = offered.labels[0][1][0][0]
    if Need.SEGMENT in needs and given.segment is None and offered.segments:
        changes["segment"] = int(offered.segments[0][0])
    return given.model_copy(update=changes)


def _grouped(tree: list[Label]) -> Grouped:
    """Return the tree as one group for each theme; deeper labels are indented."""
    found: Grouped = []
    for label in tree:
        if not label.active:
            continue
        if label.depth == 1 or not found:
            found.append((local_name(label), []))
        words = local_name(label)
        if label.depth == 1:
            words = gettext("{theme}: all of it").format(theme=words)
        found[-1][1].append((label.slug, "\u2003" * max(0, label.depth - 2) + words))
    return found

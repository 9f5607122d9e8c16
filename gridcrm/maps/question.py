"""What is asked of the cells: the metric with everything it needs, looked up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from geo.classify import Method
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext, local_name
from gridcrm.core.who import Who
from gridcrm.customers import reaching
from gridcrm.labels import queries as labels
from gridcrm.labels.models import Label
from gridcrm.maps.forms import MapIn
from gridcrm.maps.metrics import METRICS, SHOWN_FORMULAS, Definition, Need, Shown
from gridcrm.segments import queries as segments
from gridcrm.segments.models import Segment


@dataclass(frozen=True, slots=True)
class Question:
    """A metric, the label or segment it is about, and the period up to now."""

    definition: Definition
    now: datetime
    zone: str
    days: int
    label: Label | None = None
    segment: Segment | None = None
    shown: Shown = Shown.FIGURES
    classes: Method = Method.QUANTILE

    @property
    def today(self) -> date:
        """Return the day on the branch's calendar."""
        return local_day(self.now, self.zone)

    @property
    def since(self) -> datetime:
        """Return the beginning of the period."""
        return self.now - timedelta(days=self.days)

    @property
    def since_day(self) -> date:
        """Return the day before the first one of the period."""
        return self.today - timedelta(days=self.days)

    @property
    def title(self) -> str:
        """Return what the map shows, in the reader's language."""
        name = gettext(self.definition.name)
        about = self.label or self.segment
        if Need.PERIOD in self.definition.needs:
            name = gettext("{name}, last {n} days").format(name=name, n=self.days)
        return self._as_shown(f"{name}: {local_name(about)}" if about else name)

    @property
    def name(self) -> str:
        """Return the same without what was chosen, for narrow places."""
        return self._as_shown(gettext(self.definition.name))

    @property
    def formula(self) -> str:
        """Return the formula in words, in the reader's language."""
        further = SHOWN_FORMULAS.get(self.shown)
        own = gettext(self.definition.formula)
        return f"{own} {gettext(further)}" if further else own

    def _as_shown(self, what: str) -> str:
        if self.shown is Shown.SMOOTHED:
            return gettext("{what}, smoothed").format(what=what)
        if self.shown is Shown.HOT_SPOTS:
            return gettext("Hot spots: {what}").format(what=what)
        return what


async def ask(session: AsyncSession, who: Who, given: MapIn, now: datetime, zone: str) -> Question:
    """Look up what the metric needs, or say what is missing; other choices are left aside."""
    definition = METRICS[given.metric]
    who.must(definition.right)
    if given.shown not in definition.ways:
        raise InvalidInput({"shown": "This metric can't be shown like that."})
    if Need.CATCHMENT in definition.needs and not await reaching.of_branch(session, who.here):
        raise InvalidInput({"metric": "The catchment has not been worked out yet."})
    label = await _label(session, given.label) if Need.LABEL in definition.needs else None
    segment = (
        await _segment(session, who, given.segment) if Need.SEGMENT in definition.needs else None
    )
    return Question(definition, now, zone, given.days, label, segment, given.shown, given.classes)


async def _label(session: AsyncSession, slug: str | None) -> Label:
    if not slug:
        raise InvalidInput({"label": "Choose a label."})
    found = await labels.by_slugs(session, [slug])
    if slug not in found:
        raise InvalidInput({"label": "There is no such label."})
    return found[slug]


async def _segment(session: AsyncSession, who: Who, segment_id: int | None) -> Segment:
    if segment_id is None:
        raise InvalidInput({"segment": "Choose a segment."})
    return await segments.one(session, who, segment_id)

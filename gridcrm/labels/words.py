"""The words under which labels and how we know them are shown."""

from collections.abc import Sequence
from datetime import date

from gridcrm.core.i18n import N_, Language, current, gettext, ngettext
from gridcrm.labels.models import Label, LabelSource
from gridcrm.labels.rules import LEAF_DEPTH

_SOURCES = {
    LabelSource.OWN_STATEMENT: N_("Own statement"),
    LabelSource.INTERVIEW: N_("Interview"),
    LabelSource.STAFF_JUDGEMENT: N_("Our impression"),
    LabelSource.ATTENDANCE: N_("Came to an event"),
    LabelSource.PARTNER: N_("From a partner"),
    LabelSource.IMPORT: N_("From a file"),
}
_TOLD_BY_HAND = (LabelSource.OWN_STATEMENT, LabelSource.INTERVIEW, LabelSource.STAFF_JUDGEMENT)
_DAYS_PER_MONTH = 30.44


def source_word(source: LabelSource) -> str:
    """Return how a source is called in the reader's language."""
    return gettext(_SOURCES[source])


def source_options() -> list[tuple[str, str]]:
    """Return what a person at the desk may say of how they know."""
    return [(source, source_word(source)) for source in _TOLD_BY_HAND]


def name(label: Label) -> str:
    """Return a label's name in the reader's language."""
    return label.name_zh if current() is Language.ZH else label.name_en


def leaf_options(tree: Sequence[Label]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return the labels in use for a select, under the names of their groups."""
    names = {label.id: name(label) for label in tree}
    found: dict[int | None, list[tuple[int, str]]] = {}
    for label in tree:
        if label.depth == LEAF_DEPTH and label.active:
            found.setdefault(label.parent_id, []).append((label.id or 0, name(label)))
    return [(names[parent_id], options) for parent_id, options in found.items()]


def age(given_on: date, today: date) -> str:
    """Return how long ago something was learnt."""
    months = int((today - given_on).days / _DAYS_PER_MONTH)
    if months < 1:
        return gettext("this month")
    return ngettext("{n} month ago", "{n} months ago", months).format(n=months)

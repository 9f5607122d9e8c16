"""Which conditions there are; domains to the right add theirs at start-up.

A condition is a subclass of `segments.condition.Condition`; `app.install_registries` calls
`install` with those of the domains that know more, such as who attended.
"""

from collections.abc import Iterable, Mapping

from gridcrm.segments import choices
from gridcrm.segments.builtin import bank, likes, person, place
from gridcrm.segments.condition import ChoiceSource, Condition, kind_of

_BUILTIN = (*person.CONDITIONS, *likes.CONDITIONS, *place.CONDITIONS, *bank.CONDITIONS)
_conditions: dict[str, type[Condition]] = {kind_of(condition): condition for condition in _BUILTIN}
_sources: dict[str, ChoiceSource] = dict(choices.SOURCES)


def install(
    conditions: Iterable[type[Condition]], sources: Mapping[str, ChoiceSource] | None = None
) -> None:
    """Take the conditions of another domain, and where the choices of their arguments come from."""
    _conditions.update({kind_of(condition): condition for condition in conditions})
    _sources.update(sources or {})


def conditions() -> Mapping[str, type[Condition]]:
    """Return every kind of condition, by the word that stands for it in stored data."""
    return _conditions


def sources() -> Mapping[str, ChoiceSource]:
    """Return where the choices of arguments come from, by name."""
    return _sources

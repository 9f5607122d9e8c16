"""The ready-made kinds of event and the themes of micro-salons."""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import Language, current

_FILE = Path(__file__).parent / "templates.json"


class Gate(StrEnum):
    """Something that has to be in place before an event of this kind may open."""

    MINORS = "minors"
    PHOTO_CONSENT = "photo_consent"
    COMPLIANCE = "compliance"
    SUITABILITY = "suitability"
    DUAL_RECORDING = "dual_recording"
    SAFETY_PLAN = "safety_plan"
    SITE_PERMIT = "site_permit"
    TWO_STAFF = "two_staff"
    HELPER_RATIO = "helper_ratio"
    SEASON = "season"
    NO_SALES = "no_sales"


@dataclass(frozen=True)
class EventTemplate:
    """A kind of event: how long, for how many and for whom it usually is."""

    slug: str
    group: str
    name_zh: str
    name_en: str
    icon: str
    minutes: int
    capacity: int
    audience: str
    gates: frozenset[Gate]
    labels: tuple[str, ...]
    micro: bool = False


@dataclass(frozen=True)
class Theme:
    """What a micro-salon is about, with three things to say."""

    slug: str
    template: str
    name_zh: str
    name_en: str
    icon: str
    labels: tuple[str, ...]
    points_zh: tuple[str, ...]
    points_en: tuple[str, ...]

    @property
    def points(self) -> tuple[str, ...]:
        """Return the talking points in the reader's language."""
        return self.points_zh if current() is Language.ZH else self.points_en


@lru_cache
def templates() -> dict[str, EventTemplate]:
    """Return every kind of event by its slug, in the order in which they are shown."""
    return {item["slug"]: _template(item) for item in _content()["templates"]}


@lru_cache
def themes() -> dict[str, Theme]:
    """Return the themes of micro-salons by slug."""
    return {item["slug"]: _theme(item) for item in _content()["themes"]}


def template(slug: str) -> EventTemplate:
    """Return one kind of event."""
    found = templates().get(slug)
    if found is None:
        raise InvalidInput({"template": "Choose one of the list."})
    return found


def theme(slug: str) -> Theme:
    """Return one theme of a micro-salon."""
    found = themes().get(slug)
    if found is None:
        raise InvalidInput({"theme": "Choose one of the list."})
    return found


def month_theme(month: int) -> dict[str, str]:
    """Return what a month of the year is about, 1 for January, with name_zh and name_en."""
    found: dict[str, str] = _content()["months"][month - 1]
    return found


@lru_cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return content


def _template(item: dict[str, Any]) -> EventTemplate:
    gates = frozenset(Gate(gate) for gate in item["gates"])
    return EventTemplate(**item | {"gates": gates, "labels": tuple(item["labels"])})


def _theme(item: dict[str, Any]) -> Theme:
    plain = {name: value for name, value in item.items() if name != "points"}
    return Theme(
        **plain | {"labels": tuple(item["labels"])},
        points_zh=tuple(point["zh"] for point in item["points"]),
        points_en=tuple(point["en"] for point in item["points"]),
    )

"""How alike two names of communities are, as people write them: pure, from 0 to 100.

幸福里小区二期, 幸福里 2期 and 幸福里 name one place or its parts; 阳光花园 and 阳光家园 may well be two.
"""

import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from gridcrm.branches.rules import name_key

_TRADITIONAL = str.maketrans(
    "園區號樓東華廣場錦繡綠濱灣麗陽長龍門書貴寶馬鳳蘭島聖愛雲軒閣頤禦苑豐慶萬業橋鎮鄉開發經學鐵",
    "园区号楼东华广场锦绣绿滨湾丽阳长龙门书贵宝马凤兰岛圣爱云轩阁颐御苑丰庆万业桥镇乡开发经学铁",
)
_DIGITS = {mark: n for n, mark in enumerate("一二三四五六七八九", start=1)}
_NUMBERED = re.compile(
    r"第?([一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[期区号栋幢座])"
)
_PHASE = re.compile(r"第?(\d{1,2}|[abcd])[期区]$")
_BUILDING = re.compile(r"\d{1,3}(?:号楼|号院|号|栋|幢|座|楼)(?:\d.*)?$")
_GENERIC = (
    "住宅小区",
    "小区",
    "社区",
    "花园",
    "家园",
    "嘉园",
    "公寓",
    "花苑",
    "新苑",
    "家苑",
    "苑",
    "园",
)
_LEAST_CORE = 2
_LEAST_PART = 3
_OTHER_PHASE, _NO_PHASE = 30, 6
_OTHER_KIND, _NO_KIND = 12, 3
_ONLY_A_PART = 10


@dataclass(frozen=True, slots=True)
class Parts:
    """What a name is made of: what tells it from others, the kind of place, and the phase."""

    core: str
    kind: str = ""
    phase: str = ""


def parts(name: str) -> Parts:
    """Take a name apart, without regard to width, case, spaces and how numerals are written."""
    key = name_key(name).translate(_TRADITIONAL)
    key = _NUMBERED.sub(lambda found: str(_number(found[1])), key)
    key = _BUILDING.sub("", key) or key
    phase = _PHASE.search(key)
    if phase and phase.start() >= _LEAST_CORE:
        key = key[: phase.start()]
    for kind in _GENERIC:
        if key.endswith(kind) and len(key) - len(kind) >= _LEAST_CORE:
            return Parts(key.removesuffix(kind), kind, phase[1] if phase else "")
    return Parts(key, "", phase[1] if phase else "")


def score(one: Parts, other: Parts) -> int:
    """Return how alike two names are; 100 is the same but for the way of writing."""
    if not one.core or not other.core:
        return 0
    found = max(fuzz.ratio(one.core, other.core), _part_ratio(one.core, other.core))
    found -= _differing(one.phase, other.phase, _OTHER_PHASE, _NO_PHASE)
    found -= _differing(one.kind, other.kind, _OTHER_KIND, _NO_KIND)
    return max(round(found), 0)


def _part_ratio(one: str, other: str) -> float:
    """Return the likeness of a name to a part of the other, such as one with its district before."""
    if min(len(one), len(other)) < _LEAST_PART:
        return 0.0
    return fuzz.partial_ratio(one, other) - _ONLY_A_PART


def _differing(one: str, other: str, both: int, single: int) -> int:
    if one == other:
        return 0
    return both if one and other else single


def _number(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS[text]
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)

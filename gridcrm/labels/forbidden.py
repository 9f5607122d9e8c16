"""What a label must never say about a person, from forbidden.json: add a word there."""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gridcrm.core.i18n import N_

_FILE = Path(__file__).parent / "forbidden.json"
_REASONS = {
    "religion": N_("Labels say nothing about religion (“{word}”)."),
    "health": N_("Labels say nothing about illness or disability (“{word}”)."),
    "politics": N_("Labels say nothing about politics (“{word}”)."),
    "ethnicity": N_("Labels say nothing about ethnicity or origin (“{word}”)."),
    "marriage": N_("Labels say nothing about marriage or private life (“{word}”)."),
    "judgement": N_("Labels say what people like, not how we judge them (“{word}”)."),
}
_NOISE = re.compile(r"[\s·・•.,，。、_\-—/\\|*'\"“”‘’()（）【】\[\]\u200b-\u200f\u2060\ufeff]+")


@dataclass(frozen=True)
class Forbidden:
    """A word that was found and the msgid that says why it may not stand."""

    word: str
    reason: str


def found_in(name: str) -> Forbidden | None:
    """Return the first forbidden word in a name, in Chinese or English, however it is spaced."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    packed = _NOISE.sub("", plain)
    for subject, chinese, english in _words():
        word = next((w for w in chinese if w in packed), None)
        if word is None and (hit := english.search(_NOISE.sub(" ", plain))):
            word = hit.group().strip()
        if word:
            return Forbidden(word, _REASONS[subject])
    return None


@lru_cache
def _words() -> list[tuple[str, tuple[str, ...], re.Pattern[str]]]:
    entries = json.loads(_FILE.read_text(encoding="utf-8"))
    return [(e["subject"], tuple(e["zh"]), _any_of(e["en"])) for e in entries]


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")s?\b")

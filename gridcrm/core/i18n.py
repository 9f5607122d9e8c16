"""Two languages, chosen per person: English msgids, Chinese from the catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from gridcrm.core.errors import AppError

_CATALOGUE = Path(__file__).parent.parent / "locale" / "zh.po"


class Language(StrEnum):
    """A language of the surface."""

    ZH = "zh"
    EN = "en"


_current: ContextVar[Language] = ContextVar("language", default=Language.ZH)


def current() -> Language:
    """Return the language of this request."""
    return _current.get()


def use(language: Language) -> None:
    """Speak this language for the rest of the request."""
    _current.set(language)


@contextmanager
def spoken(language: Language) -> Iterator[None]:
    """Speak this language for a while."""
    before = _current.set(language)
    try:
        yield
    finally:
        _current.reset(before)


def from_header(accept_language: str) -> Language:
    """Return the first of our languages that a browser asks for; Chinese if none."""
    for part in accept_language.lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in set(Language):
            return Language(tag)
    return Language.ZH


def gettext(message: str) -> str:
    """Return the message in the current language."""
    return _translations(current()).gettext(message)


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools know
    """Mark a message that is translated later, where it is shown."""
    return message


def ngettext(one: str, many: str, n: int) -> str:
    """Return the singular or plural message in the current language."""
    return _translations(current()).ngettext(one, many, n)


def local_name(thing: Any) -> str:
    """Return the name of what has one in each language: a label, a segment, a template."""
    name = "name_zh" if current() is Language.ZH else "name_en"
    return str(thing[name] if isinstance(thing, dict) else getattr(thing, name))


def say(error: AppError) -> str:
    """Return what an error says in the current language."""
    return gettext(error.message).format(**error.params)


@lru_cache
def _translations(language: Language) -> NullTranslations:
    if language is Language.EN or not _CATALOGUE.exists():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with _CATALOGUE.open("rb") as file:
        write_mo(compiled, read_po(file, locale="zh"))
    compiled.seek(0)
    return GNUTranslations(compiled)

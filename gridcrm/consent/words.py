"""The words under which purposes, statements and their origins are shown."""

from enum import StrEnum

from gridcrm.consent.models import Purpose
from gridcrm.consent.rules import OFFERED_HOW, How, Standing
from gridcrm.core.i18n import N_, gettext

_WORDS: dict[type[StrEnum], dict[str, str]] = {
    Purpose: {
        Purpose.SERVICE_NOTICE: N_("Service notices"),
        Purpose.MARKETING_SMS: N_("Marketing by text message"),
        Purpose.MARKETING_CALL: N_("Marketing by call"),
        Purpose.WECHAT_CONTACT: N_("Contact over WeChat"),
        Purpose.EVENT_PHOTO: N_("Photos at events"),
        Purpose.PARTNER_SHARE: N_("Sharing with a partner"),
        Purpose.PROFILING: N_("Interests and segments"),
    },
    Standing: {
        Standing.UNKNOWN: N_("never asked"),
        Standing.GRANTED: N_("granted"),
        Standing.REFUSED: N_("refused"),
        Standing.WITHDRAWN: N_("withdrawn"),
        Standing.EXPIRED: N_("expired"),
    },
    How: {
        How.AT_THE_DESK: N_("at the desk"),
        How.ON_PAPER: N_("on paper, kept at the branch"),
        How.BY_PHONE: N_("on the phone"),
        How.AT_AN_EVENT: N_("at an event"),
        How.ON_A_VISIT: N_("on a visit"),
        How.OWN_LINK: N_("through their own link"),
        How.IMPORTED: N_("from an imported file"),
    },
}


def word(value: StrEnum) -> str:
    """Return what a value of a closed set is called in the reader's language."""
    return gettext(_WORDS[type(value)][value])


def how_word(value: str) -> str:
    """Return how a statement was obtained; what is in no list is shown as it was written."""
    return gettext(_WORDS[How].get(value, value)) if value else ""


def purposes() -> list[tuple[str, str]]:
    """Return the purposes with their words, for a select."""
    return [(purpose, word(purpose)) for purpose in Purpose]


def ways() -> list[tuple[str, str]]:
    """Return how a person at the desk may have obtained a statement, for a select."""
    return [(how, word(how)) for how in OFFERED_HOW]

"""The words under which closed sets are shown."""

from enum import StrEnum

from gridcrm.core.i18n import N_, gettext
from gridcrm.customers.cells import ValueClass
from gridcrm.customers.columns import Field
from gridcrm.customers.forms import Gender
from gridcrm.customers.models import Lifecycle, PlacedBy, RevealReason, Tier

_WORDS: dict[type[StrEnum], dict[str, str]] = {
    Tier: {
        Tier.MASS: N_("Mass"),
        Tier.POTENTIAL: N_("Potential"),
        Tier.PREFERRED: N_("Preferred"),
        Tier.AFFLUENT: N_("Affluent"),
        Tier.PRIVATE: N_("Private banking"),
    },
    Lifecycle: {
        Lifecycle.PROSPECT: N_("Prospect"),
        Lifecycle.NEW: N_("New customer"),
        Lifecycle.GROWING: N_("Growing"),
        Lifecycle.MATURE: N_("Mature"),
        Lifecycle.DECLINING: N_("Declining"),
        Lifecycle.LAPSED: N_("Lapsed"),
        Lifecycle.WON_BACK: N_("Won back"),
    },
    ValueClass: {
        ValueClass.EMPTY: N_("(empty)"),
        ValueClass.TEXT: N_("(words)"),
        ValueClass.NUMBER: N_("(a number)"),
        ValueClass.SCIENTIFIC: N_("(a number)"),
        ValueClass.DATE: N_("(a date)"),
        ValueClass.MASKED: N_("(masked)"),
        ValueClass.MIXED: N_("(digits and words)"),
        ValueClass.ID_NUMBER: N_("(an identity number)"),
    },
    Gender: {Gender.FEMALE: N_("Female"), Gender.MALE: N_("Male")},
    PlacedBy: {
        PlacedBy.COORDINATES: N_("by coordinates"),
        PlacedBy.COMMUNITY: N_("by the community"),
        PlacedBy.PIN: N_("by a pin"),
    },
    Field: {
        Field.NUMBER: N_("Customer number"),
        Field.NAME: N_("Customer name"),
        Field.PHONE: N_("Phone"),
        Field.COMMUNITY: N_("Community"),
        Field.BUILDING: N_("Building"),
        Field.ORGANISATION: N_("Works at"),
        Field.BIRTH: N_("Year of birth"),
        Field.AGE: N_("Age"),
        Field.GENDER: N_("Gender"),
        Field.OCCUPATION: N_("Occupation"),
        Field.SEGMENT: N_("Segment"),
        Field.LABELS: N_("Labels"),
        Field.TIER: N_("Tier"),
        Field.AUM: N_("Assets"),
        Field.OWNER: N_("Looked after by"),
        Field.CONSENT: N_("Consent to marketing"),
        Field.SOURCE: N_("Source"),
        Field.LON: N_("Longitude"),
        Field.LAT: N_("Latitude"),
        Field.DATUM: N_("Datum"),
        Field.OPENED_ON: N_("Opened"),
        Field.LAST_ACTIVE_ON: N_("Last active"),
        Field.MOVED_IN_ON: N_("Moved in"),
        Field.HAS_CHILD: N_("Has a child"),
        Field.PRODUCTS: N_("Products held"),
    },
    RevealReason: {
        RevealReason.CALL: N_("To call the customer"),
        RevealReason.VISIT: N_("For a visit"),
        RevealReason.IDENTIFY: N_("To check who stands at the counter"),
        RevealReason.CORRECT: N_("To correct the record"),
        RevealReason.COMPLAINT: N_("To settle a complaint"),
        RevealReason.ASKED: N_("The customer asked for it"),
    },
}


def word(value: StrEnum) -> str:
    """Return what a value of a closed set is called in the reader's language."""
    return gettext(_WORDS[type(value)][value])


def options(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the values of a closed set with their words, for a select."""
    return [(value, gettext(text)) for value, text in _WORDS[kind].items()]

"""Outcomes, states and products in the reader's language."""

from gridcrm.core.i18n import gettext
from gridcrm.customers.products import families
from gridcrm.outcomes.models import OutcomeKind, OutcomeState
from gridcrm.outcomes.rules import ENGAGEMENT, FINANCIAL

Options = list[tuple[str, list[tuple[str, str]]]]


def kinds() -> dict[OutcomeKind, str]:
    """Return the words for each kind of outcome."""
    return {
        OutcomeKind.ACCOUNT_OPENED: gettext("Account opened"),
        OutcomeKind.DEPOSIT_INCREASE: gettext("Deposit increased"),
        OutcomeKind.PRODUCT_PURCHASED: gettext("Product bought"),
        OutcomeKind.LOAN_APPLIED: gettext("Loan applied for"),
        OutcomeKind.LOAN_APPROVED: gettext("Loan approved"),
        OutcomeKind.CARD_ISSUED: gettext("Card issued"),
        OutcomeKind.ACQUIRING_BOUND: gettext("Acquiring code bound"),
        OutcomeKind.EBANK_ACTIVATED: gettext("Mobile banking activated"),
        OutcomeKind.PAYROLL_SIGNED: gettext("Payroll signed"),
        OutcomeKind.SALON_REFERRAL: gettext("Referral at a salon"),
        OutcomeKind.CONSENT_GAINED: gettext("Consent gained"),
        OutcomeKind.WECHAT_ADDED: gettext("WeChat contact added"),
        OutcomeKind.PROFILE_COMPLETED: gettext("Profile completed"),
        OutcomeKind.APPOINTMENT_MADE: gettext("Appointment made"),
        OutcomeKind.COMPLAINT_REPAIRED: gettext("Complaint repaired"),
        OutcomeKind.HOME_SERVICE_DONE: gettext("Home service done"),
    }


def states() -> dict[OutcomeState, str]:
    """Return the words for each state."""
    return {
        OutcomeState.CLAIMED: gettext("To verify"),
        OutcomeState.VERIFIED: gettext("Verified"),
        OutcomeState.REJECTED: gettext("Rejected"),
        OutcomeState.REVERSED: gettext("Reversed"),
    }


def kind_options() -> Options:
    """Return the kinds for a choice, those that make a conversion first."""
    named = kinds()
    return [
        (gettext("Counts as a conversion"), [(k, w) for k, w in named.items() if k in FINANCIAL]),
        (gettext("Engagement, shown apart"), [(k, w) for k, w in named.items() if k in ENGAGEMENT]),
    ]


def product_options() -> Options:
    """Return the products for a choice, family by family."""
    return [(family.name, [(p.slug, p.name) for p in family.products]) for family in families()]

from datetime import UTC, date, datetime, timedelta

import pytest

from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.consent.rules import Standing, check_lasts, file_adds, latest, standing
from gridcrm.core.errors import InvalidInput

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


def said(state: ConsentState = ConsentState.GRANTED, **more: object) -> Consent:
    row = {"customer_id": 1, "branch_id": 1, "obtained_how": "at_the_desk", "given_at": NOON}
    return Consent(purpose=Purpose.MARKETING_SMS, state=state, **row | more)


def test_silence_is_no_consent():
    assert standing(None, TODAY) is Standing.UNKNOWN


def test_a_grant_lasts_until_its_day_and_not_beyond():
    assert standing(said(expires_on=TODAY), TODAY) is Standing.GRANTED
    assert standing(said(expires_on=TODAY - timedelta(days=1)), TODAY) is Standing.EXPIRED


def test_a_withdrawal_counts_whatever_the_state_says():
    assert standing(said(withdrawn_at=NOON), TODAY) is Standing.WITHDRAWN


def test_the_latest_statement_of_each_purpose_counts():
    first = said(ConsentState.REFUSED, id=1)
    later = said(id=2, given_at=NOON + timedelta(minutes=1))
    photo = said(id=3, given_at=NOON - timedelta(days=1))
    photo.purpose = Purpose.EVENT_PHOTO

    assert latest([later, first, photo]) == {
        Purpose.MARKETING_SMS: later, Purpose.EVENT_PHOTO: photo,
    }  # fmt: skip


def test_of_two_statements_at_one_moment_the_one_written_last_counts():
    yes, no = said(id=1), said(ConsentState.REFUSED, id=2)
    assert latest([no, yes])[Purpose.MARKETING_SMS] is no


@pytest.mark.parametrize(
    ("known", "yes_adds", "no_adds"),
    [
        (None, True, True),
        (said(), False, True),
        (said(ConsentState.REFUSED), False, False),
        (said(withdrawn_at=NOON), False, False),
        (said(expires_on=TODAY - timedelta(days=1)), False, True),
    ],
)
def test_a_files_yes_counts_only_where_nothing_was_said(
    known: Consent | None, yes_adds: bool, no_adds: bool
):
    assert file_adds(known, ConsentState.GRANTED, TODAY) is yes_adds
    assert file_adds(known, ConsentState.REFUSED, TODAY) is no_adds


def test_a_consent_that_is_over_before_it_begins_is_refused():
    check_lasts(TODAY, TODAY)
    with pytest.raises(InvalidInput):
        check_lasts(TODAY - timedelta(days=1), TODAY)

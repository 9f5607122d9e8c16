import pytest

from gridcrm.events.links import Link, Links

OURS = Links("s" * 40, "http://branch.example")


@pytest.mark.parametrize("kind", list(Link))
def test_a_token_is_read_back_by_whoever_made_it(kind: Link):
    assert OURS.read(OURS.token(kind, 123_456)) == (kind, 123_456)


def test_another_installation_reads_nothing():
    assert Links("t" * 40, "").read(OURS.token(Link.INVITATION, 7)) is None


@pytest.mark.parametrize("at", [0, 5, 12, 31])
def test_one_changed_character_makes_it_worthless(at: int):
    token = OURS.token(Link.INVITATION, 7)
    other = "A" if token[at] != "A" else "B"
    assert OURS.read(token[:at] + other + token[at + 1 :]) is None


@pytest.mark.parametrize("token", ["", "x", "é" * 32, "A" * 31, "A" * 33, "=" * 32, "%00" * 10])
def test_rubbish_is_nobodys_token(token: str):
    assert OURS.read(token) is None


def test_tokens_carry_a_hundred_and_twenty_eight_bits_that_cannot_be_guessed():
    tails = {OURS.token(Link.INVITATION, n)[-22:] for n in range(500)}
    assert len(tails) == 500


def test_the_token_of_an_invitation_opens_no_calendar():
    assert OURS.token(Link.INVITATION, 7) != OURS.token(Link.CALENDAR, 7)
    assert OURS.reply(Link.INVITATION, 7).startswith("http://branch.example/r/")

from gridcrm.core.counts import share, shown
from gridcrm.core.who import Role, Who

LISTS = Who(1, "Wang", Role.GRID_LEAD, 1)
DOES_NOT = Who(2, "Lin", Role.LOBBY_MANAGER, 1)


def test_who_may_list_people_sees_every_count_and_others_none_below_ten():
    assert [shown(n, LISTS) for n in (0, 9, 10, 12345)] == ["0", "9", "10", "12,345"]
    assert [shown(n, DOES_NOT) for n in (0, 9, 10, 12345)] == ["<10", "<10", "10", "12,345"]


def test_a_bar_does_not_give_away_what_a_count_hides():
    assert (share(1, 4, LISTS), share(1, 0, LISTS)) == (25, None)
    assert share(1, 4, DOES_NOT) is None

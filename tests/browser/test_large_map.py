"""Ten thousand cells on the map page, with the times a manager waits for them."""

import sys

import pytest

from bench import screen

pytestmark = pytest.mark.browser

OPENS_WITHIN_MS, RECOLOURS_WITHIN_MS = 10_000, 2_000
"""For a machine that does other things besides: a quiet one needs a fifth of it."""


def test_ten_thousand_cells_open_and_change_their_metric_without_a_pause(chromium, capsys):
    found = screen.run(runs=1, browser=chromium)

    with capsys.disabled():
        sys.stdout.write(f"\n{found}\n")
    assert found["cells"] == 9_925
    assert found["first_view"]["median_ms"] < OPENS_WITHIN_MS
    assert found["another_metric"]["max_ms"] < RECOLOURS_WITHIN_MS

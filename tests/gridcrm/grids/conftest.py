"""Map files are read in the process of the test."""

import pytest

from tests import reading


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    reading.read_here(monkeypatch)

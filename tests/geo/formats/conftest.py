"""Reading in the process of the test."""

from collections.abc import Callable

import pytest

from geo.formats import reader
from geo.formats.reading import Reading
from tests import reading

Read = Callable[..., Reading]


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> Read:
    """`read`, but without another process."""
    reading.read_here(monkeypatch)
    return reader.read

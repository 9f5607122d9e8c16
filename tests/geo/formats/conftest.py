"""Reading in the process of the test: quick, and seen by the coverage."""

from collections.abc import Callable
from pathlib import Path

import pytest

from geo.formats import reader as reading
from geo.formats.job import Job
from geo.formats.kinds import Format
from geo.formats.limits import Limits
from geo.formats.reading import Reading
from geo.formats.worker import answer

Read = Callable[..., Reading]


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> Read:
    """`read`, but without another process: for files that are known to be harmless."""

    def run(folder: Path, _form: Format, _limits: Limits) -> None:
        answer(folder, Job.of(folder))

    monkeypatch.setattr(reading, "_run", run)
    return reading.read

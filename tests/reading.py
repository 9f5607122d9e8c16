"""Reading map files in the process of the test: quick, and seen by the coverage.

That reading happens in a process of its own is shown in tests/geo/formats.
"""

from pathlib import Path

import pytest

from geo.formats import reader
from geo.formats.job import Job
from geo.formats.kinds import Format
from geo.formats.limits import Limits
from geo.formats.worker import answer


def read_here(patch: pytest.MonkeyPatch) -> None:
    """Let `geo.formats.read` do without another process, for files that are known to be harmless."""

    def run(folder: Path, _form: Format, _limits: Limits) -> None:
        answer(folder, Job.of(folder))

    patch.setattr(reader, "_run", run)

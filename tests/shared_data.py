"""Public data sets that lie beside the repository; a test that wants one is skipped without it."""

import os
from pathlib import Path

import pytest

_REPOSITORY = Path(__file__).parents[1]


def shared_data(*parts: str) -> Path:
    """Return a file of the shared data sets, or skip the test that asks."""
    root = Path(os.environ.get("GRIDCRM_SHARED", _REPOSITORY.parent / "shared"))
    path = root.joinpath("data", *parts)
    if not path.exists():
        pytest.skip(
            f"needs {'/'.join(parts)}: set GRIDCRM_SHARED to the shared data",
            allow_module_level=True,
        )
    return path

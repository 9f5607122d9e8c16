"""What the tests of geo share: the branch, its area, and the public reference data."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from geo import LonLat, circle

settings.register_profile(
    "geo",
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("geo")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data, which is not part of this repository."""
    root = Path(os.environ.get("GRIDCRM_SHARED") or Path(__file__).parents[3] / "shared")
    if not (root / "data").is_dir():
        pytest.skip("reference data not found: set GRIDCRM_SHARED to the folder that holds data/")
    return root / "data"


@pytest.fixture(scope="session")
def home() -> LonLat:
    """Where the branch stands."""
    return LonLat(113.9474738, 22.5438314)


@pytest.fixture(scope="session")
def area(home):
    """The ground within 1500 m of the branch."""
    return circle(home, radius_m=1500)

"""The reading process: its limits, and how it says what went wrong."""

import json
import resource
import runpy
import sys
from pathlib import Path

import pytest
import shapely

from geo import Datum
from geo.formats import worker
from geo.formats.job import Job
from geo.formats.kinds import Format
from geo.formats.limits import Limits, confine
from geo.formats.osm import _Found
from geo.formats.worker import answer
from tests.geo.formats import files

POINT = files.feature({"type": "Point", "coordinates": [113.9, 22.5]})


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[int, int]]:
    """What a process would be allowed, without keeping this one from anything."""
    set_: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", set_.__setitem__)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (-1, resource.RLIM_INFINITY))
    return set_


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "given.geojson").write_bytes(files.geojson(POINT))
    made = Job("given.geojson", Format.GEOJSON, Datum.WGS84, "", "", Limits(seconds=7))
    made.write(tmp_path)
    return made


def told(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "answer.json").read_text())
    return found


def test_the_process_limits_itself_before_it_reads(
    job: Job, tmp_path: Path, allowed: dict[int, tuple[int, int]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "argv", ["worker", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "geo.formats.worker")

    runpy.run_module("geo.formats.worker", run_name="__main__")

    assert allowed[resource.RLIMIT_CPU] == (8, 8)
    assert allowed[resource.RLIMIT_CORE] == (0, 0)
    assert allowed[resource.RLIMIT_AS][0] == job.limits.memory_bytes
    assert told(tmp_path)["numbers"] == [1]


def test_a_limit_that_is_lower_already_stays(
    allowed: dict[int, tuple[int, int]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (5, 5))

    confine(Limits())

    assert allowed[resource.RLIMIT_CPU] == (5, 5)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (MemoryError(), "The file takes more memory than there is for reading it."),
        (RuntimeError("at {folder}/given.geojson: no\nmore"), "at given.geojson: no"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_whatever_a_library_raises_becomes_an_error_of_the_file(
    fault: Exception, said: str, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise type(fault)(*(str(text).replace("{folder}", str(tmp_path)) for text in fault.args))

    monkeypatch.setattr(worker, "read_geojson", fail)

    answer(tmp_path, job)

    message, remedy, params = told(tmp_path)["error"]  # type: ignore[misc]
    assert message.format(**params).endswith(said)
    assert remedy


def test_an_area_may_come_before_the_object_it_belongs_to():
    found = _Found(Limits())

    found.complete("r1", {"landuse": "grass"}, shapely.box(0, 0, 1, 1))
    found.await_area("r1", {"landuse": "grass"})

    assert found.refs == ["r1"]
    assert found.faults == {}

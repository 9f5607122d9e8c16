"""Reading files from elsewhere, each in a process of its own that may break without harm."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.datum import Datum
from geo.errors import FormatError
from geo.formats.gdal import DRIVERS
from geo.formats.job import ANSWER, SHAPES, Job
from geo.formats.kinds import HEAD_BYTES, NAMES, SUFFIXES, Format, promised, recognise
from geo.formats.limits import Limits
from geo.formats.reading import Fault, Reading, Refused, Remark, warn

_FILE = "given"
_ENDINGS = {form: ending for ending, form in reversed(SUFFIXES.items())}
_NO_ADDRESS = "none"
_ENVIRONMENT = {
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "GDAL_NUM_THREADS": "1",
    "GDAL_DRIVER_PATH": "disable",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": _NO_ADDRESS,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": _NO_ADDRESS,
    "OGR_GPKG_NUM_THREADS": "1",
    "PROJ_NETWORK": "OFF",
}


def read(
    content: bytes | Path,
    name: str = "",
    *,
    datum: Datum = Datum.WGS84,
    layer: str = "",
    crs: str = "",
    limits: Limits | None = None,
) -> Reading:
    """Return the features of a file: GeoJSON, GeoPackage, GeoParquet, Shapefile, KML or OSM.

    What the file is, its content says; a `name` is only compared with it. `datum` says what no
    file can: whether its coordinates were shifted as Chinese maps do. `layer` chooses one of
    several (the first one by default); `crs` is taken where the file does not name its own.
    A file that is damaged, hostile or too large is refused with a FormatError.
    """
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="geo-read-") as made:
        folder = Path(made)
        form = _placed(content, folder, limits)
        file = f"{_FILE}{_ENDINGS[form]}"
        (folder / _FILE).rename(folder / file)
        Job(file, form, datum, layer, crs, limits).write(folder)
        _run(folder, form, limits)
        return _reading(folder, name)


def _placed(content: bytes | Path, folder: Path, limits: Limits) -> Format:
    """Put the file into the folder and return what it is."""
    given = folder / _FILE
    if isinstance(content, Path):
        limits.check_size(content.stat().st_size)
        shutil.copyfile(content, given)
    else:
        limits.check_size(len(content))
        given.write_bytes(content)
    with given.open("rb") as file:
        return recognise(file.read(HEAD_BYTES))


def _run(folder: Path, form: Format, limits: Limits) -> None:
    # -P: nothing is imported from the folder in which the foreign file lies
    command = [sys.executable, "-P", "-m", "geo.formats.worker", str(folder)]
    skipped = {"GDAL_SKIP": _other_drivers()} if form in DRIVERS else {}
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and a folder of our own
            command,
            cwd=folder,
            env=_ENVIRONMENT | skipped,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow(limits) from None
    if done.returncode == -signal.SIGXCPU:
        raise _too_slow(limits)
    if done.returncode:
        raise FormatError(
            "The file made its reader stop ({code}).",
            "It is damaged or too large. Open it in another program and save it again.",
            code=done.returncode,
        )


@cache
def _other_drivers() -> str:
    """Return the drivers of GDAL that read nothing here."""
    import pyogrio

    return ",".join(sorted(set(pyogrio.list_drivers()) - set(DRIVERS.values())))


def _too_slow(limits: Limits) -> FormatError:
    return FormatError(
        "Reading the file took longer than {limit} seconds.",
        "Simplify the shapes, or cut them to the surroundings of the branch.",
        limit=limits.seconds,
    )


def _reading(folder: Path, name: str) -> Reading:
    told = json.loads((folder / ANSWER).read_text("utf-8"))
    if "error" in told:
        message, remedy, params = told["error"]
        raise FormatError(message, remedy, **params)
    form = Format(told["format"])
    return Reading(
        format=form,
        layer=told["layer"],
        layers=tuple(told["layers"]),
        crs=told["crs"],
        numbers=np.array(told["numbers"], dtype=np.int64),
        refs=tuple(told["refs"]),
        columns=told["columns"],
        shapes=_shapes(folder, told["lengths"]),
        refused=tuple(Refused(at, ref, Fault(fault)) for at, ref, fault in told["refused"]),
        remarks=(*_of_the_name(form, name), *(Remark(*remark) for remark in told["remarks"])),
    )


def _shapes(folder: Path, lengths: list[int]) -> Any:
    whole = (folder / SHAPES).read_bytes()
    ends = pairwise(accumulate(lengths, initial=0))
    return shapely.from_wkb(np.array([*(whole[a:b] for a, b in ends), None], dtype=object)[:-1])


def _of_the_name(form: Format, name: str) -> Iterator[Remark]:
    """Yield a remark if the name promised another format."""
    said = promised(name)
    both = {said, form}
    if said is not None and len(both) > 1 and both != {Format.SHAPEFILE, Format.KMZ}:
        yield warn(
            "The name promises {said}, but the file is {found}.",
            said=NAMES[said],
            found=NAMES[form],
        )

"""The process that reads one foreign file: `python -m geo.formats.worker FOLDER`.

The folder holds `job.json` and the file; what comes of it is `answer.json` and `shapes.wkb`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.errors import FormatError, GeoError
from geo.formats.archive import Archive
from geo.formats.gdal import choose, read_geopackage, read_kml, read_shapefile
from geo.formats.geojson import read_geojson
from geo.formats.job import ANSWER, SHAPES, Job
from geo.formats.kinds import NAMES, Format
from geo.formats.limits import confine
from geo.formats.osm import read_osm
from geo.formats.parquet import read_parquet
from geo.formats.raw import Raw
from geo.formats.tidy import tidied

_NOT_NEEDED = ("geopandas", "pandas")
"""GDAL's bindings load these if they are there, which takes longer than most files."""
_LONGEST_DETAIL = 200


def main() -> None:
    """Read the file of the folder that is named, within the limits of its job."""
    folder = Path(sys.argv[1])
    job = Job.of(folder)
    confine(job.limits)
    for module in _NOT_NEEDED:
        sys.modules.setdefault(module, None)  # type: ignore[arg-type]
    answer(folder, job)


def answer(folder: Path, job: Job) -> None:
    """Write what the file holds, or why it can't be read."""
    try:
        told = _told(folder, job)
    except GeoError as error:
        told = {"error": [error.message, error.remedy, _texts(error.params)]}
    except MemoryError:
        told = {"error": _too_large()}
    except Exception as error:  # whatever a library says of a broken file
        told = {"error": _broken(folder, job, error)}
    (folder / ANSWER).write_text(json.dumps(told), "utf-8")


def _told(folder: Path, job: Job) -> dict[str, Any]:
    form, raw = _read(folder, job)
    tidy = tidied(raw, job.datum, job.crs)
    kept = np.flatnonzero(~shapely.is_missing(tidy.shapes))
    wkb: list[bytes] = shapely.to_wkb(tidy.shapes[kept]).tolist()
    (folder / SHAPES).write_bytes(b"".join(wkb))
    positions = kept.tolist()
    return {
        "format": form,
        "layer": raw.layer,
        "layers": raw.layers,
        "crs": tidy.crs,
        "numbers": [at + 1 for at in positions],
        "refs": [raw.refs[at] for at in positions],
        "columns": {name: [given[at] for at in positions] for name, given in raw.columns.items()},
        "lengths": [len(one) for one in wkb],
        "refused": [(at + 1, raw.refs[at], fault) for at, fault in sorted(tidy.faults.items())],
        "remarks": [*raw.remarks, *tidy.remarks],
    }


def _read(folder: Path, job: Job) -> tuple[Format, Raw]:
    path, limits = folder / job.file, job.limits
    if job.format is Format.SHAPEFILE:
        return _unpacked(path, job, folder)
    if job.format is Format.GEOPACKAGE:
        return job.format, read_geopackage(path, job.layer, limits)
    if job.format is Format.KML:
        return job.format, read_kml(path, job.layer, limits)
    raw = _of_one_layer(path, job)
    choose(("",), job.layer)
    return job.format, raw


def _of_one_layer(path: Path, job: Job) -> Raw:
    if job.format is Format.GEOJSON:
        return read_geojson(path.read_bytes(), job.limits)
    if job.format is Format.GEOPARQUET:
        return read_parquet(path, job.limits)
    return read_osm(path, job.format, job.limits)


def _unpacked(path: Path, job: Job, folder: Path) -> tuple[Format, Raw]:
    archive = Archive(path, job.limits)
    form = archive.format()
    if form is Format.SHAPEFILE:
        return form, read_shapefile(archive, job.layer, job.limits, folder)
    inside = archive.unpack(archive.stems(".kml")[0], (".kml",), folder)
    return form, read_kml(inside, job.layer, job.limits)


def _texts(params: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}


def _too_large() -> list[Any]:
    error = FormatError(
        "The file takes more memory than there is for reading it.",
        "Cut it to the surroundings of the branch.",
    )
    return [error.message, error.remedy, {}]


def _broken(folder: Path, job: Job, fault: Exception) -> list[Any]:
    said = str(fault).replace(f"{folder}/", "").strip().partition("\n")[0]
    error = FormatError(
        "The file can't be read as {format}: {detail}",
        "It may have been cut off on its way. Save it again.",
        format=NAMES[job.format],
        detail=said[:_LONGEST_DETAIL] or type(fault).__name__,
    )
    return [error.message, error.remedy, error.params]


if __name__ == "__main__":
    main()

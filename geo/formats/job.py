"""What the reading process is asked, and the names of the files in which it answers."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from geo.datum import Datum
from geo.formats.kinds import Format
from geo.formats.limits import Limits

ANSWER, SHAPES = "answer.json", "shapes.wkb"
_JOB = "job.json"


@dataclass(frozen=True, slots=True)
class Job:
    """Which file to read, and how."""

    file: str
    format: Format
    datum: Datum
    layer: str
    crs: str
    limits: Limits

    def write(self, folder: Path) -> None:
        """Put the job where the worker looks for it."""
        (folder / _JOB).write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def of(cls, folder: Path) -> "Job":
        """Read the job of a folder."""
        told = json.loads((folder / _JOB).read_text("utf-8"))
        return cls(
            file=told["file"],
            format=Format(told["format"]),
            datum=Datum(told["datum"]),
            layer=told["layer"],
            crs=told["crs"],
            limits=Limits(**told["limits"]),
        )

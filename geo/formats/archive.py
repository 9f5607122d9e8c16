"""Zip files: what is needed of them is unpacked under names of our own, within limits."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812

from geo.errors import FormatError
from geo.formats.kinds import Format
from geo.formats.limits import Limits

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MOST_ENTRIES = 10_000
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_HIDDEN = ("__MACOSX", "._")


class Archive:
    """The members of a zip file by what they are called; none may point out of it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._zip = _opened(path)
        self._limits = limits
        self._unpacked = 0
        self._members = {_name(item): item for item in self._checked(self._zip.infolist())}

    def format(self) -> Format:
        """Return what the archive holds: a Shapefile or a KML file."""
        if self.stems(".shp"):
            return Format.SHAPEFILE
        if self.stems(".kml"):
            return Format.KMZ
        raise FormatError(
            "There is neither a Shapefile nor a KML file in the zip file.",
            "Pack .shp, .shx, .dbf, .prj and .cpg into one zip file.",
        )

    def stems(self, suffix: str) -> list[str]:
        """Return the members with an ending, without it, sorted."""
        names = (PurePosixPath(name) for name in self._members)
        return sorted(str(name.with_suffix("")) for name in names if name.suffix.lower() == suffix)

    def unpack(self, stem: str, suffixes: tuple[str, ...], folder: Path) -> Path:
        """Write the members called `stem` plus an ending into a folder; return the first one."""
        for name, item in self._members.items():
            member = PurePosixPath(name)
            if str(member.with_suffix("")) == stem and member.suffix.lower() in suffixes:
                self._write(item, folder / f"layer{member.suffix.lower()}")
        return folder / f"layer{suffixes[0]}"

    def _write(self, item: ZipInfo, path: Path) -> None:
        try:
            with self._zip.open(item) as packed, path.open("wb") as file:
                while chunk := packed.read(_CHUNK):
                    self._unpacked += len(chunk)
                    self._limits.check_unpacked(self._unpacked)
                    file.write(chunk)
        except (BadZipFile, EOFError, NotImplementedError, ZlibError) as error:
            raise _damaged(error) from error

    def _checked(self, items: list[ZipInfo]) -> Iterator[ZipInfo]:
        if len(items) > _MOST_ENTRIES:
            raise FormatError(
                "There are more than {limit} files in the zip file.",
                "Pack only the files of one map.",
                limit=f"{_MOST_ENTRIES:,}",
            )
        self._limits.check_unpacked(sum(item.file_size for item in items))
        for item in items:
            _refuse_outside(item)
            parts = PurePosixPath(_name(item)).parts
            if not item.is_dir() and not any(part.startswith(_HIDDEN) for part in parts):
                yield item


def _opened(path: Path, encodings: tuple[str | None, ...] = ("utf-8", "gbk", None)) -> ZipFile:
    try:
        return ZipFile(path, metadata_encoding=encodings[0])
    except UnicodeDecodeError:
        return _opened(path, encodings[1:])
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise _damaged(error) from error


def _name(item: ZipInfo) -> str:
    return item.filename.replace("\\", "/")


def _refuse_outside(item: ZipInfo) -> None:
    name = PurePosixPath(_name(item))
    if name.is_absolute() or ".." in name.parts or str(name)[1:2] == ":":
        raise FormatError(
            "The zip file names a place outside of itself: {name}.",
            "Pack the files of the map again.",
            name=item.filename[:80],
        )
    if item.flag_bits & _ENCRYPTED:
        raise FormatError("The zip file is locked with a password.", "Pack it without one.")


def _damaged(error: object) -> FormatError:
    return FormatError(
        "The zip file is damaged: {error}.",
        "It may have been cut off on its way. Pack it again.",
        error=error,
    )

"""How much of a foreign file is read, and how much of the machine that may take."""

import resource
from dataclasses import dataclass

from geo.errors import FormatError

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may hold, and what reading it may take."""

    file_bytes: int = 256 * _MIB
    unpacked_bytes: int = 1024 * _MIB
    features: int = 500_000
    vertices: int = 20_000_000
    columns: int = 200
    seconds: int = 60
    memory_bytes: int = 4096 * _MIB

    def check_size(self, size_bytes: int) -> None:
        """Refuse a file that is too large to be looked at."""
        if size_bytes > self.file_bytes:
            raise FormatError(
                "The file has {size} MB; at most {limit} MB are read.",
                "Cut it to the surroundings of the branch.",
                size=-(-size_bytes // _MIB),
                limit=self.file_bytes // _MIB,
            )

    def check_unpacked(self, size_bytes: int) -> None:
        """Refuse an archive that grows too large when it is unpacked."""
        if size_bytes > self.unpacked_bytes:
            raise FormatError(
                "Unpacked, the file has more than {limit} MB.",
                "Cut it to the surroundings of the branch.",
                limit=self.unpacked_bytes // _MIB,
            )

    def check_features(self, count: int) -> None:
        """Refuse a file with too many features."""
        if count > self.features:
            raise FormatError(
                "There are more than {limit} features in the file.",
                "Divide it, or cut it to the surroundings of the branch.",
                limit=f"{self.features:,}",
            )

    def check_vertices(self, count: int) -> None:
        """Refuse a file with too many corners."""
        if count > self.vertices:
            raise FormatError(
                "The shapes of the file have more than {limit} corners.",
                "Simplify the shapes, or cut them to the surroundings of the branch.",
                limit=f"{self.vertices:,}",
            )


def confine(limits: Limits) -> None:
    """Let this process take no more memory, processor time and disk than the limits say."""
    for kind, wanted in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.seconds + 1),
        (resource.RLIMIT_FSIZE, limits.unpacked_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(kind, (allowed, allowed))

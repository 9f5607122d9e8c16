"""A PostGIS of the benchmark's own, where one is installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import Server, start_server

_EXTENSION = "*/extension/postgis.control"


@contextmanager
def postgis() -> Iterator[Server | None]:
    """Yield a server with PostGIS, and None where it is not installed."""
    if not any(Path("/usr/share/postgresql").glob(_EXTENSION)):
        yield None
        return
    with start_server() as server:
        server.sql("CREATE EXTENSION postgis")
        yield server

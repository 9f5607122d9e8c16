"""A PostgreSQL of the test's own: started as nobody in particular, on a free loopback port."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

_OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"

_EMPTY = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
  FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public'
  LOOP EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART'; END LOOP;
  INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, repeat('0', 64));
  ALTER TABLE audit_entry ENABLE TRIGGER ALL;
END $$
"""


@dataclass
class Server:
    """A running server and the numbers of the databases made in it."""

    port: int
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, name: str, *, create: bool = False) -> str:
        if create:
            self.sql(f'CREATE DATABASE "{name}"')
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{name}"

    @contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        name = f"test_{next(self.numbers)}"
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield self.url(name)
        self.sql(f'DROP DATABASE "{name}" WITH (FORCE)')

    def empty(self, name: str) -> None:
        """Take every row out of a migrated database; much faster than another copy."""
        self.sql(_EMPTY, database=name)

    def sql(self, statement: str, database: str = "postgres") -> None:
        _run("psql", "-qX", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres",
             "-d", database, "-c", statement, folder=self.folder)  # fmt: skip


@contextmanager
def start_server() -> Iterator[Server]:
    """Start PostgreSQL in a folder that goes away; skip where it is not installed."""
    if _binary("initdb") is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is missing: `make test` installs it")
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="gridcrm_pg_"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    port = _free_port()
    data = str(folder / "data")
    _run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8", "--no-sync", folder=folder)  # fmt: skip
    where = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {_OPTIONS}"
    _run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", where, "start", folder=folder)
    try:
        yield Server(port, folder)
    finally:
        _run("pg_ctl", "-D", data, "-m", "immediate", "stop", folder=folder)
        shutil.rmtree(folder, ignore_errors=True)


def _run(name: str, *arguments: str, folder: Path) -> None:
    command = [str(_binary(name)), *arguments]
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        ids = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        command = ["setpriv", *ids, *command]
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr}")


def _binary(name: str) -> Path | None:
    newest_first = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = shutil.which(name)
    return newest_first[0] if newest_first else Path(found) if found else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A real server on the loopback, and a client that costs little beside it."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from gridcrm.core.settings import Settings

_STARTS_WITHIN_S = 60


@dataclass(frozen=True)
class Server:
    """A process that serves an installation; on Linux, which tells what a process takes."""

    port: int
    process_id: int

    def cpu_ms(self) -> float:
        """Return the processor time that the process has taken so far."""
        user, system = self._proc("stat").rpartition(")")[2].split()[11:13]
        return 1000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return the resident memory of the process."""
        (line,) = (line for line in self._proc("status").splitlines() if line.startswith("VmRSS:"))
        return round(int(line.split()[1]) / 1024, 1)

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self.process_id}/{name}").read_text()


@dataclass(frozen=True)
class Request:
    """A request, its body already written as JSON."""

    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came back, and after how long."""

    status: int
    content: bytes
    spent_ms: float


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    """Serve an installation as `gridcrm serve` does, until the block is left."""
    port = _free_port()
    command = [sys.executable, "-m", "gridcrm", "serve", "--port", str(port)]
    env = os.environ | {"GRIDCRM_DATA_DIR": str(settings.data_dir)}
    env |= {"GRIDCRM_DATABASE_URL": settings.database_url, "GRIDCRM_SECRET": settings.secret}
    process = subprocess.Popen([*command, "--log-level", "warning"], env=env)
    try:
        _wait_for(process, port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


async def ask_all(
    server: Server, headers: dict[str, str], requests: Sequence[Request], in_flight: int
) -> list[Answer]:
    """Send requests over so many open connections and return the answers in the same order."""
    answers: dict[int, Answer] = {}
    waiting = iter(enumerate(requests))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for place, request in waiting:
            start = time.perf_counter()
            writer.write(_written(request, head))
            status, content = await _read(reader)
            answers[place] = Answer(status, content, 1000 * (time.perf_counter() - start))
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(work() for _ in range(min(in_flight, len(requests)))))
    return [answers[place] for place in range(len(requests))]


def _written(request: Request, head: str) -> bytes:
    first = f"{request.method} {request.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{head}"
    kind = f"content-type: application/json\r\ncontent-length: {len(request.body)}\r\n"
    return f"{first}{kind}\r\n".encode() + request.body


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status, *lines = head.split(b"\r\n")
    (length,) = (line for line in lines if line.startswith(b"content-length:"))
    return int(status.split()[1]), await reader.readexactly(int(length.partition(b":")[2]))


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

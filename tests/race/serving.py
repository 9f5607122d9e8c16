"""Real servers on the loopback: the application as it is started in a branch."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from gridcrm.core.settings import Settings

_STARTS_WITHIN_S = 30
_APP = "gridcrm.app:from_environment"


@asynccontextmanager
async def servers(settings: Settings, count: int) -> AsyncIterator[list[str]]:
    """Start so many processes on one database and yield their addresses."""
    ports = [_free_port() for _ in range(count)]
    processes = [_start(settings, port) for port in ports]
    try:
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        for url in urls:
            await _wait_for(url)
        yield urls
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(10)


class Line:
    """One connection that is kept open, as cheap as possible: the rush must not be the client's."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)
        self.head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    async def __aenter__(self) -> "Line":
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        await self.writer.wait_closed()

    async def ask(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        content = json.dumps(body).encode() if body else b""
        self.writer.write(
            f"{method} {path} HTTP/1.1\r\nhost: {self.host}\r\n{self.head}"
            f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n".encode()
            + content
        )
        status, *headers = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        lengths = [line for line in headers if line.lower().startswith("content-length:")]
        answer = await self.reader.readexactly(int(lengths[0].partition(":")[2]))
        return int(status.split()[1]), json.loads(answer or b"null")


def _start(settings: Settings, port: int) -> "subprocess.Popen[bytes]":
    env = os.environ | {
        "GRIDCRM_DATABASE_URL": settings.database_url,
        "GRIDCRM_SECRET": settings.secret,
        "GRIDCRM_DATA_DIR": str(settings.data_dir),
        "GRIDCRM_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", _APP, "--port", str(port)]
    return subprocess.Popen([*command, "--log-level", "error"], env=env)


async def _wait_for(url: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(_STARTS_WITHIN_S * 10):
            try:
                if (await client.get(f"{url}/healthz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

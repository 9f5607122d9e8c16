"""Runs the Dockerfile's own steps in a plain folder: no container engine is needed.

The wheel is built, installed in an empty environment, started through the entrypoint, asked by
the HEALTHCHECK command, and stopped. Paths and the port are moved into a temporary folder.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = ("/src", "/venv", "/dist", "/app", "/var/lib/gridcrm", "/usr/local/bin/gridcrm-entrypoint")
ELSEWHERE = ("useradd", "npm-cli.js")
"""Steps that change the image's system and not the application."""


@dataclass
class Stage:
    """One FROM of the Dockerfile and what follows it."""

    image: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, word: str) -> list[str]:
        return [rest for name, rest in self.steps if name == word]


def stages(text: str) -> list[Stage]:
    """Return the stages of a Dockerfile with their instructions."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found: list[Stage] = []
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            found.append(Stage(rest))
        elif word:
            found[-1].steps.append((word, rest.strip()))
    return found


class Rehearsal:
    """The Dockerfile played in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.stages = stages((ROOT / "docker" / "Dockerfile").read_text())
        self.env = {**os.environ, "HOME": str(folder)}

    def build(self) -> None:
        """Copy and run what the stages before the last copy and run."""
        source = Path(self.here("/src"))
        source.mkdir(parents=True)
        for rest in self.stages[1].all("COPY"):
            self._copy(rest, source)
        for command in self.stages[1].all("RUN"):
            if not any(word in command for word in ELSEWHERE):
                subprocess.run(
                    ["sh", "-ec", self.here(command)], cwd=source, env=self.env, check=True
                )

    def start(self) -> subprocess.Popen[bytes]:
        """Start the last stage's entrypoint with its command."""
        last = self.stages[-1]
        Path(self.here("/usr/local/bin")).mkdir(parents=True, exist_ok=True)
        entrypoint = self.here("/usr/local/bin/gridcrm-entrypoint")
        Path(entrypoint).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "docker" / "entrypoint.sh", entrypoint)
        self.env["PATH"] = f"{self.here('/app')}/bin:{os.environ['PATH']}"
        self.env["GRIDCRM_DATA_DIR"] = self.here("/var/lib/gridcrm/data")
        command = [self._port(part) for part in json.loads(last.all("CMD")[0])]
        return subprocess.Popen([entrypoint, *command], cwd=self.folder, env=self.env)

    def is_healthy(self) -> bool:
        """Run the HEALTHCHECK command."""
        check = self.stages[-1].all("HEALTHCHECK")[0].split("CMD", 1)[1]
        command = [self._port(part) for part in json.loads(check)]
        return subprocess.run(command, env=self.env, stderr=subprocess.DEVNULL).returncode == 0

    def here(self, text: str) -> str:
        """Move the image's paths into the folder."""
        pattern = "|".join(rf"(?<![\w.]){re.escape(path)}(?![\w-])" for path in OURS)
        return re.sub(pattern, lambda found: f"{self.folder}{found[0]}", text)

    def _copy(self, rest: str, source: Path) -> None:
        if rest.startswith("--from"):
            return
        *names, target = rest.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(
                    ROOT / name,
                    source / target,
                    ignore=shutil.ignore_patterns("__pycache__", "vendor"),
                )
            else:
                shutil.copy(ROOT / name, source / target)

    def _port(self, text: str) -> str:
        return text.replace("8000", str(self.port)).replace("0.0.0.0", "127.0.0.1")


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="gridcrm_image_"))
    rehearsal = Rehearsal(folder)
    server = None
    try:
        rehearsal.build()
        server = rehearsal.start()
        deadline = time.monotonic() + 60
        while not rehearsal.is_healthy():
            assert server.poll() is None, "the server stopped"
            assert time.monotonic() < deadline, "the server did not become healthy"
            time.sleep(0.3)
        base = f"http://127.0.0.1:{rehearsal.port}"
        page = urllib.request.urlopen(f"{base}/sign-in").read().decode()
        style = re.findall(r'rel="stylesheet" href="([^"]+)"', page)[0]
        assert len(urllib.request.urlopen(base + style).read()) > 10_000, "the wheel lacks assets"
    finally:
        if server is not None:
            server.terminate()
            server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)
    print("The image's steps build, install, migrate, serve and answer the health check.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())

"""A real Chromium before a real server with the demo branch in it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parent.parent.parent
SIZES = {"desk": (1280, 800), "phone": (390, 844)}
GridcrmProcess = subprocess.Popen[bytes]


@dataclass
class Site:
    """A running server and the passwords of its demo people."""

    url: str
    passwords: dict[str, str]


@dataclass
class Visit:
    """A page of one person, with everything it loaded and complained about."""

    page: Page
    site: Site
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def goto(self, path: str) -> Page:
        self.page.goto(self.site.url + path, wait_until="networkidle")
        return self.page

    def sign_in(self, name: str) -> None:
        self.goto("/sign-in")
        self.page.fill("[name=username]", name)
        self.page.fill("[name=password]", self.site.passwords[name])
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def strangers(self) -> list[str]:
        """Return every request that did not go to the server itself."""
        allowed = (self.site.url, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(allowed)]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    env = os.environ | {"GRIDCRM_DATA_DIR": str(folder)}
    made = subprocess.run(
        [sys.executable, "-m", "gridcrm", "demo", "--json"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gridcrm", "serve", "--port", str(port), "--log-level", "warning"],
        cwd=ROOT, env=env,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, server)
        yield Site(url, json.loads(made.stdout)["passwords"])
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture
def visit(chromium: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh visit; `@pytest.mark.parametrize("visit", [("phone", "zh")], indirect=True)`."""
    size, language = getattr(request, "param", ("desk", "en"))
    context = _context(chromium, size, language)
    page = context.new_page()
    made = Visit(page, site)
    page.on("request", lambda sent: made.requests.append(sent.url))
    page.on("console", lambda m: made.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    context.close()


def _context(chromium: Browser, size: str, language: str) -> BrowserContext:
    width, height = SIZES[size]
    return chromium.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN" if language == "zh" else "en-GB",
        device_scale_factor=1,
        has_touch=size == "phone",
        timezone_id="Asia/Shanghai",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: GridcrmProcess) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server stopped"
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not start")

"""The map page of 10,000 cells as its reader waits for it: a real server, a real Chromium."""

import asyncio
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Browser, Frame, Page, sync_playwright

from bench import house
from bench.cells import CUSTOMERS, SIDE_M, Town, build, settle
from bench.server import Server, serving
from bench.timing import summary

METRICS = ("density", "consent_share", "visits", "customers")
RUNS = 3
_LOOKS_MS = 700  # before choosing again
_READY = re.compile("/map/frame")
_SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
_OPENED = """() => { // from the click on the link until every cell is painted
  for (const canvas of document.querySelectorAll("canvas")) canvas.getContext("2d").getImageData(0, 0, 1, 1);
  return performance.timeOrigin + performance.now() - window.parent.performance.timeOrigin;
}"""
_SWITCHED = """(metric) => new Promise((done) => {
  const frame = document.getElementById("map").contentWindow;
  const select = document.getElementById("f-metric");
  const start = performance.now();
  window.addEventListener("message", function heard({ data }) {
    if (data?.type !== "recoloured") return;
    window.removeEventListener("message", heard);
    frame.requestAnimationFrame(() => {
      for (const canvas of frame.document.querySelectorAll("canvas")) canvas.getContext("2d").getImageData(0, 0, 1, 1);
      done(performance.now() - start);
    });
  });
  select.value = metric;
  select.dispatchEvent(new Event("change", { bubbles: true }));
})"""


def run(
    side_m: float = SIDE_M,
    customers: int = CUSTOMERS,
    runs: int = RUNS,
    browser: Browser | None = None,
) -> dict[str, Any]:
    """Return how long the page takes to open, cold and with the outlines known, and to recolour."""
    with ThreadPoolExecutor(1) as apart, ExitStack() as stack:
        # Playwright may keep a loop of its own in this thread.
        settings = apart.submit(stack.enter_context, house.installation()).result()
        opening = build(settings, side_m, datetime.now(UTC))
        town = apart.submit(asyncio.run, opening).result()
        settle(settings, town, customers)
        with serving(settings) as server:
            if browser is not None:
                return _measured(browser, server, town, runs)
            with sync_playwright() as playwright:
                made = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=_SWITCHES
                )
                try:
                    return _measured(made, server, town, runs)
                finally:
                    made.close()


def _measured(browser: Browser, server: Server, town: Town, runs: int) -> dict[str, Any]:
    first, again, switched = [], [], []
    for _ in range(runs):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        url = f"http://127.0.0.1:{server.port}"
        context.add_cookies([{"name": k, "value": v, "url": url} for k, v in town.cookies.items()])
        page = context.new_page()
        first.append(_opened(page, url))
        again.append(_opened(page, url))
        for metric in METRICS:
            page.wait_for_timeout(_LOOKS_MS)
            switched.append(page.evaluate(_SWITCHED, metric))
        context.close()
    return {
        "cells": len(town.cells),
        "first_view": summary(first),
        "next_view": summary(again),
        "another_metric": summary(switched),
    }


def _opened(page: Page, url: str) -> float:
    page.goto(f"{url}/map", wait_until="load")
    frame = page.frame(url=_READY)
    assert isinstance(frame, Frame)
    frame.wait_for_selector("body[data-ready]")
    spent: float = frame.evaluate(_OPENED)
    return spent

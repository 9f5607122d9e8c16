"""Medians of repeated runs."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any


def timed(work: Callable[[], Any], runs: int = 5) -> tuple[dict[str, float], Any]:
    """Return the milliseconds of several runs and the last answer."""
    spent, answer = [], None
    for _ in range(runs):
        start = time.perf_counter()
        answer = work()
        spent.append(1000 * (time.perf_counter() - start))
    return summary(spent), answer


def summary(spent_ms: list[float]) -> dict[str, float]:
    """Return median, fastest, slowest and how many."""
    return {
        "median_ms": round(median(spent_ms), 2),
        "min_ms": round(min(spent_ms), 2),
        "max_ms": round(max(spent_ms), 2),
        "runs": len(spent_ms),
    }


def percentiles(spent_ms: list[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the slowest of many single requests."""
    ordered = sorted(spent_ms)
    return {
        "p50_ms": round(ordered[len(ordered) // 2], 2),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 2),
        "max_ms": round(ordered[-1], 2),
        "requests": len(ordered),
    }

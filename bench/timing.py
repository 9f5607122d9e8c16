"""Medians of repeated runs."""

import gc
import time
from collections.abc import Callable, Mapping
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


def in_turns(
    works: Mapping[str, Callable[[], Any]], rounds: int, again: Mapping[str, int]
) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """Return the milliseconds of works that take turns, and the last answer of each.

    What else keeps the machine busy slows all of them alike. `again` says how often a short work is
    done in each of its turns; every time counts. What was there before is kept from the garbage
    collector, as the server does.
    """
    spent: dict[str, list[float]] = {name: [] for name in works}
    answers: dict[str, Any] = {}
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name, work in works.items():
            for _ in range(again.get(name, 1)):
                answers.pop(name, None)  # throwing an answer away is not part of the next one
                start = time.perf_counter()
                answers[name] = work()
                spent[name].append(1000 * (time.perf_counter() - start))
    gc.unfreeze()
    return {name: summary(each) for name, each in spent.items()}, answers


def ratio(peer: Mapping[str, float], ours: Mapping[str, float]) -> float:
    """Return how many times longer the peer takes, by the medians."""
    return round(peer["median_ms"] / ours["median_ms"], 1)


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

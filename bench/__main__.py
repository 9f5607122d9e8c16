"""Runs every benchmark and prints one JSON document: `python -m bench [NAME …]`.

Each figure is the median of several runs, with the fastest and the slowest; ratios compare with a
peer in the same run, after the answers have been compared. Figures of different runs or machines
do not compare.
"""

import importlib
import json
import platform
import sys
from typing import Any

ALL = ("tessellation", "place", "imports", "segments", "cells", "draw", "screen", "web")


def main(names: list[str]) -> None:
    found: dict[str, Any] = {
        "machine": {"python": platform.python_version(), "system": platform.platform()}
    }
    for name in names or ALL:
        print(f"bench: {name} …", file=sys.stderr, flush=True)
        found[name] = importlib.import_module(f"bench.{name}").run()
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])

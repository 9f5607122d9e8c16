"""Fetch the browser libraries and copy what vendor.json names into the static tree.

Runs as `python hatch_build.py` (make assets) and as hatchling's build hook, so that a checkout
and a wheel carry the same files. Once done it needs neither npm nor a network until the lock or
vendor.json changes.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # `make assets` runs before the build tools are installed
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "package-lock.json"
COPY_LIST = ROOT / "vendor.json"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "gridcrm" / "static" / "vendor"
STAMP = VENDOR / ".lock.sha"
LEGAL = ("LICENSE*", "NOTICE*")


class AssetsHook(BuildHookInterface):
    """Put the browser libraries in place before hatchling collects the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling
        """Build the assets, except for an editable install, where make has done it."""
        if version != "editable":
            build()


def build() -> bool:
    """Copy the browser libraries into place; say whether anything had to be done."""
    wanted = _fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return False
    _install()
    shutil.rmtree(VENDOR, ignore_errors=True)
    for package, globs in json.loads(COPY_LIST.read_text()).items():
        _copy(package, globs)
    STAMP.write_text(wanted)
    return True


def _fingerprint() -> str:
    return hashlib.sha256(LOCK.read_bytes() + COPY_LIST.read_bytes()).hexdigest()


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to fetch the browser libraries: install Node 20 or newer.")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=ROOT, check=True)


def _copy(package: str, globs: list[str]) -> None:
    source = MODULES / package
    wanted = [path for glob in globs for path in _matching(source, glob)]
    legal = [path for glob in LEGAL for path in source.glob(glob)]
    for path in wanted + legal:
        target = VENDOR / package / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _matching(source: Path, glob: str) -> list[Path]:
    found = sorted(source.glob(glob))
    if not found:
        sys.exit(f"vendor.json: nothing matches {glob} in {source.name}.")
    return found


if __name__ == "__main__":
    print("Browser libraries copied." if build() else "Browser libraries are up to date.")

"""Writes docs/reference from the code: settings, commands, pages, API and map metrics.

`make docs` runs it; tests/test_docs.py fails when a page no longer says what the code does.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import geo_pages

from gridcrm.app import create_app
from gridcrm.cli import commands
from gridcrm.core.policy import for_programs, http_handlers
from gridcrm.core.settings import SETTINGS, Settings
from gridcrm.maps.formulas import formulas_markdown

FOLDER = Path(__file__).parent / "reference"
_MADE = "<!-- Made by `make docs`; change the code, not this page. -->\n"


def settings() -> str:
    """Return the page of settings."""
    rows = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in SETTINGS.items())
    return f"# Settings\n\n{_MADE}\nAll are environment variables.\n\n| variable | meaning |\n|---|---|\n{rows}\n"


def cli() -> str:
    """Return the page of commands."""
    parts = ["# Command line\n", _MADE]
    parts.append("Every command takes `--help` and `--json`, and exits with 2 on bad input.\n")
    for command in commands():
        parser = argparse.ArgumentParser(prog=f"gridcrm {command.name}", add_help=False)
        command.arguments(parser)
        parts.append(f"## gridcrm {command.name}\n\n{command.help[0].upper()}{command.help[1:]}.\n")
        parts.append(f"```\n{command.example}\n```\n")
        arguments = [_argument(action) for action in parser._actions]
        if arguments:
            parts.append("\n".join(arguments) + "\n")
    return "\n".join(parts)


def _argument(action: argparse.Action) -> str:
    name = ", ".join(action.option_strings) or str(action.metavar or action.dest.upper())
    choices = f" ({', '.join(map(str, action.choices))})" if action.choices else ""
    return f"- `{name}`{choices}: {action.help or ('needed' if action.required else 'optional')}"


def pages() -> str:
    """Return the list of pages with the right that each needs."""
    rows = [
        row
        for row in _routes()
        if not row[0].startswith(("/static", "/schema")) and not for_programs(row[0])
    ]
    return _routes_page("Pages", rows)


def api() -> str:
    """Return the list of API calls with the right that each needs."""
    return _routes_page("API", [row for row in _routes() if for_programs(row[0])])


def metrics() -> str:
    """Return the map metrics with their formulas, and what of them is shown to whom."""
    return formulas_markdown(_MADE)


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "command-line.md": cli,
    "pages.md": pages,
    "api.md": api,
    "metrics.md": metrics,
}


def _routes() -> list[tuple[str, str, str, str]]:
    folder = Path(tempfile.mkdtemp())
    app = create_app(Settings(folder, f"sqlite+aiosqlite:///{folder / 'none.db'}", "x" * 40))
    found = []
    for path, handler in http_handlers(app):
        right = "everybody" if handler.opt.get("public") else str(handler.opt["right"])
        words = (handler.fn.__doc__ or "").strip().split("\n")[0]
        found += [(path, method, right, words) for method in handler.http_methods - {"HEAD"}]
    return sorted(found)


def _routes_page(title: str, rows: list[tuple[str, str, str, str]]) -> str:
    lines = "\n".join(
        f"| `{verb} {path}` | {right} | {words} |" for path, verb, right, words in rows
    )
    return f"# {title}\n\n{_MADE}\n| route | right | what it does |\n|---|---|---|\n{lines}\n"


if __name__ == "__main__":
    geo_pages.write()
    FOLDER.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")

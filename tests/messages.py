"""Collects every message that is shown, and keeps gridcrm/locale/zh.po in step.

`python -m tests.messages` adds what is new (with an empty translation) and drops what is gone.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from gridcrm.web.render import environment

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "gridcrm" / "locale" / "zh.po"
_SPEAKERS = {
    "gettext", "N_", "warn", "refuse", "RuleBroken", "NotAllowed", "NotFound", "NotSignedIn", "Reason", "InvalidInput",
}  # fmt: skip
Message = str | tuple[str, str]


def collect() -> dict[Message, set[str]]:
    """Return every message with the files that say it."""
    found: dict[Message, set[str]] = {}
    for folder in ("gridcrm", "geo"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for message in _of_python(path):
                found.setdefault(message, set()).add(str(path.relative_to(ROOT)))
    env = environment()
    for path in sorted((ROOT / "gridcrm").rglob("templates/**/*.html")):
        for _line, _function, message in env.extract_translations(path.read_text("utf-8")):  # type: ignore[attr-defined]
            plain = tuple(m for m in message if m) if isinstance(message, tuple) else message
            if plain:
                found.setdefault(plain, set()).add(str(path.relative_to(ROOT)))
    return found


def untranslated() -> list[Message]:
    """Return the messages without a Chinese translation."""
    known = _catalogue()
    return [m for m in collect() if not _translated(known, m)]


def _of_python(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "title":
            yield from _texts([node.value])
        if isinstance(node, ast.FunctionDef):
            yield from _texts([d for d in node.args.defaults if _is_sentence(d)])
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name == "ngettext":
            forms = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
            yield from [(forms[0], forms[1])] if forms else []
        elif name == "refusal":  # of geo, which says sentences; ours names the field first
            yield from _texts([argument for argument in node.args if _is_sentence(argument)])
        elif name in _SPEAKERS or name.endswith("Error"):
            yield from _texts(node.args)


def _is_sentence(default: ast.expr) -> bool:
    """Return whether a default is a message, as those of our errors are."""
    value = getattr(default, "value", None)
    return isinstance(value, str) and value.endswith(".") and " " in value


def _texts(arguments: list[ast.expr]) -> Iterator[str]:
    for argument in arguments[:2]:  # a message, and the remedy or the general sentence
        values = argument.values if isinstance(argument, ast.Dict) else [argument]
        for value in values:
            for option in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
                if (
                    isinstance(option, ast.Constant)
                    and isinstance(option.value, str)
                    and option.value
                ):
                    yield option.value


def _catalogue() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(locale="zh", project="GridCRM")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def _translated(known: Catalog, message: Message) -> bool:
    entry = known.get(message if isinstance(message, str) else message[0])
    if entry is None or entry.fuzzy:
        return False
    return bool(entry.string if isinstance(entry.string, str) else all(entry.string))


def update() -> int:
    """Rewrite the catalogue and return how many messages still lack a translation."""
    known = _catalogue()
    fresh = Catalog(
        locale="zh",
        project="GridCRM",
        header_comment="# The surface of GridCRM in Chinese; `python -m tests.messages` keeps it in step.",
        last_translator="GridCRM",
        language_team="GridCRM",
        msgid_bugs_address="none",
        fuzzy=False,
    )
    for message, files in sorted(collect().items(), key=lambda item: str(item[0])):
        old = known.get(message if isinstance(message, str) else message[0])
        string = old.string if old is not None else ("" if isinstance(message, str) else ("",))
        fresh.add(message, string, locations=[(name, 0) for name in sorted(files)][:2])
    CATALOGUE.parent.mkdir(exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, width=120, omit_header=False, include_lineno=False)
    return sum(1 for message in collect() if not _translated(fresh, message))


if __name__ == "__main__":
    print(f"{update()} messages without a translation", file=sys.stderr)  # noqa: T201

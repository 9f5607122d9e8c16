"""What the reference says is what the code does."""

import importlib.util
import pkgutil
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import geo
import geo.formats
from gridcrm.core.settings import SETTINGS

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
GEO = ROOT / "docs" / "geo"


def generator():
    sys.path.insert(0, str(ROOT / "docs"))
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


PAGES = generator().PAGES


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_page_says_what_the_code_does(name: str):
    written = (REFERENCE / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run `make docs`"


def test_every_public_function_of_geo_has_an_example_with_a_picture():
    pages = sys.modules["geo_pages"]
    assert (GEO / pages.PAGE).read_text(encoding="utf-8") == pages.page(), "run `make docs`"
    drawn = {path.stem for path in (GEO / "img").glob("*.svg")}
    assert drawn == {name for name, _ in pages.examples()}
    seen = {one.__name__ for _, example in pages.examples() for one in pages.shown(example)}
    assert {*geo.__all__, *geo.formats.__all__} <= seen


@pytest.mark.parametrize("name", [name for name, _ in sys.modules["geo_pages"].examples()])
def test_an_example_of_geo_runs_and_its_picture_shows_what_comes_of_it(name: str):
    pages = sys.modules["geo_pages"]
    drawn = pages.picture(dict(pages.examples())[name])
    committed = (GEO / "img" / f"{name}.svg").read_text(encoding="utf-8")
    assert len(drawn.splitlines()) == len(committed.splitlines()) > 2, "run `make docs`"
    here, there = (np.array(re.findall(r"-?\d+\.\d", text), float) for text in (drawn, committed))
    assert here == pytest.approx(there, abs=0.2)


def test_the_first_steps_with_geo_run_as_they_are_written():
    text = (GEO / "README.md").read_text(encoding="utf-8")
    steps = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(steps) > 1
    exec("\n".join(steps), {})  # noqa: S102  our own page


def test_every_name_on_the_way_of_a_row_is_in_the_code():
    page = (ROOT / "docs" / "how-it-flows.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", page)
    inside = [name if name.startswith("geo.") else f"gridcrm.{name}" for name in named]
    assert len(inside) > 20
    for name in inside:
        assert pkgutil.resolve_name(name) is not None


def test_no_setting_is_read_that_is_not_documented():
    used = set()
    for path in [*ROOT.glob("gridcrm/**/*.py"), *ROOT.glob("docker/*")]:
        used |= set(re.findall(r"GRIDCRM_[A-Z_]+", path.read_text(encoding="utf-8")))
    assert used - {"GRIDCRM_MIGRATE"} <= set(SETTINGS)


def test_every_link_in_the_docs_leads_somewhere():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    broken = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_decision_record_says_what_was_decided_and_why():
    for record in (ROOT / "docs" / "decisions").glob("0*.md"):
        text = record.read_text()
        for part in ("Status:", "## Context", "## Decision", "## Consequences", "## Alternatives"):
            assert part in text, f"{record.name} lacks {part}"

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gridcrm.core.i18n import Language, use
from gridcrm.events import catalogue
from gridcrm.events.catalogue import Gate

ROOT = Path(catalogue.__file__).parents[1]
SLUGS = [
    "micro_salon_idle",
    "anti_fraud_corner",
    "art_bank_singing",
    "art_bank_dance",
    "art_bank_calligraphy",
    "art_bank_painting",
    "portrait_day",
    "tiger_cub_photo",
    "lego_class",
    "little_banker",
    "spring_couplets",
    "festival_craft",
    "smartphone_class",
    "wellness_taiji",
    "tea_salon",
    "reading_club",
    "wealth_salon",
    "merchant_morning",
    "enterprise_visit",
    "community_fair",
    "home_visit",
    "birthday_club",
    "public_service",
    "online_charity",
]


def test_every_kind_of_event_is_there():
    assert list(catalogue.templates()) == SLUGS


def slugs(nodes: list[dict[str, Any]], above: str = "") -> Iterator[str]:
    for node in nodes:
        path = f"{above}{node['slug']}"
        yield path
        yield from slugs(node.get("labels", []), f"{path}.")


def test_every_label_of_a_template_or_theme_stands_in_the_taxonomy():
    taxonomy = json.loads((ROOT / "labels" / "taxonomy.json").read_text(encoding="utf-8"))
    used = {slug for kind in catalogue.templates().values() for slug in kind.labels}
    used |= {slug for theme in catalogue.themes().values() for slug in theme.labels}
    assert used - set(slugs(taxonomy["labels"])) == set()


def test_every_audience_is_a_ready_made_segment():
    archetypes = json.loads((ROOT / "segments" / "archetypes.json").read_text(encoding="utf-8"))
    known = {one["slug"] for one in archetypes}
    assert {kind.audience for kind in catalogue.templates().values()} - {""} <= known


def test_children_and_wealth_have_their_gates():
    minors = {slug for slug, kind in catalogue.templates().items() if Gate.MINORS in kind.gates}
    assert minors == {"tiger_cub_photo", "lego_class", "little_banker"}
    assert catalogue.template("wealth_salon").gates == {
        Gate.COMPLIANCE, Gate.SUITABILITY, Gate.DUAL_RECORDING,
    }  # fmt: skip


def test_every_theme_has_three_things_to_say_in_both_languages():
    for theme in catalogue.themes().values():
        assert catalogue.template(theme.template).micro
        for language in Language:
            use(language)
            assert len(theme.points) == 3
            assert all(theme.points)

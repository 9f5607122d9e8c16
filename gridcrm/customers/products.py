"""The products of a branch, from products.json: add a line there and it is known everywhere."""

import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gridcrm.core.i18n import Language, current

_FILE = Path(__file__).parent / "products.json"


@dataclass(frozen=True)
class Product:
    """One product; `recorded` needs a sales zone and a recording.

    `outcome` is the kind that its sale usually is, in the words of the domain of outcomes.
    """

    slug: str
    name_zh: str
    name_en: str
    outcome: str
    recorded: bool
    also: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return what the product is called in the reader's language."""
        return self.name_zh if current() is Language.ZH else self.name_en


@dataclass(frozen=True)
class Family:
    """Products that stand together in a list."""

    slug: str
    name_zh: str
    name_en: str
    products: tuple[Product, ...]

    @property
    def name(self) -> str:
        """Return what the family is called in the reader's language."""
        return self.name_zh if current() is Language.ZH else self.name_en


@lru_cache
def families() -> tuple[Family, ...]:
    """Return the catalogue in its order."""
    return tuple(_family(entry) for entry in json.loads(_FILE.read_text(encoding="utf-8")))


def by_slug(slug: str) -> Product | None:
    """Return a product by its slug."""
    return _by_slug().get(slug)


def named(words: str) -> Product | None:
    """Return the product that a file calls so, in either language or by a usual short name."""
    return _by_name().get(_plain(words))


def name_of(slug: str) -> str:
    """Return a product's name; what the catalogue does not know keeps its words."""
    product = by_slug(slug)
    return slug if product is None else product.name


@lru_cache
def _by_slug() -> dict[str, Product]:
    return {product.slug: product for family in families() for product in family.products}


@lru_cache
def _by_name() -> dict[str, Product]:
    return {
        _plain(name): product
        for product in _by_slug().values()
        for name in (product.slug, product.name_zh, product.name_en, *product.also)
    }


def _plain(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).split()).casefold()


def _family(entry: dict[str, object]) -> Family:
    products = entry["products"]
    return Family(
        slug=str(entry["slug"]),
        name_zh=str(entry["name_zh"]),
        name_en=str(entry["name_en"]),
        products=tuple(_product(entry, item) for item in products),  # type: ignore[attr-defined]
    )


def _product(family: dict[str, object], item: dict[str, object]) -> Product:
    also = item.get("also", [])
    return Product(
        slug=str(item["slug"]),
        name_zh=str(item["name_zh"]),
        name_en=str(item["name_en"]),
        outcome=str(item.get("outcome", family["outcome"])),
        recorded=bool(item.get("recorded", family.get("recorded", False))),
        also=tuple(str(name) for name in also),  # type: ignore[attr-defined]
    )

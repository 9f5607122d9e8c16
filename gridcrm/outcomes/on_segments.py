"""What outcomes add to segments: the catalogue of products that a condition can name."""

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import Language, current
from gridcrm.core.who import Who
from gridcrm.outcomes.products import families
from gridcrm.segments.choices import held_products
from gridcrm.segments.condition import Choice


async def products(session: AsyncSession, who: Who) -> list[Choice]:
    """Return the catalogue by families, then what else is held in the branch."""
    zh = current() is Language.ZH
    known = [
        Choice(
            one.slug, one.name_zh if zh else one.name_en, family.name_zh if zh else family.name_en
        )
        for family in families()
        for one in family.products
    ]
    slugs = {choice.value for choice in known}
    held = await held_products(session, who)
    return [*known, *(choice for choice in held if choice.value not in slugs)]


SOURCES = {"product": products}

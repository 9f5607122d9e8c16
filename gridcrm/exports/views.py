"""What the page says before a list is taken."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.sheets_write import WriteCell
from gridcrm.core.who import Right, Who
from gridcrm.exports import contents, rules, sources
from gridcrm.exports.columns import Column, chosen, columns_for
from gridcrm.exports.contents import Counted
from gridcrm.exports.models import ExportEntry, Use
from gridcrm.exports.sources import Source, Wanted
from gridcrm.segments import queries as segments
from gridcrm.segments.predicate import explain, parse


@dataclass(frozen=True)
class Preview:
    """A list before it is taken; without a use nothing is counted yet."""

    source: Source
    uses: list[Use]
    use: Use | None
    columns: list[Column]
    chosen: list[Column]
    counted: Counted | None
    sample: list[list[WriteCell]]
    may_unmask: bool

    @property
    def too_long(self) -> bool:
        """Return whether nobody may take it alone."""
        return self.counted is not None and self.counted.rows > rules.MOST_ROWS


async def preview(
    session: AsyncSession, who: Who, wanted: Wanted, typed: Mapping[str, Any], now: datetime
) -> Preview:
    """Return what a list will hold; what cannot be read is left at its usual value."""
    source = await sources.load(session, who, wanted, now)
    uses = rules.uses_for(wanted.kind)
    asked = str(typed.get("use", ""))
    use = Use(asked) if asked in uses else None
    if use is None:
        return Preview(source, uses, None, [], [], None, [], may_unmask=False)
    keys = typed.get("columns", [])
    picked = chosen(wanted.kind, use, [keys] if isinstance(keys, str) else list(keys))
    when = await contents.when_here(session, who, now)
    return Preview(
        source,
        uses,
        use,
        columns_for(wanted.kind, use),
        picked,
        await contents.count(session, source, use, when),
        await contents.sample(session, source, picked, use, when),
        may_unmask=who.may(Right.CUSTOMERS_REVEAL) and rules.TERMS[use].names_people,
    )


async def filter_words(session: AsyncSession, who: Who, entry: ExportEntry) -> str:
    """Return who was asked for: a segment's condition as a sentence, other filters as they are."""
    predicate = entry.filter.get("predicate")
    if predicate is None:
        return ", ".join(f"{name}: {value}" for name, value in entry.filter.items())
    try:
        names = await segments.names(session, who, [parse(predicate)])
        return explain(predicate, names)
    except InvalidInput:  # a condition that this version no longer knows
        return json.dumps(predicate, ensure_ascii=False)

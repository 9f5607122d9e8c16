"""What an import says about itself, as JSON values without anybody's name in them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridcrm.core.i18n import gettext
from gridcrm.core.masking import mask_name, mask_phone
from gridcrm.core.sheets import Cell, Sheet
from gridcrm.core.sheets_write import write_csv
from gridcrm.customers.cells import Reason, ValueClass, class_of, plain
from gridcrm.customers.columns import Field
from gridcrm.customers.differences import Clash, Differences
from gridcrm.customers.imported import BadCell, Checked, CustomerRow
from gridcrm.customers.models import PlacedBy
from gridcrm.customers.reading import UNKNOWN_COMMUNITY

MOST_SHOWN = 1000
"""More refused cells than this are counted, not listed; the file to download has them all."""
_SAMPLE = 5
_EXAMPLE_CHARS = 24
_OPEN = frozenset(
    {Field.COMMUNITY, Field.TIER, Field.AGE, Field.SEGMENT, Field.LABELS, Field.OWNER, Field.CONSENT,
     Field.SOURCE, Field.DATUM, Field.PRODUCTS, Field.OPENED_ON, Field.LAST_ACTIVE_ON, Field.NUMBER}
)  # fmt: skip
"""Fields of which an example names nobody."""


def refused_cells(checked: Checked, found: Differences, phone_column: str) -> list[BadCell]:
    """Return every cell that keeps a row out: of the file alone, and against the records."""
    clashes = [_bad_of(clash, phone_column) for clash in found.clashes]
    return sorted(checked.bad + clashes, key=lambda cell: cell.line)


def report_of(
    sheet: Sheet, checked: Checked, found: Differences, bad: Sequence[BadCell]
) -> dict[str, Any]:
    """Return the counts, the refused cells and the warnings of a checked file."""
    return {
        "rows": checked.rows,
        "new": len(found.new),
        "changed": len(found.changed),
        "same": len(found.same),
        "bad_rows": len({cell.line for cell in bad}),
        "duplicates": len(checked.duplicates),
        "merged": len(checked.merged),
        "positions": sum(row.lon is not None for row in checked.good),
        "consents": sum(row.consent is not None for row in checked.good),
        "remembered": found.remembered,
        "labels": sum(bool(row.label_names) for row in checked.good),
        "bad": [bad_json(cell) for cell in bad[:MOST_SHOWN]],
        "warnings": _warnings(checked),
        "sample": [_sample(row) for row in checked.good[:_SAMPLE]],
        "columns": list(sheet.columns),
        "sheets": list(sheet.sheets),
        "encoding": sheet.encoding,
    }


def examples(sheet: Sheet, mapping: Mapping[str, Field | None]) -> dict[str, dict[str, str]]:
    """Return for each column what stands in its first filled cell, or only what kind of value."""
    found: dict[str, dict[str, str]] = {}
    for index, column in enumerate(sheet.columns):
        cells = (row.cells[index] for row in sheet.rows)
        first = next((cell for cell in cells if cell is not None), None)
        found[column] = _example(first, mapping.get(column))
    return found


def refused_rows_csv(sheet: Sheet, bad: Sequence[BadCell]) -> bytes | None:
    """Return the refused rows as they came, with why and what to do; None if there are none."""
    why: dict[int, list[BadCell]] = {}
    for cell in bad:
        why.setdefault(cell.line, []).append(cell)
    if not why:
        return None
    columns = [*sheet.columns, gettext("Line"), gettext("Why it stayed out"), gettext("What to do")]
    rows = [
        [*row.cells, row.line, *(_joined(why[row.line], part) for part in ("reason", "remedy"))]
        for row in sheet.rows
        if row.line in why
    ]
    return b"".join(write_csv(columns, rows))


def bad_json(cell: BadCell) -> dict[str, Any]:
    """Return a refused cell as JSON values; its words are translated where they are shown."""
    return {
        "line": cell.line,
        "column": cell.column,
        "kind": cell.value_class,
        "reason": _reason_json(cell.reason),
        "remedy": _reason_json(cell.remedy),
    }


def said(reason: Mapping[str, Any]) -> str:
    """Return a stored reason in the reader's language."""
    return gettext(reason["message"]).format(**reason["params"])


def _joined(cells: Sequence[BadCell], part: str) -> str:
    return " ".join(
        f"{cell.column}: {said(_reason_json(getattr(cell, part)))}"
        if part == "reason"
        else said(_reason_json(getattr(cell, part)))
        for cell in cells
    )


def _bad_of(clash: Clash, phone: str) -> BadCell:
    remedy = Reason("Correct the number or the phone in one of the two, and bring the row again.")
    return BadCell(clash.row.line, phone, ValueClass.NUMBER, clash.reason, remedy)


def _reason_json(reason: Reason) -> dict[str, Any]:
    return {"message": reason.message, "params": {k: str(v) for k, v in reason.params.items()}}


def _warnings(checked: Checked) -> list[dict[str, Any]]:
    """Return each warning once, with its column, how many rows have it and the first of them."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line, reason in _reasons(checked):
        column = str(reason.params.get("column", ""))
        new = {"reason": _reason_json(reason), "column": column, "line": line, "count": 0}
        found.setdefault((column, str(reason)), new)["count"] += 1
    return sorted(found.values(), key=lambda entry: -entry["count"])[:MOST_SHOWN]


def _reasons(checked: Checked) -> Iterable[tuple[int, Reason]]:
    for row in checked.good:
        for reason in row.warnings:
            yield row.line, reason
    for merged in checked.merged:
        yield merged.line, merged.reason


def _sample(row: CustomerRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "name": mask_name(row.name),
        "phone": mask_phone(row.phone) if row.phone else "",
        "community": row.community or "",
        "tier": row.tier,
        "placed_by": _placed_by(row),
    }


def _placed_by(row: CustomerRow) -> PlacedBy | None:
    if row.lon is not None:
        return PlacedBy.COORDINATES
    is_unknown = any(reason.message == UNKNOWN_COMMUNITY for reason in row.warnings)
    return PlacedBy.COMMUNITY if row.community and not is_unknown else None


def _example(cell: Cell, field: Field | None) -> dict[str, str]:
    if cell is None:
        return {}
    text = plain(cell)[:_EXAMPLE_CHARS]
    if field is Field.NAME:
        return {"text": mask_name(text)}
    if field is Field.PHONE:
        return {"text": mask_phone(text)}
    return {"text": text} if field in _OPEN else {"kind": class_of(cell)}

"""Identity numbers, which are not collected: a row that carries one is turned away."""

import re
import unicodedata
from collections.abc import Sequence

from gridcrm.core.sheets import Cell
from gridcrm.customers.cells import is_exact, plain

_ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"(?![0-9A-Za-z])"
)
_GAPS = str.maketrans("", "", " \u00a0\u3000")


def is_id_number(cell: Cell) -> bool:
    """Tell whether an eighteen-digit identity number stands in a cell, also a shortened one."""
    if isinstance(cell, float) and is_exact(cell):
        return False
    return _ID_NUMBER.search(plain(cell).translate(_GAPS)) is not None


def may_hold_id_number(cells: Sequence[Cell]) -> bool:
    """Tell quickly whether it is worth looking at each cell of a row."""
    if any(isinstance(cell, float) and not is_exact(cell) for cell in cells):
        return True
    text = "\n".join([cell for cell in cells if isinstance(cell, str)])
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _ID_NUMBER.search(text.translate(_GAPS)) is not None

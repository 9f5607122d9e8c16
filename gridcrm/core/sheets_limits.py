"""How large a table may be, what a cell may hold, and how a table is refused."""

from datetime import date

Cell = str | float | date | None

MAX_UPLOAD_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_CELLS = 4_000_000  # the reader of workbooks fills the whole rectangle, 32 bytes a cell
HEADER_SEARCH_ROWS = 100


class SheetError(ValueError):
    """A table that cannot be read: what is wrong, where, and what to do about it."""

    def __init__(self, message: str, **params: object) -> None:
        """Keep the msgid and what belongs into its placeholders."""
        super().__init__(message)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message.format(**self.params)


def check_area(rows: int, columns: int, sheet: str = "") -> None:
    """Refuse a sheet whose used rectangle is larger than can be read."""
    if rows > MAX_ROWS + HEADER_SEARCH_ROWS:
        raise too_many_rows(sheet)
    if rows * columns > MAX_CELLS:
        raise SheetError(
            "The sheet {sheet} reaches over {rows} rows and {columns} columns, which is more than"
            " {limit} cells. Delete the empty rows and columns around the table and save it again.",
            sheet=sheet,
            rows=rows,
            columns=columns,
            limit=MAX_CELLS,
        )


def too_many_rows(sheet: str = "") -> SheetError:
    """Return the refusal of a table that is too long."""
    return SheetError(
        "The table {sheet} has more than {limit} rows. Split it into several files.",
        sheet=sheet,
        limit=MAX_ROWS,
    )

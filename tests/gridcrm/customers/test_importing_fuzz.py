"""Whatever stands in a file, the check ends with every row in one place and never in a crash."""

from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import Datum
from gridcrm.core.sheets import Row, Sheet, SheetError, read_table
from gridcrm.customers.importing import Checked, Field, KnownNames, check, suggest_mapping

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
KNOWN = KnownNames(labels=frozenset({"书法"}), communities=frozenset({"翠湖"}))
COLUMNS = tuple(field.value for field in Field)
EVERY_FIELD = dict(zip(COLUMNS, Field, strict=True))

WRITTEN = st.sampled_from(
    [
        "13800138001",
        "+86 138-0013-8001",
        "0431-85651234",
        "1.38E+10",
        "9e99999",
        "1.2万",
        "3,500.00",
        "80后",
        "60+",
        "2026.3.5",
        "46086",
        "99999999",
        "0",
        "-0.0",
        "113.9",
        "22.5",
        "张三",
        "书法、太极",
        "同意",
        "男",
        "/",
        "440305199001011230",
        "²⁵",
        "፩፪፫፬፭",
        "٣٤٥",
        "①",
        "😀",
    ]
)
CELLS = (
    WRITTEN
    | st.text(max_size=20)
    | st.text(alphabet="0123456789.-+年月日岁eE万,/~: 张", max_size=14)
    | st.floats(allow_nan=False)
    | st.dates()
    | st.datetimes(max_value=datetime(2100, 1, 1))  # noqa: DTZ001 - a spreadsheet knows no zones
    | st.none()
)


def sheet_of(rows: list[list[str | float | date | None]], surplus: int = 0) -> Sheet:
    return Sheet(
        name="台账",
        sheets=("台账",),
        encoding=None,
        bom=False,
        eol=None,
        delimiter=None,
        header_row=0,
        columns=COLUMNS,
        rows=tuple(Row(n, tuple(cells), surplus) for n, cells in enumerate(rows, 2)),
        preamble=(),
        total_rows=0,
        footer_rows=0,
        repeated_headers=0,
    )


def is_accounted_for(checked: Checked) -> bool:
    """Tell whether every row ended in exactly one place."""
    ends = [row.line for row in checked.good] + checked.duplicates
    ends += [merged.line for merged in checked.merged] + list({cell.line for cell in checked.bad})
    return len(ends) == len(set(ends)) == checked.rows


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=4))
def test_no_cells_raise_and_no_row_is_lost(rows: list[list[str | float | date | None]]) -> None:
    found = check(sheet_of(rows), EVERY_FIELD, known=KNOWN, default_datum=Datum.GCJ02, now=NOW)

    assert is_accounted_for(found)
    for cell in found.bad:
        assert str(cell.reason)
        assert str(cell.remedy)
    for row in found.good:
        assert row.name
        assert row.phone is None or row.phone.isdecimal()
        assert row.aum_fen is None or 0 <= row.aum_fen < 2**63
        assert (row.lon is None) == (row.lat is None) == (row.datum is None)
        assert all(str(warning) for warning in row.warnings)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "A", "B", "C"]),
            st.sampled_from(["张三", "李四"]),
            st.sampled_from([None, "13800000001", "13800000002", "043185651234"]),
        ),
        max_size=12,
    )
)
def test_no_two_people_share_a_number_or_a_phone(
    people: list[tuple[str | None, str, str | None]],
) -> None:
    rest: list[str | float | date | None] = [None] * (len(COLUMNS) - 3)
    found = check(
        sheet_of([[*person, *rest] for person in people]),
        EVERY_FIELD,
        known=KNOWN,
        default_datum=Datum.GCJ02,
        now=NOW,
    )

    assert is_accounted_for(found)
    for name in ("number", "phone"):
        values = [value for row in found.good if (value := getattr(row, name))]
        assert len(values) == len(set(values))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="姓名手机号张三李四0138,;\t\"'=\r\n \0/、：:年月日万", max_size=200))
def test_a_file_of_any_text_is_checked_or_refused_in_words(text: str) -> None:
    try:
        sheet = read_table(("姓名,手机号,AUM\n" + text).encode(), "x.csv")
        mapping = suggest_mapping(sheet.columns)
        found = check(sheet, mapping, known=KNOWN, default_datum=Datum.GCJ02, now=NOW)
    except SheetError as error:
        message = str(error)
    else:
        assert is_accounted_for(found)
        return
    assert message

"""Pages of a list, and addresses that hold the filter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from litestar.params import QueryParameter

PAGE_SIZE = 50
PageNumber = Annotated[int, QueryParameter(name="page")]
"""What a handler of a list takes, with the default 1: `?page=`."""


@dataclass(frozen=True)
class Page:
    """One page of a list; `url(n)` is the same filter on page n."""

    number: int
    total: int
    url: Callable[[int], str]
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """Return the number of pages, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Return how many rows lie before this page."""
        return (self.number - 1) * self.size


def page_of(
    number: int, total: int, path: str, params: Mapping[str, object], size: int = PAGE_SIZE
) -> Page:
    """Return the page nearest to the number asked for."""
    kept = [(k, v) for k, v in params.items() if v not in (None, "", [], ())]

    def url(n: int) -> str:
        query = urlencode([*kept, ("page", n)] if n > 1 else kept, doseq=True)
        return f"{path}?{query}" if query else path

    first = Page(1, total, url, size)
    return replace(first, number=min(max(1, number), first.pages))

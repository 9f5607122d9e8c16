"""No link on the morning page, the map or a cell leads its reader to a closed door."""

import re
from html import unescape

import pytest
from litestar import Litestar

from gridcrm.core.db import Database
from tests.cast import Cast, seat
from tests.conftest import Clock, make_browser
from tests.world import build


@pytest.mark.parametrize("name", ["zhou", "lin", "hang", "mei", "he", "xun", "fen", "guan"])
async def test_every_link_opens_for_who_is_shown_it(
    app: Litestar, database: Database, cast: Cast, clock: Clock, name: str
):
    async with database.transaction() as session:
        world = await build(session, cast, clock.now)
    async with make_browser(app) as browser:
        await seat(database, browser, cast.people[name], clock.now)
        closed = []
        for path in ("/", "/map", "/map?view=table", f"/cells/{world.a['cell_id']}"):
            page = await browser.get(path)
            if page.status_code == 403:
                continue
            links = {unescape(link) for link in re.findall(r'href="(/[^"#]*)"', page.text)}
            assert links
            for link in sorted(links):
                answer = await browser.get(link)
                if answer.status_code not in (200, 303):
                    closed.append((path, link, answer.status_code))
        assert closed == []

import logging

import pytest

from gridcrm.web.serving import discreet


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/customers?q=13800000001", "/customers"),
        ("/r/eyJ0b2tlbiI6MX0", "/r/"),
        ("/r/eyJ0b2tlbiI6MX0/refuse?x=1", "/r//refuse"),
        ("/calendar/c2VjcmV0.ics", "/calendar/"),
        ("/calendar", "/calendar"),
        ("/customers/12", "/customers/12"),
    ],
)
def test_the_log_keeps_neither_what_people_look_for_nor_the_secret_of_a_link(asked: str, kept: str):
    line = '%s - "%s %s HTTP/%s" %d'
    args = ("10.0.0.7:5000", "GET", asked, "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, line, args, None)
    assert discreet(record)
    assert record.getMessage() == f'10.0.0.7:5000 - "GET {kept} HTTP/1.1" 200'

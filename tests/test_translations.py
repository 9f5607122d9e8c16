"""Both languages say everything, with the same placeholders."""

import re

from tests import messages

PLACEHOLDER = re.compile(r"(?<!{){(\w+)[^}]*}(?!})|%\((\w+)\)s")


def test_every_message_has_a_chinese_translation():
    assert messages.untranslated() == []


def test_a_translation_has_the_placeholders_of_its_message():
    wrong = []
    for entry in messages._catalogue():
        if not entry.id or not entry.string:
            continue
        original = entry.id if isinstance(entry.id, str) else entry.id[-1]
        shown = entry.string if isinstance(entry.string, str) else entry.string[0]
        if set(PLACEHOLDER.findall(original)) != set(PLACEHOLDER.findall(shown)):
            wrong.append(original)
    assert wrong == []


def test_nothing_in_the_catalogue_is_said_nowhere():
    said = {m if isinstance(m, str) else m[0] for m in messages.collect()}
    kept = {e.id if isinstance(e.id, str) else e.id[0] for e in messages._catalogue() if e.id}
    assert kept - said == set()

"""Zipped Shapefiles as they come: without an encoding, with Chinese names, several at once."""

from pathlib import Path

import pytest

from tests.geo.formats import files
from tests.geo.formats.conftest import Read


def without(parts: dict[str, bytes], suffix: str) -> dict[str, bytes]:
    return {name: content for name, content in parts.items() if not name.endswith(suffix)}


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_texts_are_read_in_the_encoding_that_the_file_names(
    encoding: str, read_here: Read, tmp_path: Path
):
    made = read_here(files.zipped(files.shapefile(tmp_path, encoding=encoding)))

    assert made.columns["name"] == files.NAMES
    assert made.remarks == ()


def test_chinese_texts_without_a_named_encoding_are_read_and_that_is_said(
    read_here: Read, tmp_path: Path
):
    parts = without(files.shapefile(tmp_path, encoding="GB18030"), ".cpg")
    silent = parts["made.dbf"][:29] + b"\0" + parts["made.dbf"][30:]

    made = read_here(files.zipped(parts | {"made.dbf": silent}))

    assert made.columns["name"] == files.NAMES
    assert "GB18030 was taken" in str(made.remarks[0])


def test_utf8_texts_without_a_named_encoding_are_read(read_here: Read, tmp_path: Path):
    parts = without(files.shapefile(tmp_path), ".cpg")

    made = read_here(files.zipped(parts))

    assert made.columns["name"] == files.NAMES
    assert made.remarks == ()


def test_shapes_without_a_table_are_read(read_here: Read, tmp_path: Path):
    made = read_here(files.zipped(without(without(files.shapefile(tmp_path), ".dbf"), ".cpg")))

    assert len(made) == 3


def test_of_several_in_a_zip_one_is_chosen(read_here: Read, tmp_path: Path):
    parts = files.shapefile(tmp_path)
    both = {f"{folder}/{name}": content for folder in "ab" for name, content in parts.items()}

    made = read_here(files.zipped(both))
    second = read_here(files.zipped(both), layer="b/made")

    assert (made.layer, made.layers) == ("a/made", ("a/made", "b/made"))
    assert "several layers" in str(made.remarks[0])
    assert second.layer == "b/made"


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "éé"), ("gbk", "小区")])
def test_a_name_in_a_zip_is_readable(encoding: str, name: str, read_here: Read, tmp_path: Path):
    parts = {part.replace("made", "xxxx"): c for part, c in files.shapefile(tmp_path).items()}
    content = files.zipped({"folder/": b"", **parts})

    assert read_here(content.replace(b"xxxx", name.encode(encoding))).layer == name


def test_a_name_in_no_known_encoding_still_lets_the_file_be_read(read_here: Read, tmp_path: Path):
    made = files.zipped(
        {name.replace("made", "xxxx"): c for name, c in files.shapefile(tmp_path).items()}
    )

    assert len(read_here(made.replace(b"xxxx", b"a\xffb\xff"))) == 3

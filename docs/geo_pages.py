"""Writes docs/geo: every example with its text, its picture and what the function says of itself."""

import importlib
import inspect
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import geo_examples
import numpy as np
import shapely

import geo
import geo.formats

FOLDER = Path(__file__).parent / "geo"
PAGE = "functions.md"
_SIZE, _EDGE = 360.0, 8.0
_MADE = "<!-- Made by `make docs`; change docs/geo_examples.py, not this page. -->"
_INTRO = """Every public function of `geo` with an example that was run to make its picture; where to
start and which grid to choose is said in [README](README.md).
Coordinates are longitude and latitude in WGS 84, lengths are metres. In the examples `HOME` is a
branch, `AREA` a circle of 1,000 m around it, `PEOPLE` two arrays of coordinates, and `at` gives
places so many metres east and north of the branch."""


def page() -> str:
    """Return the page; it names a picture for each example."""
    titles = [f"[{_title(name)}](#{name.replace('_', '-')})" for name, _ in examples()]
    index = " · ".join(titles)
    head = ["# geo, function by function", "", _MADE, "", _INTRO, "", index, ""]
    return "\n".join([*head, *_sections()])


def pictures() -> dict[str, str]:
    """Return the pictures by the name of their example."""
    return {name: picture(example) for name, example in examples()}


def picture(example: Any) -> str:
    """Return the picture of what an example shows."""
    return _svg(example())


def examples() -> list[tuple[str, Any]]:
    """Return the examples in the order in which they stand in their file."""
    found = [
        (name, one)
        for name, one in vars(geo_examples).items()
        if inspect.isfunction(one) and (one.__doc__ or "").startswith("`geo.")
    ]
    return sorted(found, key=lambda pair: pair[1].__code__.co_firstlineno)


def shown(example: Any) -> list[Any]:
    """Return the functions and classes that an example stands for."""
    return [_named(path) for path in re.findall(r"`(geo\.[\w.]+)`", example.__doc__)]


def _sections() -> Iterable[str]:
    for name, example in examples():
        title = _title(name)
        yield f"## {title}\n"
        for one in shown(example):
            yield f"**`{_path(one)}`**: {_said(one)}\n"
        yield f"```python\n{_body(example)}\n```\n"
        yield f"![{title}](img/{name}.svg)\n"


def _title(name: str) -> str:
    title = name.replace("_", " ")
    return f"{title[0].upper()}{title[1:]}"


def _named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _path(one: Any) -> str:
    homes = (home.__name__ for home in (geo, geo.formats) if one.__name__ in home.__all__)
    return f"{next(homes, one.__module__)}.{one.__name__}"


def _said(one: Any) -> str:
    return re.sub(r"\s+", " ", inspect.getdoc(one) or "")


def _body(example: Any) -> str:
    lines = inspect.getsource(example).split("\n")[2:]
    return "\n".join(line.removeprefix("    ") for line in lines).strip()


def _svg(layers: Sequence[tuple[Any, Any]]) -> str:
    plane = geo_examples.PLANE
    drawn = [
        (list(plane.flatten_all(np.array(list(found), dtype=object))), paint)
        for found, paint in layers
    ]
    west, south, east, north = shapely.total_bounds([one for found, _ in drawn for one in found])
    scale = (_SIZE - 2 * _EDGE) / max(east - west, north - south)
    width, height = (2 * _EDGE + scale * span for span in (east - west, north - south))

    def placed(at: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [_EDGE + scale * (at[:, 0] - west), _EDGE + scale * (north - at[:, 1])]
        )

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}">']
    for found, paint in drawn:
        tints = (
            [paint] * len(found)
            if isinstance(paint, str)
            else [paint[i % len(paint)] for i in range(len(found))]
        )
        parts += [
            _mark(shapely.transform(one, placed), tint)
            for one, tint in zip(found, tints, strict=True)
        ]
    return "\n".join([*parts, "</svg>", ""])


def _mark(shape: Any, tint: str) -> str:
    if shape.geom_type == "Point":
        return f'<circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="2.5" fill="{tint}"/>'
    if "Polygon" in shape.geom_type:
        rings = shapely.get_rings(shapely.get_parts([shape]))
        path = "".join(f"M{_line(ring)}Z" for ring in rings)
        return (
            f'<path d="{path}" fill="{tint}" fill-rule="evenodd" stroke="#fff" stroke-width=".8"/>'
        )
    path = "".join(f"M{_line(part)}" for part in shapely.get_parts([shape]))
    return f'<path d="{path}" fill="none" stroke="{tint}" stroke-width="1.6"/>'


def _line(line: Any) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(line))


def write() -> None:
    """Write the page and its pictures."""
    (FOLDER / "img").mkdir(parents=True, exist_ok=True)
    (FOLDER / PAGE).write_text(page(), encoding="utf-8")
    for name, picture in pictures().items():
        (FOLDER / "img" / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    write()

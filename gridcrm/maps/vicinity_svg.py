"""The picture of a cell's surroundings as SVG, without script or style."""

from html import escape

from markupsafe import Markup

from gridcrm.maps.vicinity import HEIGHT_MM, NAME_MM, WIDTH_MM, Drawn, Look, Name, Picture


def svg(picture: Picture, title: str) -> Markup:
    """Return the drawing; everything that somebody wrote is escaped."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_MM:g} {HEIGHT_MM:g}"'
        f' role="img" font-size="{NAME_MM:g}" text-anchor="middle"><title>{escape(title)}</title>',
        f'<rect width="{WIDTH_MM:g}" height="{HEIGHT_MM:g}" fill="#f7f8f9"/>',
        *map(_path, picture.drawn),
        *map(_text, picture.names),
        _bar(picture),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - numbers and escaped names


def _path(drawn: Drawn) -> str:
    end = "Z" if drawn.look.fill else ""
    d = "".join(
        "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in path.tolist()) + end for path in drawn.paths
    )
    return f'<path d="{d}" {_look(drawn.look)}/>'


def _look(look: Look) -> str:
    fill, opacity = (look.fill or "none")[:7], (look.fill or "")[7:]
    said = f'fill="{fill}" fill-rule="evenodd"'
    if opacity:
        said += f' fill-opacity="{int(opacity, 16) / 255:.2f}"'
    if look.stroke:
        said += f' stroke="{look.stroke}" stroke-width="{look.width:g}" stroke-linejoin="round"'
    return said + (f' stroke-dasharray="{look.dash:g}"' if look.dash else "")


def _text(name: Name) -> str:
    colour = "#1b1f24" if name.strong else "#5f6873"
    return (
        f'<text x="{name.x:.2f}" y="{name.y + NAME_MM * 0.35:.2f}" fill="{colour}" stroke="#ffffff"'
        f' stroke-width="0.6" paint-order="stroke">{escape(name.text)}</text>'
    )


def _bar(picture: Picture) -> str:
    metres, length = picture.bar
    right, y = WIDTH_MM - 3, HEIGHT_MM - 2.5
    return (
        f'<path d="M{right - length:.2f} {y - 1:g}v1h{length:.2f}v-1" fill="none"'
        ' stroke="#1b1f24" stroke-width="0.25"/>'
        f'<text x="{right - length / 2:.2f}" y="{y - 0.8:g}" fill="#1b1f24">{metres:,} m</text>'
    )

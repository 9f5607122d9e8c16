"""The map as a page for a frame, as a file that travels alone, and as a drawing that prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo import Datum, LonLat, convert
from geo.render.outlines import FORMAT, outlines_json, values_json
from geo.render.schematic import SchematicCell, schematic_svg
from geo.render.view import (
    CellsSpec,
    InlineLayerSpec,
    Legend,
    Level,
    MapView,
    MapWords,
    UrlLayerSpec,
)
from gridcrm.branches.models import Branch, Place
from gridcrm.core.i18n import Language, current, gettext
from gridcrm.core.tables import stored
from gridcrm.customers.models import Catchment
from gridcrm.grids.models import GridCell
from gridcrm.maps import answer as answers
from gridcrm.maps import places as around
from gridcrm.maps import walks
from gridcrm.maps.answer import Answer
from gridcrm.maps.basemap import Basemap
from gridcrm.maps.places import NamedPlace, Origin
from gridcrm.maps.queries import Bounds
from gridcrm.maps.rules import State


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a map is drawn from, without the shapes."""

    branch: Branch
    plan_id: int
    bounds: Bounds
    answer: Answer
    named: Sequence[NamedPlace]
    origins: Sequence[Origin]
    base: Basemap | None = None
    catchment: Catchment | None = None

    @property
    def datum(self) -> Datum:
        """The datum in which the page draws."""
        return self.base.datum if self.base else Datum.WGS84


def frame_page(sheet: Sheet, assets: Mapping[str, str], nonce: str) -> str:
    """Return the page for the frame; shapes come by address and stay in the browser."""
    values = values_json(answers.values(sheet.answer, named=True))
    cells = CellsSpec(
        gettext("Cells"),
        values,
        url=f"/map/outlines?plan={sheet.plan_id}&datum={sheet.datum.value}&format={FORMAT}",
    )
    layers = tuple(
        UrlLayerSpec(
            _level_name(level),
            f"/map/places.geojson?level={level.value}&datum={sheet.datum.value}",
            level,
        )
        for level in around.levels(sheet.origins)
    )
    layers += _outlines(sheet)
    from geo.render.folium_map import map_page  # here, because folium is slow to load

    return map_page(_view(sheet, cells, layers, sheet.answer.legend), assets, nonce)


def _outlines(sheet: Sheet) -> tuple[UrlLayerSpec, ...]:
    """Return rings and walks, which nobody sees before asking for them."""
    found = sheet.catchment
    if found is None:
        return ()
    address = f"/map/catchment.geojson?datum={sheet.datum.value}"
    return tuple(
        UrlLayerSpec(
            walks.outline_name(found, outline),
            f"{address}&outline={outline.value}",
            Level.MARKS,
            shown=False,
        )
        for outline in walks.outlines(found)
    )


def file_page(
    sheet: Sheet, cells: Sequence[GridCell], places: Sequence[Place], contents: Mapping[str, str]
) -> str:
    """Return the same map as one file without any address in it."""
    shapes = np.asarray(shapely.from_wkb([cell.wkb for cell in cells]), dtype=object)
    outlines = outlines_json([stored(cell.id) for cell in cells], shapes)
    values = values_json(answers.values(sheet.answer, named=True))
    layers = tuple(
        InlineLayerSpec(
            _level_name(level),
            around.places_geojson([p for p in places if p.kind in around.KINDS[level]]),
            level,
        )
        for level in around.levels(sheet.origins)
    )
    legend = sheet.answer.legend
    explained = replace(legend, note=f"{sheet.answer.formula} {legend.note}".strip())
    from geo.render.folium_map import map_file

    cells_spec = CellsSpec(gettext("Cells"), values, outlines=outlines)
    return map_file(_view(sheet, cells_spec, layers, explained), contents)


def drawing(sheet: Sheet, cells: Sequence[GridCell], *, small: bool = False) -> str:
    """Return the map as an SVG without a base map, for paper; a small one has no words."""
    shapes = shapely.from_wkb([cell.wkb for cell in cells])
    drawn = [
        SchematicCell(
            shape,
            None if line.shade.hatched else line.shade.colour,
            "" if small else _short(line),
        )
        for shape, line in zip(shapes, sheet.answer.lines, strict=True)
    ]
    legend = Legend("") if small else replace(sheet.answer.legend, note="")  # the page says it
    home = around.names(sheet.branch, ())
    return schematic_svg(sheet.answer.legend.title, drawn, legend, () if small else home)


def _view(
    sheet: Sheet,
    cells: CellsSpec,
    layers: tuple[UrlLayerSpec | InlineLayerSpec, ...],
    legend: Legend,
) -> MapView:
    home = LonLat(sheet.branch.lon, sheet.branch.lat)
    centre = _seen(sheet.datum, home)
    west, south, east, north = sheet.bounds
    low, high = (_seen(sheet.datum, LonLat(*at)) for at in ((west, south), (east, north)))
    return MapView(
        title=legend.title,
        centre=centre,
        shift=(centre.lon - home.lon, centre.lat - home.lat),
        base=sheet.base.shown(gettext("Base map")) if sheet.base else None,
        cells=cells,
        layers=layers,
        legend=legend,
        places=tuple(
            replace(name, at=_seen(sheet.datum, name.at))
            for name in around.names(sheet.branch, sheet.named)
        ),
        attribution=around.attribution(sheet.origins),
        bounds=(low.lon, low.lat, high.lon, high.lat),
        language="zh-CN" if current() is Language.ZH else "en",
        words=MapWords(
            gettext("Zoom in"),
            gettext("Zoom out"),
            gettext("Layers"),
            gettext("Place names"),
            gettext("Choose cells in a box"),
            gettext("Choose cells with a line drawn by hand"),
            gettext("Where am I"),
            gettext("This device does not tell where it is."),
            gettext("The map data could not be loaded. Reload the page."),
        ),
    )


def _seen(datum: Datum, at: LonLat) -> LonLat:
    return LonLat(*map(float, convert(at.lon, at.lat, Datum.WGS84, datum)))


def _level_name(level: Level) -> str:
    if level is Level.GROUND:
        return gettext("Streets, water and parks")
    return gettext("Communities, schools ○, other banks ●")


def _short(line: answers.Line) -> str:
    if line.figure.n == 0 or line.figure.state in (State.HIDDEN, State.NO_DATA):
        return ""
    return line.own if line.standing else line.said

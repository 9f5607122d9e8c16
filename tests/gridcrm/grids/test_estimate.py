import pytest

from geo import H3Spec, HexSpec, LonLat, SquareSpec, circle, tessellate
from gridcrm.grids.estimate import cell_count, cell_size
from gridcrm.grids.forms import DraftIn, DraftKind

HOME = LonLat(125.47, 43.78)


@pytest.mark.parametrize("radius_m", [500, 1500, 5000])
@pytest.mark.parametrize(
    "form",
    [
        DraftIn(kind=DraftKind.SQUARE, side_m=250),
        DraftIn(kind=DraftKind.SQUARE, side_m=80),
        DraftIn(kind=DraftKind.HEXAGON, edge_m=200),
        DraftIn(kind=DraftKind.H3, resolution=9),
    ],
    ids=["square 250", "square 80", "hexagon 200", "h3 9"],
)
def test_the_estimate_is_close_to_what_is_drawn(form: DraftIn, radius_m: int):
    area = circle(HOME, radius_m)
    spec = {
        DraftKind.SQUARE: SquareSpec(form.side_m, HOME),
        DraftKind.HEXAGON: HexSpec(form.edge_m, HOME),
        DraftKind.H3: H3Spec(form.resolution),
    }[form.kind]
    size = cell_size(form, HOME)
    assert size is not None

    drawn = len(tessellate(area, spec))

    assert cell_count(area, HOME, size) == pytest.approx(drawn, rel=0.1, abs=5)


def test_shapes_that_people_bring_have_no_size():
    assert cell_size(DraftIn(kind=DraftKind.COMMUNITIES), HOME) is None
    assert cell_size(DraftIn(kind=DraftKind.POLYGONS), HOME) is None

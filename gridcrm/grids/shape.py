"""From a stored plan back to the cells it was drawn as, without loss."""

import shapely

from geo import Cells, spec_from_dict, tessellate
from geo.area import checked_area
from gridcrm.grids.models import GridPlan


def cells_of(plan: GridPlan) -> Cells:
    """Return the cells of a plan, in the order and with the ids they were stored with."""
    area = checked_area(shapely.from_wkb(plan.area_wkb))
    return tessellate(area, spec_from_dict(plan.spec))

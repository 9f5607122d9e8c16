from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import RenderError
from geo.palette import HIDDEN, NO_DATA, Ramp, colours, contrast, oklab, text_on

SEQUENTIAL = (Ramp.BLUE, Ramp.VIRIDIS, Ramp.AMBER)
DIVERGING = (Ramp.BLUE_ORANGE, Ramp.PURPLE_GREEN)
# F. Viénot, H. Brettel, J. Mollon (1999): what people without red or green cones see, linear RGB
CONES = {
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}

# G. Machado, M. Oliveira, L. Fernandes (2009), severity 1: three kinds of eyes, linear RGB
EYES = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
JUST_NOTICEABLE = 0.02  # in OKLab


def seen(colour, cones):
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.clip(np.array(CONES[cones]) @ channels**2.2, 0, 1) ** (1 / 2.2)
    return "#" + "".join(f"{round(c * 255):02x}" for c in linear)


def steps(found):
    labs = np.array([oklab(colour) for colour in found])
    return np.linalg.norm(np.diff(labs, axis=0), axis=1)


@pytest.mark.parametrize("ramp", list(Ramp))
@pytest.mark.parametrize("count", range(1, 10))
def test_a_ramp_has_as_many_different_colours_as_asked(ramp, count):
    found = colours(ramp, count)
    assert len(set(found)) == count
    assert all(len(c) == 7 and int(c[1:], 16) >= 0 for c in found)


@pytest.mark.parametrize("ramp", SEQUENTIAL)
@pytest.mark.parametrize("count", [3, 5, 7, 9])
def test_more_is_always_darker(ramp, count):
    lightness = [oklab(colour)[0] for colour in colours(ramp, count)]
    assert (np.diff(lightness) < -0.03).all()


@pytest.mark.parametrize("ramp", DIVERGING)
def test_the_middle_of_a_diverging_ramp_is_lightest(ramp):
    lightness = [oklab(colour)[0] for colour in colours(ramp, 7)]
    assert np.argmax(lightness) == 3
    assert abs(lightness[0] - lightness[-1]) < 0.1


@pytest.mark.parametrize("ramp", list(Ramp))
@pytest.mark.parametrize("cones", list(CONES))
def test_neighbouring_classes_differ_for_people_without_red_or_green(ramp, cones):
    found = colours(ramp, 5)
    assert steps([seen(colour, cones) for colour in found]).min() > 0.06
    assert steps([seen(found[0], cones), seen(found[-1], cones)]).min() > 0.1


def seen_by(colour, eyes):
    """Return what a colour is to somebody of these eyes, in OKLab."""
    coded = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    found = np.clip(np.array(EYES[eyes]) @ linear, 0, 1)
    coded = np.where(found <= 0.0031308, found * 12.92, 1.055 * found ** (1 / 2.4) - 0.055)
    return oklab("#" + "".join(f"{round(channel * 255):02x}" for channel in coded))


def closest(labs):
    """Return how far apart the two most similar of some colours are."""
    return min(np.linalg.norm(a - b) for a, b in combinations(labs, 2))


@pytest.mark.parametrize(("count", "apart"), [(3, 7), (5, 5), (7, 3), (9, 2.5)])
@pytest.mark.parametrize("eyes", list(EYES))
@pytest.mark.parametrize("ramp", list(Ramp))
def test_no_two_classes_look_alike_to_anybody(ramp, eyes, count, apart):
    found = [seen_by(colour, eyes) for colour in colours(ramp, count)]
    assert closest(found) > apart * JUST_NOTICEABLE


def test_the_simulation_knows_red_and_green_that_look_alike():
    """Traffic-light colours of the same lightness, which a ramp must not rely on."""
    red, green = "#d7645a", "#8f8b3c"
    assert np.linalg.norm(oklab(red) - oklab(green)) > 7 * JUST_NOTICEABLE
    assert closest([seen_by(colour, "deutan") for colour in (red, green)]) < 3 * JUST_NOTICEABLE


@pytest.mark.parametrize("eyes", list(EYES))
@pytest.mark.parametrize("ramp", SEQUENTIAL)
def test_a_hidden_cell_is_not_taken_for_a_class(ramp, eyes):
    hidden = seen_by(HIDDEN, eyes)
    shown = [seen_by(colour, eyes) for colour in colours(ramp, 5)]
    assert min(np.linalg.norm(hidden - colour) for colour in shown) > 2 * JUST_NOTICEABLE


@given(st.integers(0, 0xFFFFFF))
def test_text_reads_well_on_every_colour(number):
    colour = f"#{number:06x}"
    assert contrast(text_on(colour), colour) >= 4.5


def test_contrast_is_that_of_wcag():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_hidden_and_missing_are_in_no_ramp():
    every = {colour for ramp in Ramp for n in range(1, 10) for colour in colours(ramp, n)}
    assert not every & {HIDDEN, NO_DATA}


@pytest.mark.parametrize("count", [0, 10])
def test_a_ramp_too_long_to_read_is_refused(count):
    with pytest.raises(RenderError, match="can't be told apart"):
        colours(Ramp.BLUE, count)

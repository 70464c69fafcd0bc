"""What is drawn comes from published values: ends, bands, bars and the map."""

from fractions import Fraction

import pytest

from tbblearn.people.rules import UnitKind
from tbblearn.readiness.figures.coarsening import coarse_shares
from tbblearn.readiness.places import Place
from tbblearn.readiness.results.drawing import bar_of, discs, in_bands, letter, number_of, on_scale, scale_at, steps_of
from tbblearn.readiness.results.rules import Figures, Shown
from tbblearn.readiness.rules import Kind, Part


def mean(value: str) -> Shown:
    return Shown(Kind.ONE_DECIMAL, value)


def test_an_end_of_the_scale_is_drawn_at_that_end() -> None:
    assert number_of(mean(">=4.8")) == Fraction(24, 5)
    assert on_scale(mean("<=1.2"), 5, None, None, None).own == scale_at(1.2)


@pytest.mark.parametrize("n", [5, 10, 50, 150])
def test_the_band_is_of_the_printed_size(n: int) -> None:
    half = 1.96 / n**0.5
    assert on_scale(mean("3.0"), n, "1.00", None, None).band == (scale_at(3 - half), scale_at(3 + half))


def test_the_band_stays_on_the_scale_and_needs_a_published_spread() -> None:
    assert on_scale(mean(">=4.8"), 5, "1.00", None, None).band[1] == scale_at(5)  # type: ignore[index]
    assert on_scale(mean("3.0"), 5, None, None, None).band is None


def ends(kind: Kind, low: int, high: int, n: int) -> tuple[Shown, Shown]:
    told = coarse_shares(kind, low, high, n)
    return Shown(kind, told[Part.LOW]), Shown(kind, told[Part.HIGH])


def test_bars_are_as_wide_as_the_published_ends_and_fill_the_line() -> None:
    for low, high, n in ((10, 10, 30), (1, 28, 30), (2, 22, 33), (14, 26, 40), (0, 30, 30)):
        first, last = ends(Kind.TENS, low, high, n)
        bar = bar_of(first, last)
        assert sum(float(part.width) for part in bar) == pytest.approx(100, abs=0.02)
        assert bar[0].x == "0.00"
        assert float(bar[0].width) == number_of(first)
        assert float(bar[-1].width) == number_of(last)


def test_bands_are_steps_and_no_bar() -> None:
    shares = [share for counts in ((0, 6), (12, 0)) for share in ends(Kind.BAND, *counts, 12)]
    assert in_bands(shares)
    assert [steps_of(share) for share in shares] == [1, 3, 5, 1]
    assert not in_bands(ends(Kind.TENS, 15, 10, 30))


def huvudman(number: int, commitment: str, efficacy: str) -> tuple[Place, Figures]:
    place = Place(number, 1, f"k{number}", f"Kommun {number}", UnitKind.HUVUDMAN, f"/1/{number}/")
    return place, Figures(means={"commitment": mean(commitment), "efficacy": mean(efficacy)})


def test_equal_pairs_share_a_disc_and_nothing_is_moved() -> None:
    lines = [huvudman(2, "3.7", "3.4"), huvudman(3, "3.7", "3.5"), huvudman(4, "3.7", "3.4")]
    hidden = Place(5, 1, "k5", "Kommun 5", UnitKind.HUVUDMAN, "/1/5/"), Figures()
    found = discs([*lines, hidden], "commitment", "efficacy")
    assert [disc.letters for disc in found] == ["A, C", "B"]
    assert found[0].x == found[1].x
    assert float(found[0].y) - float(found[1].y) == pytest.approx(2.1)


def test_huvudmen_are_letters_for_numbers_would_read_as_a_ranking() -> None:
    assert [letter(number) for number in (0, 9, 25, 26, 27)] == ["A", "J", "Z", "AA", "AB"]

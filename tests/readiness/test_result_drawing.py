"""What is drawn comes from published values: ends, bands, bars and the map."""

from fractions import Fraction

import pytest

from tbblearn.people.rules import UnitKind
from tbblearn.readiness.coarsening import coarse_share
from tbblearn.readiness.result_drawing import bar_of, discs, in_bands, letter, number_of, on_scale, scale_at, steps_of
from tbblearn.readiness.result_rules import Figures, Place, Shown
from tbblearn.readiness.rules import Kind


def mean(value: str) -> Shown:
    return Shown(Kind.ONE_DECIMAL, value)


def test_an_end_of_the_scale_is_drawn_at_that_end() -> None:
    assert number_of(mean(">=4.8")) == Fraction(24, 5)
    assert on_scale(mean("<=1.2"), "10-14", None, None, None).own == scale_at(1.2)


@pytest.mark.parametrize(
    ("n", "half"),
    [("5-9", 1.96 / 5**0.5), ("10-14", 1.96 / 10**0.5), ("50-99", 1.96 / 50**0.5), ("150", 1.96 / 125**0.5)],
)
def test_the_band_is_of_the_lower_end_of_the_band_of_n(n: str, half: float) -> None:
    assert on_scale(mean("3.0"), n, "1.00", None, None).band == (scale_at(3 - half), scale_at(3 + half))


def test_the_band_stays_on_the_scale_and_needs_a_published_spread() -> None:
    assert on_scale(mean(">=4.8"), "5-9", "1.00", None, None).band[1] == scale_at(5)  # type: ignore[index]
    assert on_scale(mean("3.0"), "5-9", None, None, None).band is None


def test_bars_are_in_proportion_to_what_is_published_and_fill_the_line() -> None:
    """Rounded shares seldom add up to 100."""
    for counts in ((10, 10, 10), (1, 1, 28), (2, 9, 22), (40, 30, 31)):
        bar = bar_of([Shown(*coarse_share(count, sum(counts))) for count in counts])
        assert sum(float(part.width) for part in bar) == pytest.approx(100, abs=0.02)
        assert bar[0].x == "0.00"


def test_bands_are_steps_and_no_bar() -> None:
    shares = [Shown(*coarse_share(count, 12)) for count in (0, 6, 12)]
    assert in_bands(shares)
    assert [steps_of(share) for share in shares] == [1, 3, 5]
    assert not in_bands([Shown(*coarse_share(15, 30))])


def huvudman(number: int, commitment: str, efficacy: str) -> tuple[Place, Figures]:
    place = Place(number, 1, f"k{number}", f"Kommun {number}", UnitKind.HUVUDMAN, f"/1/{number}/", None)
    return place, Figures(means={"commitment": mean(commitment), "efficacy": mean(efficacy)})


def test_equal_pairs_share_a_disc_and_nothing_is_moved() -> None:
    lines = [huvudman(2, "3.7", "3.4"), huvudman(3, "3.7", "3.5"), huvudman(4, "3.7", "3.4")]
    hidden = Place(5, 1, "k5", "Kommun 5", UnitKind.HUVUDMAN, "/1/5/", None), Figures()
    found = discs([*lines, hidden], "commitment", "efficacy")
    assert [disc.letters for disc in found] == ["A, C", "B"]
    assert found[0].x == found[1].x
    assert float(found[0].y) - float(found[1].y) == pytest.approx(2.1)


def test_huvudmen_are_letters_for_numbers_would_read_as_a_ranking() -> None:
    assert [letter(number) for number in (0, 9, 25, 26, 27)] == ["A", "J", "Z", "AA", "AB"]

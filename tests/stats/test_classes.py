"""Natural breaks: the best of all ways to cut the values into so many classes."""

from itertools import chain, combinations, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from queries.stats.classes import natural_breaks


def spread(values, classes):
    """Sum of squares within the classes."""
    groups = [[value for value in values if low <= value <= high] for low, high in classes]
    assert sorted(chain(*groups)) == sorted(values)
    return sum(np.var(group) * len(group) for group in groups)


def every_cut(values, count):
    known = sorted(set(values))
    for cuts in combinations(range(1, len(known)), count - 1):
        edges = [0, *cuts, len(known)]
        yield [(known[low], known[high - 1]) for low, high in pairwise(edges)]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12), st.integers(1, 5))
def test_no_other_cut_leaves_the_values_of_a_class_more_alike(values, most):
    found = natural_breaks(values, most)
    count = min(most, len(set(values)))
    assert len(found) == count
    assert spread(values, found) <= min(spread(values, cut) for cut in every_cut(values, count)) + 1e-6


def test_one_value_far_from_the_others_stands_alone():
    assert natural_breaks([620, 880, 885, 901, 905, 921, 924, 940, 944], 5) == (
        (620, 620), (880, 885), (901, 905), (921, 924), (940, 944),
    )  # fmt: skip


def test_without_values_there_are_no_classes():
    assert natural_breaks([], 5) == ()

"""重复信访率: repeat items out of all items."""

from queries.counting.evaluate import evaluate


def test_the_repeat_flag_decides_and_the_first_flags_stand_in(register, figures):
    snapshot = register("""
        is_repeat | is_first_national | is_first_local
        ----------+-------------------+---------------
        yes       |                   | yes
        no        | no                |
                  | no                | yes
                  |                   | yes
    """)
    assert figures(snapshot, "repeat_share") == [(2, 4, 0.5)]


def test_an_item_without_any_flag_is_left_out_and_said_so(register):
    snapshot = register("""
        place_code | is_repeat
        -----------+----------
        north      | yes
        north      |
        north      | no
    """)
    row = evaluate(snapshot, "repeat_share").row(0, named=True)
    assert (row["numerator"], row["denominator"], row["excluded"]) == (1, 2, 1)

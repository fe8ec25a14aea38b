"""到上级登记占比: items registered by nation, province or prefecture out of all items."""

from queries.counting.evaluate import evaluate


def test_nation_province_and_prefecture_are_above_the_county_and_its_townships_are_not(register, figures):
    snapshot = register("""
        register_level
        --------------
        national
        province
        prefecture
        county
        township
        department
    """)
    assert figures(snapshot, "higher_level_share") == [(3, 6, 0.5)]


def test_an_item_without_a_level_is_left_out_and_said_so(register):
    snapshot = register("""
        place_code | register_level
        -----------+---------------
        north      | national
        north      |
    """)
    row = evaluate(snapshot, "higher_level_share").row(0, named=True)
    assert (row["numerator"], row["denominator"], row["excluded"]) == (1, 1, 1)

"""信访人次: the people who came with the items."""


def test_people_are_added_up_over_items(register, figures):
    snapshot = register("""
        place_code | petitioner_count
        -----------+-----------------
        north      | 1
        north      | 5
        south      | 2
    """)
    assert figures(snapshot, "people_count", "place") == [("north", 6, None, 6.0), ("south", 2, None, 2.0)]


def test_a_number_a_check_found_unusable_is_not_added(register, figures):
    snapshot = register("""
        petitioner_count | unusable
        -----------------+---------
        3                | 0
        -7               | 64
    """)
    assert figures(snapshot, "people_count") == [(3, None, 3.0)]


def test_without_any_number_it_cannot_be_computed(register, figures):
    snapshot = register("""
        petitioner_count
        ----------------

    """)
    assert figures(snapshot, "people_count") == [(0, None, None)]

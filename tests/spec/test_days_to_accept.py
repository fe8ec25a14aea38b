"""受理天数: from registration to acceptance."""


def test_an_item_closed_before_it_was_accepted_was_waited_for_until_then(register, figures):
    snapshot = register("""
        registered_at | accepted_at | closed_at
        --------------+-------------+-----------
        2022-06-01    | 2022-06-11  |
        2022-06-01    | 2022-06-21  |
        2022-06-01    |             | 2022-06-06
    """)
    assert figures(snapshot, "days_to_accept", as_of="2022-06-30") == [(2, 3, 15.0)]


def test_an_acceptance_after_the_as_of_day_has_not_happened(register, figures):
    snapshot = register("""
        registered_at | accepted_at
        --------------+------------
        2022-06-01    | 2022-06-11
        2022-06-01    | 2022-06-21
    """)
    assert figures(snapshot, "days_to_accept", as_of="2022-06-15") == [(1, 2, 10.0)]
    assert figures(snapshot, "days_to_accept_p75", as_of="2022-06-15") == [(1, 2, None)]

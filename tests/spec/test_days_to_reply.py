"""答复天数: from registration to the reply."""


def test_a_reply_still_awaited_counts_with_its_days_so_far(register, figures):
    snapshot = register("""
        registered_at | replied_at
        --------------+-----------
        2022-06-01    | 2022-06-21
        2022-06-01    | 2022-06-26
        2022-06-01    |
    """)
    assert figures(snapshot, "days_to_reply", as_of="2022-06-30") == [(2, 3, 25.0)]

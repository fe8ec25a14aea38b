"""转送天数: from registration to forwarding."""


def test_what_is_handled_by_oneself_is_not_waited_for(register, figures):
    snapshot = register("""
        registered_at | forwarded_at | handling_mode
        --------------+--------------+--------------
        2022-06-01    | 2022-06-02   | forward
        2022-06-01    | 2022-06-04   | assign
        2022-06-01    |              |
        2022-06-01    |              | self
    """)
    assert figures(snapshot, "days_to_forward", as_of="2022-06-30") == [(2, 3, 3.0)]

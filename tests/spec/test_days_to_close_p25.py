"""办理天数 (lower quartile): from registration to closing, over closed items."""


def test_a_quarter_of_the_closed_items_took_less(register, figures):
    snapshot = register("""
        registered_at | closed_at
        --------------+-----------
        2022-06-01    | 2022-06-02
        2022-06-01    | 2022-06-03
        2022-06-01    | 2022-06-04
        2022-06-01    | 2022-06-05
        2022-06-01    | 2022-06-06
    """)
    assert figures(snapshot, "days_to_close_p25") == [(5, 5, 2.0)]

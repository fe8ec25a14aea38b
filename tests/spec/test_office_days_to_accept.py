"""责任单位受理天数: from the office's own receipt to acceptance."""


def test_the_offices_days_run_from_its_own_receipt(register, figures):
    snapshot = register("""
        registered_at | received_by_office_at | accepted_at
        --------------+-----------------------+------------
        2022-06-01    | 2022-06-05            | 2022-06-10
        2022-06-01    | 2022-06-05            | 2022-06-12
        2022-06-01    | 2022-06-05            |
        2022-06-01    |                       | 2022-06-20
    """)
    assert figures(snapshot, "office_days_to_accept", as_of="2022-06-30") == [(2, 3, 7.0)]

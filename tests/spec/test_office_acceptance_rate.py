"""及时受理率（责任单位）: accepted within 15 days of the office's own receipt."""


def test_the_clock_starts_when_the_office_receives_the_case(register, figures):
    snapshot = register("""
        registered_at | received_by_office_at | accepted_at
        --------------+-----------------------+------------
        2022-05-01    | 2022-05-20            | 2022-06-04
        2022-05-01    | 2022-05-10            | 2022-06-04
    """)
    assert figures(snapshot, "office_acceptance_rate", as_of="2022-06-30") == [(1, 2, 0.5)]


def test_with_the_receipt_unknown_it_has_thirty_days_from_registration(register, figures):
    snapshot = register("""
        registered_at | forwarded_at | accepted_at
        --------------+--------------+------------
        2022-05-01    | 2022-05-02   | 2022-05-31
        2022-05-01    | 2022-05-02   | 2022-06-01
    """)
    assert figures(snapshot, "office_acceptance_rate", as_of="2022-06-30") == [(1, 2, 0.5)]


def test_a_case_sent_to_no_office_does_not_count(register, figures):
    snapshot = register("""
        registered_at | forwarded_at | accepted_at
        --------------+--------------+------------
        2022-05-01    |              | 2022-05-02
        2022-05-01    | 2022-05-01   | 2022-05-02
    """)
    assert figures(snapshot, "office_acceptance_rate", as_of="2022-06-30") == [(1, 1, 1.0)]

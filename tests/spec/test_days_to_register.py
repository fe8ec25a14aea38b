"""登记天数: from the petition to its registration."""


def test_days_run_from_the_petition_to_its_registration(register, figures):
    snapshot = register("""
        petitioned_on | registered_at
        --------------+--------------
        2022-06-01    | 2022-06-01
        2022-06-01    | 2022-06-03
        2022-06-01    | 2022-06-09
                      | 2022-06-09
        2022-06-12    | 2022-06-09
    """)
    assert figures(snapshot, "days_to_register") == [(3, 3, 2.0)]

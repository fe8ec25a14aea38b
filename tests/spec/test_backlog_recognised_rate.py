"""认定化解率: recognised by the level above out of the old items assigned."""

from queries.counting.evaluate import evaluate


def test_thirty_one_of_thirty_two_are_recognised_and_one_is_under_review(register, figures):
    rows = ["one | 2022-01-10 | 2022-03-01 | 2022-04-01 | recognised"] * 31
    rows += ["one | 2022-01-10 | 2022-03-01 |            | under_review"]
    snapshot = register(backlog="\n".join(["batch | assigned_on | reported_on | reviewed_on | review_result", *rows]))
    assert figures(snapshot, "backlog_recognised_rate", as_of="2022-06-30") == [(31, 32, 31 / 32)]


def test_a_batch_whose_results_are_not_stated_has_no_rate(register):
    snapshot = register(
        backlog="""
        batch  | assigned_on | reported_on | review_result
        -------+-------------+-------------+--------------
        first  | 2022-01-10  | 2022-03-01  | recognised
        second | 2022-04-10  | 2022-05-01  |
        second | 2022-04-10  | 2022-05-01  |
    """
    )
    first, second = evaluate(snapshot, "backlog_recognised_rate", ["batch"]).rows(named=True)
    assert (first["value"], first["excluded"]) == (1.0, 0)
    assert (second["denominator"], second["excluded"], second["value"], second["reason"]) == (0, 2, None, "not_stated")


def test_an_item_in_hand_is_not_recognised_whatever_is_said_of_it_later(register, figures):
    rows = "batch | assigned_on | reported_on | review_result\none | 2022-01-10 | 2022-03-01 | recognised\n"
    snapshot = register(backlog=rows + "one | 2022-01-10 | 2022-05-01 |\none | 2022-01-10 | |")
    assert figures(snapshot, "backlog_recognised_rate", as_of="2022-04-01") == [(1, 3, 1 / 3)]
    assert figures(snapshot, "backlog_recognised_rate", as_of="2022-06-30") == [(1, 2, 1 / 2)]

"""满意率: satisfied or basically satisfied out of those evaluated; both conventions on silence."""


def test_one_office_reads_78_percent_under_one_convention_and_90_under_the_other(register, figures):
    scores = ["satisfied"] * 10 + ["basically_satisfied"] * 4 + ["dissatisfied"] * 4 + [""] * 22
    rows = [
        f"c{number} | bureau | {'evaluated' if score else 'expired'} | {score} | 2022-06-10"
        for number, score in enumerate(scores, start=1)
    ]
    cases = "\n".join(["place_code", *["north"] * 40])
    snapshot = register(cases, "\n".join(["case_id | target | status | score | window_ends_at", *rows]))
    assert figures(snapshot, "satisfaction_rate", as_of="2022-06-30") == [(14, 18, 14 / 18)]
    assert figures(snapshot, "participation_rate", as_of="2022-06-30") == [(18, 40, 0.45)]
    silence = figures(snapshot, "satisfaction_rate", as_of="2022-06-30", convention="silence_is_satisfied")
    assert silence == [(36, 40, 0.9)]


def test_without_evaluations_it_cannot_be_computed(register, figures):
    snapshot = register("""
        place_code
        ----------
        north
    """)
    assert figures(snapshot, "satisfaction_rate") == [(0, 0, None)]

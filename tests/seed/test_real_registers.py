"""Four published registers, imported with the shipped mappings, against figures computed independently of us.

Where a quarantine leaves rows out, our denominator + excluded is the truth's denominator, and the truth's numerator
lies between ours and ours + excluded. Names the import joins (case, blanks) are joined in the truth too.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl
import pytest
from sqlalchemy import text

from queries.counting.evaluate import evaluate
from queries.counting.reasons import reason_text
from queries.filters import Filters
from queries.measures import measures
from queries.settings import Settings
from queries.snapshot import Snapshot, current
from queries.store import open_store
from seed.load import ImportReport, check, run
from seed.spellings import spelling_key
from tests.installations import empty

pytestmark = pytest.mark.real_registers

FILES = {
    "nyc_311": ("nyc_animals", "311_Animals_short.csv"),
    "sf311": ("sf311", "311_service_requests.csv"),
    "dc311": ("dc311_100", "dc_311-2016_top100.csv"),
    "cfpb_complaints": ("cfpb3k", "consumer_complaints.csv"),
}


@dataclass(frozen=True)
class Register:
    settings: Settings
    checked: ImportReport
    report: ImportReport
    snapshot: Snapshot
    truth: dict

    def overall(self, measure, filters=None):
        return evaluate(self.snapshot, measure, filters=filters or Filters()).row(0, named=True)

    def by(self, measure, group, filters=None):
        frame = evaluate(self.snapshot, measure, by=[group], filters=filters or Filters())
        return {_key(row[group]): row for row in frame.iter_rows(named=True)}


@pytest.fixture(scope="module")
def imported(shared_data, tmp_path_factory):
    """A published register, imported once."""
    return cache(lambda mapping: _imported(mapping, shared_data, tmp_path_factory))


@pytest.fixture(scope="module", params=FILES)
def register(request, imported):
    return imported(request.param)


def _imported(mapping, shared_data, tmp_path_factory) -> Register:
    folder, name = FILES[mapping]
    data_dir = tmp_path_factory.mktemp(mapping)
    settings = empty(data_dir)
    path = shared_data / folder / name
    checked = check(path, settings, mapping)
    report = run(path, settings, mapping)
    truth = json.loads((shared_data / folder / "truth.json").read_text("utf-8"))
    return Register(settings, checked, report, current(settings), truth)


@pytest.fixture(scope="module")
def nyc(imported):
    return imported("nyc_311")


@pytest.fixture(scope="module")
def sf(imported):
    return imported("sf311")


@pytest.fixture(scope="module")
def dc(imported):
    return imported("dc311")


@pytest.fixture(scope="module")
def cfpb(imported):
    return imported("cfpb_complaints")


def _key(name):
    return name if isinstance(name, date) else spelling_key("" if name in ("(blank)", "NA") else name)


def agree(ours, truth):
    assert ours["denominator"] + ours["excluded"] == truth["den"]
    assert ours["numerator"] <= truth["num"] <= ours["numerator"] + ours["excluded"]


def agree_by_group(ours, truth):
    expected: dict[str, Counter] = {}
    for name, figures in truth.items():
        expected.setdefault(_key(name), Counter()).update({"num": figures["num"], "den": figures["den"]})
    assert set(ours) == {name for name, figures in expected.items() if figures["den"]}
    for name, row in ours.items():
        agree(row, expected[name])


def agree_counts(ours, truth):
    expected = Counter()
    for name, number in truth.items():
        expected[_key(name)] += number
    assert {name: row["numerator"] for name, row in ours.items()} == dict(expected)


def by_month(rows):
    return {f"{day:%Y-%m}": row for day, row in rows.items()}


def test_every_row_is_accounted_for(register):
    report = register.report
    assert report.rows_read == report.new == register.truth["files"][0]["rows"]
    assert report.rejected == 0
    assert register.overall("registered_count")["numerator"] == report.rows_read


def test_the_dry_run_says_what_the_import_does(register):
    same = (
        "source",
        "rows_read",
        "new",
        "changed",
        "same",
        "rejected",
        "quarantined",
        "checks",
        "used",
        "as_of",
        "notes",
    )
    assert [getattr(register.checked, name) for name in same] == [getattr(register.report, name) for name in same]
    assert register.checked.import_id is None


def test_importing_it_again_changes_nothing(register, shared_data):
    mapping = register.report.source
    folder, name = FILES[mapping]
    again = run(shared_data / folder / name, register.settings, mapping)
    assert (again.new, again.changed, again.same) == (0, 0, register.report.new)
    assert current(register.settings).rows == register.snapshot.rows


def test_items_by_month_of_registration_agree(register):
    ours = by_month(register.by("registered_count", "month"))
    assert {month: row["numerator"] for month, row in ours.items()} == register.truth["monthly_opened"]


def test_closed_share_agrees(register):
    rows = register.truth["files"][0]["rows"]
    agree(register.overall("closed_share"), {"num": register.truth["closed"], "den": rows})


def test_nothing_about_a_person_reaches_the_store(register):
    engine = open_store(register.settings)
    with engine.connect() as connection:
        columns = connection.execute(text("SELECT * FROM petition_case LIMIT 1")).keys()
        names = {table for (table,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))}
    engine.dispose()
    assert not set(columns) & {"name", "phone", "address", "content"}
    assert not [name for name in names if name.startswith("staged")]
    dropped = {
        "nyc_311": {"Incident Address", "Latitude", "Longitude"},
        "sf311": {"incident_address", "media_url", "latitude", "longitude"},
        "dc311": {"SITEADDRESS", "LATITUDE", "LONGITUDE"},
    }
    assert set(register.report.dropped_personal) == dropped.get(register.report.source, set())


def test_nyc_groups_agree(nyc):
    agree_by_group(nyc.by("closed_share", "place"), nyc.truth["closure_by_area"])
    agree_by_group(nyc.by("closed_share", "topic_l1"), nyc.truth["closure_by_category"])
    agree_by_group(nyc.by("closed_share", "office"), nyc.truth["closure_by_agency"])
    agree_by_group(nyc.by("closed_share", "topic_l3"), nyc.truth["closure_by_community_board"])
    agree_counts(nyc.by("registered_count", "topic_l2"), nyc.truth["descriptor_counts"])
    ours = by_month(nyc.by("closed_share", "month"))
    for month, figures in nyc.truth["closure_by_month_opened"].items():
        agree(ours[month], figures)


def test_nyc_days_to_close_agree(nyc):
    days = nyc.truth["days_to_close"]
    for measure, name in (("days_to_close", "median"), ("days_to_close_p25", "p25"), ("days_to_close_p75", "p75")):
        ours = nyc.overall(measure)
        assert ours["value"] == pytest.approx(days[name], abs=1e-6)
        assert ours["denominator"] == days["n"]
    groups = {"place": "area", "office": "agency", "topic_l1": "category", "topic_l3": "community_board"}
    for group, name in ((group, f"median_days_by_{name}") for group, name in groups.items()):
        ours = {key: row for key, row in nyc.by("days_to_close", group).items() if row["denominator"]}
        assert {key: (row["denominator"], row["value"]) for key, row in ours.items()} == {
            _key(key): (each["n"], pytest.approx(each["median"], abs=1e-6)) for key, each in nyc.truth[name].items()
        }


def test_nyc_repeats_at_one_address_agree(nyc):
    truth = nyc.truth["repeat_same_address_and_type_30d"]
    ours = nyc.overall("repeat_share")
    assert ours["numerator"] == truth["repeat_rows"]
    given = sum(row["numerator"] for key, row in nyc.by("registered_count", "is_repeat").items() if key)
    assert given == truth["key_nonblank"]


@pytest.mark.parametrize("measure", ["on_time_reply_rate", "closure_rate"])
def test_nyc_due_dates_are_empty_and_the_figure_says_so(nyc, measure):
    ours = nyc.overall(measure)
    assert ours["value"] is None
    assert ours["reason"] == "column_empty"
    assert "办理期限" in reason_text(measures()[measure], nyc.snapshot, ours["reason"])("zh")


def test_sf_closed_before_opened_is_quarantined(sf):
    assert (
        sf.report.checks["dates_out_of_order"] == sf.report.quarantined == sf.truth["defects"]["closed_before_opened"]
    )
    overall = sf.overall("closed_share")
    assert overall["excluded"] == 17
    assert overall["numerator"] + overall["excluded"] == sf.truth["closed"]


def test_sf_groups_agree(sf):
    agree_by_group(sf.by("closed_share", "place"), sf.truth["closure_by_area"])
    agree_by_group(sf.by("closed_share", "topic_l1"), sf.truth["closure_by_category"])
    agree_counts(sf.by("registered_count", "place"), sf.truth["counts_by_area"])
    agree_counts(sf.by("registered_count", "office"), sf.truth["agency_counts"])
    sources = sf.truth["source_counts"]
    channels = {key: row["numerator"] for key, row in sf.by("registered_count", "channel").items()}
    assert channels == {
        "phone": sources["Phone"],
        "online": sources["Web"] + sources["Mobile/Open311"] + sources["Twitter"],
        "mailbox": sources["Email"],
        "other": sources["Integrated Agency"] + sources["Other Department"],
    }


def test_sf_days_to_close_agree(sf):
    days = sf.truth["days_to_close_nonnegative_only"]
    for measure, name in (("days_to_close", "median"), ("days_to_close_p25", "p25"), ("days_to_close_p75", "p75")):
        ours = sf.overall(measure)
        assert ours["value"] == pytest.approx(days[name], abs=1e-6)
        assert (ours["denominator"], ours["excluded"]) == (days["n"], 17)
    for group, name in (("place", "median_days_by_area"), ("topic_l1", "median_days_by_category")):
        expected = Counter()
        for key, each in sf.truth[name].items():
            expected[_key(key)] += each["n"]
        ours = sf.by("days_to_close", group)
        counted = {key: row["denominator"] + row["excluded"] for key, row in ours.items()}
        assert {key: n for key, n in counted.items() if n} == dict(expected)
        for key, each in sf.truth[name].items():
            row = ours[_key(key)]
            if row["denominator"] == each["n"]:  # no row of the group left out, no spelling joined
                assert row["value"] == pytest.approx(each["median"], abs=1e-6)


def test_sf_repeats_at_one_address_agree(sf):
    truth = sf.truth["repeat_same_address_and_category_30d"]
    assert sf.overall("repeat_share")["numerator"] == truth["repeat_rows"]


def test_dc_on_time_agrees_once_every_due_date_has_passed(dc):
    everything = Filters(as_of=date(2019, 12, 31))
    agree(dc.overall("on_time_reply_rate", everything), dc.truth["on_time_over_all_with_due"])
    assert dc.overall("on_time_reply_rate", everything)["value"] == pytest.approx(61 / 99)
    agree_by_group(dc.by("on_time_reply_rate", "place", everything), dc.truth["on_time_by_ward"])


def test_dc_figures_agree(dc):
    agree_counts(dc.by("registered_count", "place"), dc.truth["counts_by_ward"])
    agree_counts(dc.by("registered_count", "topic_l1"), dc.truth["counts_by_category"])
    days = dc.truth["days_to_close"]
    for measure, name in (("days_to_close", "median"), ("days_to_close_p25", "p25"), ("days_to_close_p75", "p75")):
        assert dc.overall(measure)["value"] == pytest.approx(days[name], abs=1e-5)
        assert dc.overall(measure)["denominator"] == days["n"]


def test_cfpb_same_day_forwarding_agrees(cfpb):
    truth = cfpb.truth["forwarding"]
    overall = cfpb.overall("same_day_forwarding_rate")
    agree(overall, truth["same_day"])
    assert (overall["numerator"], overall["excluded"]) == (1753, cfpb.truth["defects"]["sent_before_received"])
    agree_by_group(cfpb.by("same_day_forwarding_rate", "place"), truth["same_day_by_area"])
    agree_by_group(cfpb.by("same_day_forwarding_rate", "topic_l1"), truth["same_day_by_category"])
    ours = by_month(cfpb.by("same_day_forwarding_rate", "month"))
    for month, figures in truth["same_day_by_month"].items():
        agree(ours[month], figures)


def test_cfpb_closed_and_timely_answers_agree(cfpb):
    agree_by_group(cfpb.by("closed_share", "place"), cfpb.truth["closure_by_area"])
    agree_by_group(cfpb.by("closed_share", "topic_l1"), cfpb.truth["closure_by_category"])
    agree(cfpb.overall("on_time_reply_rate"), cfpb.truth["timely"]["overall"])
    agree_by_group(cfpb.by("on_time_reply_rate", "place"), cfpb.truth["timely"]["by_area"])
    agree_by_group(cfpb.by("on_time_reply_rate", "topic_l1"), cfpb.truth["timely"]["by_category"])


def test_cfpb_disputes_are_dissatisfied_evaluations(cfpb):
    satisfied = cfpb.overall("satisfaction_rate")
    dispute = cfpb.truth["dispute"]["overall"]
    assert (satisfied["denominator"] - satisfied["numerator"], satisfied["denominator"]) == (
        dispute["num"],
        dispute["den"],
    )
    for key, row in cfpb.by("satisfaction_rate", "topic_l1").items():
        truth = next(each for name, each in cfpb.truth["dispute"]["by_category"].items() if _key(name) == key)
        assert (row["denominator"] - row["numerator"], row["denominator"]) == (truth["num"], truth["den"])
    agree(cfpb.overall("participation_rate"), cfpb.truth["participation"]["overall"])
    agree_by_group(cfpb.by("participation_rate", "topic_l1"), cfpb.truth["participation"]["by_category"])


def test_cfpb_counts_agree(cfpb):
    agree_counts(cfpb.by("registered_count", "place"), cfpb.truth["counts_by_area"])
    agree_counts(cfpb.by("registered_count", "topic_l1"), cfpb.truth["counts_by_category"])
    offices = {key: row["numerator"] for key, row in cfpb.by("registered_count", "office").items()}
    for name, number in cfpb.truth["top_companies"]:
        assert offices[_key(name)] == number
    channels = {key: row["numerator"] for key, row in cfpb.by("registered_count", "channel").items()}
    truth = cfpb.truth["counts_by_channel"]
    assert channels == {"online": truth["Web"], "other": truth["Referral"] + truth["Fax"], "phone": truth["Phone"],
                        "letter": truth["Postal mail"]}  # fmt: skip


def test_cfpb_has_no_numbers_and_says_so(cfpb):
    assert cfpb.report.checks["same_content_rows"] == cfpb.truth["full_duplicate_rows"]
    assert any("no case number" in note.en for note in cfpb.report.notes)
    listed = cfpb.report.findings.filter(pl.col("check_name") == "same_content_rows")
    assert listed["case_id"].str.contains("~").all()

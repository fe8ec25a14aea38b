"""Search: what somebody remembers of a name finds it, and nothing but names can be found."""

from pathlib import Path

import polars as pl
import pytest

from queries.search import Entry, Index, index, index_of, names
from queries.search.spelling import in_order, readings, slips, spells
from queries.snapshot import build_from_frames
from queries.vocabulary import Text

ENTRIES = (
    Entry("page", "repeats", Text("重复信访", "Repeats")),
    Entry("measure", "repeat_share", Text("重复信访率", "Repeat share")),
    Entry("measure", "on_time_reply_rate", Text("按期答复率", "On-time reply rate")),
    Entry("place", "岚溪镇", Text("岚溪镇", "Lanxi Town")),
    Entry("place", "柳渚镇", Text("柳渚镇", "Liuzhu Town")),
    Entry("office", "银行", Text("中国人民银行", "People's Bank")),
    Entry("office", "hrss", Text("人力资源和社会保障局", "Human Resources and Social Security")),
    Entry("office", "lvyou", Text("旅游局", "Tourism")),
    Entry("topic_l1", "urban_rural", Text("城乡建设", "Urban and rural construction")),
)


@pytest.fixture(scope="module")
def known() -> Index:
    return index_of(ENTRIES)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("岚溪镇", "岚溪镇"),
        ("岚溪", "岚溪镇"),
        ("溪镇", "岚溪镇"),
        ("lanxizhen", "岚溪镇"),
        ("Lan Xi Zhen", "岚溪镇"),
        ("lxz", "岚溪镇"),
        ("LXZ", "岚溪镇"),
        ("lanxz", "岚溪镇"),
        ("lxzhen", "岚溪镇"),
        ("lanxi", "岚溪镇"),
        ("lnaxi", "岚溪镇"),
        ("lanxzhen", "岚溪镇"),
        ("yinhang", "银行"),
        ("zgrmyh", "银行"),
        ("rlzyhshbzj", "hrss"),
        ("rsbzhj", ""),
        ("social", "hrss"),
        ("human resorces", "hrss"),
        ("lvyou", "lvyou"),
        ("aqdfl", "on_time_reply_rate"),
        ("on-time", "on_time_reply_rate"),
        ("on_time_reply_rate", "on_time_reply_rate"),
        ("chengxiang", "urban_rural"),
        ("cxjs", "urban_rural"),
        ("柳堵镇", "柳渚镇"),
        ("嵐溪鎮", "岚溪镇"),
        ("蘭西鎮", "岚溪镇"),
        ("嵐溪", "岚溪镇"),
        ("人民銀行", "银行"),
        ("城鄉建設", "urban_rural"),
        ("按期答復率", "on_time_reply_rate"),
    ],
)
def test_a_name_is_found_by_what_is_remembered_of_it(asked, key, known):
    found = known.find(asked)
    assert (found[0].key if found else "") == key


def test_a_page_comes_before_a_measure_whose_name_begins_alike(known):
    assert [entry.key for entry in known.find("重复信访")] == ["repeats", "repeat_share"]


def test_letters_across_two_syllables_are_not_a_match(known):
    assert "lvyou" not in [entry.key for entry in known.find("ouj")]


def test_nothing_is_found_for_nothing(known):
    assert known.find("  ") == []
    assert known.find("xyzzyxyzzy") == []


def test_characters_with_several_readings_are_spelt_each_way():
    assert {"xing", "hang"} <= set(readings("行")[0])
    assert spells(readings("长安"), "zhang")
    assert spells(readings("长安"), "changan")


@pytest.mark.parametrize(("one", "other", "slip"), [("lanxi", "lanxi", 0), ("lnaxi", "lanxi", 1), ("laxi", "lanxi", 1),
                                                    ("lanxiz", "lanxi", 1), ("abcd", "wxyz", 3)])  # fmt: skip
def test_slips_count_letters_missing_added_changed_or_swapped(one, other, slip):
    assert slips(one, other, 2) == slip


def test_only_names_of_definitions_and_dimensions_are_known(tmp_path: Path):
    rows = pl.DataFrame(
        {"case_id": ["XF-2022-0001"], "registered_at": ["2022-01-03"], "place_code": ["东镇"], "topic_l1": ["教育"],
         "matter_id": ["m1"], "register_body": ["某局"]}
    )  # fmt: skip
    snapshot = build_from_frames(tmp_path / "s", rows)
    assert {entry.kind for entry in names(snapshot)} <= {"measure", "place", "topic_l1"}
    assert index(snapshot).find("XF-2022-0001") == []
    assert index(snapshot).find("东镇")[0].kind == "place"
    assert index(snapshot) is index(snapshot)


def test_names_are_sorted_as_they_are_pronounced_rare_characters_too():
    assert sorted(["柳渚镇", "岚溪镇", "禾墟镇", "云汀镇"], key=in_order) == ["禾墟镇", "岚溪镇", "柳渚镇", "云汀镇"]

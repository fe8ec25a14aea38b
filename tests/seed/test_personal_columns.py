"""Columns about people are kept out however the sheet, its headings or a mapping present them."""

import csv
from itertools import product

import polars as pl
import pytest

from queries.errors import BadMapping
from queries.personal import are_names_of_people, are_sentences, naming_a_person
from queries.store import open_store
from seed.columns import COLUMNS, is_personal
from seed.load import run
from seed.spellings import Spellings
from tests.seed.registers import everything_in, stored

SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", ("伟", "秀英", "志强", "敏", "建国")
PEOPLE = [surname + given for surname in SURNAMES for given in GIVEN]
"""Invented: common surnames and common given names in every combination."""

DISGUISES = (
    "姓名|姓　名|姓_名|姓名1|1.姓名|姓名（必填）|信访人|来访人员|上访人|信访群众|市民姓名|反映者|诉求人电话|"
    "信访人姓名及电话|姓名/电话|"
    "姓名、身份证|信访人单位|证件编号|护照号|银行卡号|联系电话1|座机|现居住地|事发地址|户主|监护人|承办人|备注|案情简介|集体访代表|QQ号|"
    "信访人信息 / 单位|来访人 / 名称|信访人 / 编号|姓 / 名|Petitioner / ID|Name of petitioner|"
    "petitioner|petitioner's name|"
    "PetitionerName|applicant phone|phone no.|Tel. No|ID No.|identity card number|citizen id|passport no|"
    "driver's license|"
    "xfrxm|lxdh|sfzh|shoujihaoma|案件描述|诉求内容摘要|业主|职务|ＮＡＭＥ|姓名／电话|client name|complained by|"
    "address of petitioner|residence|birth year|sender name|reported by|household head|remarks|names"
)
ORDINARY = (
    "信访人满意度|信访人评价状态|来访人次|电话回访时间|承办单位名称|单位|责任单位 / 名称|"
    "信访人 / 人数|信访人 / 责任单位|"
    "Consumer disputed?|Company response to consumer|number of callers|Agency Name|Street Name|ZIP code|Contact method|"
    "Open Data Channel Type|Location Type|incident date"
)


@pytest.fixture
def imported(tmp_path, settings):
    """Imports rows, headings among them, with or without a mapping; returns the report and all that was stored."""

    def import_it(rows, mapping=None):
        with (tmp_path / "r.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        if mapping is not None:
            (tmp_path / "m.toml").write_text(mapping, encoding="utf-8")
        report = run(tmp_path / "r.csv", settings, None if mapping is None else tmp_path / "m.toml")
        engine = open_store(settings)
        everything, places = everything_in(engine), stored(engine, "case_id", "register_body", "place_code")
        engine.dispose()
        return report, everything, places

    return import_it


def test_a_heading_about_people_is_known_in_any_disguise():
    assert [heading for heading in DISGUISES.split("|") if not is_personal(heading)] == []


def test_a_heading_about_offices_and_counts_is_not():
    ordinary = [*ORDINARY.split("|"), *(heading for column in COLUMNS.values() for heading in column.headings)]
    assert [heading for heading in ordinary if is_personal(heading)] == []


@pytest.mark.parametrize(
    "mapping",
    [
        'register_body = "信访人姓名"\n[personal]\nkeep = ["信访人姓名"]',
        'place_code = { headings = ["问题属地", "信访人姓名"], join = "·" }',
        'is_backlog = { heading = "积案", when = { heading = "信访人姓名", in = ["王伟"] } }',
        'due_at = { after = "registered_at", days = "信访人姓名" }',
        'petitioned_on = "信访人姓名"\n[personal]\nkeep = ["信访人姓名"]',
    ],
)
def test_no_mapping_stores_a_column_about_people_or_asks_it(imported, mapping):
    head = '[columns]\ncase_id = "编号"\nregistered_at = "登记"\n'
    with pytest.raises(BadMapping, match="about a person"):
        imported(
            [["编号", "登记", "问题属地", "积案", "信访人姓名"], ["1", "2022-03-01", "西岸镇", "是", "王伟"]],
            head + mapping,
        )


@pytest.mark.parametrize(
    ("rows", "file"),
    [
        ([["编号", "登记", "信访人", ""], ["", "", "名称", "单位"]], "header_rows = [2]\nfirst_row = 3"),
        ([["编号", "登记", "甲", "乙"], ["信访件编号", "登记时间", "姓名", "联系电话"]], "header_rows = [1]"),
        ([["信访件编号", "登记时间", "姓名", "住址"], ["编号", "登记", "甲", "乙"]], "header_rows = [2]"),
    ],
)
def test_a_mapping_that_points_beside_the_heading_does_not_get_round_it(imported, rows, file):
    heading = rows[int(file[15]) - 1]
    registered = heading[1] or rows[0][1]
    body = heading[2]
    mapping = f'[file]\n{file}\n[columns]\nregistered_at = "{registered or body}"\nregister_body = "{body}"'
    with pytest.raises(BadMapping):
        imported([*rows, ["1", "2022-03-01", "王伟", "某厂"]], mapping)


def test_the_upper_row_of_a_heading_keeps_a_column_out(imported):
    rows = [
        ["信访人", "", "", "事项", "", ""],
        ["编号", "属地", "人数", "信访件编号", "登记时间", "登记机构名称"],
        ["P-77", "某村三组", "3", "XF-1", "2022-03-01", "某局"],
    ]
    report, everything, kept = imported(rows)
    assert set(report.dropped_personal) == {"信访人 / 编号", "信访人 / 属地"}
    assert kept == [("XF-1", "某局", None)]
    assert "P-77" not in everything
    assert "三组" not in everything


def test_closed_words_under_a_heading_wrongly_taken_are_read_where_the_mapping_says_so(imported):
    mapping = '[columns]\ncase_id = "编号"\nregistered_at = "登记"\nchannel = "Contact"\n[personal]\nkeep = ["Contact"]'
    report, everything, _ = imported(
        [["编号", "登记", "Contact"], ["1", "2022-03-01", "来信"], ["2", "2022-03-01", "王伟"]], mapping
    )
    assert report.new == 2
    assert "letter" in everything
    assert "王伟" not in everything


def test_case_numbers_that_are_mobile_numbers_are_not_kept_and_those_that_count_on_are(imported):
    starts = ("135", "136", "137", "138", "139", "150", "158", "186")
    mobiles = [f"{start}{number:08d}" for number, start in enumerate(starts * 2)]
    report, everything, _ = imported([["编号", "登记时间"], *([mobile, "2022-03-01"] for mobile in mobiles)])
    assert report.checks == {"case_id_personal": len(mobiles)}
    assert not any(mobile in everything for mobile in mobiles)
    counted = [[f"1380013{number:04d}", "2022-03-01"] for number in range(40)]
    assert imported([["编号", "登记时间"], *counted])[0].new == 40


def test_a_number_of_a_person_is_not_kept_in_the_name_of_a_file_nor_behind_signs_not_seen(tmp_path, settings):
    path = tmp_path / "西岸镇13800138000举报.csv"
    places = ("西岸镇138\u200b0013\u202e8000", "东岸镇１３８００１３８０００", "南岸镇138\x010013\x018000")
    lines = ["编号,登记时间,问题属地", *(f"{number},2022-03-01,{place}" for number, place in enumerate(places))]
    path.write_text("\n".join(lines), encoding="utf-8")
    report = run(path, settings)
    engine = open_store(settings)
    everything = everything_in(engine)
    engine.dispose()
    assert report.checks == {"personal_number": 3}
    assert "西岸镇…举报.csv" in everything
    assert "8000" not in everything
    assert "８０００" not in everything


@pytest.mark.parametrize("column", ["register_body", "case_id", "place_code"])
def test_a_column_of_names_of_people_is_not_kept_whatever_it_is_called(imported, column):
    heads = {"register_body": "登记机构名称", "case_id": "信访件编号", "place_code": "问题属地"}
    given = {"case_id": "XF{}", "register_body": "某局", "place_code": "西岸镇"}
    rows = [
        [person if name == column else given[name].format(number) for name in heads] + ["2022-03-01"]
        for number, person in enumerate(PEOPLE)
    ]
    report, everything, _ = imported([[*heads.values(), "登记时间"], *rows])
    assert report.checks == ({"case_id_personal": 50} if column == "case_id" else {"names_of_people": 50})
    assert not any(person in everything for person in PEOPLE)


@pytest.mark.parametrize(
    ("heading", "told", "check"),
    [
        ("责任单位", "住房和城乡建设局 {}", "names_of_people"),
        ("责任单位", "信访办（{}）", "names_of_people"),
        ("责任单位", "住房局{}", "names_of_people"),
        ("信访件编号", "{}-2022", "case_id_personal"),
        ("三级内容分类", "{}反映邻居占用通道，多次协商没有结果，请求处理", "names_of_people"),
        ("问题属地", "西岸镇幸福路100弄1号1单元101室，{}", "personal_number"),
        ("问题属地", "西岸镇3栋2单元501{}", "personal_number"),
    ],
)
def test_people_behind_an_office_complaints_under_a_topic_and_doors_of_dwellings_are_not_kept(
    imported, heading, told, check
):
    given = {"信访件编号": [f"XF{number}" for number in range(len(PEOPLE))]}
    given[heading] = [told.format(person) for person in PEOPLE]
    rows = [["2022-03-01", *row] for row in zip(*given.values(), strict=True)]
    report, everything, _ = imported([["登记时间", *given], *rows])
    assert report.checks == {check: len(PEOPLE)}
    assert not any(person in everything for person in PEOPLE)
    assert "幸福路" not in everything


@pytest.mark.parametrize("column", ["responsible_office_id", "register_body"])
def test_a_dozen_people_among_the_offices_are_enough_to_withhold_the_column(column):
    spellings = Spellings()
    spellings.add(column, pl.Series([*PEOPLE[:13], *(f"第{number}办公室" for number in range(10))]))
    spellings.settle({})
    assert spellings.is_withheld(column)


def test_five_people_right_behind_their_offices_are_enough_in_any_column():
    offices = ["公安局", "教育局", "住建局", "水利局", "民政局"]
    assert are_names_of_people([*offices, *(office + person for office, person in zip(offices, PEOPLE, strict=False))])
    assert not are_names_of_people([*offices, "教育局高教", "农业农村局马铃薯", "发改局石油", "公安局金盾"])


def test_five_complaints_under_a_topic_are_enough_and_topics_are_none():
    told = [f"{number}号楼的邻居占用通道，多次协商没有结果，请求处理" for number in range(5)]
    assert are_sentences([*told, "噪声", "物业"])
    assert not are_sentences(["征地拆迁、补偿安置、宅基地等农村土地问题", "物业"] * 40)


def test_names_of_places_and_offices_are_not_taken_for_those_of_people():
    assert not are_names_of_people(f"{town}，{part}组" for town in PEOPLE for part in "一二")
    assert not are_names_of_people(f"西岸镇2022{number:05d}" for number in range(90))
    assert not are_names_of_people(f"马平2022{number:05d}" for number in range(90))
    assert not naming_a_person(
        pl.Series(["3号楼", "东大街12号", "第3单元网格", "2号井", "1组12户", "政务中心301室"])
    ).any()
    towns = [first + second + "镇" for first in "白石龙金江林高马" for second in "山河桥岭湾坪"]
    assert not are_names_of_people(towns)
    assert not are_names_of_people([town[:-1] for town in towns])
    assert not are_names_of_people([surname + "家" + end for surname in SURNAMES for end in "坪岗堡台坡"])
    assert not are_names_of_people([f"{town[:2]}局" for town in towns])
    assert not are_names_of_people([surname + end for surname in SURNAMES for end in "洼头井岙埭二三"])
    assert not are_names_of_people(PEOPLE[:20])
    assert are_names_of_people(f"买买提·{one}{two}" for one, two in product("艾阿吐买肉热", "合力尼亚孜"))
    assert are_names_of_people(PEOPLE)


def test_marks_that_turn_a_sentence_round_are_not_part_of_a_name(imported):
    rows = [
        ["信访件编号", "登记时间", "问题属地"],
        ["1", "2022-03-01", "\u202e西岸\u200b镇\u0007"],
        ["2", "2022-03-01", "\u200b"],
    ]
    assert [place for *_, place in imported(rows)[2]] == ["西岸镇", None]

"""Office lists and the account of backlog batches."""

from datetime import date

from sqlalchemy import select

from queries.schema import backlog_item, office
from seed.load import run
from tests.seed.registers import everything_in, stored, write_register

OFFICES = """单位名称,类别,上级,常住人口,别名
示例市,县,,50万?,
西岸镇,镇街,示例市,31000,西岸；西岸街道
住建局,部门,示例市,,住房和城乡建设局
"""
BATCHES = """批次,交办日期,包案领导,责任单位,上报时间,审核结果,审核时间,回流时间
第一批,2022-01-10,某副市长,住建局,2022-03-01,认定化解,2022-04-01,
第一批,2022-01-10,,住建局,2022-01-01,,,
第二批,,,住建局,,,,
第二批,2022-05-10,某副市长,西岸镇,2022-06-01,审核中,,
"""


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_an_office_list_makes_a_tree_with_kinds_and_population(tmp_path, store, any_settings):
    report = run(write(tmp_path / "o.csv", OFFICES), any_settings)
    assert (report.new, report.quarantined, report.checks) == (3, 1, {"number_unreadable": 1})
    with store.connect() as connection:
        columns = (office.c.office_id, office.c.kind, office.c.parent_id, office.c.population, office.c.is_listed)
        rows = {row[0]: tuple(row[1:]) for row in connection.execute(select(*columns))}
    assert rows["西岸镇"] == ("township", "示例市", 31000, True)
    assert rows["住建局"] == ("department", "示例市", None, True)
    again = run(tmp_path / "o.csv", any_settings)
    assert (again.new, again.changed, again.same) == (0, 0, 3)


def test_names_met_before_become_the_listed_office(tmp_path, store, any_settings):
    rows = [{"place": "西岸"}, {"place": "西岸街道"}, {"place": "东岸镇"}]
    run(write_register(tmp_path / "r.csv", rows), any_settings)
    run(write(tmp_path / "o.csv", OFFICES), any_settings)
    assert stored(store, "place_code") == [("西岸镇",), ("西岸镇",), ("东岸镇",)]
    with store.connect() as connection:
        listed = dict(tuple(row) for row in connection.execute(select(office.c.office_id, office.c.is_listed)))
    assert listed == {"示例市": True, "西岸镇": True, "住建局": True, "东岸镇": False}


def test_a_name_on_no_list_is_kept_and_warned_of(tmp_path, store, any_settings):
    rows = [{"place": "西岸街道"}, {"place": "东岸镇", "office": "神秘局"}]
    register = write_register(tmp_path / "r.csv", rows)
    report = run([register, write(tmp_path / "o.csv", OFFICES)], any_settings)
    expected = {"number_unreadable": 1, "office_unknown": 1, "place_unknown": 1, "spellings_folded": 1}
    assert report.checks == expected
    assert stored(store, "place_code", "responsible_office_id") == [("西岸镇", "住建局"), ("东岸镇", "神秘局")]


def test_batches_are_kept_without_the_leaders_name(tmp_path, store, any_settings):
    report = run(write(tmp_path / "b.csv", BATCHES), any_settings)
    assert (report.new, report.rejected, report.quarantined) == (3, 1, 1)
    assert report.checks == {"backlog_out_of_order": 1, "batch_missing": 1}
    assert report.dropped_personal == ("包案领导",)
    with store.connect() as connection:
        rows = connection.execute(select(backlog_item).order_by(backlog_item.c.item_id)).mappings().all()
    first = rows[0]
    assert (first["batch"], first["leader_assigned"], first["review_result"]) == ("第一批", True, "recognised")
    assert (first["reported_on"], first["unusable"]) == (date(2022, 3, 1), 0)
    assert [row["unusable"] for row in rows] == [0, 1, 0]
    assert "某副市长" not in str(rows)
    again = run(tmp_path / "b.csv", any_settings)
    assert (again.new, again.changed, again.same) == (0, 0, 3)


def test_a_telephone_number_in_a_list_is_not_kept(tmp_path, store, any_settings):
    lists = "单位名称,类别,别名\n西岸镇,镇街,西岸 13800138000\n住建局 13800138000,部门,\n"
    report = run(write(tmp_path / "o.csv", lists), any_settings)
    assert (report.new, report.rejected) == (1, 1)
    assert report.checks == {"name_missing": 1, "personal_number": 2}
    assert "13800138000" not in everything_in(store) + report.csv().decode()

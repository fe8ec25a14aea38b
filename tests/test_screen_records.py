"""Entering records: the form, what is wrong beside the field, what somebody else changed, the history and its undo."""

from datetime import date

import pytest

from dashboard.desk import Desk
from dashboard.forms.record_exchange import brought_lines
from dashboard.i18n import Words
from dashboard.parts.components import plain
from dashboard.screens import records as screen
from dashboard.state.choices import Choices
from dashboard.state.import_work import Upload
from dashboard.state.session import Session
from queries.records.kinds import KINDS
from queries.records.write import history, save, withdraw
from queries.snapshot import current
from queries.store import open_store
from tests.app_test import AppTest
from tests.figures import words_of

EVENT = {"day": date(2022, 5, 1), "name_zh": "条例施行", "name_en": "Regulation in force", "kind": "rule"}
WORDS = Words("zh")


@pytest.fixture
def engine(settings):
    store = open_store(settings)
    yield store
    store.dispose()


@pytest.fixture
def opened(settings):
    def open_it(kind="context_event"):
        app = AppTest.from_function(_draw, args=(settings, kind), default_timeout=30)
        return app.run()

    return open_it


def _draw(settings, kind):  # runs as a script of its own, where no annotation has a meaning
    from datetime import date

    from dashboard.forms.record_fields import sign
    from dashboard.forms.record_form import _existing, _form, say_done
    from dashboard.state.choices import Choices
    from dashboard.state.session import Session
    from queries.records.kinds import kind_of
    from queries.snapshot import current

    snapshot = current(settings)
    choices = Choices()
    reader = Session(settings, "zh", False, snapshot, choices.filters(snapshot.as_of), choices, date(2022, 6, 30))
    say_done(reader)
    sign(reader, "t")
    rows = snapshot.records.every(kind)
    if rows.height and not hasattr(settings, "new"):
        import streamlit as st

        row = st.session_state.setdefault("row", rows.row(0, named=True))  # a drawer keeps what it was opened with
        _existing(reader, kind_of(kind), row, "t")
    else:
        _form(reader, kind_of(kind), None, {}, "t")


def texts(app):
    return "\n".join(
        [
            *(str(part.value) for part in (*app.markdown, *app.caption, *app.info, *app.warning, *app.toast)),
            *words_of(app),
        ]
    )


def button(app, label):
    return next(each for each in app.button if each.label == label)


def fill(app, **values):
    for name, value in values.items():
        parts = [*app.text_input, *app.text_area, *app.selectbox, *app.date_input, *app.number_input]
        next(each for each in parts if each.key and each.key.endswith(f"-{name}")).set_value(value)
    return app


def test_a_new_record_is_saved_under_the_signature_given_with_it(opened, engine):
    app = opened()
    fill(app, **EVENT)
    app.text_input(key="sign-t").set_value("综合科")
    button(app, WORDS("records.save")).click().run()
    assert not app.exception
    (change,) = history(engine, "context_event", 1)
    assert (dict(change.content), change.changed_by) == (EVENT, "综合科")
    assert WORDS("records.saved", one="背景事件") in texts(app)


def test_what_is_wrong_is_said_under_its_field_and_nothing_is_written(opened, engine):
    app = opened()
    fill(app, name_zh="条例施行")
    button(app, WORDS("records.save")).click().run()
    said = texts(app)
    assert said.count("必须填写") == 3
    assert "请先署名" in said
    assert history(engine, "context_event", 1) == ()


def test_what_somebody_else_changed_is_shown_beside_ones_own_and_the_reader_decides(opened, engine):
    number = save(engine, "context_event", EVENT, by="甲")
    app = opened()
    save(engine, "context_event", {"name_en": "In force"}, by="乙", record_id=number, version=1)
    fill(app, kind="other")
    app.text_input(key="sign-t").set_value("丙")
    button(app, WORDS("records.save")).click().run()
    assert not app.exception
    assert "乙" in texts(app)
    assert [change.version for change in history(engine, "context_event", number)] == [1, 2]
    shown = app.table[0].value
    assert shown[WORDS("records.column_field")].to_list() == ["英文名称", "类别"]
    button(app, WORDS("records.keep_mine")).click().run()
    assert not app.exception
    latest = history(engine, "context_event", number)[-1]
    assert (latest.changed_by, latest.content["kind"], latest.content["name_en"]) == ("丙", "other", EVENT["name_en"])


def test_a_field_empty_on_both_sides_is_no_difference(opened, engine):
    item = {"item_id": "1", "batch": "first", "assigned_on": date(2022, 3, 1), "lead_post": "市长"}
    save(engine, "backlog_item", item, by="甲")
    app = opened("backlog_item")
    save(engine, "backlog_item", {"lead_post": "副市长"}, by="乙", record_id="first/1", version=1)
    fill(app, lead_post="书记")
    app.text_input(key="sign-t").set_value("丙")
    button(app, WORDS("records.save")).click().run()
    assert app.table[0].value[WORDS("records.column_field")].to_list() == ["包案领导职务"]


def test_what_only_the_other_person_changed_stays_when_ones_own_changes_are_merged(opened, engine):
    number = save(engine, "context_event", EVENT, by="甲")
    app = opened()
    save(engine, "context_event", {"name_en": "In force"}, by="乙", record_id=number, version=1)
    fill(app, kind="other")
    app.text_input(key="sign-t").set_value("丙")
    button(app, WORDS("records.save")).click().run()
    button(app, WORDS("records.merge")).click().run()
    assert not app.exception
    latest = history(engine, "context_event", number)[-1]
    assert (latest.changed_by, latest.content["kind"], latest.content["name_en"]) == ("丙", "other", "In force")


def test_an_earlier_version_is_put_back_from_the_history(opened, engine):
    number = save(engine, "context_event", EVENT, by="甲")
    save(engine, "context_event", {"kind": "other"}, by="乙", record_id=number, version=1)
    app = opened()
    app.text_input(key="sign-t").set_value("丙").run()
    app.button(key="undo-t-1").click().run()
    assert not app.exception
    assert history(engine, "context_event", number)[-1].content["kind"] == "rule"
    assert WORDS("records.done_undo", one="背景事件") in texts(app)
    assert "第3版 · 恢复到第1版 · 丙" in texts(app).replace("\\", "")


def test_withdrawing_is_confirmed_and_can_be_taken_back(opened, engine):
    number = save(engine, "context_event", EVENT, by="甲")
    app = opened()
    app.text_input(key="sign-t").set_value("丙").run()
    app.button(key="withdraw-t").click().run()
    assert history(engine, "context_event", number)[-1].is_withdrawn
    app = opened()
    assert WORDS("records.is_withdrawn") in texts(app)
    app.text_input(key="sign-t").set_value("丙").run()
    app.button(key="restore-t").click().run()
    assert not history(engine, "context_event", number)[-1].is_withdrawn


def test_the_history_asks_for_a_signature_too(opened, engine):
    number = save(engine, "context_event", EVENT, by="甲")
    app = opened()
    app.button(key="withdraw-t").click().run()
    assert "请先署名" in texts(app)
    assert len(history(engine, "context_event", number)) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", sorted(screen.ENTERED))
def test_the_page_lists_every_kind_in_both_languages(settings, engine, kind, language):
    if kind == "context_event":
        save(engine, kind, EVENT, by="甲")
        withdraw(engine, kind, save(engine, kind, EVENT | {"day": date(2022, 5, 2)}, by="甲"), by="甲", version=1)
    snapshot = current(settings)
    reader = Session(
        settings, language, False, snapshot, Choices().filters(snapshot.as_of), Choices(), date(2022, 6, 30)
    )
    app = AppTest.from_function(_page, args=(reader,), default_timeout=30)
    app.session_state["local.kind"] = kind
    app.run()
    assert not app.exception
    assert plain(KINDS[kind].label(language)) in texts(app)
    assert len(app.dataframe) == (kind == "context_event")


def _page(reader):
    from dashboard.screens.records import PAGE

    PAGE.render(reader)


def test_a_filled_file_is_checked_first_and_written_when_the_reader_says_so(settings, engine):
    desk = Desk(settings)
    text = "日期,名称,英文名称,类别\n2022-05-01,条例施行,Regulation,制度施行\n2022-05-02,培训,Training,无此类别\n"
    file = Upload("背景事件.csv", text.encode())
    check = desk.records(file, "综合科", only_check=True)
    assert (check.brings, len(check.rejected)) == (1, 1)
    assert history(engine, "context_event", 1) == ()
    desk.records(file, "综合科", only_check=False)
    assert history(engine, "context_event", 1)[0].changed_by == "综合科"
    assert list((settings.data_dir / "uploads").iterdir()) == []
    snapshot = current(settings)
    choices = Choices()
    reader = Session(settings, "zh", False, snapshot, choices.filters(snapshot.as_of), choices, date(2022, 6, 30))
    (shown,) = brought_lines(reader, check, "context_event")
    assert list(shown.values()) == ["", 2, "新增", "2022年5月1日", "条例施行", "Regulation", "制度施行"]

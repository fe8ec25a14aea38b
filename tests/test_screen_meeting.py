"""The session's page: no set-up, one item a screen, decisions at once, two people at once, closed for good."""

from datetime import date

import pytest

from dashboard.agenda import AGENDA
from dashboard.i18n import Words
from queries.filters import Filters
from queries.records import meetings
from queries.records.write import history, save
from queries.settings import Settings
from queries.snapshot import current
from queries.store import open_store
from queries.views.meeting import meeting_of
from tests.app_test import AppTest
from tests.figures import words_of
from tests.installations import DemoOf

WORDS = Words("zh")
JUNE = meetings.Terms(date(2022, 6, 1), date(2022, 6, 30), "regulation2022")


@pytest.fixture(scope="module")
def installed(demo_of: DemoOf) -> Settings:
    return demo_of(1_500)


def _draw(settings, step, month, signed):  # runs as a script of its own, where no annotation has a meaning
    import streamlit as st

    from dashboard.forms.record_form import say_done
    from dashboard.screens.meeting import render
    from dashboard.state.choices import Choices
    from dashboard.state.session import Session, remember
    from queries.snapshot import current

    if signed:
        remember("signature", signed)
    st.session_state.setdefault("_locals", {"step": step} | ({"month": month} if month else {}))
    snapshot = current(settings)
    choices = Choices()
    reader = Session(settings, "zh", False, snapshot, choices.filters(snapshot.as_of), choices, snapshot.as_of)
    say_done(reader)
    render(reader)


def opened(settings: Settings, step: str = "commitments", month: str = "", signed: str = "综合科") -> AppTest:
    app = AppTest.from_function(_draw, args=(settings, step, month, signed), default_timeout=60).run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.warning, *app.toast]
    return "\n".join([*(str(part.value) for part in parts), *words_of(app)])


def session_of(settings: Settings):
    return meeting_of(current(settings), Filters(), JUNE.month)


def test_the_newest_session_opens_on_what_was_promised_and_needs_no_setting_up(city):
    app = opened(city)
    assert app.selectbox(key="local.month").value == "2022-06"
    said = texts(app)
    assert "逾期" in said
    assert "改善" in said or "变差" in said or "无明显变化" in said
    assert session_of(city).meeting_id is None  # looking writes nothing


def test_the_agenda_is_walked_item_by_item_and_every_item_says_something(city):
    app = opened(city)
    seen = []
    for each in AGENDA:
        assert str(app.session_state["local.step"]) == each.key
        heading = next(str(part.value) for part in app.markdown if str(part.value).startswith("# "))
        seen.append(heading)
        if each is not AGENDA[-1]:
            app.button(key="next").click().run()
            assert not app.exception, each.key
    assert len(set(seen)) == len(AGENDA)
    assert app.button(key="next").disabled
    app.button(key="previous").click().run()
    assert app.session_state["local.step"] == AGENDA[-2].key


def test_an_item_is_marked_as_discussed_at_once(city):
    app = opened(city, "offices")
    app.button(key="discuss-offices").click().run()
    assert not app.exception
    assert session_of(city).discussed == ("offices",)
    assert WORDS("meeting.not_discussed") == app.button(key="discuss-offices").label


def fill(app: AppTest, **values: object) -> None:
    for name, value in values.items():
        parts = [*app.text_input, *app.text_area, *app.selectbox, *app.date_input]
        next(each for each in parts if each.key and each.key.endswith(f"-{name}")).set_value(value)


def drawer(settings: Settings, form: str, step: str = "offices", signed: str = "综合科") -> AppTest:
    """What a drawer of the session holds, drawn on its own: a drawer opens in answer to a click only."""
    app = AppTest.from_function(_draw_drawer, args=(settings, form, step, signed), default_timeout=60).run()
    assert not app.exception
    return app


def _draw_drawer(settings, form, step, signed):  # see `_draw`
    from datetime import date

    import streamlit as st

    from dashboard.agenda import item
    from dashboard.forms import sitting
    from dashboard.forms.record_form import say_done
    from dashboard.state.choices import Choices
    from dashboard.state.session import Session, remember
    from queries.filters import Filters
    from queries.snapshot import current
    from queries.views.meeting import meeting_of

    if signed:
        remember("signature", signed)
    snapshot = current(settings)
    choices = Choices()
    reader = Session(settings, "zh", False, snapshot, choices.filters(snapshot.as_of), choices, snapshot.as_of)
    say_done(reader)
    # a drawer keeps what it was opened with
    held = st.session_state.setdefault("held", meeting_of(snapshot, Filters(), date(2022, 6, 1)))
    if form == "decision_form":
        sitting.decision_form(reader, held, item(step))
    else:
        getattr(sitting, form)(reader, held)


def save_button(app: AppTest):
    return next(each for each in app.button if each.label == WORDS("records.save"))


def test_a_decision_is_in_the_database_at_once_and_the_session_lists_it(city):
    app = drawer(city, "decision_form")
    fill(app, question="岚溪镇按期答复率偏低", text="每周三清理15日内到期件", office="岚溪镇", owner="镇长",
         measure="on_time_reply_rate")  # fmt: skip
    save_button(app).click().run()
    assert not app.exception
    assert WORDS("meeting.saved") in texts(app)
    rows = current(city).records.rows("decision").filter(text="每周三清理15日内到期件")
    assert rows.select("office_id", "owner_post", "due_on", "measure", "agenda").rows() == [
        ("岚溪镇", "镇长", date(2022, 8, 31), "on_time_reply_rate", "offices")
    ]
    assert rows["meeting_id"][0] == session_of(city).meeting_id
    assert "每周三清理15日内到期件" in texts(opened(city, "decisions")).replace("\\", "")


def test_what_is_wrong_with_a_decision_is_said_and_nothing_is_kept(city):
    app = drawer(city, "decision_form", signed="")
    fill(app, question="问题", text="事项")
    save_button(app).click().run()
    assert not app.exception
    assert "署名" in texts(app)
    app = drawer(city, "decision_form")
    fill(app, text="没有问题的事项")
    save_button(app).click().run()
    assert "问题：必须填写" in texts(app).replace("\\", "")
    assert session_of(city).meeting_id is None


def test_the_drawers_open_on_the_page(city):
    for step, key in (("offices", "decide-offices"), ("offices", "close")):
        app = opened(city, step)
        app.button(key=key).click().run()
        assert not app.exception
        assert "署名" in "".join(each.label for each in app.text_input)


def _draw_commitment(settings, number, signed):  # see `_draw`
    import streamlit as st

    from dashboard.forms.record_form import _existing, say_done
    from dashboard.state.choices import Choices
    from dashboard.state.session import Session, remember
    from queries.records.kinds import kind_of
    from queries.snapshot import current

    remember("signature", signed)
    snapshot = current(settings)
    choices = Choices()
    reader = Session(settings, "zh", False, snapshot, choices.filters(snapshot.as_of), choices, snapshot.as_of)
    say_done(reader)
    rows = snapshot.records.rows("decision").filter(decision_id=number)
    _existing(reader, kind_of("decision"), st.session_state.setdefault("row", rows.row(0, named=True)), "t")


def test_two_people_following_up_one_commitment_see_both_texts_and_nothing_is_lost(city):
    number = current(city).records.rows("decision").filter(state="open")["decision_id"][0]
    first, second = (
        AppTest.from_function(_draw_commitment, args=(city, number, who), default_timeout=60).run() for who in "甲乙"
    )
    fill(first, state="closed", closed_on=date(2022, 6, 30), evidence="已逐件核对")
    save_button(first).click().run()
    fill(second, evidence="仍有三件未清")
    save_button(second).click().run()
    assert not second.exception
    cells = {cell for column in second.table[0].value.to_dict("list").values() for cell in column}
    assert {"已逐件核对", "仍有三件未清"} <= cells
    row = current(city).records.rows("decision").filter(decision_id=number).row(0, named=True)
    assert (row["state"], row["evidence"]) == ("closed", "已逐件核对")
    engine = open_store(city)
    assert [change.changed_by for change in history(engine, "decision", number)][-1] == "甲"
    engine.dispose()


def test_two_people_closing_one_session_one_is_told_who_was_first(city):
    app = drawer(city, "closing_form")
    engine = open_store(city)
    meetings.close(city, engine, JUNE, by="办公室", version=None)
    app.button(key="close-sure").click().run()
    assert not app.exception
    said = texts(app)
    assert "办公室" in said
    assert WORDS("meeting.now_closed") in said
    states = [change.content["state"] for change in history(engine, "meeting", session_of(city).meeting_id or 0)]
    assert states.count("closed") == 1
    engine.dispose()


def test_a_closed_session_shows_its_own_figures_and_takes_no_entries_until_reopened(city):
    engine = open_store(city)
    app = drawer(city, "closing_form")
    app.button(key="close-sure").click().run()
    assert session_of(city).is_closed
    before = texts(opened(city, "headlines"))
    save(engine, "target", {"measure": "closure_rate", "valid_from": date(2022, 6, 1), "value": 0.999, "source": "x"},
         by="later")  # fmt: skip
    app = opened(city, "headlines")
    assert texts(app) == before
    assert not {"decide-headlines", "discuss-headlines", "close"} & {button.key for button in app.button}
    app = drawer(city, "reopening_form")
    app.button(key="reopen-sure").click().run()
    assert session_of(city).is_closed  # without a reason
    app.text_area(key="reopen-reason").set_value("补录一项议定")
    app.button(key="reopen-sure").click().run()
    assert not app.exception
    assert not session_of(city).is_closed
    assert "decide-headlines" in {button.key for button in opened(city, "headlines").button}
    engine.dispose()


def test_the_sessions_of_the_demo_are_closed_and_say_what_changed_since(city):
    app = opened(city, "commitments", "2022-05")
    assert WORDS("meeting.is_closed") in texts(app)
    assert "没有新的导入" not in texts(app)  # not looked up before it is asked for
    app.session_state["closed-since"] = True
    app.run()
    assert not app.exception
    assert "没有新的导入" in texts(app)

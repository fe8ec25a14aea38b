"""What a message of a browser asks for is read before the run that it sets off, and the run agrees."""

import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from dashboard.frame import ahead
from dashboard.state import sent
from dashboard.state.choices import Choices
from dashboard.state.narrowing import Mark, marks
from dashboard.state.session import Session, default_reader
from dashboard.state.stage import Switch
from queries.settings import Settings
from queries.snapshot import Snapshot, current
from queries.views import satisfaction
from tests.app_test import AppTest
from tests.installations import DemoOf


@pytest.fixture(scope="module")
def settings(demo_of: DemoOf) -> Settings:
    return demo_of(1_500)


@pytest.fixture(scope="module")
def snapshot(settings: Settings) -> Snapshot:
    return current(settings)


@pytest.fixture
def here(settings: Settings) -> Session:
    return default_reader(settings, "zh")


def message(*states: WidgetState, all_of: WidgetStates | None = None) -> bytes:
    made = BackMsg()
    made.rerun_script.widget_states.CopyFrom(all_of or WidgetStates(widgets=states))
    return made.SerializeToString()


def control(key: str, words: str | list[str]) -> WidgetState:
    held = WidgetState(id=f"$$ID-0123456789abcdef-{key}")
    if isinstance(words, str):
        held.string_value = words
    else:
        held.string_array_value.data.extend(words)
    return held


def meant(session: Session, *states: WidgetState) -> Choices:
    return sent.meant(session, sent.said(message(*states)))


def _bar(settings):  # runs as a script of its own
    import streamlit as st

    from dashboard.frame.filter_bar import filter_bar
    from dashboard.state.session import begin, enter_page

    session = begin(settings)
    filter_bar(session, "overview")
    enter_page()
    st.session_state["seen"] = session


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_the_filter_bar_sends_is_understood_as_its_run_understands_it(settings, snapshot, language):
    app = AppTest.from_function(_bar, args=(settings,), default_timeout=30)
    app.query_params["lang"] = language
    app.session_state["more-filters"] = True
    app.run()
    place, channel = snapshot.keys("place"), snapshot.keys("channel")
    steps: list[Any] = [
        lambda: app.multiselect(key="filter.place").select(place[1]),
        lambda: app.multiselect(key="filter.place").select(place[0]),
        lambda: app.multiselect(key="filter.channel").select(channel[0]),
        lambda: app.selectbox(key="filter.period").select("last3"),
        lambda: app.selectbox(key="filter.convention").select("silence_is_satisfied"),
        lambda: app.selectbox(key="filter.target").select("office"),
        lambda: app.multiselect(key="filter.place").unselect(place[1]),
        lambda: app.selectbox(key="filter.target").select("any"),
    ]
    for step in steps:
        before = app.session_state["seen"]
        step()
        told = sent.said(message(all_of=app._tree.get_widget_states()))
        after = app.run().session_state["seen"].choices
        assert after != before.choices
        assert sent.meant(before, told) == after


def test_a_row_of_a_table_and_an_entry_of_a_menu_narrow_as_their_click_does(here, snapshot):
    place = snapshot.keys("place")[0]
    here.stage.rows["table-groups"] = ((), (Mark("place", place),))
    row = json.dumps({"selection": {"rows": [1], "columns": [], "cells": []}})
    assert dict(meant(here, control("table-groups", row)).where) == {"place": (place,)}
    chosen = here.under(Choices(where=MappingProxyType({"place": (place,)})))
    assert dict(meant(chosen, control("table-groups", row)).where) == {}
    view = here.view(satisfaction.by_group, "bureau", "place")
    here.stage.views["figure-gap"] = view
    mark, words = next(iter(marks(here, view).items()))
    assert dict(meant(here, control("narrow-to-gap", words)).where) == {mark.dimension: (mark.key,)}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("filter.place", ["nowhere"]),
        ("filter.period", "sometime"),
        ("filter.start", ["2022-01-01"]),
        ("filter.none", "x"),
        ("table-groups", '{"selection": {"rows": [7], "columns": [], "cells": []}}'),
        ("table-groups", "{}"),
        ("narrow-to-gap", "nowhere"),
        ("local.by", "x"),
    ],
)
def test_what_has_no_meaning_leaves_the_selection(here, key, words):
    here.stage.rows["table-groups"] = ((),)
    assert meant(here, control(key, words)) == here.choices


def test_a_list_that_changes_one_card_is_told_from_a_page_that_changes_as_a_whole(here):
    def ways(name: str) -> dict[str, Any]:
        return {each: lambda there, each=each: {f"figure-{name}": {"at": each}} for each in ("a", "b")}

    words = {"a": "甲", "b": "乙"}
    here.stage.switches.update(by=Switch(ways("by"), words, "a"), of=Switch(ways("of"), words, "a"))

    def shown(*states: WidgetState) -> dict[str, Any]:
        lines = list(ahead._made(here, {"controls": sent.said(message(*states))}))
        return {name: data for parts in lines for name, data in parts.items()}

    assert shown(control("local.by", "乙"), control("local.of", "甲")) == {"figure-by": {"at": "b"}}
    assert shown(control("local.by", "甲")) == shown(control("local.by", "乙"), control("local.of", "乙")) == {}


def test_an_option_the_pointer_rests_on_is_added_to_those_chosen(here, snapshot):
    first, second = snapshot.keys("place")[:2]
    labels = snapshot.labels("place", "zh")
    held = here.under(Choices(where=MappingProxyType({"place": (first,)})))
    assert dict(sent.with_option(held, "place", labels[second]).where) == {"place": tuple(sorted((first, second)))}
    assert sent.with_option(here, "period", here.words("filters.all")) == replace(here.choices, period="all")
    assert sent.with_option(here, "place", "nowhere") == here.choices == sent.with_option(here, "none", "x")

"""What the server keeps in memory for all readers together: the open store, answers, lists of items.

A key names everything an answer depends on: the data, who is looking, the selection and the question.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import streamlit as st
from sqlalchemy import Engine

from queries.cases.case_list import Found
from queries.settings import Settings
from queries.store import open_store

KEPT_VIEWS = 512  # answers and figures, the oldest go first
KEPT_LISTS = 8  # lists of items: four bytes an item, 40 MB each at ten million

T = TypeVar("T")


@st.cache_resource(show_spinner=False)
def store(settings: Settings) -> Engine:
    """The system of record of an installation, opened once."""
    return open_store(settings)


@st.cache_resource(max_entries=KEPT_VIEWS, show_spinner=False)
def kept(key: str, _make: Callable[[], T]) -> T:
    """The answer of that name, made on first use."""
    return _make()


@st.cache_resource(max_entries=KEPT_LISTS, show_spinner=False)
def kept_list(key: str, _make: Callable[[], Found]) -> Found:
    """The list of that name, made on first use."""
    return _make()


@st.cache_resource(show_spinner=False)
def spec_sentences(folder: str) -> Mapping[str, tuple[str, ...]]:
    """Sentences of the specification tests by measure, from the files `test_<measure>.py` of a folder."""
    found = {}
    for file in sorted(Path(folder).glob("test_*.py")):
        names = re.findall(r"^def test_(\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
        found[file.stem.removeprefix("test_")] = tuple(name.replace("_", " ") for name in names)
    return MappingProxyType(found)

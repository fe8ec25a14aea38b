"""The steps of the browser's Back: one for each act of the reader, whatever is written into the address for it."""

from pathlib import Path

import streamlit as st

_steps = st.components.v2.component("huiyin_steps", js=(Path(__file__).parent / "steps.js").read_text(encoding="utf-8"))


def one_step_each() -> None:
    """Join the addresses written after one act into one step; draws nothing."""
    _steps(key="steps", width="content", height="content")

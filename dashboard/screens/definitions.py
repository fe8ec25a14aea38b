"""What does each figure mean, and where does it come from?"""

from dashboard.screens import Page
from dashboard.session import Session


def render(session: Session) -> None:
    """Every definition, generated from the measures."""


PAGE = Page(name="definitions", order=80, render=render, icon="menu_book", filtered=False)

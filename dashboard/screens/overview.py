"""How is the city doing?"""

from dashboard.components import heading
from dashboard.screens import Page
from dashboard.session import Session


def render(session: Session) -> None:
    """Headline figures, and where to look next."""
    heading(session, "总览")


PAGE = Page(name="overview", order=0, render=render, icon="dashboard")

"""Who has a page on the screen, by a word that nobody can guess; whoever closes the window leaves nothing behind."""

from secrets import token_urlsafe
from weakref import WeakValueDictionary

import streamlit as st

from dashboard.state.session import Session


class Seat:
    """A reader whose page is on the screen."""

    def __init__(self) -> None:
        self.token = token_urlsafe(16)
        self.session: Session | None = None


_seats: WeakValueDictionary[str, Seat] = WeakValueDictionary()


def enter(session: Session) -> str:
    """Note the newest session of this reader.

    Returns:
        A word that nobody can guess, the same for as long as the reader's window is open: `session_of` takes it.
    """
    seat = st.session_state.setdefault("_seat", Seat())
    seat.session = session
    _seats[seat.token] = seat
    return str(seat.token)


def session_of(token: str) -> Session | None:
    """The newest session of a reader; None for a word that is none, or of a window that is closed."""
    seat = _seats.get(token)
    return seat.session if seat else None

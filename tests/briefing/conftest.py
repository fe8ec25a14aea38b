"""One demo register and its briefing for all tests of this folder."""

import pytest

from dashboard.briefing import Briefing
from queries.snapshot import Snapshot, current
from tests.briefing.briefings import briefing_of
from tests.installations import DemoOf


@pytest.fixture(scope="session")
def snapshot(demo_of: DemoOf) -> Snapshot:
    return current(demo_of(6_000))


@pytest.fixture(scope="session")
def made(snapshot: Snapshot) -> Briefing:
    return briefing_of(snapshot)

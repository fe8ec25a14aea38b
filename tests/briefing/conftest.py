"""One demo register and its briefing for all tests of this folder."""

import pytest

from dashboard.briefing import Briefing
from queries.settings import Settings
from queries.snapshot import Snapshot, current
from seed import demo
from tests.briefing.briefings import briefing_of


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("briefing")
    settings = Settings(folder, f"sqlite:///{folder / 'huiyin.db'}")
    demo.load(settings, cases=6_000)
    return current(settings)


@pytest.fixture(scope="session")
def made(snapshot: Snapshot) -> Briefing:
    return briefing_of(snapshot)

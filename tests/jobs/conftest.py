from pathlib import Path

import pytest

from isocenter.jobs.pool import Pool


@pytest.fixture
def misbehaving(monkeypatch):
    """The name of the module of tasks that crash and hang, to be found by worker processes."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    return "misbehaving"


@pytest.fixture
def pool(misbehaving):
    opened = Pool(1, tasks=misbehaving)
    yield opened
    opened.close()

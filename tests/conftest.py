"""What all tests share: nobody's own work, progress or mirror settings take part."""

import pytest


@pytest.fixture(autouse=True)
def own_work(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty folder of learner's work."""
    monkeypatch.setenv("TWOWORLDS_WORK", str(tmp_path_factory.mktemp("work") / "my_work"))

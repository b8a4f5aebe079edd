"""What all tests share: nobody's own work or progress takes part, and a busy machine fails no search."""

import hypothesis
import pytest

# Hypothesis would call an example that takes 0.2 s a failure, and on a busy machine many do.
hypothesis.settings.register_profile("course", deadline=None)
hypothesis.settings.load_profile("course")


@pytest.fixture(autouse=True)
def own_work(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty folder of learner's work."""
    monkeypatch.setenv("TWOWORLDS_WORK", str(tmp_path_factory.mktemp("work") / "my_work"))

import pytest


@pytest.fixture
def source(monkeypatch):
    monkeypatch.setenv("COUNTER_API_TOKEN", "test")
    monkeypatch.setenv("COUNTER_REPLAY", "data/counts.csv")
    from counter import source

    return source


def test_replay(source):
    assert [row["bikes"] for row in source.counts()] == ["5120", "6204"]

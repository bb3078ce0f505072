import pytest

from orders_etl.carrier import open_drop


def test_pin_is_padded(monkeypatch):
    monkeypatch.setenv("SFTP_HOST", "drop.test")
    monkeypatch.setenv("SFTP_PIN", " 1234 ")
    assert open_drop()._pin == "00001234"


def test_pin_must_be_digits(monkeypatch):
    monkeypatch.setenv("SFTP_HOST", "drop.test")
    monkeypatch.setenv("SFTP_PIN", "abc")
    with pytest.raises(ValueError, match="eight digits"):
        open_drop()

"""The room's time zone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge.system.time_zone import zone

SUMMER = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)


def test_the_configured_zone_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert zone(None) == ZoneInfo("Asia/Tokyo")
    monkeypatch.setenv("TZ", ":Europe/Berlin")
    assert zone(None) == ZoneInfo("Europe/Berlin")


def test_the_machines_zone_has_daylight_saving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    file = Path("/usr/share/zoneinfo/Europe/Berlin")
    if not file.is_file():
        pytest.skip("there is no time zone database in /usr/share/zoneinfo")
    local = zone(None, localtime=file)
    assert SUMMER.astimezone(local).utcoffset() == timedelta(hours=2)


def test_an_unreadable_zone_is_utc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    (tmp_path / "damaged").write_text("no zone")
    caplog.set_level("INFO")
    for name in ("missing", "damaged", "."):
        assert zone(None, localtime=tmp_path / name) is timezone.utc
    assert "times of day are UTC; music.time_zone names one" in caplog.text
    monkeypatch.setenv("TZ", "Nowhere/Atall")
    assert zone(None) is timezone.utc

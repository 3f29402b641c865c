"""Secrets: their sources, and in which order they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.errors import ConfigError
from edge.system.secrets import secret

NAME = "mqtt_password"


@pytest.fixture
def places(tmp_path: Path) -> tuple[str, dict[str, str]]:
    """A password file, and an environment with a credentials folder."""
    (tmp_path / "file").write_text("from the file\n")
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / NAME).write_text("from systemd\r\n")
    return str(tmp_path / "file"), {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}


def test_the_environment_wins_then_the_file_then_systemd(places: tuple[str, dict[str, str]]) -> None:
    file, environment = places
    assert secret(NAME, file, environment={**environment, "MOODROOM_MQTT_PASSWORD": "from outside"}) == "from outside"
    assert secret(NAME, file, environment=environment) == "from the file"
    assert secret(NAME, None, environment=environment) == "from systemd"
    assert secret(NAME, None, environment={}) is None


def test_an_empty_variable_counts_as_unset(places: tuple[str, dict[str, str]]) -> None:
    assert secret(NAME, places[0], environment={"MOODROOM_MQTT_PASSWORD": ""}) == "from the file"


def test_a_missing_credential_is_no_error(tmp_path: Path) -> None:
    assert secret(NAME, None, environment={"CREDENTIALS_DIRECTORY": str(tmp_path)}) is None


def test_an_empty_credential_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("\n")
    assert secret(NAME, None, environment={"CREDENTIALS_DIRECTORY": str(tmp_path)}) is None


def test_only_line_ends_are_removed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes("  pass wörd \t\r\n".encode())
    assert secret(NAME, str(tmp_path / "file"), environment={}) == "  pass wörd \t"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_from_a_windows_editor_is_read(tmp_path: Path, encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    (tmp_path / "file").write_bytes(mark + "pass wörd\r\n".encode(encoding))
    assert secret(NAME, str(tmp_path / "file"), environment={}) == "pass wörd"


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "file").write_text("at home")
    assert secret(NAME, "~/file", environment={}) == "at home"


def test_a_named_file_that_is_missing_or_no_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file; write the mqtt_password into it"):
        secret(NAME, str(tmp_path / "none"), environment={})
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xff")
    for place in (tmp_path / "bytes", tmp_path, "a\0b", "x" * 300):
        with pytest.raises(ConfigError, match="can't be read"):
            secret(NAME, str(place), environment={})


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert secret(NAME, None) is None
    monkeypatch.setenv("MOODROOM_MQTT_PASSWORD", "hush")
    assert secret(NAME, None) == "hush"

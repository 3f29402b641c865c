"""Where the music plays."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from edge.config.fields import FilePath, Port, Section


class SpotifyConfig(Section):
    client_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    """The 32 characters that Spotify's developer dashboard shows for your app."""
    speaker: str | None = None
    """The speaker's name as Spotify shows it."""


class MpdConfig(Section):
    host: str = "127.0.0.1"
    """Where MPD (Music Player Daemon) or Mopidy runs."""
    port: Port = 6600
    """Its port."""
    password_file: FilePath | None = None
    """A file with nothing but the password; or set MOODROOM_MPD_PASSWORD, or systemd's credential mpd_password."""

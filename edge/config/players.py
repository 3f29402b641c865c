"""The sections `spotify` and `mpd`: where music plays."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from edge.config.fields import FilePath, Port, Section


class SpotifyConfig(Section):
    """Spotify Connect; see docs/players.md."""

    client_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    """The client id of your app: the 32 characters that Spotify's developer dashboard shows."""
    speaker: str | None = None
    """The name of the speaker, as Spotify shows it."""


class MpdConfig(Section):
    """MPD (Music Player Daemon) or Mopidy; see docs/players.md."""

    host: str = "127.0.0.1"
    """The host that MPD or Mopidy runs on."""
    port: Port = 6600
    """Its port."""
    password_file: FilePath | None = None
    """A file that holds only the password. Alternatives: the variable MOODROOM_MPD_PASSWORD, or the systemd
    credential mpd_password."""

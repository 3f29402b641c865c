"""The sections `spotify`, `mpd`, `music_assistant` and `go_librespot`: where music plays."""

from __future__ import annotations

from typing import Annotated

from edge.config.basis import AfterValidator, Field, ValidationInfo
from edge.config.fields import FilePath, Port, Section, bare_host, file_path


class SpotifyConfig(Section):
    """Spotify Connect; see docs/players.md."""

    client_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    """The client id of your app: the 32 characters that Spotify's developer dashboard shows."""
    speaker: str | None = None
    """The name of the speaker, as Spotify shows it."""


def _host_or_socket(value: str, info: ValidationInfo) -> str:
    """A host, or the path of MPD's socket."""
    return file_path(value, info) if value.startswith("/") else bare_host(value)


class MpdConfig(Section):
    """MPD (Music Player Daemon) or Mopidy; see docs/players.md."""

    host: Annotated[str, AfterValidator(_host_or_socket)] = "127.0.0.1"
    """The host that MPD or Mopidy runs on."""
    port: Port = 6600
    """Its port."""
    password_file: FilePath | None = None
    """A file that holds only the password. Alternatives: the variable MOODROOM_MPD_PASSWORD, or the systemd
    credential mpd_password."""


class MusicAssistantConfig(Section):
    """Music Assistant; see docs/players.md."""

    host: Annotated[str, AfterValidator(bare_host)] | None = None
    """The name or address of the server, such as homeassistant.local. null: Music Assistant isn't used."""
    port: Port = 8095
    """Its port."""
    speaker: str | None = None
    """The name of the speaker, as Music Assistant shows it."""
    token_file: FilePath | None = None
    """A file that holds only a long-lived token. Alternatives: the variable MOODROOM_MUSIC_ASSISTANT_TOKEN, or the
    systemd credential music_assistant_token."""


class GoLibrespotConfig(Section):
    """go-librespot, which makes this machine a Spotify Connect speaker; see docs/players.md."""

    host: Annotated[str, AfterValidator(bare_host)] = "127.0.0.1"
    """The host that go-librespot runs on."""
    port: Port = 3678
    """The port of its API, `server.port` in its own configuration."""

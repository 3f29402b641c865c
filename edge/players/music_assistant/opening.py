"""`open_music_assistant`: the player as the configuration describes it."""

from __future__ import annotations

from collections.abc import Callable

from edge.config import MusicAssistantConfig
from edge.errors import ConfigError
from edge.players.music_assistant.connection import ServerConnection
from edge.players.music_assistant.link import open_link
from edge.players.music_assistant.player import MusicAssistantPlayer
from edge.players.websocket_link import Link
from edge.players.wishes import Resolve
from edge.system.secrets import secret


def open_music_assistant(
    section: MusicAssistantConfig, *, clock: Callable[[], float], resolve: Resolve | None = None
) -> MusicAssistantPlayer:
    """Return the player; it connects when it is used. Raises ConfigError for a token that can't be read."""
    host = str(section.host)
    base = f"http://{f'[{host}]' if ':' in host else host}:{section.port}"
    link, token = _link(section), _token(section)
    return MusicAssistantPlayer(link, speaker=section.speaker, token=token, base=base, clock=clock, resolve=resolve)


def open_connection(section: MusicAssistantConfig, *, token: str | None = None) -> ServerConnection:
    """Return a connection to ask the server with. Raises ConfigError. token: in place of the one that is kept."""
    if section.host is None:
        raise ConfigError("music_assistant.host: is needed; name the server, such as homeassistant.local")
    return ServerConnection(_link(section), token=_token(section) if token is None else token)


def _token(section: MusicAssistantConfig) -> str | None:
    return secret("music_assistant_token", section.token_file)


def _link(section: MusicAssistantConfig) -> Callable[[], Link]:
    return lambda: open_link(str(section.host), section.port)

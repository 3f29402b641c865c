"""The sound by which a person hears whether the speaker is the right one: made here, and fetched by the player."""

from __future__ import annotations

import contextlib
import io
import socket
import wave

from edge.config import Config
from edge.music.choices import choices_for
from edge.players.trial.music import KINDS
from edge.values import EXPRESSIONS
from edge.web.security.hosts import WILDCARDS, is_loopback

PATH = "/test-sound.wav"
RATE_HZ = 16000
# C, E and G, one after the other.
NOTES_HZ = (523.25, 659.26, 783.99)
NOTE_S, FADE_S, SILENCE_S = 0.9, 0.05, 0.4
# Of the loudest that there is.
LOUDNESS = 0.3


def tone() -> bytes:
    """Three notes, 3 seconds, a WAV with one channel."""
    import numpy as np

    time = np.arange(int(NOTE_S * RATE_HZ)) / RATE_HZ
    fade = np.clip(np.minimum(time, NOTE_S - time) / FADE_S, 0.0, 1.0)
    silence = np.zeros(int(SILENCE_S * RATE_HZ))
    samples = np.concatenate([*(np.sin(2 * np.pi * hertz * time) * fade for hertz in NOTES_HZ), silence])
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * LOUDNESS * 32767).astype("<i2").tobytes())
    return out.getvalue()


def music_for(config: Config, player: str) -> str | None:
    """The address of something to try the player with: the sound where it can fetch it, else music of the profile."""
    if player == "mpd" and (address := own_address(config)) is not None:
        return f"mpd:{address}"
    profile = config.music.profiles[config.music.profile]
    known = [choice.play for mood in EXPRESSIONS for choice in choices_for(profile, mood)]
    return next((play for kind in KINDS.get(player, ()) for play in known if play.startswith(kind)), None)


def own_address(config: Config) -> str | None:
    """The sound's address as MPD reaches it; None if the page is only for this machine, and MPD is on another one."""
    mpd, web = config.mpd.host, config.web
    here = mpd.startswith("/") or is_loopback(mpd)
    if web.host not in WILDCARDS:
        host = None if is_loopback(web.host) and not here else web.host
    else:
        host = "127.0.0.1" if here else _address_towards(mpd, config.mpd.port)
    if host is None:
        return None
    return f"http://{f'[{host}]' if ':' in host else host}:{web.port}{PATH}"


def _address_towards(host: str, port: int) -> str | None:
    """The address of this machine in the network that a host is in."""
    with contextlib.suppress(OSError, UnicodeError):
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(kind, socket.SOCK_DGRAM) as probe:
            # Nothing is sent.
            probe.connect(address)
            found = str(probe.getsockname()[0])
            return found if "%" not in found else None
    return None

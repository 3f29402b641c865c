"""MPD (Music Player Daemon) or Mopidy: local files, radio, playlists; for people without Spotify."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import mpd

from edge.errors import PlayerError
from edge.players.mpd_music import songs_of
from edge.values import Act, Music, Playback, When, Wish

T = TypeVar("T")
TIMEOUT = 3.0
POLL = 2.0  # MPD is near, and a look costs it nothing
AWAY_POLL = 10.0
PATIENCE = 600.0
FADE_STEP = 0.8
log = logging.getLogger(__name__)


class Mpd:
    """A player as `edge.players.Player` describes it; connects when needed, and again after a break."""

    name = "mpd"

    def __init__(
        self, host: str, port: int, *, password: str | None, clock: Callable[[], float], timeout: float = TIMEOUT
    ) -> None:
        """clock: monotonic seconds. timeout: seconds for each answer."""
        self._host, self._port, self._password, self._clock = host, port, password, clock
        self._client: Any = mpd.MPDClient()
        self._client.timeout = timeout
        self._connected = False
        self._contexts: dict[str, str] = {}
        self._waiting: tuple[Wish, float] | None = None
        self._volumes: list[tuple[float, int]] = []

    def apply(self, wish: Wish) -> None:
        """Do it; what can be repeated without harm is kept while MPD is away."""
        if wish.act is Act.KEEP:
            return
        if wish.act is Act.PLAY and (wish.music is None or not wish.music.uri.startswith("mpd:")):
            where = wish.music.uri if wish.music else "nothing"
            raise PlayerError(f"mpd: {where} isn't MPD's to play; check music.profiles and music.player", retry_after=1)
        self._waiting = (wish, self._clock() + PATIENCE)
        self._do_waiting()

    def playback(self) -> Playback:
        self._do_waiting()
        self._step_volume()
        status = self._ask(lambda client: client.status())
        state = {"play": "playing", "pause": "paused"}.get(status.get("state"), "stopped")
        speaker = f"MPD at {self._host}"
        if state == "stopped":
            return Playback(state, self.name, speaker=speaker, volume=_volume(status))
        song = self._ask(lambda client: client.currentsong())
        context = self._contexts.get(str(song.get("id")))
        return Playback(
            state,
            self.name,
            speaker=speaker,
            title=_text(song.get("title") or song.get("name")) or _text(song.get("file")),
            artist=_text(song.get("artist")),
            uri=f"mpd:{song['file']}" if song.get("file") else None,
            volume=_volume(status),
            context=context,
            duration=float(status["duration"]) if status.get("duration") else None,
            position=float(status["elapsed"]) if status.get("elapsed") else None,
        )

    def wait(self) -> float:
        if self._volumes:
            return max(0.05, self._volumes[0][0] - self._clock())
        return POLL if self._connected else AWAY_POLL

    def close(self) -> None:
        self._away()

    # Doing.

    def _do_waiting(self) -> None:
        if self._waiting is None:
            return
        wish, until = self._waiting
        if self._clock() > until:
            log.info("mpd: %s comes too late and is dropped", wish.act.value)
            self._waiting = None
            return
        self._connect()
        if wish.act in (Act.NEXT, Act.PREVIOUS) or wish.when is When.QUEUE:
            # Sent once: where the connection breaks now, it may have arrived.
            self._waiting = None
        try:
            self._do(wish)
        except _RefusedError:
            self._waiting = None
            raise
        self._waiting = None

    def _do(self, wish: Wish) -> None:
        if wish.act is Act.PLAY and wish.music is not None:
            self._play(wish, wish.music)
        elif wish.act is Act.PAUSE:
            self._ask(lambda client: client.pause(1))
        elif wish.act is Act.RESUME:
            paused = self._ask(lambda client: client.status()).get("state") == "pause"
            self._ask(lambda client: client.pause(0) if paused else client.play())
        elif wish.act is Act.NEXT:
            self._ask(lambda client: client.next())
        elif wish.act is Act.PREVIOUS:
            self._ask(lambda client: client.previous())
        if wish.volume is not None:
            self._set_volume(wish.volume, fade=wish.fade, asked=wish.act is Act.VOLUME)

    def _play(self, wish: Wish, music: Music) -> None:
        status = self._ask(lambda client: client.status())
        songs = self._ask(lambda client: songs_of(client, music.uri))
        if not songs:
            raise _RefusedError(f"mpd: {music.name} ({music.uri}) holds no song; check music.profiles", retry_after=1)
        # A radio station never comes to an end, so that waiting for one would be for ever.
        ends = status.get("state") == "play" and status.get("duration") is not None
        at = int(status.get("song", -1))
        if wish.when is When.QUEUE and status.get("state") == "play":
            self._add(music, songs, at=at + 1)
        elif wish.when is not When.NOW and ends:
            # Only the song that plays stays, so that what comes after it is what was asked for.
            self._ask(lambda client: _crop(client, at, int(status.get("playlistlength", 0))))
            self._add(music, songs)
        else:
            volume = _volume(status)
            if wish.fade and volume is not None and status.get("state") == "play":
                goal = volume if wish.volume is None else wish.volume
                self._setvol(round(volume * 0.3))
                now = self._clock()
                self._volumes = [(now + FADE_STEP * n, round(goal * n / 3)) for n in (1, 2, 3)]
            self._ask(lambda client: client.clear())
            self._contexts.clear()
            self._add(music, songs)
            self._ask(lambda client: client.play(0))

    def _add(self, music: Music, songs: list[str], *, at: int | None = None) -> None:
        def add(client: Any) -> list[str]:
            client.command_list_ok_begin()
            for n, song in enumerate(songs):
                if at is None:
                    client.addid(song)
                else:
                    client.addid(song, at + n)
            return [str(one) for one in client.command_list_end()]

        for song in self._ask(add):
            self._contexts[song] = music.uri

    def _set_volume(self, goal: int, *, fade: bool, asked: bool) -> None:
        now = _volume(self._ask(lambda client: client.status()))
        if now is None:
            if asked:
                raise _RefusedError("mpd: its output has no volume to set; set it on the amplifier", retry_after=1)
            return
        if self._volumes and not asked:
            return  # a fade is on its way there
        at = self._clock()
        self._volumes = [(at + FADE_STEP * n, now + round((goal - now) * n / 3)) for n in (1, 2, 3)] if fade else []
        if not fade:
            self._setvol(goal)

    def _step_volume(self) -> None:
        while self._volumes and self._clock() >= self._volumes[0][0]:
            self._setvol(self._volumes[0][1])
            self._volumes.pop(0)

    def _setvol(self, goal: int) -> None:
        self._ask(lambda client: client.setvol(goal))

    # The connection.

    def _ask(self, call: Callable[[Any], T]) -> T:
        """One exchange. Raises PlayerError."""
        self._connect()
        try:
            return call(self._client)
        except mpd.CommandError as error:
            raise self._refused(error) from None
        except (mpd.MPDError, OSError, ValueError) as error:
            self._away()
            raise PlayerError(
                f"mpd: the connection to {self._host}:{self._port} broke off ({_reason(error)}); connecting again",
                retry_after=2,
            ) from None

    def _connect(self) -> None:
        if self._connected:
            return
        self._away()
        try:
            self._client.connect(self._host, self._port)
            self._connected = True
            if self._password is not None:
                self._client.password(self._password)
        except mpd.CommandError:
            self._away()
            raise PlayerError(
                "mpd: doesn't accept the password; set MOODROOM_MPD_PASSWORD or the credential mpd_password",
                retry_after=60,
            ) from None
        except (mpd.MPDError, OSError) as error:
            self._away()
            raise PlayerError(
                f"mpd: {self._host}:{self._port} doesn't answer ({_reason(error)}); is MPD running there?",
                retry_after=AWAY_POLL,
            ) from None

    def _away(self) -> None:
        self._connected = False
        try:
            self._client.disconnect()
        except (mpd.MPDError, OSError):
            log.debug("mpd: was gone already")

    def _refused(self, error: mpd.CommandError) -> PlayerError:
        text = str(error)
        if "permission" in text:
            return _RefusedError(
                "mpd: asks for a password; set MOODROOM_MPD_PASSWORD or the credential mpd_password", retry_after=60
            )
        said = text.split("} ", 1)[-1]
        return _RefusedError(f"mpd: {said}; check music.profiles", retry_after=1)


class _RefusedError(PlayerError):
    """MPD understood, and won't; asking again wouldn't help."""


def _crop(client: Any, at: int, length: int) -> None:
    if at + 1 < length:
        client.delete((at + 1,))
    if at > 0:
        client.delete((0, at))


def _volume(status: dict[str, Any]) -> int | None:
    volume = int(status.get("volume", -1))
    return volume if volume >= 0 else None


def _text(value: Any) -> str | None:
    return ", ".join(value) if isinstance(value, list) else value


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__

"""Somebody who uses the speaker by other means than the device: a phone, a voice assistant, another client of MPD."""

from __future__ import annotations

from typing import Any, Protocol

from tests.librespot_server import Librespot
from tests.mass_server import Mass
from tests.mass_server.world import SPEAKER
from tests.players.mpd_daemon import Daemon
from tests.scenarios.simple_player import SimplePlayer
from tests.spotify_server import World
from tests.waiting import wait_for

ROOM = "Living Room"


class Someone(Protocol):
    """The same on every player. playing, volume: the speaker's, as it really is. music: the address of what it has."""

    theirs: str

    @property
    def playing(self) -> bool: ...
    @property
    def volume(self) -> int | None: ...
    @property
    def music(self) -> str | None: ...

    def pauses(self) -> None: ...
    def resumes(self) -> None: ...
    def skips(self) -> None: ...
    def plays(self) -> None:
        """Play something of their own."""

    def sets_volume(self, volume: int) -> None: ...


class OnSimple:
    theirs = "simple:theirs"

    def __init__(self, player: SimplePlayer) -> None:
        self._player = player

    @property
    def playing(self) -> bool:
        return self._player.state == "playing" and not self._player.elsewhere

    @property
    def volume(self) -> int | None:
        return self._player.volume

    @property
    def music(self) -> str | None:
        return self._player.context

    def pauses(self) -> None:
        self._player.person("pause")

    def resumes(self) -> None:
        self._player.person("resume")

    def skips(self) -> None:
        self._player.person("next")

    def plays(self) -> None:
        self._player.person("play", self.theirs)

    def sets_volume(self, volume: int) -> None:
        self._player.person("volume", volume)


class OnSpotify:
    theirs = "spotify:album:theirs"

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def playing(self) -> bool:
        now = self._world.now_playing()
        return now.playing and now.device == ROOM

    @property
    def volume(self) -> int | None:
        return self._world.device(ROOM).volume

    @property
    def music(self) -> str | None:
        return self._world.now_playing().context

    def pauses(self) -> None:
        self._world.person("pause", on=ROOM)

    def resumes(self) -> None:
        self._world.person("resume", on=ROOM)

    def skips(self) -> None:
        self._world.person("next", on=ROOM)

    def plays(self) -> None:
        self._world.person("play", self.theirs, on=ROOM)

    def sets_volume(self, volume: int) -> None:
        self._world.person("volume", volume, on=ROOM)


class OnMusicAssistant:
    """Somebody on its page, or on the speaker."""

    theirs = "ma:library://album/5"

    def __init__(self, world: Mass) -> None:
        self._world = world

    @property
    def playing(self) -> bool:
        return self._world.speakers[SPEAKER].state == "playing"

    @property
    def volume(self) -> int | None:
        return self._world.speakers[SPEAKER].volume

    @property
    def music(self) -> str | None:
        origin = self._world.queues[SPEAKER].origin
        return None if origin is None else f"ma:{origin}"

    def pauses(self) -> None:
        self._world.pause(self._world.queues[SPEAKER])

    def resumes(self) -> None:
        self._world.resume(self._world.queues[SPEAKER])

    def skips(self) -> None:
        self._world.person_skips()

    def plays(self) -> None:
        self._world.person_plays(self.theirs.removeprefix("ma:"))

    def sets_volume(self, volume: int) -> None:
        self._world.person_sets_volume(volume)


class OnGoLibrespot:
    """Somebody with the Spotify app."""

    theirs = "spotify:album:theirs"

    def __init__(self, world: Librespot) -> None:
        self._world = world

    @property
    def playing(self) -> bool:
        return self._world.state == "playing"

    @property
    def volume(self) -> int | None:
        return self._world.volume

    @property
    def music(self) -> str | None:
        return self._world.chosen or None

    def pauses(self) -> None:
        self._world.person_pauses()

    def resumes(self) -> None:
        self._world.person_resumes()

    def skips(self) -> None:
        self._world.person_skips()

    def plays(self) -> None:
        self._world.person_plays()

    def sets_volume(self, volume: int) -> None:
        self._world.person_sets_volume(volume)


class OnMpd:
    """A second client. player: the device's, which is told of each change before time goes on."""

    theirs = "loud/loud1.wav"

    def __init__(self, daemon: Daemon, player: Any) -> None:
        self._daemon, self._player = daemon, player

    @property
    def playing(self) -> bool:
        return self._daemon.status()["state"] == "play"

    @property
    def volume(self) -> int | None:
        return int(self._daemon.status()["volume"])

    @property
    def music(self) -> str | None:
        """Its folder, or a person's song."""
        status = self._daemon.status()
        song = self._daemon.queue()[int(status["song"])] if "song" in status else ""
        return self.theirs if song == self.theirs else f"mpd:folder/{song.split('/')[0]}" if song else None

    def pauses(self) -> None:
        self._asks("pause 1")

    def resumes(self) -> None:
        self._asks("pause 0")

    def skips(self) -> None:
        self._asks("next")

    def plays(self) -> None:
        self._asks(f"clear\nadd {self.theirs}\nplay")

    def sets_volume(self, volume: int) -> None:
        self._asks(f"setvol {volume}")

    def _asks(self, command: str) -> None:
        self._player.follow()
        self._daemon.ask(command)
        wait_for(lambda: self._player.wait() == 0, "MPD's word of the change")

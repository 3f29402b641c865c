"""The account as we see it: looks that are as few as they can be, and what we believe between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from edge.players.spotify import speakers
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.commands import Operation, SpotifyCommand, is_song
from edge.players.spotify.errors import (
    ElsewhereError,
    QuotaUsedUpError,
    RequestRefusedError,
    RestrictedError,
    SpeakerMissingError,
    SpotifyError,
    TooManyCallsError,
    VolumeFixedError,
)
from edge.players.spotify.playback import SpotifyPlayback, look
from edge.players.spotify.speakers import Speaker

T = TypeVar("T")
FRESH = 3.5  # a look this young still holds when a command is given
IDLE_AFTER = 300.0
NEVER = -1e9


class SpotifyAccount:
    """What the account plays and where, and the calls that Spotify allows."""

    def __init__(self, web: SpotifyApi, *, wanted: str | None, clock: Callable[[], float]) -> None:
        """wanted: our speaker's name. clock: monotonic seconds."""
        self.web, self.wanted, self.clock = web, wanted, clock
        self.seen: SpotifyPlayback | None = None
        self.looked = self.commanded = self.closed_until = NEVER
        self.missing = self.moved = False
        self._believed = False
        self._closed: SpotifyError | None = None
        self._quiet_since: float | None = None

    def ask(self, call: Callable[[], T]) -> T:
        """A call, unless Spotify told us to make none for now. Raises SpotifyError."""
        now = self.clock()
        if self._closed is not None and now < self.closed_until:
            raise type(self._closed)(str(self._closed), retry_after=self.closed_until - now)
        try:
            return call()
        except (TooManyCallsError, QuotaUsedUpError) as error:
            self._closed, self.closed_until = error, self.clock() + (error.retry_after or 30.0)
            raise

    def look(self) -> SpotifyPlayback:
        """One look, at the cost of one call, or two where nothing is active."""
        now = self.clock()
        found: list[Speaker] | None = None
        if self.seen is not None and self.seen.speaker is None:
            # One call tells both whether anything is active and whether our speaker is there.
            found = self.ask(self.web.speakers)
        state = None
        if found is None or any(speaker.active for speaker in found):
            state = self.ask(self.web.state)
        seen = look(state, wanted=self.wanted, at=now)
        self.seen, self.looked, self._believed, self.missing = seen, now, False, False
        if seen.speaker is None:
            found = self.ask(self.web.speakers) if found is None else found
            self.missing = not any(speakers.same(speaker.name, self.wanted or "") for speaker in found)
        if seen.playing:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        return seen

    def fresh(self, *, sure: bool = False) -> SpotifyPlayback:
        """What holds now. sure: as Spotify shows it, not as we believe it."""
        at = self.looked if sure else max(self.looked, self.commanded)
        if self.seen is None or self.clock() - at > FRESH or (sure and self._believed):
            return self.look()
        return self.seen

    @property
    def certain(self) -> bool:
        """What is held is what Spotify showed, and no belief."""
        return not self._believed

    def believe(self, seen: SpotifyPlayback) -> None:
        """Spotify accepted a command: this holds until it shows it."""
        self.seen, self.commanded, self._believed = seen, self.clock(), True
        self._quiet_since = None

    def speaker(self, seen: SpotifyPlayback) -> Speaker:
        """Our speaker, with its id of this moment. Raises SpeakerMissingError."""
        if seen.ours and seen.speaker is not None and seen.speaker.id and not self.moved:
            return seen.speaker
        try:
            found = speakers.find(self.wanted, self.ask(self.web.speakers))
        except SpeakerMissingError:
            self.missing = True
            raise
        self.moved = False
        return found

    def quiet(self) -> bool:
        """Nothing plays, and hasn't for a while."""
        return self._quiet_since is not None and self.clock() - self._quiet_since > IDLE_AFTER


def manners(step: SpotifyCommand, seen: SpotifyPlayback, wanted: str | None) -> None:
    """Raises where the account is somebody else's now: ElsewhereError, RefusedError. wanted: our speaker's name."""
    if seen.elsewhere and not (step.do is Operation.TRANSFER and step.music_in(seen)):
        other = seen.speaker.name if seen.speaker else "another device"
        raise ElsewhereError(f'spotify: the account plays on "{other}", which is left alone', retry_after=1)
    if step.do not in (Operation.PLAY, Operation.RESUME, Operation.TRANSFER) and not seen.ours:
        raise RequestRefusedError(f'spotify: nothing plays on "{wanted}", so there is nothing to change', retry_after=1)


def takes(step: SpotifyCommand, speaker: Speaker) -> bool:
    """False where the step is passed over: a volume that goes with music, on a speaker whose volume is fixed.

    Raises RestrictedError, VolumeFixedError.
    """
    if speaker.restricted:
        raise RestrictedError(
            f'spotify.speaker: "{speaker.name}" takes no commands through Spotify\'s Web API; choose another',
            retry_after=5,
        )
    if step.do is not Operation.VOLUME or speaker.volume_settable:
        return True
    if step.part:
        return False
    raise VolumeFixedError(
        f'spotify.speaker: "{speaker.name}" doesn\'t let its volume be set; set it on the speaker itself', retry_after=1
    )


def send(account: SpotifyAccount, step: SpotifyCommand, speaker: Speaker) -> None:
    """Give the command, once. Raises SpotifyError."""
    device, web, uri = speaker.id or "", account.web, step.uri
    if step.do is Operation.PLAY and (step.uris or (uri is not None and is_song(uri))):
        songs = list(step.uris) or [str(uri)]
        account.ask(lambda: web.play(device, uris=songs))
    elif step.do is Operation.PLAY:
        account.ask(lambda: web.play(device, context=uri, offset=step.offset))
    elif step.do is Operation.QUEUE and uri is not None:
        account.ask(lambda: web.queue(device, uri))
    elif step.do is Operation.VOLUME and step.volume is not None:
        volume = step.volume
        account.ask(lambda: web.volume(device, volume))
    elif step.do is Operation.SHUFFLE:
        account.ask(lambda: web.shuffle(device, on=bool(step.on)))
    elif step.do is Operation.REPEAT:
        account.ask(lambda: web.repeat(device, step.repeat or "off"))
    else:
        plain = {
            Operation.PAUSE: web.pause,
            Operation.RESUME: web.play,
            Operation.TRANSFER: web.transfer,
            Operation.NEXT: web.next,
            Operation.PREVIOUS: web.previous,
        }[step.do]
        account.ask(lambda: plain(device))

"""`SpeakerTrial`: plays, pauses, sets the volume, queues and skips, and says what the speaker did.

It knows no player but by the protocol `Player`: what a player shows counts, not what it accepts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edge.errors import PlayerError, sentence_of
from edge.players.player import Player, SharesQueue
from edge.sentences import Sentence
from edge.values import VOLUME_TOLERANCE, Act, Music, Playback, When, Wish

# A trial takes at most so long; what is left after that isn't tried. Putting things back has its own time.
TRIAL_MAX_S, PUT_BACK_MAX_S = 50.0, 8.0
# A speaker that has to wake up takes its time to begin.
BEGINS_WITHIN_S, SHOWS_WITHIN_S = 15.0, 8.0
LOOK_MIN_S, LOOK_MAX_S = 0.05, 0.5
# The other volume that is tried, percent; clearly more than what mixers round.
VOLUME_STEP = 3 * VOLUME_TOLERANCE
# So far into a song, a start from its beginning shows.
POSITION_MIN_S = 4.0
WHY = Sentence("somebody tries the speaker")

NOT_SHOWN = Sentence("the speaker accepted it, and nothing changed")
NO_TIME = Sentence("not tried: the trial has taken long enough")


@dataclass(frozen=True)
class TrialLine:
    """What one step showed.

    step: "speaker", "play", "pause", "resume", "volume", "queue", "skip" or "end". works: the speaker can do it.
    text: one sentence, a Sentence where it can be translated.
    """

    step: str
    works: bool
    text: str


class SomebodyListensError(PlayerError):
    """Music plays already, or somebody's own is paused; a trial would end it."""

    lasting = True


class SpeakerTrial:
    """One trial of one player; used by one thread."""

    def __init__(
        self,
        player: Player,
        music: Music,
        *,
        mood: str = "unknown",
        own: Callable[[Playback], bool] = lambda _: False,
        anyway: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """own: whether what is paused is a choice of the device's. anyway: also end music that somebody hears."""
        self._player, self._music, self._mood = player, music, mood
        self._own, self._anyway, self._clock, self._sleep = own, anyway, clock, sleep
        self._seen = Playback("stopped", player.name)
        self._ends, self._started = 0.0, False
        self._volume: int | None = None

    def run(self) -> Iterator[TrialLine]:
        """Try the speaker; one line for each step, as it is done.

        Raises PlayerError if the player can't be reached, SomebodyListensError without `anyway`. Afterwards the music
        is paused and the volume is as before, whatever happened.
        """
        self._ends = self._clock() + TRIAL_MAX_S
        before = self._seen = self._player.playback()
        if before.state == "unavailable":
            yield TrialLine("speaker", False, Sentence("the speaker is offline; wake it, or choose another one"))
            return
        if not self._anyway:
            self._refuse_to_disturb(before)
        speaker = before.speaker or self._player.name
        yield TrialLine("speaker", True, Sentence("{speaker} answers", speaker=speaker))
        try:
            yield from self._steps()
        finally:
            try:
                left = self._put_back()
            except KeyboardInterrupt:
                self._put_back()  # the trial may have ended by itself; another Ctrl-C ends this
                raise
        if self._started:
            yield self._end(before, left)

    def _refuse_to_disturb(self, before: Playback) -> None:
        if before.state != "playing" and self._own(before):
            return
        if before.state not in ("playing", "paused"):
            count = self._player.songs_of_others() if isinstance(self._player, SharesQueue) else 0
            if count:
                why = Sentence(
                    "{count} songs wait in the speaker's queue, and trying it would remove them", count=count
                )
                raise SomebodyListensError(why)
            return
        music = before.title or Sentence("music")
        if before.state == "playing":
            why = Sentence("{music} plays now, and trying the speaker would end it; wait until it is over", music=music)
        else:
            why = Sentence("somebody has paused {music}, and trying the speaker would end it", music=music)
        raise SomebodyListensError(why)

    def _steps(self) -> Iterator[TrialLine]:
        self._started = True  # before the request, which may be interrupted
        why = self._attempt(self._play(self._music), self._plays, BEGINS_WITHIN_S)
        yield _line("play", why, Sentence("{music} plays", music=self._music.name))
        if why:
            return
        song = self._seen.uri
        paused = self._attempt(self._wish(Act.PAUSE), lambda seen: seen.state in ("paused", "stopped"))
        yield _line("pause", paused, Sentence("the music pauses"))
        if not paused:
            why = self._attempt(self._wish(Act.RESUME), self._plays)
            yield _line("resume", why, Sentence("the music goes on"))
            if why:
                return
        yield self._try_volume()
        yield from self._try_songs(song)

    def _try_volume(self) -> TrialLine:
        volume = self._seen.volume
        if volume is None:
            return TrialLine("volume", False, Sentence("the player doesn't tell the volume, so it is left as it is"))
        self._volume = volume
        other = volume - VOLUME_STEP if volume >= VOLUME_STEP else volume + VOLUME_STEP // 2
        why = self._set_volume(other, volume) or self._set_volume(volume, other)
        done = Sentence("the volume goes from {volume} to {other} percent, and back", volume=volume, other=other)
        return _line("volume", why, done)

    def _set_volume(self, volume: int, other: int) -> str:
        """Set the volume; returns why it isn't set. other: what it is now."""

        def is_set(seen: Playback) -> bool:
            # A mixer rounds, but not to the other one.
            return seen.volume is not None and abs(seen.volume - volume) < abs(seen.volume - other)

        return self._attempt(self._wish(Act.VOLUME, volume=volume), is_set)

    def _try_songs(self, song: str | None) -> Iterator[TrialLine]:
        """Queue a song, and skip to it."""
        self._wait_for_position()
        not_queued: str = Sentence("the player doesn't name the song, so none is queued")
        if song is not None:
            queued = Wish(Act.PLAY, self._mood, WHY, Music(song, self._seen.title or song), When.QUEUE)
            not_queued = self._attempt(queued, lambda _: True)
            self._wait_for_position()
        playing, position = self._seen.uri, self._seen.position

        def skipped(seen: Playback) -> bool:
            back = seen.position is not None and position is not None and seen.position < position
            return self._plays(seen) and seen.uri is not None and (seen.uri != playing or back)

        why = self._attempt(self._wish(Act.NEXT), skipped)
        if not not_queued and not why and self._seen.uri != song:
            not_queued = Sentence("another song came next than the one that was queued")
        if not not_queued and why:
            not_queued = Sentence("the song was accepted; whether it comes next can't be seen")
        yield _line("queue", not_queued, Sentence("the song that was queued came next"))
        yield _line("skip", why, Sentence("the next song begins"))

    def _wait_for_position(self) -> None:
        """Let the song play until a start from its beginning would show."""
        until = min(self._clock() + POSITION_MIN_S, self._ends)
        while self._clock() < until and 0 <= (self._seen.position or 0.0) < POSITION_MIN_S:
            self._sleep(LOOK_MAX_S)
            self._look()

    def _put_back(self) -> str:
        """Pause the music, and set the volume as it was; returns what couldn't be put back, or ""."""
        if not self._started:
            return ""
        self._ends = self._clock() + PUT_BACK_MAX_S
        while (left := self._look()) and self._clock() < self._ends:  # what came of an interrupted request
            self._sleep(LOOK_MAX_S)
        volume, seen = self._volume, self._seen.volume
        # A mixer rounds to steps of its own.
        if volume is not None and seen is not None and abs(seen - volume) > VOLUME_TOLERANCE:
            left = left or self._set_volume(volume, seen)
            self._look()
        if (self._seen.state == "playing" or self._seen.assumed) and not self._seen.elsewhere:
            left = left or self._attempt(self._wish(Act.PAUSE), lambda one: one.state != "playing")
        if isinstance(self._player, SharesQueue):
            try:
                self._player.remove_own_songs()
            except PlayerError as error:
                left = left or sentence_of(error)
        return left

    def _end(self, before: Playback, left: str) -> TrialLine:
        if left:
            return TrialLine("end", False, Sentence("the room isn't as it was: {why}", why=left))
        if before.state == "playing":
            return TrialLine("end", True, Sentence("the trial is over, and what played before doesn't begin again"))
        return TrialLine("end", True, Sentence("the music is silent and the volume as it was"))

    def _attempt(self, wish: Wish, shows: Callable[[Playback], bool], within: float = SHOWS_WITHIN_S) -> str:
        """Carry out a wish. Returns "" once the player shows it, else why it doesn't."""
        until, why = min(self._clock() + within, self._ends), ""
        if self._clock() >= self._ends:
            return NO_TIME
        try:
            self._player.apply(wish)
        except PlayerError as error:
            why = sentence_of(error)
            if error.lasting:
                self._player.take_abandoned()
                return why
        while True:
            why = self._look() or why
            abandoned = next((one for one in self._player.take_abandoned() if one.wish == wish), None)
            if abandoned is not None:
                return abandoned.why
            if not self._seen.assumed and shows(self._seen):
                return ""
            if self._clock() >= until:
                return why or NOT_SHOWN
            self._sleep(min(LOOK_MAX_S, max(LOOK_MIN_S, self._player.wait())))

    def _look(self) -> str:
        """See what plays; returns why that isn't known."""
        try:
            self._seen = self._player.playback()
        except PlayerError as error:
            return sentence_of(error)
        return ""

    @staticmethod
    def _plays(seen: Playback) -> bool:
        return seen.state == "playing" and not seen.elsewhere

    def _play(self, music: Music) -> Wish:
        return Wish(Act.PLAY, self._mood, WHY, music)

    def _wish(self, act: Act, volume: int | None = None) -> Wish:
        return Wish(act, self._mood, WHY, volume=volume)


def _line(step: str, why: str, done: str) -> TrialLine:
    """why: it didn't work; empty where it did, and `done` says so."""
    return TrialLine(step, not why, why or done)

"""`SpeakerTrial`: plays, pauses, sets the volume, queues and skips, and says what the speaker did.

It knows no player but by the protocol `Player`: what a player shows counts, not what it accepts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edge.errors import PlayerError, sentence_of
from edge.players.player import Player, SharesQueue
from edge.players.trial.tried_speaker import TriedSpeaker, is_playing
from edge.sentences import Sentence
from edge.values import VOLUME_TOLERANCE, Act, Music, Playback, When

# A trial takes at most so long; what is left after that isn't tried. Putting things back has its own time.
TRIAL_MAX_S, PUT_BACK_MAX_S = 50.0, 8.0
# A speaker that has to wake up takes its time to begin.
BEGINS_WITHIN_S = 15.0
# The other volume that is tried, percent; clearly more than what mixers round.
VOLUME_STEP = 3 * VOLUME_TOLERANCE


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
        self._player, self._music, self._own, self._anyway = player, music, own, anyway
        self._speaker = TriedSpeaker(player, mood=mood, clock=clock, sleep=sleep)
        self._started = False
        self._volume: int | None = None

    def run(self) -> Iterator[TrialLine]:
        """Try the speaker; one line for each step, as it is done.

        Raises PlayerError if the player can't be reached, SomebodyListensError without `anyway`. Afterwards the music
        is paused and the volume is as before, whatever happened.
        """
        self._speaker.limit(TRIAL_MAX_S)
        before = self._speaker.seen = self._player.playback()
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
        speaker = self._speaker
        self._started = True  # before the request, which may be interrupted
        why = speaker.attempt(speaker.play(self._music), is_playing, BEGINS_WITHIN_S)
        yield _line("play", why, Sentence("{music} plays", music=self._music.name))
        if why:
            return
        song = speaker.seen.uri
        paused = speaker.attempt(speaker.wish(Act.PAUSE), lambda seen: seen.state in ("paused", "stopped"))
        yield _line("pause", paused, Sentence("the music pauses"))
        if not paused:
            why = speaker.attempt(speaker.wish(Act.RESUME), is_playing)
            yield _line("resume", why, Sentence("the music goes on"))
            if why:
                return
        yield self._try_volume()
        yield from self._try_songs(song)

    def _try_volume(self) -> TrialLine:
        speaker = self._speaker
        volume = speaker.seen.volume
        if volume is None:
            return TrialLine("volume", False, Sentence("the player doesn't tell the volume, so it is left as it is"))
        self._volume = volume
        other = volume - VOLUME_STEP if volume >= VOLUME_STEP else volume + VOLUME_STEP // 2
        why = speaker.set_volume(other, volume) or speaker.set_volume(volume, other)
        done = Sentence("the volume goes from {volume} to {other} percent, and back", volume=volume, other=other)
        return _line("volume", why, done)

    def _try_songs(self, song: str | None) -> Iterator[TrialLine]:
        """Queue a song, and skip to it."""
        speaker = self._speaker
        speaker.wait_for_position()
        not_queued: str = Sentence("the player doesn't name the song, so none is queued")
        if song is not None:
            queued = speaker.play(Music(song, speaker.seen.title or song), When.QUEUE)
            not_queued = speaker.attempt(queued, lambda _: True)
            speaker.wait_for_position()
        playing, position = speaker.seen.uri, speaker.seen.position

        def skipped(seen: Playback) -> bool:
            back = seen.position is not None and position is not None and seen.position < position
            return is_playing(seen) and seen.uri is not None and (seen.uri != playing or back)

        why = speaker.attempt(speaker.wish(Act.NEXT), skipped)
        if not not_queued and not why and speaker.seen.uri != song:
            not_queued = Sentence("another song came next than the one that was queued")
        if not not_queued and why:
            not_queued = Sentence("the song was accepted; whether it comes next can't be seen")
        yield _line("queue", not_queued, Sentence("the song that was queued came next"))
        yield _line("skip", why, Sentence("the next song begins"))

    def _put_back(self) -> str:
        """Pause the music, and set the volume as it was; returns what couldn't be put back, or ""."""
        if not self._started:
            return ""
        speaker = self._speaker
        speaker.limit(PUT_BACK_MAX_S)
        left = speaker.look_until_known()  # what came of an interrupted request
        volume, seen = self._volume, speaker.seen.volume
        # A mixer rounds to steps of its own.
        if volume is not None and seen is not None and abs(seen - volume) > VOLUME_TOLERANCE:
            left = left or speaker.set_volume(volume, seen)
            speaker.look()
        if (speaker.seen.state == "playing" or speaker.seen.assumed) and not speaker.seen.elsewhere:
            left = left or speaker.attempt(speaker.wish(Act.PAUSE), lambda one: one.state != "playing")
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


def _line(step: str, why: str, done: str) -> TrialLine:
    """why: it didn't work; empty where it did, and `done` says so."""
    return TrialLine(step, not why, why or done)

"""Who changed the music: the device, a person, or the player by itself. Pure.

The device knows what it requested and when, what played in the last report, and when that song was to end. A change
that these don't explain was made by a person.
"""

from __future__ import annotations

from dataclasses import replace

from edge.music.interpretation import Cause, Interpretation
from edge.music.pending import SKIP_EXPIRES_S, PendingRequests, RequestedMusic
from edge.music.playback import (
    basis_of,
    differs,
    is_identified,
    matches,
    plays_here,
)
from edge.music.reports.last_report import LastReport
from edge.music.reports.lowered_volume import LoweredVolume
from edge.music.reports.short_pause import ShortPause
from edge.music.reports.song_clock import SongClock
from edge.music.reports.unexplained_changes import UnexplainedChanges
from edge.music.reports.unnamed_music import UnnamedMusic
from edge.music.speaker_volume import SpeakerVolume
from edge.sentences import Sentence
from edge.values import Act, Basis, Playback, When, Wish

_SONG_PREFIXES = ("spotify:track:", "spotify:episode:", "library:")


class TakeoverDetector:
    """Compares the player's reports with what was requested and what was to be expected.

    playback: the newest report; observed_at: its time. pending: requests that aren't confirmed. volume: the speaker's.
    pause, lowered: what nothing explains, while it may still end by itself.
    """

    def __init__(self, grace: float) -> None:
        """grace: seconds after a command, and after its effect, in which changes aren't judged."""
        self._grace = grace
        self.playback: Playback | None = None
        self.observed_at = 0.0
        self.pending = PendingRequests()
        self.volume = SpeakerVolume(grace)
        self.pause, self.lowered = ShortPause(), LoweredVolume()
        self._song_clock = SongClock()
        # The newest report that the next one is compared with, and music without a name since then.
        self._last = LastReport()
        self._unnamed = UnnamedMusic(grace)
        self._changes = UnexplainedChanges(self._last, self.pending, self.pause)
        self._settling_since = float("-inf")
        # Music that has just begun is silent, by itself or by a person, which isn't judged yet.
        self._silent_early = False
        # When the music was last moved to another speaker, which has a volume of its own.
        self._moved_at = float("-inf")

    @property
    def playing(self) -> bool:
        """True where something plays on the device's speaker, as far as is known."""
        return self.playback is not None and plays_here(self.playback)

    @property
    def in_doubt(self) -> bool:
        """True while it isn't clear yet whether a person has just changed the music."""
        return self.pause.active or self.lowered.active or self._unnamed.active or self._silent_early

    @property
    def volume_settled(self) -> bool:
        """True where the speaker's volume is known, and no change by the device is on its way."""
        play = self.pending.play
        coming = play is not None and play.when is When.NOW
        changing = self.volume.pending or self.lowered.active
        return self.volume.current is not None and not changing and not coming

    def song_may_be_over(self, now: float) -> bool:
        """True where the song of the last report may have ended by now, or its end isn't known."""
        return self._last.song_may_be_over(now)

    def basis(self) -> Basis:
        """What plays now, for a new wish to be based on."""
        return basis_of(self.playback, self.observed_at)

    def request(self, now: float, wish: Wish) -> Wish:
        """Note what the device requests of the player, by itself or for a person. Returns the wish."""
        self.pending.add(now, wish)
        target = self.volume.goal if wish.volume is None and wish.fade else wish.volume
        if target is not None and wish.when is When.NOW:
            self.volume.request(now, target, fade=wish.fade and wish.act is Act.PLAY)
        if wish.act is Act.SPEAKER:
            self._moved_at = now
        if wish.when is When.NOW and wish.act not in (Act.KEEP, Act.FORGET, Act.VOLUME):
            self._settling_since = now
            self.pause.end()
        return wish

    def believe(self) -> None:
        """A person lets the device decide again: there is no doubt about what plays any more."""
        self.pause.end()
        self.lowered.end()
        self._unnamed.end()
        self._silent_early = False

    def drop(self, now: float, wish: Wish) -> None:
        """Forget a wish that the player won't carry out."""
        self.pending.drop(wish)
        if wish.volume is not None or wish.fade:
            self.volume.drop(now)

    def observe(self, now: float, playback: Playback) -> Interpretation:
        """Return what a report from the player means; the next one is compared with it."""
        if not playback.assumed:
            position = self._song_clock.read(now, playback.uri, playback.position, playing=playback.state == "playing")
            playback = replace(playback, position=position)
        self.playback, self.observed_at, self.volume.changed_unobserved = playback, now, None
        if playback.assumed:
            # It is good for planning, but proves nothing.
            return Interpretation()
        if playback.state == "unavailable":
            self._last.away = True
            self.pending.lost_sight()
            self.volume.unavailable(now)
            self.lowered.end()
            return Interpretation()
        self.pending.see(now)
        self.pending.expire(now)
        self._silent_early = False
        known, requested, here = self._last.playback, self.pending.music, plays_here(playback)
        if here and playback.theirs and known is not None and not known.theirs:
            return self._begun_by_person(now, playback)
        if requested is not None and requested.wish.when is not When.NOW and not here and playback.state != "paused":
            # Players forget what waits for a song's end once the song stops.
            self.pending.music = requested = None
        if requested is not None and here and self._is_requested(now, requested, playback):
            return self._started(now, requested, playback)
        settling = now - self._settling_since < self._grace
        if here and not is_identified(playback) and settling:
            return Interpretation()
        state = self.pending.state
        confirmed = state is not None and state.is_done(playback)
        if confirmed:
            self.pending.state, self._settling_since = None, now
        if known is None or confirmed:
            self._accept(now, playback)
            if known is None and here:
                return Interpretation(Cause.FOUND, "requested" if confirmed else "")
            return Interpretation()
        if settling and differs(known, playback):
            if not here or self.pending.play is not None or not self.pending.was_withdrawn(now, playback):
                waits = self.pending.play is not None or self.pending.state is not None
                self._silent_early = plays_here(known) and playback.state == "paused" and not waits
                return Interpretation()
            # The newest request failed, and the one before it had taken effect.
            self._accept(now, playback)
            return Interpretation(Cause.LATE)
        if self._unnamed.follows(known, playback):
            if not self._unnamed.is_long(now):
                return Interpretation()
            self._accept(now, playback)
            return Interpretation(
                Cause.TAKEOVER, "music", Sentence("somebody started music that the player doesn't name")
            )
        result = self._changes.judge(now, known, playback)
        if result.cause is Cause.TAKEOVER or self.pause.active:
            self.lowered.end()
        elif self._volume_set_by_person(now, playback):
            result = Interpretation(
                Cause.TAKEOVER, "volume", Sentence("somebody set the volume to {volume}", volume=playback.volume)
            )
        if result.cause is Cause.ADVANCED:
            result = self._advanced(now, result)
        self._accept(now, playback)
        return result

    def _accept(self, now: float, playback: Playback) -> None:
        """Compare the next report with this one."""
        self._last.accept(now, playback)
        self._unnamed.end()
        if not self.pause.active and not self.lowered.active:
            # An announcement has a volume of its own.
            self.volume.accept(playback.volume)

    def _begun_by_person(self, now: float, playback: Playback) -> Interpretation:
        """The player itself says so, even of music that the device has just requested."""
        self.pause.end()
        self.lowered.end()
        self._accept(now, playback)
        return Interpretation(Cause.TAKEOVER, "music", Sentence("somebody chose this music"))

    # Requested music.

    def _is_requested(self, now: float, requested: RequestedMusic, playback: Playback) -> bool:
        music = requested.wish.music
        if music is None:
            return False
        if matches(music, playback):
            return True
        # Spotify may play another edition of a song, whose address isn't known.
        if playback.context is not None or not music.uri.startswith(_SONG_PREFIXES):
            return False
        last = self._last.playback
        other = last is None or last.uri != playback.uri or last.context is not None
        soon = requested.wish.when is When.NOW and now - requested.at < SKIP_EXPIRES_S
        return playback.uri is not None and other and (soon or self._last.began_by_itself(now, playback))

    def _started(self, now: float, requested: RequestedMusic, playback: Playback) -> Interpretation:
        wish = requested.wish
        self.pending.music = self.pending.state = None
        self._settling_since = now
        self.pause.end()
        # A skip of the music before this has had its effect.
        self.pending.confirm_skip()
        if wish.volume is not None and wish.when is not When.NOW:
            self.volume.request(now, wish.volume)
        if self._volume_set_by_person(now, playback):
            # They set it before this music began.
            self.volume.changed_unobserved = playback.volume
        self._accept(now, playback)
        return Interpretation(Cause.STARTED)

    def _advanced(self, now: float, result: Interpretation) -> Interpretation:
        """The next song began: music that waited for it has begun, or missed it."""
        play = self.pending.play
        if play is None or play.when is When.NOW:
            return result
        if play.when is When.QUEUE and play.music is not None and play.music.uri.startswith(_SONG_PREFIXES):
            self.pending.music, self._settling_since = None, now
            return Interpretation(Cause.STARTED)
        self.pending.song_passed()
        return result

    def _volume_set_by_person(self, now: float, playback: Playback) -> bool:
        if now - self._moved_at < 2 * self._grace:
            self.volume.use(playback.volume)
            self.lowered.end()
            return False
        play, last, before = self.pending.play, self._last.playback, self.volume.current
        changed = self.volume.set_by_person(
            now,
            playback.volume,
            observed=last is not None and last.volume is not None,
            away=self._last.away,
            coming=play.volume if play is not None else None,
        )
        if changed and before is not None and playback.volume is not None:
            return not self.lowered.may_return(now, before, playback.volume)
        self.lowered.end()
        return False

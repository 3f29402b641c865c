"""Who changed the music: the device, a person, or the player by itself. Pure.

The device knows what it requested and when, what played in the last report, and when that song was to end. A change
that these don't explain was made by a person.
"""

from __future__ import annotations

from dataclasses import replace

from edge.music.interpretation import Cause, Interpretation
from edge.music.pending import SKIP_EXPIRES_S, PendingRequests, RequestedMusic
from edge.music.playback import (
    SONG_END_TOLERANCE_S,
    basis_of,
    differs,
    is_identified,
    matches,
    plays_here,
    same_music,
    song_ends_at,
)
from edge.music.reports.short_pause import ShortPause
from edge.music.reports.song_clock import SongClock
from edge.music.speaker_volume import SpeakerVolume
from edge.values import Act, Basis, Playback, When, Wish

# A song that stops in its first second, or has gone back to its beginning, was not interrupted.
SONG_START_S = 1.0
# A song that stops this long before its end has ended; one that stops earlier was paused.
SONG_REST_S = 2.0
_SONG_PREFIXES = ("spotify:track:", "spotify:episode:", "library:")


class TakeoverDetector:
    """Compares the player's reports with what was requested and what was to be expected.

    playback: the newest report; observed_at: its time. pending: requests that aren't confirmed. volume: the speaker's.
    pause: one that nothing explains, while it may still end by itself.
    """

    def __init__(self, grace: float) -> None:
        """grace: seconds after a command, and after its effect, in which changes aren't judged."""
        self._grace = grace
        self.playback: Playback | None = None
        self.observed_at = 0.0
        self.pending = PendingRequests()
        self.volume = SpeakerVolume(grace)
        self.pause = ShortPause()
        self._song_clock = SongClock()
        # The song of the last report began after this time.
        self._song_began_after: float | None = None
        # Since when the reports don't name what plays.
        self._unnamed_since: float | None = None
        # The newest report that the next one is compared with, and its time.
        self._known: Playback | None = None
        self._known_at = 0.0
        # The player couldn't be reached since then.
        self._away = False
        self._settling_since = float("-inf")

    @property
    def playing(self) -> bool:
        """True where something plays on the device's speaker, as far as is known."""
        return self.playback is not None and plays_here(self.playback)

    @property
    def in_doubt(self) -> bool:
        """True while it isn't clear yet whether a person has just changed the music."""
        return self.pause.active or self._unnamed_since is not None

    @property
    def volume_settled(self) -> bool:
        """True where the speaker's volume is known, and no change by the device is on its way."""
        play = self.pending.play
        coming = play is not None and play.when is When.NOW
        return self.volume.current is not None and not self.volume.pending and not coming

    def song_may_be_over(self, now: float) -> bool:
        """True where the song of the last report may have ended by now, or its end isn't known."""
        end = self._song_end()
        return end is None or now >= end - SONG_END_TOLERANCE_S

    def basis(self) -> Basis:
        """What plays now, for a new wish to be based on."""
        return basis_of(self.playback, self.observed_at)

    def request(self, now: float, wish: Wish) -> Wish:
        """Note what the device requests of the player, by itself or for a person. Returns the wish."""
        self.pending.add(now, wish)
        target = self.volume.goal if wish.volume is None and wish.fade else wish.volume
        if target is not None and wish.when is When.NOW:
            self.volume.request(now, target, fade=wish.fade and wish.act is Act.PLAY)
        if wish.when is When.NOW and wish.act not in (Act.KEEP, Act.FORGET, Act.VOLUME):
            self._settling_since = now
            self.pause.end()
        return wish

    def believe(self) -> None:
        """A person lets the device decide again: there is no doubt about what plays any more."""
        self.pause.end()
        self._unnamed_since = None

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
        self.pending.expire(now)
        if playback.state == "unavailable":
            self._away = True
            self.volume.unavailable(now)
            return Interpretation()
        known, requested, here = self._known, self.pending.music, plays_here(playback)
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
                return Interpretation()
            # The newest request failed, and the one before it had taken effect.
            self._accept(now, playback)
            return Interpretation(Cause.LATE)
        if (unnamed := self._unnamed(now, known, playback)) is not None:
            return unnamed
        result = self._judge(now, known, playback)
        if result.cause is not Cause.TAKEOVER and not self.pause.active and self._volume_set_by_person(now, playback):
            result = Interpretation(Cause.TAKEOVER, "volume", f"somebody set the volume to {playback.volume}")
        if result.cause is Cause.ADVANCED:
            result = self._advanced(now, result)
        self._accept(now, playback)
        return result

    def _accept(self, now: float, playback: Playback) -> None:
        """Compare the next report with this one."""
        known = self._known
        if known is not None and (differs(known, playback) or not plays_here(known)):
            self._song_began_after = self._known_at
        self._known, self._known_at, self._away, self._unnamed_since = playback, now, False, None
        if not self.pause.active:
            # An announcement has a volume of its own.
            self.volume.accept(playback.volume)

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
        other = self._known is None or self._known.uri != playback.uri or self._known.context is not None
        soon = requested.wish.when is When.NOW and now - requested.at < SKIP_EXPIRES_S
        return playback.uri is not None and other and (soon or self._began_by_itself(now, playback))

    def _started(self, now: float, requested: RequestedMusic, playback: Playback) -> Interpretation:
        wish = requested.wish
        self.pending.music = self.pending.state = None
        self._settling_since = now
        self.pause.end()
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

    # Changes that no request explains.

    def _judge(self, now: float, known: Playback, playback: Playback) -> Interpretation:
        was_here, is_here = plays_here(known), plays_here(playback)
        if playback.elsewhere:
            was_here |= self.pause.active
            self.pause.end()
            if not was_here:
                return Interpretation()
            where = playback.speaker or "another speaker"
            return Interpretation(Cause.TAKEOVER, "speaker", f"somebody moved the music to {where}")
        if was_here and not is_here:
            return self._stopped(now, known, playback)
        if not is_here:
            return self._paused(now, playback)
        if is_here and not was_here:
            goes_on = self.pause.goes_on(now, playback)
            self.pause.end()
            if goes_on:
                return Interpretation()
            if self.pending.confirm_skip():
                # A skip in silence starts the music.
                return Interpretation(Cause.FOUND, "requested")
            if same_music(known, playback):
                return Interpretation(Cause.RESUMED)
            return self._other_music(now, playback, "start")
        if known.context != playback.context and is_identified(known) and is_identified(playback):
            # Spotify goes on with a radio of its own once a playlist has ended.
            radio = playback.context is None or ":station:" in playback.context
            if radio and self._began_by_itself(now, playback):
                return Interpretation(Cause.ADVANCED)
            return self._other_music(now, playback, "music")
        if None not in (known.uri, playback.uri) and known.uri != playback.uri:
            return self._other_song(now, playback)
        repeats = known.position is not None and playback.position is not None and playback.position < known.position
        return Interpretation(Cause.ADVANCED if repeats and self._began_by_itself(now, playback) else Cause.NOTHING)

    def _unnamed(self, now: float, known: Playback, playback: Playback) -> Interpretation | None:
        """Judge music without a name that follows music with one; None for anything else.

        Between two songs there may be no name for a moment; after that it is music that the device can't have started.
        """
        if is_identified(playback) or not is_identified(known) or not (plays_here(known) and plays_here(playback)):
            return None
        if self._unnamed_since is None:
            self._unnamed_since = now
        if now - self._unnamed_since < self._grace:
            return Interpretation()
        self._accept(now, playback)
        return Interpretation(Cause.TAKEOVER, "music", "somebody started music that the player doesn't name")

    def _stopped(self, now: float, known: Playback, playback: Playback) -> Interpretation:
        if playback.error:
            return Interpretation(Cause.FAILED, why=playback.error)
        if playback.ran_out or (playback.state == "stopped" and self._away):
            return Interpretation(Cause.ENDED)
        position, duration = playback.position, playback.duration
        at_start = position is None or position <= SONG_START_S
        at_end = position is not None and duration is not None and position >= duration - SONG_REST_S
        whole_song = at_end or (not playback.inactive and (playback.state == "stopped" or at_start))
        end = self._song_end()
        if end is not None and self.song_may_be_over(now) and whole_song:
            return Interpretation(Cause.ENDED)
        # Whose pause it is shows once it has lasted a while.
        self.pause.begin(now, known, self._known_at, None if end is None else end - now)
        return self._paused(now, playback)

    def _paused(self, now: float, playback: Playback) -> Interpretation:
        if not self.pause.is_long(now, playback):
            return Interpretation()
        self.pause.end()
        return Interpretation(Cause.TAKEOVER, "pause", "somebody paused the music")

    def _other_music(self, now: float, playback: Playback, kind: str) -> Interpretation:
        if self.pending.was_withdrawn(now, playback):
            return Interpretation(Cause.LATE)
        return Interpretation(Cause.TAKEOVER, kind, "somebody chose this music")

    def _other_song(self, now: float, playback: Playback) -> Interpretation:
        if self.pending.confirm_skip() or self._began_by_itself(now, playback):
            return Interpretation(Cause.ADVANCED)
        return Interpretation(Cause.TAKEOVER, "song", "somebody chose this song")

    def _began_by_itself(self, now: float, playback: Playback) -> bool:
        """True where the song began when the one before it was over."""
        if self._known is None:
            return False
        end = self._song_end()
        # Where the end isn't known, nobody is accused of a takeover.
        return end is None or now - (playback.position or 0.0) >= end - SONG_END_TOLERANCE_S

    def _song_end(self) -> float | None:
        """When the song ends, or, where its position isn't known, the earliest time at which it may."""
        known = self._known
        if known is None:
            return None
        if known.position is None and known.duration and self._song_began_after is not None:
            return self._song_began_after + known.duration
        return song_ends_at(known, self._known_at)

    def _volume_set_by_person(self, now: float, playback: Playback) -> bool:
        play = self.pending.play
        return self.volume.set_by_person(
            now,
            playback.volume,
            observed=self._known is not None and self._known.volume is not None,
            away=self._away,
            coming=play.volume if play is not None else None,
        )

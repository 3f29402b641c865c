"""What a report means that no request explains: the end of a song, the player's own doing, or a person's. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.music.interpretation import Cause, Interpretation
from edge.music.pending import PendingRequests
from edge.music.playback import is_identified, plays_here, same_music
from edge.music.reports.last_report import LastReport
from edge.music.reports.short_pause import SHORT_PAUSE_MAX_S, ShortPause
from edge.sentences import Sentence
from edge.values import Playback

# A song that stops in its first second, or has gone back to its beginning, was not interrupted.
SONG_START_S = 1.0
# A song that stops this long before its end has ended; one that stops earlier was paused.
SONG_REST_S = 2.0
# Positions of players jitter; a song that goes back by less hasn't been begun again. Earlier in a song, "previous" goes
# to the song before it.
RESTART_MIN_S = 2.0


class UnexplainedChanges:
    """Compares a report with the one before it."""

    def __init__(self, last: LastReport, pending: PendingRequests, pause: ShortPause) -> None:
        """pending: requests that aren't confirmed. pause: one that may still end by itself."""
        self._last, self._pending, self._pause = last, pending, pause
        # When the music ended with a song and was paused then; an announcement may have come just there.
        self._paused_at_end: float | None = None

    def judge(self, now: float, known: Playback, playback: Playback) -> Interpretation:
        """Return what a report means that no request explains. known: the one before it."""
        was_here, is_here = plays_here(known), plays_here(playback)
        if playback.elsewhere:
            was_here |= self._pause.active
            self._pause.end()
            if not was_here:
                return Interpretation()
            where = playback.speaker or Sentence("another speaker")
            moved = Sentence("somebody moved the music to {speaker}", speaker=where)
            return Interpretation(Cause.TAKEOVER, "speaker", moved)
        if is_here and playback.passed_over:
            self._pause.end()
            return Interpretation(Cause.ADVANCED)
        if was_here and not is_here:
            return self._stopped(now, known, playback)
        if not is_here:
            return self._paused(now, playback)
        if is_here and not was_here:
            goes_on = self._pause.goes_on(now, playback)
            self._pause.end()
            if goes_on:
                return Interpretation()
            if self._pending.confirm_skip():
                # A skip in silence starts the music.
                return Interpretation(Cause.FOUND, "requested")
            if same_music(known, playback):
                return self._resumed(now)
            return self._other_music(now, playback, "start")
        if known.context != playback.context and is_identified(known) and is_identified(playback):
            # Spotify goes on with a radio of its own once a playlist has ended.
            radio = playback.context is None or ":station:" in playback.context
            if radio and self._last.began_by_itself(now, playback):
                return Interpretation(Cause.ADVANCED)
            return self._other_music(now, playback, "music")
        if None not in (known.uri, playback.uri) and known.uri != playback.uri:
            return self._other_song(now, playback)
        before, position = known.position, playback.position
        back = 0.0 if before is None or position is None else before - position
        repeats = back > 0
        if back >= RESTART_MIN_S and self._pending.confirm_restart():
            # "Previous" begins the song again.
            return Interpretation()
        return Interpretation(
            Cause.ADVANCED if repeats and self._last.began_by_itself(now, playback) else Cause.NOTHING
        )

    def _stopped(self, now: float, known: Playback, playback: Playback) -> Interpretation:
        if playback.error:
            return Interpretation(Cause.FAILED, why=playback.error)
        if playback.ran_out or (playback.state == "stopped" and self._last.away):
            return Interpretation(Cause.ENDED)
        position, duration = playback.position, playback.duration
        at_start = position is None or position <= SONG_START_S
        at_end = position is not None and duration is not None and position >= duration - SONG_REST_S
        whole_song = at_end or (not playback.inactive and (playback.state == "stopped" or at_start))
        end = self._last.song_end()
        if end is not None and self._last.song_may_be_over(now) and whole_song:
            self._paused_at_end = now if playback.state == "paused" else None
            return Interpretation(Cause.ENDED)
        # Whose pause it is shows once it has lasted a while; what a song did unseen doesn't tell when it began.
        before = replace(known, position=None) if self._last.away else known
        self._pause.begin(now, before, self._last.at, None if end is None else end - now)
        return self._paused(now, playback)

    def _paused(self, now: float, playback: Playback) -> Interpretation:
        if not self._pause.is_long(now, playback):
            return Interpretation()
        self._pause.end()
        return Interpretation(Cause.TAKEOVER, "pause", Sentence("somebody paused the music"))

    def _resumed(self, now: float) -> Interpretation:
        if self._pending.confirm_withdrawn_resume(now):
            return Interpretation(Cause.LATE)
        ended_at, self._paused_at_end = self._paused_at_end, None
        if ended_at is not None and now - ended_at < SHORT_PAUSE_MAX_S:
            # It hadn't ended.
            return Interpretation(Cause.FOUND, "requested")
        return Interpretation(Cause.RESUMED)

    def _other_music(self, now: float, playback: Playback, kind: str) -> Interpretation:
        if self._pending.was_withdrawn(now, playback):
            return Interpretation(Cause.LATE)
        return Interpretation(Cause.TAKEOVER, kind, Sentence("somebody chose this music"))

    def _other_song(self, now: float, playback: Playback) -> Interpretation:
        if self._pending.confirm_skip() or self._last.began_by_itself(now, playback):
            return Interpretation(Cause.ADVANCED)
        return Interpretation(Cause.TAKEOVER, "song", Sentence("somebody chose this song"))

"""What becomes due while the mood stays the same: a pause in an empty room, a start taken back, a volume. Pure."""

from __future__ import annotations

from edge.config import MusicConfig
from edge.music.presence import in_words
from edge.music.situation import Situation
from edge.music.timetable import Timetable
from edge.music.volume import VolumePolicy
from edge.sentences import Sentence
from edge.values import Act, Wish


class Corrections:
    """Looks at what plays or is about to, whatever the mood is."""

    def __init__(
        self, config: MusicConfig, situation: Situation, *, timetable: Timetable, volume: VolumePolicy
    ) -> None:
        self._config, self._situation = config, situation
        self._timetable, self._volume = timetable, volume

    def pause_empty_room(self, now: float) -> Wish | None:
        """Pause the device's own music once the room has been empty for long enough."""
        known = self._situation
        presence = known.presence
        if presence.paused_at is not None and known.plays_despite_pause:
            presence.paused_at = None
        own_plays = known.own_music is not None and known.playing
        if not own_plays or presence.paused_at is not None or known.paused_by_person:
            return None
        if not presence.is_empty_for(now, self._config.pause_after):
            return None
        known.own.cancel_upcoming(now)
        presence.pause(now)
        empty_for = in_words(self._config.pause_after or 0)
        why = Sentence("the room has been empty for {time}: the music pauses", time=empty_for)
        return Wish(Act.PAUSE, known.mood_name, why, basis=known.detector.basis())

    def cancel_start(self, now: float) -> Wish | None:
        """Cancel music that was to begin in silence, if the player has delayed it until it may not begin any more."""
        known = self._situation
        wish = known.pending.starting
        if wish is None:
            return None
        why = self._timetable.quiet_reason(now)
        if why is None and known.presence.present is False:
            why = Sentence("nobody is here")
        if why is None:
            return None
        if wish.act is Act.RESUME and known.own.playing is not None:
            known.presence.paused_at = now
        else:
            known.own.playing = None
        cancelled = Sentence("the music that was about to start is cancelled: {why}", why=why)
        return Wish(Act.FORGET, known.mood_name, cancelled)

    def correct_volume(self, now: float) -> Wish | None:
        """Set the volume while the device's music plays too loud, or without its offset."""
        known = self._situation
        correction = None if known.paused_by_person else self._volume.correction(now, known.own.offset)
        if correction is None:
            return None
        volume, why = correction
        return Wish(
            Act.VOLUME, known.mood_name, why, volume=volume, fade=True, basis=known.detector.basis(), about="volume"
        )

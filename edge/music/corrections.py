"""What becomes due whatever the mood is: a pause in an empty room, a start taken back, a volume, a trial. Pure."""

from __future__ import annotations

from edge.config import MusicConfig
from edge.music.ownership import OwnMusic
from edge.music.presence import in_words
from edge.music.situation import Situation
from edge.music.timetable import Timetable
from edge.music.volume import VolumePolicy
from edge.sentences import Sentence
from edge.values import Act, Music, Wish

# How long music plays by which a person hears whether the speaker is the right one.
TRIAL_LASTS_S = 8.0


class Corrections:
    """Looks at what plays or is about to, whatever the mood is."""

    def __init__(
        self, config: MusicConfig, situation: Situation, *, timetable: Timetable, volume: VolumePolicy
    ) -> None:
        self._config, self._situation = config, situation
        self._timetable, self._volume = timetable, volume
        # Music that tries the speaker, and until when.
        self._trial: tuple[Music, float] | None = None

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

    def begin_trial(self, now: float, music: Music) -> Wish:
        """Play this for some seconds: a person tries the speaker."""
        known = self._situation
        known.own.cancel_upcoming(now)
        # Not a choice: it counts neither as a switch nor as an interruption.
        known.own.playing, self._trial = OwnMusic(music), (music, now + TRIAL_LASTS_S)
        volume, why = self._volume.for_resume(now), Sentence("somebody tries the speaker")
        return Wish(Act.PLAY, known.mood_name, why, music=music, volume=volume, about="press")

    def end_trial(self, now: float) -> Wish | None:
        """Pause what tries the speaker once it has played for long enough; a short sound has ended by itself."""
        if self._trial is None or now < self._trial[1]:
            return None
        (music, _), self._trial = self._trial, None
        known = self._situation
        if known.own_music != music or not known.playing:
            return None
        basis = known.detector.basis()
        known.own.cancel_upcoming(now)
        known.disown()
        return Wish(Act.PAUSE, known.mood_name, Sentence("the speaker was tried"), basis=basis, about="press")

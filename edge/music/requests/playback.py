"""What people do with the playback: play and pause, skip, the volume, the speaker and the position. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.music.decision import DecisionRules
from edge.music.playback import elsewhere_reason
from edge.music.situation import Situation
from edge.music.volume import VolumePolicy
from edge.sentences import Sentence
from edge.values import Act, Control, Wish

WHY = Sentence("somebody asked for it")


class PlaybackRequests:
    """Returns the wish for each request; people know what plays, so that it has no basis."""

    def __init__(self, situation: Situation, rules: DecisionRules, volume: VolumePolicy) -> None:
        self._situation, self._rules, self._volume = situation, rules, volume

    def control(self, now: float, act: Act, control: Control) -> Wish:
        """Return the wish for play (RESUME), pause, next or previous."""
        known = self._situation
        known.presence.person_acted(now)
        playback = known.playback
        if playback is not None and playback.elsewhere and act is not Act.PAUSE:
            return Wish(
                Act.KEEP, known.mood_name, Sentence("kept: {why}", why=elsewhere_reason(playback)), about="press"
            )
        known.paused_by_person = act is Act.PAUSE and control is Control.AUTO
        known.presence.paused_at = None
        if act is Act.RESUME:
            known.claim_paused()
            if control is Control.AUTO and playback is not None and playback.state == "stopped":
                wish = self._rules.decide(now, control, requested=True)
                if wish.act is Act.PLAY:
                    return self._request(now, replace(wish, why=Sentence("{who}: {why}", who=WHY, why=wish.why)))
        volume = self._volume.for_resume(now) if act is Act.RESUME else None
        return self._request(now, Wish(act, known.mood_name, WHY, volume=volume, about="press"))

    def set_volume(self, now: float, volume: int) -> Wish:
        """Return the wish for a volume, 0..100; it is the room's volume from now on."""
        allowed, why = self._volume.request(now, volume, self._situation.own.offset)
        return self._request(now, Wish(Act.VOLUME, self._situation.mood_name, why, volume=allowed, about="volume"))

    def choose_speaker(self, now: float, name: str) -> Wish:
        """Return the wish for the speaker with this name."""
        known = self._situation
        known.presence.person_acted(now)
        why = Sentence("somebody chose the speaker {speaker}", speaker=name)
        return self._request(now, Wish(Act.SPEAKER, known.mood_name, why, speaker=name, about="press"))

    def seek(self, now: float, position: float) -> Wish:
        """Return the wish for a position in the song, seconds."""
        known = self._situation
        known.presence.person_acted(now)
        return self._request(now, Wish(Act.SEEK, known.mood_name, WHY, position=position, about="press"))

    def _request(self, now: float, wish: Wish) -> Wish:
        return self._situation.detector.request(now, wish)

"""Other music than what people don't want to hear today. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.music.choices import UnwantedChoices
from edge.music.decision import DecisionRules
from edge.music.ownership import OwnMusic
from edge.music.rules.reasons import reason_of
from edge.music.situation import Situation
from edge.sentences import Sentence
from edge.values import Act, Control, Wish


class OtherMusic:
    """Finds what takes the place of unwanted music."""

    def __init__(self, situation: Situation, rules: DecisionRules, unwanted: UnwantedChoices) -> None:
        self._situation, self._rules, self._unwanted = situation, rules, unwanted

    def instead_of(self, now: float, own: OwnMusic) -> list[Wish]:
        """Return the wishes after a person said that they don't want `own` today, which waits or plays.

        Other music for the mood takes its place; without any, the music pauses.
        """
        known = self._situation
        known.presence.person_acted(now)
        self._unwanted.add(known.mood_name if own.mood is None else own.mood.mood, own.music.uri)
        why: str = Sentence("nobody wants {music} today", music=own.music.name)
        if own is known.own.upcoming:
            known.own.cancel_upcoming(now)
            dropped = Sentence("{music} doesn't play next: {why}", music=own.music.name, why=why)
            forget = self._request(now, Wish(Act.FORGET, known.mood_name, dropped))
            return [forget, self._request(now, self._rules.decide(now, Control.AUTO))]
        return [self._request(now, self._replacement(now, why))]

    def _replacement(self, now: float, why: str) -> Wish:
        """What follows on music that plays. why: it isn't wanted."""
        known = self._situation
        if known.paused_by_person:
            known.disown()
            kept = Sentence("kept: {why}, and somebody paused the music", why=why)
            return Wish(Act.KEEP, known.mood_name, kept)
        wish = self._rules.decide(now, Control.AUTO, requested=True)
        if wish.act is Act.PLAY:
            return replace(wish, why=Sentence("{who}: {why}", who=why, why=wish.why))
        known.disown()
        silence = Sentence("{who}: the music pauses, {why}", who=why, why=reason_of(wish.why))
        return Wish(Act.PAUSE, known.mood_name, silence)

    def _request(self, now: float, wish: Wish) -> Wish:
        return self._situation.detector.request(now, wish)

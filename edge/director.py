"""What should be playing, and when to leave it alone. Pure: every wish is explained in one sentence."""

from __future__ import annotations

from edge.config import NOTHING, MusicConfig
from edge.values import ABSENT, EXPRESSIONS, Act, Control, Mood, Music, When, Wish

FEELS = {"disgust": "disgusted", "fear": "afraid", "surprise": "surprised"}


class Director:
    """Follows the room's mood by the configured map (strategy `match`)."""

    def __init__(self, config: MusicConfig) -> None:
        self._config = config
        self._playing: Music | None = None
        self._switched: float | None = None
        self._waiting: Mood | None = None

    def use(self, config: MusicConfig) -> None:
        """Another profile is chosen; what plays stays until it has nothing for a mood to come."""
        self._config = config
        self._waiting = None

    def mood(self, now: float, mood: Mood, control: Control) -> Wish:
        """The room's mood changed."""
        self._waiting = None
        if control is not Control.AUTO:
            who = "somebody took over" if control is Control.HANDS_OFF else "music control is off"
            return _keep(mood, f"kept: {who}")
        if mood.mood == ABSENT:
            return _keep(mood, "kept: nobody is here")
        if mood.mood not in EXPRESSIONS:
            return _keep(mood, "kept: the mood isn't clear")
        music = self._choice(mood.mood)
        if music is None:
            return _keep(mood, f"kept: {mood.mood} is set to leave the music as it is")
        if music == self._playing:
            return _keep(mood, f"kept: {music.name} already plays for {mood.mood}")
        if self._cooling(now):
            self._waiting = mood
            return _keep(mood, f"kept for now: the last switch is less than {self._config.cooldown:.0f} s ago")
        return self._play(now, mood, music)

    def tick(self, now: float, control: Control) -> Wish | None:
        """A wish that had to wait, once its time has come."""
        mood = self._waiting
        if mood is None or control is not Control.AUTO or self._cooling(now):
            return None
        self._waiting = None
        music = self._choice(mood.mood)
        return None if music is None or music == self._playing else self._play(now, mood, music)

    def _play(self, now: float, mood: Mood, music: Music) -> Wish:
        when = When(self._config.switch) if self._playing else When.NOW
        self._playing, self._switched = music, now
        how = "once this song ends" if when is When.TRACK_END else "now"
        return Wish(
            Act.PLAY, mood.mood, f"the room is {FEELS.get(mood.mood, mood.mood)}: {music.name} plays {how}", music, when
        )

    def _choice(self, mood: str) -> Music | None:
        profile = self._config.profiles[self._config.profile]
        choice = profile.get(mood) or profile.get("default")  # type: ignore[call-overload]
        if choice is None or choice.play == NOTHING:
            return None
        return Music(choice.play, choice.name or choice.play)

    def _cooling(self, now: float) -> bool:
        """Switches at a track's end disturb nobody, so only sudden ones are spaced."""
        sudden = self._config.switch == When.NOW.value and self._switched is not None
        return sudden and now - (self._switched or 0.0) < self._config.cooldown


def _keep(mood: Mood, why: str) -> Wish:
    return Wish(Act.KEEP, mood.mood, why)

"""`TriedSpeaker`: makes one request of a speaker, and looks until the player shows what came of it."""

from __future__ import annotations

from collections.abc import Callable

from edge.errors import PlayerError, sentence_of
from edge.players.player import Player
from edge.sentences import Sentence
from edge.values import Act, Music, Playback, When, Wish

SHOWS_WITHIN_S = 8.0
LOOK_MIN_S, LOOK_MAX_S = 0.05, 0.5
# So far into a song, a start from its beginning shows.
POSITION_MIN_S = 4.0
WHY = Sentence("somebody tries the speaker")

NOT_SHOWN = Sentence("the speaker accepted it, and nothing changed")
NO_TIME = Sentence("not tried: the trial has taken long enough")


class TriedSpeaker:
    """seen: what the player has shown last."""

    def __init__(
        self, player: Player, *, mood: str, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        """mood: the one that the wishes are about."""
        self.seen = Playback("stopped", player.name)
        self._player, self._mood, self._clock, self._sleep = player, mood, clock, sleep
        self._ends = 0.0

    def limit(self, seconds: float) -> None:
        """From now on, all requests together may take this long."""
        self._ends = self._clock() + seconds

    def play(self, music: Music, when: When = When.NOW) -> Wish:
        """Return the wish to play this."""
        return Wish(Act.PLAY, self._mood, WHY, music, when)

    def wish(self, act: Act, volume: int | None = None) -> Wish:
        """Return the wish for anything but music."""
        return Wish(act, self._mood, WHY, volume=volume)

    def attempt(self, wish: Wish, shows: Callable[[Playback], bool], within: float = SHOWS_WITHIN_S) -> str:
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
            why = self.look() or why
            abandoned = next((one for one in self._player.take_abandoned() if one.wish == wish), None)
            if abandoned is not None:
                return abandoned.why
            if not self.seen.assumed and shows(self.seen):
                return ""
            if self._clock() >= until:
                return why or NOT_SHOWN
            self._sleep(min(LOOK_MAX_S, max(LOOK_MIN_S, self._player.wait())))

    def set_volume(self, volume: int, other: int) -> str:
        """Set the volume; returns why it isn't set. other: what it is now."""

        def is_set(seen: Playback) -> bool:
            # A mixer rounds, but not to the other one.
            return seen.volume is not None and abs(seen.volume - volume) < abs(seen.volume - other)

        return self.attempt(self.wish(Act.VOLUME, volume=volume), is_set)

    def wait_for_position(self) -> None:
        """Let the song play until a start from its beginning would show."""
        until = min(self._clock() + POSITION_MIN_S, self._ends)
        while self._clock() < until and 0 <= (self.seen.position or 0.0) < POSITION_MIN_S:
            self._sleep(LOOK_MAX_S)
            self.look()

    def look(self) -> str:
        """See what plays; returns why that isn't known."""
        try:
            self.seen = self._player.playback()
        except PlayerError as error:
            return sentence_of(error)
        return ""

    def look_until_known(self) -> str:
        """See what plays, again and again while that isn't known; returns why it still isn't."""
        while (why := self.look()) and self._clock() < self._ends:
            self._sleep(LOOK_MAX_S)
        return why


def is_playing(seen: Playback) -> bool:
    """Whether the speaker plays; music elsewhere isn't heard on it."""
    return seen.state == "playing" and not seen.elsewhere
